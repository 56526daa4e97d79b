"""An article in the words of schema.org: a NewsArticle as JSON-LD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PATTERNS = {"year": "%Y", "range": "%Y", "quarter": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}


def news_article(row: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an article, given by the columns of `articles`, as a NewsArticle (schema.org/NewsArticle).

    What is not known is left out. A date is no finer than it is known: a day stays a day on the page's own clock.
    """
    told = {
        "identifier": row["article_id"],
        "url": row["url"],
        "headline": row["title"],
        "datePublished": _date(row),
        "dateModified": row["modified_at"].isoformat() if row["modified_at"] else None,
        "author": [{"@type": "Person", "name": name} for name in row["authors"]],
        "creditText": row["credit"],
        "publisher": _named("Organization", row["publisher"] or row["hostname"]),
        "dateline": row["dateline"],
        "inLanguage": row["language"],
        "isAccessibleForFree": False if "paywalled" in row["flags"] else None,
        "wordCount": row["word_count"],
        "articleBody": row["text"],
    }
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        **{name: value for name, value in told.items() if value is not None and value != []},
    }


def _named(kind: str, name: str | None) -> dict[str, str] | None:
    return {"@type": kind, "name": name} if name else None


def _date(row: Mapping[str, Any]) -> str | None:
    if row["published_local"] is None:
        return None
    pattern = _PATTERNS.get(row["published_precision"])
    return str(row["published_local"].strftime(pattern) if pattern else row["published_at"].isoformat())
