"""A way in for captures that no file holds, and a way to compare warehouses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.supervise_workers import Means
from flows.walk_documents import walk
from transforms.boilerplate import shipped_rules
from transforms.records import Capture, Rejection, SourceClaims
from warehouse.archive import Archive
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.runs import open_run

TABLES = (
    "captures",
    "article_versions",
    "edit_spans",
    "date_claims",
    "date_mentions",
    "near_duplicates",
    "stories",
    "story_articles",
    "rejections",
)
# What depends on when things ran, and on where in the archive the bytes came to lie.
_CIRCUMSTANCES = {"run_id", "warc_file", "warc_offset", "warc_length", "last_seen_at", "rejected_at"}


@pytest.fixture
def archive(tmp_path) -> Archive:
    """Give an archive that is not there yet."""
    return Archive(tmp_path / "kept" / "dateline.archive")


@pytest.fixture(scope="session")
def capture() -> Callable[..., Capture]:
    """Give a function that makes captures of texts; what is not given is plain."""

    def made(text: str = "Bread.", locator: str = "/a.txt", day: int = 1, **fields: Any) -> Capture:
        claims = {name: fields.pop(name) for name in ("title", "published", "authors", "publisher") if name in fields}
        given = {"source": "seeds", "media_type": "text/plain", "captured_at": datetime(2024, 3, day, 12, tzinfo=UTC)}
        return Capture(**{**given, **fields}, locator=locator, payload=text.encode(), claims=SourceClaims(**claims))

    return made


@pytest.fixture(scope="session")
def take_into() -> Callable[..., LoadReport]:
    """Give a function that takes captures and rejections all the way into a warehouse."""

    def taken(into: Warehouse, *items: Capture | Rejection, documents: int = 1000) -> LoadReport:
        with open_run(into, "ingest", shipped_rules().sha256) as run:
            return walk(into, run, items, documents=documents, size=1 << 24, means=Means(jobs=0))

    return taken


@pytest.fixture
def take(warehouse: Warehouse, take_into: Callable[..., LoadReport]) -> Callable[..., LoadReport]:
    """Give a function that takes captures and rejections into the test's warehouse, or another."""

    def taken(*items: Capture | Rejection, documents: int = 1000, into: Warehouse = warehouse) -> LoadReport:
        return take_into(into, *items, documents=documents)

    return taken


@pytest.fixture
def snapshot(warehouse: Warehouse) -> Callable[..., dict[str, list[tuple[Any, ...]]]]:
    """Give a function that reads every table; without `circumstances` only what the input decides."""

    def taken(
        of: Warehouse = warehouse, *, circumstances: bool = False, ignoring: Iterable[str] = ()
    ) -> dict[str, list[tuple[Any, ...]]]:
        ignored = {*ignoring, *(() if circumstances else _CIRCUMSTANCES)}
        found = {}
        with of.reading() as connection:
            for table in TABLES:
                names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
                kept = ", ".join(name for name in names if name not in ignored)
                found[table] = connection.execute(f"SELECT {kept} FROM {table} ORDER BY ALL").fetchall()
        if not circumstances:
            found["rejections"] = sorted(set(found["rejections"]), key=repr)  # one for each run that met it
        return found

    return taken
