"""Questions to the warehouse, and their answers as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from transforms.snippets import make_snippet
from warehouse.archive import Placement
from warehouse.database import Warehouse
from warehouse.statements import rows, run_sql

Row = dict[str, Any]


class NoSuchArticleError(Exception):
    """No article, or more than one, has such an id, or the article has no such version."""


@dataclass(frozen=True, slots=True)
class ArticleAnswer:
    """A version of an article with everything that explains it; each part is rows of the table of its name."""

    article: Row
    capture: Row
    versions: list[Row]
    edits: list[Row]
    date_claims: list[Row]
    copies: list[Row]
    stories: list[Row]

    def as_dict(self) -> Row:
        """Give one row: the article's columns, and the parts as lists."""
        parts = asdict(self)
        return {**parts.pop("article"), **parts}


def find_article(warehouse: Warehouse, beginning: str) -> str:
    """Give the id that begins so; raises NoSuchArticleError where none or several do."""
    with warehouse.reading() as connection:
        found = rows(run_sql(connection, "queries/find_article", {"beginning": beginning.lower()}))
    if not found:
        raise NoSuchArticleError(f"no article's id begins with {beginning!r}; `dateline search` finds articles")
    if len(found) > 1:
        several = ", ".join(row["article_id"] for row in found[:5])
        raise NoSuchArticleError(f"several articles' ids begin with {beginning!r}: {several}; give more digits")
    return str(found[0]["article_id"])


def read_article(warehouse: Warehouse, article_id: str, version: int | None = None) -> ArticleAnswer:
    """Read a version of an article, the current one unless another is named."""
    with warehouse.reading() as connection:
        versions = rows(run_sql(connection, "queries/versions", {"article_id": article_id}))
        found = [row for row in versions if (row["version"] == version if version else row["valid_to"] is None)]
        if not found:
            raise NoSuchArticleError(f"article {article_id} has no version {version}; it has {len(versions)}")
        values = {"article_id": article_id, "version": found[0]["version"]}
        (article,) = rows(run_sql(connection, "queries/article", values))
        (capture,) = rows(run_sql(connection, "queries/capture", {"capture_id": article["capture_id"]}))
        return ArticleAnswer(
            article,
            capture,
            versions,
            rows(run_sql(connection, "queries/edits", values)),
            rows(run_sql(connection, "queries/date_claims", values)),
            rows(run_sql(connection, "queries/similar", {"article_id": article_id})),
            rows(run_sql(connection, "queries/story_of", {"article_id": article_id})),
        )


def compare_versions(
    warehouse: Warehouse, article_id: str, before: int | None = None, after: int | None = None
) -> tuple[ArticleAnswer, ArticleAnswer]:
    """Read two versions of an article: the current one and the one before it, unless others are named.

    Raises NoSuchArticleError where the article has no such version, or only one.
    """
    new = read_article(warehouse, article_id, after)
    number = before or new.article["version"] - 1
    if number < 1:
        raise NoSuchArticleError(f"version {new.article['version']} of article {article_id} has none before it")
    return read_article(warehouse, article_id, number), new


def read_bytes(warehouse: Warehouse, answer: ArticleAnswer) -> bytes:
    """Give the bytes that the version was made from; raises ArchiveDamagedError where they are not whole."""
    where = answer.capture
    return warehouse.archive.read(Placement(where["warc_file"], where["warc_offset"], where["warc_length"])).payload


def search_articles(
    warehouse: Warehouse,
    words: str,
    limit: int,
    *,
    since: str | None = None,
    until: str | None = None,
    publisher: str | None = None,
) -> list[Row]:
    """Find current articles with all the words, the best match first, each with a snippet.

    `"…"` in the words is a phrase and `title:` a word of the headline. `since` and `until` bound the instant of
    publication, half-open, as SQL reads them; `publisher` is its name or host, in any case.
    """
    narrowed = {"since": since, "until": until, "publisher": publisher}
    found = _asked(warehouse, "search", {"words": words, "limit": limit, **narrowed})
    return [{**row, "snippet": make_snippet(row.pop("text"), words)} for row in found]


def list_stories(warehouse: Warehouse, limit: int) -> list[Row]:
    """List stories, the largest first."""
    return _asked(warehouse, "stories", {"limit": limit})


def list_runs(warehouse: Warehouse, limit: int) -> list[Row]:
    """List runs, the latest first."""
    return _asked(warehouse, "runs", {"limit": limit})


def list_migrations(warehouse: Warehouse) -> list[Row]:
    """List the migrations that were applied."""
    return _asked(warehouse, "migrations", {})


def list_rejections(warehouse: Warehouse, run_id: str, limit: int) -> list[Row]:
    """List what a run refused."""
    return _asked(warehouse, "rejections", {"run_id": run_id, "limit": limit})


def removed_by_run(warehouse: Warehouse, run_id: str) -> list[Row]:
    """Count what each rule took out of the versions that a run made."""
    return _asked(warehouse, "removed_by_run", {"run_id": run_id})


def articles_of_run(warehouse: Warehouse, run_id: str, limit: int) -> list[Row]:
    """List the versions that a run made."""
    return _asked(warehouse, "articles_of_run", {"run_id": run_id, "limit": limit})


def repeated_lines(warehouse: Warehouse, site: str | None, least: int, limits: Row) -> list[Row]:
    """List lines that recur in `least` stories or more of one site, the best supported first; see the SQL for `limits`."""
    return _asked(warehouse, "repeated_lines", {"site": site, "least": least, **limits})


def ask(warehouse: Warehouse, query: str, *, as_rows: bool) -> str | list[Row]:
    """Ask in SQL, read-only: as rows, or drawn as a table with long values cut. Raises duckdb.Error."""
    with warehouse.reading() as connection:
        if as_rows:
            return rows(connection.execute(query))
        return str(connection.sql(query) or "done")


def _asked(warehouse: Warehouse, name: str, values: Row) -> list[Row]:
    with warehouse.reading() as connection:
        return rows(run_sql(connection, f"queries/{name}", values))
