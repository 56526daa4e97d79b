"""The promises of the design as queries: a check is a query that returns the rows that break it; no row passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms.boilerplate import shipped_rules
from transforms.cleaning import clean
from warehouse.archive import ArchiveDamagedError, Placement
from warehouse.database import Warehouse
from warehouse.statements import list_sql, read_sql, rows, run_sql
from warehouse.warc import payload_sha256

_MOST_ROWS = 20
_SAMPLE = 1000  # articles whose texts are cleaned once more


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check, what it promises, whether it must hold, and the first rows that break it (`failures` counts all)."""

    name: str
    promise: str
    required: bool
    failures: int
    offending: tuple[dict[str, Any], ...]

    @property
    def passed(self) -> bool:
        """Whether no row breaks the promise."""
        return not self.failures


def run_checks(warehouse: Warehouse) -> list[CheckResult]:
    """Run every check of `warehouse/sql/checks`, and read every record of the archive back."""
    results = []
    with warehouse.reading() as connection:
        for name in list_sql("checks"):
            promise, severity = _header(read_sql(name))
            offending = rows(run_sql(connection, name))
            results.append(_result(name.removeprefix("checks/"), promise, severity == "required", offending))
        kept = rows(run_sql(connection, "queries/kept_bytes"))
        sample = rows(run_sql(connection, "queries/sample_texts", {"limit": _SAMPLE}))
    results.append(
        _result(
            "litter_is_gone", f"Cleaning a text again removes nothing ({len(sample)} looked at)", False, _litter(sample)
        )
    )
    results.append(
        _result("bytes_are_kept", "The bytes of every capture are in the archive", True, _lost(warehouse, kept))
    )
    results.append(_result("ledger_is_whole", "The archive's ledger is whole", True, _damage(warehouse)))
    return results


def _header(sql: str) -> tuple[str, str]:
    """Read the first two lines of a check: its promise, and whether it is required or advisory."""
    promise, severity = (line.removeprefix("--").strip() for line in sql.splitlines()[:2])
    if severity not in ("required", "advisory"):
        raise ValueError(f"the second line of a check is `-- required` or `-- advisory`, not {severity!r}")
    return promise, severity


def _result(name: str, promise: str, required: bool, offending: list[dict[str, Any]]) -> CheckResult:
    return CheckResult(name, promise, required, len(offending), tuple(offending[:_MOST_ROWS]))


def _litter(sample: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for row in sample:
        edits = clean(row["text"], shipped_rules(), language=row["language"]).edits
        named = {name: row[name] for name in ("article_id", "version")}
        found += [{**named, "rule": edit.rule, "original": edit.original[:80]} for edit in edits]
    return found


def _lost(warehouse: Warehouse, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lost = []
    for row in kept:
        try:
            item = warehouse.archive.read(Placement(row["warc_file"], row["warc_offset"], row["warc_length"]))
        except ArchiveDamagedError as error:
            lost.append({**row, "error": str(error)})
            continue
        if payload_sha256(item) != row["payload_sha256"]:
            place = f"{row['warc_file']} at {row['warc_offset']}"
            lost.append({**row, "error": f"{place}: another payload than was captured"})
    return lost


def _damage(warehouse: Warehouse) -> list[dict[str, Any]]:
    try:
        stop = 0
        for entry in warehouse.archive.entries():
            stop = entry.stop
    except ArchiveDamagedError as error:
        return [{"error": str(error)}]
    with warehouse.reading() as connection:
        gaps = rows(run_sql(connection, "queries/ledger_gaps", {"size": stop}))
    return [{"error": "not in the warehouse yet; the next ingest brings it in", **gap} for gap in gaps]
