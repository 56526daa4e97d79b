"""Notes: what only the database knows, and no archive can tell. They are carried from a file into the one that replaces it."""

from __future__ import annotations

from typing import Any

import duckdb

from warehouse.database import Warehouse, WarehouseDamagedError, WarehouseMissingError
from warehouse.statements import run_sql

NOTES = {
    "sources": "how far sources were read, and with what to ask them next time",
    "similar_requests": "what was asked for similar coverage",
    "similar_hits": "what was offered as similar coverage, and why it was taken or turned down",
}


def carry_notes(old: Warehouse, fresh: Warehouse) -> tuple[str, ...]:
    """Put the notes of an old file into a fresh one, in one transaction; names the tables that could not be read.

    An old file that is damaged or not there has no notes.
    """
    found: dict[str, Any] = {}
    for name in NOTES:
        try:
            with old.reading() as connection:
                found[name] = run_sql(connection, f"notes/read_{name}").to_arrow_table()
        except (WarehouseMissingError, WarehouseDamagedError, duckdb.Error):
            continue
    with fresh.transaction() as connection:
        for name, content in found.items():
            connection.register("carried", content)
            run_sql(connection, f"notes/put_{name}")
            connection.unregister("carried")
    return tuple(name for name in NOTES if name not in found)
