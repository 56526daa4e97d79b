"""A batch into the warehouse: what is known of it before, and one transaction for all it became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import duckdb

from transforms.records import Capture, Rejection
from warehouse.archive import Placement
from warehouse.database import Warehouse
from warehouse.link import link
from warehouse.rows import SURVEYED, ArticleRows, KeptItem, capture_rows, rejection_rows, table
from warehouse.statements import list_sql, rows, run_sql


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of captures; `captures` is the sum of the five outcomes."""

    captures: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0

    def __add__(self, other: LoadReport) -> LoadReport:
        names = [field.name for field in fields(self)]
        return LoadReport(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Survey:
    """What the warehouse knows of the items of a batch, by the ids of their records."""

    placements: dict[str, Placement]
    current: frozenset[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Items whose bytes are durable, what they became, and the ledger's bytes [start, stop) that name them."""

    run_id: str
    seen_at: datetime
    kept: tuple[KeptItem, ...]
    became: ArticleRows
    ledger_start: int
    ledger_stop: int


def survey(warehouse: Warehouse, items: Sequence[tuple[str, str, Capture | Rejection]]) -> Survey:
    """Look up which items, given as (record id, payload's SHA-256, item), are kept, and which are current versions."""
    if not items or not warehouse.path.exists():
        return Survey({}, frozenset())
    asked = []
    for identifier, digest, item in items:
        stage, reason = (item.stage, item.reason) if isinstance(item, Rejection) else (None, None)
        asked.append((identifier, item.source, item.locator, stage, reason, digest if item.payload else None))
    with warehouse.writing() as connection:
        connection.register("surveyed", table(asked, SURVEYED))
        seen = rows(run_sql(connection, "load/survey"))
        refused = rows(run_sql(connection, "load/survey_rejections"))
    placements = {row["record_id"]: Placement(row["warc_file"], row["warc_offset"], 0) for row in refused}
    for row in seen:
        placements[row["record_id"]] = Placement(row["warc_file"], row["warc_offset"], row["warc_length"])
    return Survey(placements, frozenset(row["record_id"] for row in seen if row["is_current"]))


def load(warehouse: Warehouse, batch: Batch) -> LoadReport:
    """Load a batch, and link it, in one transaction. Loading a batch again changes nothing but `last_seen_at`."""
    placements = {one.ordinal: one.placement for one in batch.kept}
    refused = [(one.ordinal, one.item, one.placement) for one in batch.kept if isinstance(one.item, Rejection)]
    refused += [(ordinal, rejection, placements[ordinal]) for ordinal, rejection in batch.became.rejections]
    staged = {
        "staged_captures": capture_rows(batch.kept),
        "staged_articles": batch.became.articles,
        "staged_edits": batch.became.edits,
        "staged_claims": batch.became.claims,
        "staged_mentions": batch.became.mentions,
        "staged_rejections": rejection_rows(refused),
    }
    values = {
        "run_id": batch.run_id,
        "seen_at": batch.seen_at,
        "ledger_start": batch.ledger_start,
        "ledger_stop": batch.ledger_stop,
    }
    with warehouse.transaction() as connection:
        for name, content in staged.items():
            connection.register(name, content)
        for name in list_sql("load"):
            if not name.startswith("load/survey"):
                run_sql(connection, name, values)
        link(connection)
        return _report(connection)


def _report(connection: duckdb.DuckDBPyConnection) -> LoadReport:
    (counts,) = rows(connection.execute("SELECT * FROM outcomes"))
    return LoadReport(**counts)
