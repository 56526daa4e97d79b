"""The warehouse made again from its archive: what a lost or damaged DuckDB file costs is time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flows.supervise_workers import Means
from flows.walk_documents import replay
from warehouse.archive import sync_folder
from warehouse.database import Warehouse
from warehouse.load import LoadReport


def rebuild_warehouse(warehouse: Warehouse, means: Means) -> LoadReport:
    """Replay the archive into a new file and put it in the warehouse's place; the old one is kept as `.replaced`.

    Rows come out as they were: ids, versions, runs and the runs that made them. What only the database knew is lost:
    when bytes were last seen unchanged, and rejections that a later run repeated.
    """
    fresh = replace(warehouse, path=_beside(warehouse.path, ".rebuilding"), archive_folder=warehouse.archive.folder)
    for leftover in (fresh.path, _wal(fresh.path)):
        leftover.unlink(missing_ok=True)
    warehouse.archive.recover()
    with fresh.writing():
        pass  # an archive without a record gives an empty warehouse, not none
    report = replay(fresh, 0, None, means)
    old = _beside(warehouse.path, ".replaced")
    for path in (warehouse.path, _wal(warehouse.path)):
        if path.exists():
            path.replace(old if path == warehouse.path else _wal(old))
    fresh.path.replace(warehouse.path)
    sync_folder(warehouse.path.parent)
    return report


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
