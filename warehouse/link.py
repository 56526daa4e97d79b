"""What articles are to each other: the copies of one text, paired with the earliest and grouped as a story."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.statements import list_sql, run_sql


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How many articles of the batch's texts are copies of an earlier one."""

    copies: int


def link(connection: duckdb.DuckDBPyConnection) -> LinkReport:
    """Pair and group what a batch brought with all that was there.

    It reads the temporary table `states` of a load and runs in that load's transaction, so that links are never stale
    and no crash can come between.
    """
    for name in list_sql("link"):
        run_sql(connection, name)
    found = connection.execute("SELECT count(*) FROM copies WHERE article_id <> original_id").fetchone()
    return LinkReport(found[0] if found else 0)
