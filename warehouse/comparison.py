"""Two sets of the same articles compared: the warehouse as it is, and as other rules would make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from warehouse.database import Warehouse
from warehouse.statements import read_sql, rows, run_sql


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would change: a row for each source, and one for each rule whose edits differ."""

    by_source: list[dict[str, Any]]
    by_rule: list[dict[str, Any]]


def compare(before: Warehouse, after: Warehouse, source: str | None = None) -> Comparison:
    """Compare the current articles of two warehouses, all or those of one source."""
    summaries = {"summary_before": _summary(before, source), "summary_after": _summary(after, source)}
    with before.reading() as connection:
        for name, content in summaries.items():
            connection.register(name, content)
        return Comparison(
            rows(run_sql(connection, "reprocess/by_source")), rows(run_sql(connection, "reprocess/by_rule"))
        )


def _summary(warehouse: Warehouse, source: str | None) -> pa.Table:
    with warehouse.reading() as connection:
        return connection.execute(read_sql("reprocess/summary"), {"source": source}).to_arrow_table()
