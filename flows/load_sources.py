"""A run over sources, with a scheduler or without: what they give is walked, and how far they were read is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.choose_sources import Sources
from flows.settings import Settings
from flows.supervise_workers import Means
from flows.walk_documents import Progress, Staged, settle, walk
from transforms.boilerplate import shipped_rules
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.runs import Run, open_run


@dataclass(frozen=True, slots=True)
class Loaded:
    """A run that is over, and what it loaded."""

    run: Run
    report: LoadReport


def load_files(
    warehouse: Warehouse,
    settings: Settings,
    sources: Sources,
    means: Means,
    flow: str,
    *,
    settle_batch: Callable[[Warehouse, Staged], LoadReport] = settle,
    progress: Progress | None = None,
) -> Loaded:
    """Load what the files of sources hold in a run of the name `flow`."""
    with open_run(warehouse, flow, shipped_rules(*means.rules).sha256) as run:
        report = walk(
            warehouse,
            run,
            sources.captures(warehouse),
            documents=settings.batch_documents,
            size=settings.batch_bytes,
            means=means,
            settle_batch=settle_batch,
            progress=progress,
        )
    sources.note(warehouse, run.run_id)
    return Loaded(run, report)
