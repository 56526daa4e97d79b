"""The archive read anew with the rules and readers of today, beside the warehouse, to be looked at before it counts."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from flows.supervise_workers import Means
from flows.walk_documents import recover, replay
from transforms.boilerplate import shipped_rules
from warehouse.archive import sync_folder
from warehouse.comparison import Comparison, compare
from warehouse.database import Warehouse, WarehouseLockedError, WarehouseMissingError
from warehouse.notes import carry_notes
from warehouse.runs import open_run


def make_shadow(warehouse: Warehouse, means: Means, source: str | None = None) -> Comparison:
    """Replay the archive into a shadow set and tell what would change, in all or in the articles of one source.

    The shadow is a file beside the warehouse, with the ending `.shadow`. It is always of the whole archive, for copies, stories
    and versions join articles of several sources. The warehouse takes note of the run, which the ledger of their archive has
    too, and of what the archive holds and it did not; else it is only read.
    """
    with warehouse.reading():
        pass  # a warehouse that is not there has no shadow
    shadow = _shadow(warehouse)
    drop_shadow(warehouse)
    warehouse.archive.recover()
    with shadow.writing():
        pass
    replay(shadow, 0, None, means)
    with open_run(shadow, "reprocess", shipped_rules().sha256):
        pass  # the versions that it was made with are its run's
    with suppress(WarehouseLockedError):  # where somebody reads on, the next ingest takes note of the run
        recover(warehouse, means)
    return compare(warehouse, shadow, source)


def promote_shadow(warehouse: Warehouse, means: Means) -> None:
    """Put the shadow in the warehouse's place, in one step; the warehouse before is kept with the ending `.replaced`.

    What was ingested since the shadow was made is brought into it first, and what comes in at that very moment by the next
    ingest: the archive has it. Raises WarehouseMissingError where there is no shadow.
    """
    shadow = _shadow(warehouse)
    if not shadow.path.exists():
        raise WarehouseMissingError(f"there is no shadow at {shadow.path}; `dateline reprocess` makes one")
    recover(shadow, means)
    with warehouse.writing():
        pass  # nobody else writes, and no log of the former file is left to be taken for one of the shadow's
    carry_notes(warehouse, shadow)
    former = _beside(warehouse.path, ".replaced")
    former.unlink(missing_ok=True)
    os.link(warehouse.path, former)
    shadow.path.replace(warehouse.path)
    sync_folder(warehouse.path.parent)


def drop_shadow(warehouse: Warehouse) -> bool:
    """Take the shadow away; tells whether there was one."""
    shadow = _shadow(warehouse).path
    there = shadow.exists()
    for path in (shadow, _beside(shadow, ".wal")):
        path.unlink(missing_ok=True)
    return there


def _shadow(warehouse: Warehouse) -> Warehouse:
    return replace(warehouse, path=_beside(warehouse.path, ".shadow"), archive_folder=warehouse.archive.folder)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
