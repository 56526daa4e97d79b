from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.seeds import SeedConnector
from flows.supervise_workers import Means
from flows.walk_documents import walk
from transforms.boilerplate import shipped_rules
from transforms.records import Capture, SourceClaims
from warehouse.database import Warehouse
from warehouse.runs import open_run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^### (\d+)\. (.+?)\n\n```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)


def version(title: str, day: int) -> Capture:
    """Give a version of one page, for the questions about versions."""
    when = datetime(2024, 3, day, tzinfo=UTC)
    address = "https://gazette.example/ferry"
    claims = SourceClaims(title=title, published="2024-03-01", publisher="Gazette", authors=("Ann Oat",))
    return Capture("seeds", "/ferry", when, "text/plain", b"The ferry is late, they say.", address, claims)


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse = Warehouse(tmp_path_factory.mktemp("page") / "dateline.duckdb")
    with open_run(warehouse, "ingest", shipped_rules().sha256) as run:
        files = SeedConnector([str(ROOT / "samples" / "seeds")]).captures()
        items = [*files, version("The ferry is late", 1), version("The ferry is gone", 2)]
        walk(warehouse, run, items, documents=100, size=10**7, means=Means(jobs=0))
    with warehouse.reading() as connection:
        yield connection


def test_there_are_twenty_questions():
    """The page holds what its title says, numbered through."""
    assert [int(number) for number, _, _ in QUESTIONS] == list(range(1, 21))
    assert len(re.findall(r"```sql", PAGE)) == 20


@pytest.mark.parametrize("query", [query for *_, query in QUESTIONS], ids=[words for _, words, _ in QUESTIONS])
def test_each_question_has_an_answer(samples, query):
    """A query of the page runs as it stands, and finds something in the samples."""
    assert samples.execute(query).fetchall()
