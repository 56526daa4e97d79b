"""The flow that exports the current articles as Parquet on a schedule."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows.settings import Settings
from warehouse.database import Warehouse
from warehouse.export import ExportReport, export_parquet


@task(retries=3, retry_delay_seconds=[2, 10, 30], task_run_name="write Parquet", cache_policy=NO_CACHE)
def write_parquet(warehouse: Warehouse, into: Path) -> ExportReport:
    """Write the export beside its place and swap it in whole; writing it again gives the same bytes."""
    return export_parquet(warehouse, into)


@flow(name="export-articles", flow_run_name="export to {folder}", retries=1, retry_delay_seconds=60)
def export_articles(folder: Path, warehouse: Path | None = None) -> dict[str, int]:
    """Export the current articles to a folder; gives the number of rows and files."""
    report = write_parquet(Settings().open_warehouse(warehouse), folder)
    rows = [f"| {file.path} | {file.rows:,} | `{file.sha256[:16]}` |" for file in report.files]
    table = "\n".join(["| file | articles | SHA-256 |", "|---|---:|---|", *rows])
    text = f"# {report.rows:,} articles in `{report.folder}`\n\n{table}\n"
    create_markdown_artifact(text, key="export-articles", description="What an export holds")
    return {"rows": report.rows, "files": len(report.files)}
