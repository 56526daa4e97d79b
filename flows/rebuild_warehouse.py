"""The warehouse made again from its archive: what a lost or damaged DuckDB file costs is time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from flows.supervise_workers import Means
from flows.walk_documents import replay
from warehouse.archive import sync_folder
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.notes import carry_notes


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was loaded from the archive, and the tables of notes that the old file could not be asked for any more."""

    report: LoadReport
    lost: tuple[str, ...]


def rebuild_warehouse(warehouse: Warehouse, means: Means) -> Rebuilt:
    """Replay the archive into a new file and put it in the warehouse's place; the old one is kept as `.replaced`.

    Rows come out as they were: ids, versions, runs and the runs that made them. What only the database knew is carried
    over where the old file can still be read: how far sources were read, and similar coverage. Lost is when bytes were
    last seen unchanged, and rejections that a later run repeated.
    """
    fresh = replace(warehouse, path=_beside(warehouse.path, ".rebuilding"), archive_folder=warehouse.archive.folder)
    for leftover in (fresh.path, _wal(fresh.path)):
        leftover.unlink(missing_ok=True)
    warehouse.archive.recover()
    with fresh.writing():
        pass  # an archive without a record gives an empty warehouse, not none
    report = replay(fresh, 0, None, means)
    lost = carry_notes(warehouse, fresh)
    old = _beside(warehouse.path, ".replaced")
    for path in (warehouse.path, _wal(warehouse.path)):
        if path.exists():
            path.replace(old if path == warehouse.path else _wal(old))
    fresh.path.replace(warehouse.path)
    sync_folder(warehouse.path.parent)
    return Rebuilt(report, lost)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
