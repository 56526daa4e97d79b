"""When an article without a date was published, as far as other articles on its story and its own words tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from transforms.dates.mentions import find_mentions
from transforms.records import Precision

_WIDEST = 31  # days; members further apart tell nothing
_READ = 1500  # characters
_NEAR = ("day", "part", "hour", "minute")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Inferred:
    """An interval of publication, and the words of the article that fit it and no other day of the range."""

    earliest: datetime
    latest: datetime
    precision: Precision
    words: tuple[str, ...]


def infer(dated: Iterable[tuple[datetime, datetime]], text: str, language: str | None) -> Inferred | None:
    """Give the range of the intervals of dated articles, cut to the days that the text speaks of as its own.

    "On Tuesday" keeps the Tuesdays of the range, "19 July" that day. None where the range is wider than a month.
    """
    spans = list(dated)
    first = min(earliest for earliest, _ in spans).astimezone(UTC).date()
    last = (max(latest for _, latest in spans) - timedelta(microseconds=1)).astimezone(UTC).date()
    if (last - first).days >= _WIDEST:
        return None
    first, last, words = _narrowed(first, last, text[:_READ], language)
    return Inferred(_midnight(first), _midnight(last + _DAY), "day" if first == last else "range", words)


def _narrowed(first: date, last: date, text: str, language: str | None) -> tuple[date, date, tuple[str, ...]]:
    """Cut a range of days to those that the text's first day of the range falls on, where it names one."""
    fitting: dict[date, str] = {}
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        words = _named(day, text, language)
        if words:
            fitting[day] = words
    if not fitting or (first < last and len(fitting) > (last - first).days):
        return first, last, ()
    return min(fitting), max(fitting), tuple(dict.fromkeys(fitting.values()))


def _named(day: date, text: str, language: str | None) -> str:
    """Give the first words by which a text of that day speaks of it; empty for none."""
    for mention in find_mentions(text, published=day, language=language):
        if mention.grain in _NEAR and mention.earliest is not None and mention.earliest.date() == day:
            return mention.raw
    return ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
