"""The DuckDB file: who may open it, how, and which schema it has."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.archive import Archive
from warehouse.prints import Prints
from warehouse.search import index_backlog
from warehouse.statements import in_transaction, list_sql, read_sql, run_sql

_POLL_SECONDS = 0.05
# A commit over this size goes straight into the file; it would be written twice by way of the log, which is empty anyway
# when the file is closed, as it is after every transaction.
_CHECKPOINT = "1MB"
_MEMORY = 250_000_000  # bytes that DuckDB may use
_SHARE = 10  # of the file, which who reads may use, and a migration
# Rows of a table that are packed together, and read so: a question reads such a group for each of its words in each segment
# of the index, and goes through the list of all groups.
_ROW_GROUP = 32_768
# The oldest DuckDB that can read the file. It notes for each group of rows where its description lies, so that a commit need
# not read the descriptions of all groups that did not change (.3 s at a million articles).
_STORAGE = "v1.4.0"
# What DuckDB says when a block is not what was written, or not there. Its classes do not tell: the same ones are raised
# for mistakes in a query.
_DAMAGE = re.compile(
    r"[Cc]orrupt|[Cc]hecksum|[Cc]ould not read (?:all|enough) bytes|Failed to deserialize|FATAL|INTERNAL"
)
_WANTING = re.compile(r"could not allocate|Out of Memory", re.IGNORECASE)
# What it says of a file that another process holds, or another thread of this one.
_HELD = re.compile(r"Could not set lock|already attached")
_HOLDER = re.compile(r"\(PID (\d+)\)")


class WarehouseLockedError(Exception):
    """Another process holds the file; `pid` is its number where DuckDB knows it."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{path} is held by {holder}; wait for it to end, or end it, and run this again")
        self.pid = pid


class WarehouseMissingError(Exception):
    """There is no file at the warehouse's path."""


class WarehouseDamagedError(Exception):
    """The file is no DuckDB database, or a damaged one."""


class WarehouseMemoryError(Exception):
    """What was asked of the file takes more memory than its limit."""


class MigrationError(Exception):
    """The schema is not one that this program can work with."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A DuckDB file and the archive beside it. It is opened for one piece of work at a time and closed after it.

    `lock_wait` is how many seconds to wait for another process to let go; `prints` is what this process remembers of the
    fingerprints from batch to batch. `memory_limit` is what DuckDB may use; without one it is 250 MB, and of a file of more
    than 2.5 GB a tenth where it is only read, and while it is brought up to date.
    """

    path: Path
    lock_wait: float = 10.0
    memory_limit: str | None = None
    threads: int = 1
    archive_folder: Path | None = None
    prints: Prints = field(default_factory=Prints, repr=False, compare=False)

    @property
    def archive(self) -> Archive:
        """The raw bytes of everything in the warehouse; `dateline.archive/` lies beside `dateline.duckdb`."""
        return Archive(self.archive_folder or self.path.with_name(f"{self.path.stem}.archive"))

    @property
    def limit(self) -> str:
        """How much memory DuckDB may use while it writes."""
        return self.memory_limit or _megabytes(_MEMORY)

    @property
    def _larger_limit(self) -> str:
        size = self.path.stat().st_size if self.path.exists() else 0
        return self.memory_limit or _megabytes(max(_MEMORY, int(size / _SHARE)))

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file to read.

        Raises WarehouseMissingError, WarehouseLockedError, WarehouseDamagedError or WarehouseMemoryError.
        """
        if not self.path.exists():
            raise WarehouseMissingError(f"there is no warehouse at {self.path}; `dateline ingest` makes one")
        with self._open(read_only=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file to write, make it if it is not there, and bring its schema up to date."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open(read_only=False) as connection:
            # DuckDB holds in memory all parts of tables from which rows were deleted when it writes the file. In archives
            # from before migration 12 these are up to a fourteenth of it.
            migrate(connection, self._larger_limit)
            connection.execute(f"SET memory_limit = '{self.limit}'")
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for one transaction: all of it is kept, or nothing."""
        with self.writing() as connection, in_transaction(connection):
            yield connection

    @contextmanager
    def _open(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._connect(read_only)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
        except duckdb.Error as error:
            if _WANTING.search(str(error)):
                limit = self._larger_limit if read_only else self.limit
                raise WarehouseMemoryError(_wanting(limit, error)) from None
            if _DAMAGE.search(str(error)):
                raise WarehouseDamagedError(_damaged(self.path, error)) from None
            raise
        finally:
            connection.close()

    def _connect(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        config: dict[str, Any] = {
            "memory_limit": self._larger_limit if read_only else self.limit,
            "threads": max(self.threads, os.cpu_count() or 1) if read_only else self.threads,  # who asks, waits
            "autoinstall_known_extensions": False,
            "checkpoint_threshold": _CHECKPOINT,
        }
        connection = duckdb.connect(config=config)  # in memory: how rows are grouped is told when a file is attached
        try:
            self._attach(connection, read_only)
        except BaseException:
            connection.close()
            raise
        return connection

    def _attach(self, connection: duckdb.DuckDBPyConnection, read_only: bool) -> None:
        path = str(self.path).replace("'", "''")
        how = "READ_ONLY" if read_only else f"STORAGE_VERSION '{_STORAGE}', ROW_GROUP_SIZE {_ROW_GROUP}"
        deadline = time.monotonic() + self.lock_wait
        while True:
            try:
                connection.execute(f"ATTACH '{path}' AS dateline ({how})")
                connection.execute("USE dateline")
            except duckdb.Error as error:
                if not _HELD.search(str(error)):
                    raise WarehouseDamagedError(_damaged(self.path, error)) from None
                if time.monotonic() > deadline:
                    raise WarehouseLockedError(self.path, _holder(error)) from None
                time.sleep(_POLL_SECONDS)
            else:
                return


@dataclass(frozen=True, slots=True)
class Migration:
    """A file of the schema: its number, name and digest. Number 0 stands for the views and macros."""

    version: int
    name: str
    sha256: str
    files: tuple[str, ...]


def migrations() -> list[Migration]:
    """List what makes the schema, in order; the views and macros come last."""
    numbered = []
    for name in list_sql("migrations")[1:]:
        number, _, title = name.removeprefix("migrations/").partition("_")
        numbered.append(Migration(int(number), title, _sha256([name]), (name,)))
    definitions = ("migrations/0000_schema_migrations", *list_sql("views"), *list_sql("macros"))
    return [*numbered, Migration(0, "views_and_macros", _sha256(definitions), definitions)]


def migrate(connection: duckdb.DuckDBPyConnection, memory_limit: str | None = None) -> list[Migration]:
    """Apply the migrations that are missing, each in one transaction with its row; gives those applied.

    Where there are any, DuckDB may use `memory_limit` from then on, if that is given. The views and macros get their row when
    the index of search, which they make, holds all there is.

    Raises MigrationError for a schema that a newer program made, or a migration that was changed after it was applied.
    """
    missing = _missing(connection)
    if missing and memory_limit:
        connection.execute(f"SET memory_limit = '{memory_limit}'")
    if missing:  # what an older DuckDB wrote of groups of rows lacks where they lie, and is written anew once
        connection.execute("SET experimental_metadata_reuse = false")
    for migration in missing:
        with in_transaction(connection):
            for name in ("migrations/0000_schema_migrations", *migration.files):
                run_sql(connection, name)
            if migration.version:
                _record(connection, migration)
        connection.execute("CHECKPOINT")
        if not migration.version:  # with the macros that tell words apart; articles may be older than the index
            index_backlog(connection)
            with in_transaction(connection):
                _record(connection, migration)
    connection.execute("RESET experimental_metadata_reuse")
    return missing


def _missing(connection: duckdb.DuckDBPyConnection) -> list[Migration]:
    known, wanted = _applied(connection), migrations()
    if newer := known.keys() - {migration.version for migration in wanted}:
        raise MigrationError(f"the warehouse has migration {max(newer)}, which this program does not know; update it")
    missing = []
    for migration in wanted:
        if known.get(migration.version) == migration.sha256:
            continue
        if migration.version and migration.version in known:
            raise MigrationError(f"migration {migration.version} ({migration.name}) was changed after it was applied")
        missing.append(migration)
    return missing


def _record(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    row = [migration.version, migration.name, datetime.now(UTC), migration.sha256]
    connection.execute("DELETE FROM schema_migrations WHERE version = ?", row[:1])
    connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?, ?)", row)


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    try:
        return dict(connection.execute("SELECT version, sha256 FROM schema_migrations").fetchall())
    except duckdb.CatalogException:
        return {}


def _sha256(names: list[str] | tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(map(read_sql, names)).encode()).hexdigest()


def _holder(error: Exception) -> int | None:
    """Tell the number of the process that holds a file, where DuckDB knows it."""
    if found := _HOLDER.search(str(error)):
        return int(found[1])
    return os.getpid() if "already attached" in str(error) else None


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000}MB"


def _wanting(limit: str, error: Exception) -> str:
    return (
        f"this takes more than the {limit} that DuckDB may use ({str(error).splitlines()[0]}). Nothing of it was kept, and "
        "what was read is in the archive: set DATELINE_MEMORY_LIMIT higher and run it again"
    )


def _damaged(path: Path, error: Exception) -> str:
    return (
        f"{path} cannot be read: {str(error).splitlines()[0]}. "
        "If it was a warehouse, `dateline rebuild` makes it again from the archive beside it"
    )
