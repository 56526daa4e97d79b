"""Addresses of questions: words quoted, days bounded, all of it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

from transforms.questions import Clue, Question


def address(base: str, query: Mapping[str, str | int | None]) -> str:
    """Give an address with a query; what is None is left out."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{base}?{urlencode(given, quote_via=quote, safe='')}" if given else base


def quoted(clues: Iterable[Clue]) -> str:
    """Write clues that all have to be there: phrases in quotation marks, words as they are."""
    return " ".join(
        f'"{plain}"' if clue.is_phrase else plain
        for clue in clues
        if (plain := " ".join(clue.text.replace('"', " ").split()))
    )


def bounded(question: Question, days: int | None) -> tuple[datetime | None, datetime | None]:
    """Give the days of a question, no more of them than a service allows: the first of them, if there are too many."""
    since, until = question.since, question.until
    if since and until and days is not None:
        until = min(until, since + timedelta(days=days))
    return since, until


def stamp(instant: datetime | None) -> str | None:
    """Write an instant in fourteen digits, as archives of the web and GDELT do."""
    return instant.strftime("%Y%m%d%H%M%S") if instant else None


def origin_of(url: str) -> str:
    """Give scheme, host and port of an address, as credentials hang on them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or {'http': 80}.get(parts.scheme, 443)}"
