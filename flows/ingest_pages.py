"""The flow that fetches web pages on a schedule: the walk of `flows/walk_documents.py` with Prefect around its batches."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.fetch_pages import open_pages, read_lists, walk_pages
from flows.settings import Settings
from flows.walk_documents import Staged, recover, settle
from transforms.boilerplate import shipped_rules
from transforms.records import OUTCOMES
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.runs import open_run


class TooManyRejectedError(Exception):
    """More pages were rejected than the settings allow; the rest is loaded."""


@task(retries=3, retry_delay_seconds=[2, 10, 30], task_run_name="load batch", cache_policy=NO_CACHE)
def load_fetched(warehouse: Warehouse, staged: Staged) -> LoadReport:
    """Wait for a batch's transformation and load it in one transaction; loading it twice changes nothing."""
    return settle(warehouse, staged)


def _name() -> str:
    given = [str(one) for name in ("urls", "lists") for one in flow_run.parameters.get(name) or []]
    return f"fetch {', '.join(given)}"[:200]


@flow(name="ingest-pages", flow_run_name=_name, retries=1, retry_delay_seconds=60, validate_parameters=True)
def ingest_pages(
    urls: list[str] | None = None,
    lists: list[Path] | None = None,
    warehouse: Path | None = None,
    max_rejected: float | None = None,
) -> dict[str, int]:
    """Fetch web addresses, and those of files with one a line, into the warehouse; gives the counts of the run.

    `warehouse` and `max_rejected` stand over the settings. Raises TooManyRejectedError after everything that can be
    loaded is loaded.
    """
    settings = Settings()
    store = settings.open_warehouse(warehouse)
    allowed = settings.max_rejected if max_rejected is None else max_rejected
    recovered = recover(store, settings.means())
    if recovered.captures:
        get_run_logger().warning("recovered %d captures that an earlier run kept and did not load", recovered.captures)
    pages = open_pages(store, settings, [*(urls or []), *read_lists(lists or [])])
    with open_run(store, "ingest-pages", shipped_rules(*settings.means().rules).sha256) as run:
        report = walk_pages(store, run, settings, pages, means=settings.means(), settle_batch=load_fetched)
    hosts = [
        {"host": one.host, "captured": one.captured, "rejected": one.rejected} for one in pages.connector.standings()
    ]
    create_table_artifact(hosts or [{"host": "", "captured": 0, "rejected": 0}], key="ingest-pages")
    if report.rejected > allowed * report.captures:
        raise TooManyRejectedError(f"{report.rejected} of {report.captures} pages were rejected")
    return {"captures": report.captures, **{outcome: getattr(report, outcome) for outcome in OUTCOMES}}
