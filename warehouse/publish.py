"""A read-only copy of the warehouse for those who ask it questions, swapped in whole."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from warehouse.archive import sync_folder
from warehouse.database import Warehouse

_MAGIC = slice(8, 12)
_ATTEMPTS = 20


class PublishRefusedError(Exception):
    """A place that is not ours to replace, or a warehouse that never comes to rest."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """A published copy: where it is, how many articles it holds, and its size in bytes."""

    path: str
    articles: int
    size: int


def publish(warehouse: Warehouse, to: Path) -> PublishReport:
    """Copy the warehouse beside a path, make the copy durable, and put it in the path's place in one step.

    Who has the former copy open goes on reading it; who opens the path finds the former copy or the new one, whole, and
    is never in the way of a load. While the copy is made loads wait. Raises PublishRefusedError for a path that holds
    something that is no DuckDB file, and for the warehouse itself.
    """
    to = to.absolute()
    _refuse(warehouse, to)
    with warehouse.reading():
        pass  # a warehouse that is not there is not made
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.with_name(f".{to.name}.publishing")
    beside.unlink(missing_ok=True)
    for _ in range(_ATTEMPTS):
        with warehouse.writing():
            pass  # closing it takes a log that a crash left behind into the file
        with warehouse.reading():
            if warehouse.path.with_name(f"{warehouse.path.name}.wal").exists():
                continue  # someone else has written, and died, in between
            shutil.copyfile(warehouse.path, beside)
        break
    else:
        raise PublishRefusedError(f"{warehouse.path} is written to all the time; publish it when no ingest runs")
    with Warehouse(beside, warehouse.lock_wait, warehouse.memory_limit).reading() as connection:
        found = connection.execute("SELECT count(*) FROM articles").fetchone()
    beside.chmod(0o444)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    size = beside.stat().st_size
    beside.replace(to)
    sync_folder(to.parent)
    return PublishReport(str(to), found[0] if found else 0, size)


def _refuse(warehouse: Warehouse, to: Path) -> None:
    if to.resolve() == warehouse.path.resolve():
        raise PublishRefusedError(f"{to} is the warehouse itself; name another place for the copy")
    if to.with_name(f"{to.name}.wal").exists():
        raise PublishRefusedError(f"{to} is written to by someone ({to.name}.wal is beside it); name another place")
    if to.is_symlink() or (to.exists() and not _is_database(to)):
        raise PublishRefusedError(f"{to} is no copy of a warehouse; name another place")


def _is_database(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_MAGIC.stop)[_MAGIC] == b"DUCK"
