"""The ledger of runs: one row when a run begins, its counts with every batch, its end when it ends."""

from __future__ import annotations

import os
import platform
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import duckdb
import orjson

from warehouse.database import Warehouse
from warehouse.statements import rows, run_sql

_LIBRARIES = (
    "duckdb",
    "pyarrow",
    "turbohtml",
    "chardetng-py",
    "ada-url",
    "FastWARC",
    "feedparser",
    "lxml",
    "orjson",
    "prefect",
)
_MILLISECOND_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its id, which sorts by time, what runs, and when it began."""

    run_id: str
    flow: str
    started_at: datetime


@contextmanager
def open_run(warehouse: Warehouse, flow: str, rules_sha256: str) -> Iterator[Run]:
    """Begin a run and end it, as done, as failed, or as interrupted; a run whose process died is ended by the next."""
    run = new_run(flow)
    with warehouse.transaction() as connection:
        _end_dead_runs(connection)
        values = {"run_id": run.run_id, "flow": flow, "started_at": run.started_at}
        run_sql(connection, "queries/start_run", {**values, "versions": orjson.dumps(versions(rules_sha256)).decode()})
    try:
        yield run
    except (KeyboardInterrupt, SystemExit):
        _finish(warehouse, run, "interrupted", "stopped by its user")
        raise
    except Exception as error:
        _finish(warehouse, run, "failed", f"{type(error).__name__}: {error}")
        raise
    _finish(warehouse, run, "done", None)


def new_run(flow: str) -> Run:
    """Make up a run that begins now."""
    milliseconds = int(datetime.now(UTC).timestamp() * 1000)
    run_id = f"{milliseconds:0{_MILLISECOND_DIGITS}x}{secrets.token_hex(10)}"
    return Run(run_id, flow, began(run_id) or datetime.now(UTC))


def began(run_id: str) -> datetime | None:
    """Read from a run's id when it began; None for what is no run's id."""
    try:
        return datetime.fromtimestamp(int(run_id[:_MILLISECOND_DIGITS], 16) / 1000, UTC) if len(run_id) == 32 else None
    except ValueError:
        return None


def versions(rules_sha256: str) -> dict[str, Any]:
    """Name everything that decides what a capture becomes, and the process that runs."""
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "program": metadata.version("dateline"),
        "python": platform.python_version(),
        "rules": rules_sha256,
        "libraries": found,
        "process": f"{socket.gethostname()}:{os.getpid()}",
    }


def restore_run(connection: duckdb.DuckDBPyConnection, run: dict[str, Any]) -> None:
    """Put back the row of a run as the archive's ledger tells of it."""
    run_sql(connection, "queries/restore_run", {**run, "versions": orjson.dumps(run["versions"]).decode()})


def read_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any] | None:
    """Give the row of a run."""
    found = rows(connection.execute("SELECT * FROM runs WHERE run_id = ?", [run_id]))
    if not found:
        return None
    return {**found[0], "versions": orjson.loads(found[0]["versions"] or "{}")}


def _finish(warehouse: Warehouse, run: Run, status: str, error: str | None) -> None:
    values = {"run_id": run.run_id, "status": status, "finished_at": datetime.now(UTC), "error": error}
    with warehouse.transaction() as connection:
        run_sql(connection, "queries/finish_run", values)
        row = read_run(connection, run.run_id)
    if row is None:
        return
    start, stop = warehouse.archive.note_run(row)
    with warehouse.transaction() as connection:
        run_sql(connection, "load/5_marks", {"ledger_start": start, "ledger_stop": stop})


def _end_dead_runs(connection: duckdb.DuckDBPyConnection) -> None:
    for row in rows(run_sql(connection, "queries/running")):
        host, _, pid = (row["process"] or "").rpartition(":")
        if host == socket.gethostname() and pid.isdigit() and not _is_alive(int(pid)):
            ended = {"run_id": row["run_id"], "status": "interrupted", "finished_at": None}
            run_sql(connection, "queries/finish_run", {**ended, "error": f"process {pid} died"})


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
