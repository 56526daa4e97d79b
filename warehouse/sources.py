"""How far sources were read: a cursor for each place of a source, kept when a run has read it to its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from warehouse.database import Warehouse
from warehouse.statements import rows, run_sql


def read_states(warehouse: Warehouse, source: str) -> dict[str, Any]:
    """Give the cursors of a source by the places that it reads; empty where nothing was read yet."""
    if not warehouse.path.exists():
        return {}
    with warehouse.writing() as connection:
        found = rows(run_sql(connection, "queries/source_states", {"source": source}))
    return {row["locator"]: orjson.loads(row["state"] or "{}") for row in found}


def save_states(warehouse: Warehouse, source: str, kind: str, states: Mapping[str, Any], run_id: str) -> None:
    """Keep the cursors of a source, in one transaction; places that it did not read keep theirs."""
    with warehouse.transaction() as connection:
        for locator, state in states.items():
            values = {"source": source, "kind": kind, "locator": locator, "run_id": run_id, "now": datetime.now(UTC)}
            run_sql(connection, "queries/save_source", {**values, "state": orjson.dumps(state).decode()})
