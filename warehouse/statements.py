"""The SQL files: found by name, split into statements, run with named values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib import resources
from typing import Any

import duckdb

ROOT = resources.files("warehouse").joinpath("sql")


@cache
def read_sql(name: str) -> str:
    """Read an SQL file, such as `load/1_states`."""
    return ROOT.joinpath(f"{name}.sql").read_text("utf-8")


def list_sql(folder: str) -> list[str]:
    """Name the SQL files of a folder, in order."""
    names = (entry.name for entry in ROOT.joinpath(folder).iterdir() if entry.name.endswith(".sql"))
    return sorted(f"{folder}/{name.removesuffix('.sql')}" for name in names)


def run_sql(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """Run all statements of a file, each with the values that it names; the connection holds the last one's result."""
    given = values or {}
    for statement in connection.extract_statements(read_sql(name)):
        connection.execute(statement, {key: given[key] for key in statement.named_parameters})
    return connection


def rows(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Give a result as one mapping a row."""
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@contextmanager
def in_transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep all that is done in it, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a full disk or a failed sync has ended the transaction already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
