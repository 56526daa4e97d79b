"""The flow that loads seed files on a schedule: the walk of `flows/walk_documents.py` with Prefect around its batches."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.choose_sources import choose_sources
from flows.load_sources import load_files
from flows.settings import Settings
from flows.walk_documents import Staged, recover, settle
from transforms.records import OUTCOMES
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.queries import list_rejections, removed_by_run
from warehouse.runs import Run

_MOST_REJECTIONS = 50


class NoFilesError(ValueError):
    """Places that are not on this machine."""


class TooManyRejectedError(Exception):
    """More captures were rejected than the settings allow; the rest is loaded."""


# A batch is settled again after a failure that may pass, such as a warehouse held by another process for a while.
# What a batch holds is no value to cache by: it is bytes on their way.
@task(retries=3, retry_delay_seconds=[2, 10, 30], task_run_name="load batch", cache_policy=NO_CACHE)
def load_batch(warehouse: Warehouse, staged: Staged) -> LoadReport:
    """Wait for a batch's transformation and load it in one transaction; loading it twice changes nothing."""
    return settle(warehouse, staged)


def _name() -> str:
    paths = [str(path) for path in flow_run.parameters.get("paths") or ["the declared sources"]]
    return f"ingest {', '.join(paths)}"[:200]


@flow(name="ingest-seeds", flow_run_name=_name, retries=1, retry_delay_seconds=60, validate_parameters=True)
def ingest_seeds(
    paths: list[str] | None = None,
    warehouse: Path | None = None,
    max_rejected: float | None = None,
    only_new: bool | None = None,
) -> dict[str, int]:
    """Load seed files, folders and glob patterns into the warehouse; gives the counts of the run.

    Without paths the files that `dateline.toml` declares are read. With `only_new`, which is how those are read,
    files are passed over that are as the last such run found them. `warehouse` and `max_rejected` stand over the
    settings. Raises TooManyRejectedError after everything that can be loaded is loaded.
    """
    settings = Settings()
    sources = choose_sources(settings, paths or [], only_new=only_new)
    if paths and sources.roots:
        raise NoFilesError("addresses are fetched by the flow ingest-pages, which reads declared files too")
    store = settings.open_warehouse(warehouse)
    allowed = settings.max_rejected if max_rejected is None else max_rejected
    means = settings.means()
    recovered = recover(store, means)
    if recovered.captures:
        get_run_logger().warning("recovered %d captures that an earlier run kept and did not load", recovered.captures)
    loaded = load_files(store, settings, sources, means, "ingest-seeds", settle_batch=load_batch)
    report = loaded.report
    create_markdown_artifact(_markdown(store, loaded.run, report), key="ingest-seeds", description="What a run loaded")
    if report.rejected > allowed * report.captures:
        raise TooManyRejectedError(f"{report.rejected} of {report.captures} captures were rejected")
    return {"captures": report.captures, **{outcome: getattr(report, outcome) for outcome in OUTCOMES}}


def _markdown(store: Warehouse, run: Run, report: LoadReport) -> str:
    counts = [f"| {outcome} | {getattr(report, outcome):,} |" for outcome in OUTCOMES]
    removed = [
        f"| {row['rule']} | {row['edits']:,} | {row['characters']:,} |" for row in removed_by_run(store, run.run_id)
    ]
    refused = [
        f"| {row['reason']} | `{row['locator']}` | {_cell(row['detail'])} |"
        for row in list_rejections(store, run.run_id, _MOST_REJECTIONS)
    ]
    lines = [f"# Run {run.run_id}", "", f"{report.captures:,} captures into `{store.path}`", ""]
    lines += ["| outcome | captures |", "|---|---:|", *counts]
    if removed:
        lines += ["", "| rule | edits | characters removed |", "|---|---:|---:|", *removed]
    if refused:
        lines += ["", "| rejected | where | why |", "|---|---|---|", *refused]
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    return " ".join(words.replace("|", "\\|").split())
