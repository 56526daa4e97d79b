"""The index of search: an inverted index in plain tables, kept up by the transaction that changes what it indexes.

A batch adds one segment, in order of terms; segments of like size are merged as they gather (a log-structured merge), so
that a batch costs the same however much is there, and a question asks a few dozen segments. What a new version replaced
is kept in a list of retired documents until a merge leaves it out. The words are told by SQL alone, so that what is asked
is cut as what was indexed.
"""

from __future__ import annotations

import duckdb

from warehouse.statements import in_transaction, rows, run_sql

_SLICE = 2_000_000  # postings: a merge goes through the terms in stretches of about so many, for its memory
# Postings of a segment that is merged no more. DuckDB holds sixteen bytes in memory for each row that a transaction deletes.
_FINAL = 8_000_000
_AMPLE = 10_000  # documents that are tried first where a question has common words alone
_TERMS = 1 << 64
_BACKLOG = 2_000  # articles that are indexed at once where an archive is older than its index


def index_batch(connection: duckdb.DuckDBPyConnection) -> None:
    """Take into the index what a load made current; reads its temporary tables and runs in its transaction."""
    run_sql(connection, "search/from_batch")
    _add(connection)


def refresh_dates(connection: duckdb.DuckDBPyConnection) -> None:
    """Take over the dates that were inferred from stories, or withdrawn, after the index was kept up."""
    run_sql(connection, "search/refresh_dates")


def index_backlog(connection: duckdb.DuckDBPyConnection) -> None:
    """Take into the index whatever is current and not in it, as in an archive that is older than the index.

    It goes on some thousand articles at a time, each time in one transaction.
    """
    found = _BACKLOG
    while found:
        with in_transaction(connection):
            run_sql(connection, "search/from_backlog", {"most": _BACKLOG})
            (found,) = connection.execute("SELECT count(*) FROM to_index").fetchone() or (0,)
            if found:
                _add(connection)
        connection.execute("CHECKPOINT")


def _add(connection: duckdb.DuckDBPyConnection) -> None:
    run_sql(connection, "search/add")
    while due := rows(run_sql(connection, "search/due", {"final": _FINAL})):
        (merge,) = due
        slices = -(-merge["postings"] // _SLICE)
        for number in range(slices):
            stretch = {"low": number * _TERMS // slices, "high": (number + 1) * _TERMS // slices - 1}
            run_sql(connection, "search/merge", {**merge, **stretch})
        run_sql(connection, "search/finish_merge", merge)
        if merge["postings"] >= _FINAL:
            run_sql(connection, "search/promote", {**merge, "ample": _AMPLE})
