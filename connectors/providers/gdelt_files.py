"""GDELT's files: what was found in the news of a quarter of an hour, as tables (the Global Knowledge Graph, mentions).

http://data.gdeltproject.org/documentation/GDELT-Global_Knowledge_Graph_Codebook-V2.1.pdf
http://data.gdeltproject.org/documentation/GDELT-Event_Codebook-V2.0.pdf
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import ClassVar

from connectors.providers.answers import told, web_address
from connectors.providers.provider import Budget, Hit, MalformedAnswerError, ProviderLimits, Request
from transforms.questions import Question
from transforms.words import words_of

_BASE = "http://data.gdeltproject.org/gdeltv2"
_SLICE = timedelta(minutes=15)
_LARGEST = 128 * 1024 * 1024  # bytes of a table
_KNOWLEDGE, _MENTIONS = 27, 14  # columns; later editions of the mentions have more
_WEB = "1"  # of the kinds of source: an address on the web
_TITLE = re.compile(r"<PAGE_TITLE>(.{0,2000}?)</PAGE_TITLE>")
_NAMED = (11, 13, 23)  # persons, organisations, all names


@dataclass(frozen=True, slots=True)
class GdeltFiles:
    """Takes tables of quarters of an hour, those nearest to the middle of the question's days first.

    Nothing can be asked of a file: every row is a hit, and which to fetch is told by the names in it.
    """

    name: str = "gdelt_files"
    base: str = _BASE
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=10_000, seconds=1.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give the addresses of tables; none for a question without days."""
        if not question.since or not question.until:
            return []
        days = question.until - question.since
        count = min(budget.requests, max(1, days // _SLICE))
        # Spread over the days, so that a budget of a few tables sees more than one hour of one night.
        middle = [question.since + days * (2 * number + 1) / (2 * count) for number in range(count)]
        middle.sort(key=lambda at: (abs(at - (question.since or at) - days / 2), at))
        return [Request(f"{self.base}/{_slice(at):%Y%m%d%H%M%S}.gkg.csv.zip") for at in middle]

    def hits(self, answer: bytes) -> list[Hit]:
        """Read a table, zipped or not, of either kind."""
        hits = []
        for line in _table(answer).decode("utf-8", "replace").split("\n"):
            columns = line.rstrip("\r").split("\t")
            hit = _knowledge(columns) if len(columns) == _KNOWLEDGE else _mention(columns)
            if hit:
                hits.append(hit)
            elif line.strip() and not hits and len(columns) < _MENTIONS:
                raise told(answer[:4000])
        return list({hit.url: hit for hit in hits}.values())


def _slice(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // _SLICE.total_seconds() * _SLICE.total_seconds(), UTC)


def _table(answer: bytes) -> bytes:
    if not answer.startswith(b"PK"):
        return answer
    try:
        with zipfile.ZipFile(BytesIO(answer)) as archive, archive.open(archive.infolist()[0]) as table:
            content = table.read(_LARGEST + 1)
    except Exception as error:  # noqa: BLE001  (a damaged file makes the library raise errors of many kinds)
        raise MalformedAnswerError(f"a damaged or empty zip file: {error}") from None
    if len(content) > _LARGEST:
        raise MalformedAnswerError(f"a table of more than {_LARGEST} bytes")
    return content


def _knowledge(columns: list[str]) -> Hit | None:
    url = web_address(columns[4])
    if columns[2] != _WEB or not url:
        return None
    title = _TITLE.search(columns[26])
    return Hit(
        url,
        title=unescape(title[1]) if title else None,
        publisher=columns[3] or None,
        published=columns[1] or None,
        names=tuple(dict.fromkeys(word for place in _NAMED for word in _names(columns[place]))),
    )


def _names(column: str) -> Iterator[str]:
    """Yield the words of a list of names by semicolons, each with its place in the text behind a comma."""
    for name in column.split(";"):
        yield from words_of(name.partition(",")[0])


def _mention(columns: list[str]) -> Hit | None:
    if len(columns) < _MENTIONS or columns[3] != _WEB or not (url := web_address(columns[5])):
        return None
    return Hit(url, publisher=columns[4] or None, published=columns[2] or None)
