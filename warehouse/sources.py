"""Places that documents come from, and how far each was read: the cursors of connectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

from warehouse.database import Warehouse
from warehouse.rows import table
from warehouse.statements import rows, run_sql

_INSTANT = pa.timestamp("us", tz="UTC")
_PLACES = pa.schema([("locator", pa.string())])
_STATES = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "kind", "locator", "state", "last_run_id")),
        ("last_success_at", _INSTANT),
    ]
)


@dataclass(frozen=True, slots=True)
class SourceState:
    """A place (a page, a list, a feed) and the cursor with which the next run goes on; `state` is what JSON can hold."""

    source: str
    kind: str
    locator: str
    state: Mapping[str, Any] = field(default_factory=dict)
    last_run_id: str | None = None
    last_success_at: datetime | None = None


def save_states(warehouse: Warehouse, states: Iterable[SourceState]) -> None:
    """Put states in the place of those that are kept for the same places, in one transaction."""
    lines = [
        (
            one.source,
            one.kind,
            one.locator,
            orjson.dumps(dict(one.state)).decode(),
            one.last_run_id,
            one.last_success_at,
        )
        for one in {(one.source, one.kind, one.locator): one for one in states}.values()
    ]
    if not lines:
        return
    with warehouse.transaction() as connection:
        connection.register("staged_sources", table(lines, _STATES))
        run_sql(connection, "queries/save_sources")


def read_states(
    warehouse: Warehouse, source: str, kind: str, locators: Iterable[str] | None = None
) -> dict[str, SourceState]:
    """Read the states of a connector's places, of one kind, by locator: of all that have one, or of those named."""
    if not warehouse.path.exists():
        return {}
    with warehouse.writing() as connection:
        connection.register("asked", table([(one,) for one in locators or ()], _PLACES))
        asked = {"source": source, "kind": kind, "all_of_them": locators is None}
        found = rows(run_sql(connection, "queries/sources", asked))
    return {row["locator"]: SourceState(**{**row, "state": orjson.loads(row["state"] or "{}")}) for row in found}


def last_captured(warehouse: Warehouse, source: str, locators: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Say what was last captured at a connector's places: its address, type, digest and time."""
    if not warehouse.path.exists():
        return {}
    with warehouse.writing() as connection:
        connection.register("asked", table([(one,) for one in locators], _PLACES))
        found = rows(run_sql(connection, "queries/captured", {"source": source}))
    return {row.pop("locator"): row for row in found}


def seen_since(warehouse: Warehouse, source: str, since: datetime) -> set[str]:
    """Name the places of a connector that a run since then has seen, whatever became of them."""
    if not warehouse.path.exists():
        return set()
    with warehouse.writing() as connection:
        return {
            row["locator"]
            for row in rows(run_sql(connection, "queries/seen_since", {"source": source, "since": since}))
        }
