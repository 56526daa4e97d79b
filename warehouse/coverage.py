"""Coverage similar to an article: what the warehouse knows of the article and of hits, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

import pyarrow as pa

from transforms.coverage import Match, match
from transforms.identity import article_id as identity
from transforms.identity import canonical_url
from transforms.questions import Archive, Clue, Subject
from transforms.stories import Text
from transforms.terms import Term
from transforms.words import words_of
from warehouse.database import Warehouse
from warehouse.queries import NoSuchArticleError, Row
from warehouse.rows import table
from warehouse.statements import rows, run_sql

_SAMPLE = 2_000  # articles whose words stand for the archive's
_WORDS = pa.list_(pa.string())
_ASKED = pa.schema(
    [("ordinal", pa.int32())]
    + [(name, pa.string()) for name in ("url", "source", "locator", "payload_sha256", "by_url", "by_place")]
)
_REQUESTS = pa.schema(
    [
        ("run_id", pa.string()),
        ("article_id", pa.string()),
        ("ordinal", pa.int32()),
        ("provider", pa.string()),
        ("request", pa.string()),
        ("hits", pa.int32()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
_HITS = pa.schema(
    [
        *((name, pa.string()) for name in ("run_id", "article_id")),
        ("ordinal", pa.int32()),
        *((name, pa.string()) for name in ("provider", "url", "locator", "title", "published")),
        ("promise", pa.float64()),
        ("hit_article_id", pa.string()),
        ("is_known", pa.bool_()),
        ("is_match", pa.bool_()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("score", pa.float64()),
        ("days_apart", pa.int32()),
        *((name, _WORDS) for name in ("shared_names", "shared_phrases", "shared_words")),
    ]
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hit is or would be: its address, and source and locator of its capture; the digest where there are bytes."""

    url: str | None
    source: str
    locator: str
    payload_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """What came of one request to a provider."""

    provider: str
    request: str | None
    hits: int
    reason: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class HitOutcome:
    """What became of a hit; `match` is None for what became no article, and `reason` says why."""

    provider: str
    url: str | None
    locator: str
    title: str | None
    published: str | None
    promise: float
    hit_article_id: str | None
    is_known: bool
    reason: str
    detail: str = ""
    match: Match | None = None


def read_subject(warehouse: Warehouse, article_id: str) -> Subject:
    """Read what a question about an article is made of; raises NoSuchArticleError."""
    with warehouse.reading() as connection:
        found = rows(run_sql(connection, "coverage/subject", {"article_id": article_id}))
    if not found:
        raise NoSuchArticleError(f"there is no article {article_id}; `dateline search` finds articles")
    (row,) = found
    published = None
    if row["earliest"] and row["latest"]:
        published = row["earliest"], max(row["latest"], row["earliest"] + timedelta(days=1))
    return Subject(row["title"], row["text"], row["language"], published, row["dateline"], row["url"])


def count_words(warehouse: Warehouse, words: Collection[str]) -> Archive:
    """Count in how many articles words stand, in a sample where there are very many."""
    wanted, counts = set(words), Counter[str]()
    with warehouse.reading() as connection:
        sample = run_sql(connection, "coverage/sample", {"most": _SAMPLE}).fetchall()
    for title, text in sample:
        counts.update(wanted.intersection(words_of(f"{title}\n{text}")))
    return Archive(len(sample), counts)


def find_known(warehouse: Warehouse, places: Sequence[Place]) -> dict[int, str]:
    """Find which hits are in the warehouse: the article's id by the number of the hit."""
    if not places:
        return {}
    asked = [
        (
            number,
            url := canonical_url(place.url),
            place.source,
            place.locator,
            place.payload_sha256,
            identity(url, place.source, place.locator),
            identity(None, place.source, place.locator),
        )
        for number, place in enumerate(places)
    ]
    with warehouse.writing() as connection:
        connection.register("asked", table(asked, _ASKED))
        return {row["ordinal"]: row["article_id"] for row in rows(run_sql(connection, "coverage/known"))}


def find_refused(warehouse: Warehouse, run_id: str) -> dict[str, tuple[str, str]]:
    """Give reason and detail of what a run refused, by locator."""
    with warehouse.reading() as connection:
        found = rows(run_sql(connection, "coverage/refused", {"run_id": run_id}))
    return {row["locator"]: (row["reason"], row["detail"]) for row in found}


def compare(warehouse: Warehouse, article_id: str, others: Collection[str], clues: Sequence[Clue]) -> dict[str, Match]:
    """Compare an article with others by the numbers that put texts into stories; gives a match for each of them."""
    with warehouse.writing() as connection:
        compared = pa.table({"article_id": pa.array(sorted({article_id, *others}), pa.string())})
        connection.register("compared", compared)
        found = {
            row["article_id"]: row for row in rows(run_sql(connection, "coverage/texts", {"article_id": article_id}))
        }
    one = found[article_id]
    return {
        other: match(
            _text(one),
            _text(row),
            f"{row['title'] or ''}\n{row['text']}",
            clues,
            is_copy=row["is_pair"] or row["text_sha256"] == one["text_sha256"],
            same_story=row["is_of_story"],
        )
        for other in others
        if (row := found.get(other))
    }


def save_coverage(
    warehouse: Warehouse,
    run_id: str,
    article_id: str,
    requests: Iterable[RequestOutcome],
    hits: Iterable[HitOutcome],
) -> None:
    """Keep what was asked and what became of the hits, in one transaction; what the run kept before goes."""
    asked = [
        (run_id, article_id, number, *(getattr(one, field.name) for field in fields(one)))
        for number, one in enumerate(requests, start=1)
    ]
    offered = [_hit_row(run_id, article_id, number, one) for number, one in enumerate(hits, start=1)]
    with warehouse.transaction() as connection:
        connection.register("staged_requests", table(asked, _REQUESTS))
        connection.register("staged_hits", table(offered, _HITS))
        run_sql(connection, "coverage/save", {"run_id": run_id})


def last_coverage(warehouse: Warehouse, article_id: str) -> str:
    """Name the last run that looked for coverage of an article; raises NoSuchArticleError where none did."""
    with warehouse.writing() as connection:
        (found,) = rows(run_sql(connection, "coverage/last_run", {"article_id": article_id}))
    if not found["run_id"]:
        raise NoSuchArticleError(f"no run has looked for coverage of article {article_id} yet")
    return str(found["run_id"])


def read_coverage(warehouse: Warehouse, run_id: str) -> tuple[list[Row], list[Row]]:
    """Read what a run asked and what it was offered: rows of the two tables, matches first."""
    with warehouse.reading() as connection:
        requests = rows(run_sql(connection, "coverage/requests", {"run_id": run_id}))
        return requests, rows(run_sql(connection, "coverage/hits", {"run_id": run_id}))


def _text(row: Mapping[str, Any]) -> Text:
    terms = tuple(Term(one["word"], one["weight"], one["is_name"]) for one in row["terms"] or ())
    return Text(row["text_sha256"], row["day"], terms)


def _hit_row(run_id: str, article_id: str, number: int, one: HitOutcome) -> tuple[Any, ...]:
    found = one.match
    told = asdict(one)
    return (
        run_id,
        article_id,
        number,
        *(told[name] for name in ("provider", "url", "locator", "title", "published", "promise")),
        *(one.hit_article_id, one.is_known, found is not None and found.is_match),
        *(found.reason if found else one.reason, one.detail),
        *(found and found.score, found and found.days_apart),
        *((found.names, found.phrases, found.words) if found else ((), (), ())),
    )
