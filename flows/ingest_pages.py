"""The flow that fetches web pages on a schedule: the walk of `flows/walk_documents.py` with Prefect around its batches."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from connectors.web.connector import Standing
from flows.choose_sources import NoSourceError, choose_sources
from flows.fetch_pages import load_pages, open_pages
from flows.settings import Settings
from flows.walk_documents import Staged, recover, settle
from transforms.records import OUTCOMES
from warehouse.database import Warehouse
from warehouse.load import LoadReport


class TooManyRejectedError(Exception):
    """More pages were rejected than the settings allow; the rest is loaded."""


@task(retries=3, retry_delay_seconds=[2, 10, 30], task_run_name="load batch", cache_policy=NO_CACHE)
def load_fetched(warehouse: Warehouse, staged: Staged) -> LoadReport:
    """Wait for a batch's transformation and load it in one transaction; loading it twice changes nothing."""
    return settle(warehouse, staged)


def _name() -> str:
    given = [str(one) for name in ("urls", "lists") for one in flow_run.parameters.get(name) or []]
    return f"fetch {', '.join(given or ['the declared sources'])}"[:200]


@flow(name="ingest-pages", flow_run_name=_name, retries=1, retry_delay_seconds=60, validate_parameters=True)
def ingest_pages(
    urls: list[str] | None = None,
    lists: list[Path] | None = None,
    warehouse: Path | None = None,
    max_rejected: float | None = None,
    *,
    follow: bool = False,
    since: datetime | None = None,
) -> dict[str, int]:
    """Fetch web addresses, and those of files with one a line, into the warehouse; gives the counts of the run.

    Without either the sources that `dateline.toml` declares are read, files too. An address of a feed or sitemap stands
    for the pages that it names; with `follow` a site's page for those of its feeds and sitemaps, dated `since` then.
    `warehouse` and `max_rejected` stand over the settings. Raises TooManyRejectedError after everything that can be
    loaded is loaded.
    """
    settings = Settings()
    try:
        sources = choose_sources(settings, urls or [], lists=lists or [], follow=follow, since=since)
    except NoSourceError as error:  # a schedule may well begin before the first source is declared
        get_run_logger().warning("nothing to fetch: %s", error)
        return {"captures": 0, **dict.fromkeys(OUTCOMES, 0)}
    store = settings.open_warehouse(warehouse)
    allowed = settings.max_rejected if max_rejected is None else max_rejected
    means = settings.means()
    recovered = recover(store, means)
    if recovered.captures:
        get_run_logger().warning("recovered %d captures that an earlier run kept and did not load", recovered.captures)
    pages = open_pages(store, settings, sources.roots, beside=sources.followed)
    report = load_pages(store, settings, sources, pages, means, "ingest-pages", settle_batch=load_fetched).report
    hosts = [asdict(one) for one in pages.connector.standings()]
    create_table_artifact(hosts or [asdict(Standing("", 0))], key="ingest-pages")
    if report.rejected > allowed * report.captures:
        raise TooManyRejectedError(f"{report.rejected} of {report.captures} pages were rejected")
    return {"captures": report.captures, **{outcome: getattr(report, outcome) for outcome in OUTCOMES}}
