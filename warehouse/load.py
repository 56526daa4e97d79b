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
from warehouse.search import index_batch, refresh_dates
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
    """What the warehouse knows of the items of a batch, by the ids of their records.

    `seen` holds the instants at which the captures among them were captured, `current` those that are the current version.
    """

    placements: dict[str, Placement]
    seen: dict[str, frozenset[datetime]]
    current: frozenset[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Items whose bytes are durable, what they became, and the ledger's bytes [start, stop) that name them.

    `number` tells the batch from others of its run.
    """

    run_id: str
    number: int
    seen_at: datetime
    kept: tuple[KeptItem, ...]
    became: ArticleRows
    ledger_start: int
    ledger_stop: int


def survey(warehouse: Warehouse, items: Sequence[tuple[str, str, Capture | Rejection]]) -> Survey:
    """Look up which items, given as (record id, payload's SHA-256, item), are kept, and which are current versions."""
    if not items or not warehouse.path.exists():
        return Survey({}, {}, frozenset())
    asked: list[tuple[str | None, ...]] = []
    for identifier, digest, item in items:
        if isinstance(item, Rejection):
            asked.append((identifier, item.source, item.locator, item.stage, item.reason, item.payload_sha256))
        else:
            asked.append((identifier, item.source, item.locator, None, None, digest))
    with warehouse.writing() as connection:
        connection.register("surveyed", table(asked, SURVEYED))
        seen = rows(run_sql(connection, "load/survey"))
        refused = rows(run_sql(connection, "load/survey_rejections"))
    archive = warehouse.archive
    placements = {row["record_id"]: archive.find(row["warc_file"], row["warc_offset"]) for row in refused}
    for row in seen:
        placements[row["record_id"]] = Placement(row["warc_file"], row["warc_offset"], row["warc_length"])
    current = frozenset(row["record_id"] for row in seen if row["is_current"])
    return Survey(placements, {row["record_id"]: frozenset(row["instants"] or ()) for row in seen}, current)


def load(warehouse: Warehouse, batch: Batch) -> LoadReport:
    """Load a batch, index it for search, and link it, in one transaction. A batch of a run that is loaded again changes nothing."""
    placements = {one.ordinal: one.placement for one in batch.kept}
    refused = [(one.ordinal, one.item, one.placement) for one in batch.kept if isinstance(one.item, Rejection)]
    refused += [(ordinal, rejection, placements[ordinal]) for ordinal, rejection in batch.became.rejections]
    staged = {
        "staged_captures": capture_rows(batch.kept),
        "staged_articles": batch.became.articles,
        "staged_edits": batch.became.edits,
        "staged_claims": batch.became.claims,
        "staged_mentions": batch.became.mentions,
        "staged_fingerprints": batch.became.fingerprints,
        "staged_terms": batch.became.terms,
        "staged_keys": batch.became.keys,
        "staged_rejections": rejection_rows(refused),
    }
    values = {
        "run_id": batch.run_id,
        "batch": batch.number,
        "seen_at": batch.seen_at,
        "ledger_start": batch.ledger_start,
        "ledger_stop": batch.ledger_stop,
    }
    with warehouse.transaction() as connection:
        settled = rows(run_sql(connection, "queries/settled_batch", {"run_id": batch.run_id, "batch": batch.number}))
        if settled:
            return LoadReport(**settled[0])
        for name, content in staged.items():
            connection.register(name, content)
        for name in list_sql("load"):
            if not name.startswith("load/survey"):
                run_sql(connection, name, values)
        index_batch(connection)
        link(connection, batch.run_id, warehouse.prints)
        refresh_dates(connection)
        return _report(connection)


def _report(connection: duckdb.DuckDBPyConnection) -> LoadReport:
    (counts,) = rows(connection.execute("SELECT * FROM outcomes"))
    return LoadReport(**counts)
