"""Common Crawl: what its crawls found at an address or below a prefix, and where in its WARC files it lies.

https://index.commoncrawl.org, https://github.com/webrecorder/pywb/wiki/CDX-Server-API
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, ClassVar

import orjson

from connectors.providers.addresses import address
from connectors.providers.answers import instant, told, web_address, words
from connectors.providers.provider import Budget, Hit, MalformedAnswerError, ProviderLimits, Request
from connectors.reading import Found
from connectors.warcs.pages import read_warc
from transforms.questions import Question
from transforms.records import Capture, Rejection

_INDEX, _DATA = "https://index.commoncrawl.org", "https://data.commoncrawl.org"
_LARGEST = 32 * 1024 * 1024  # bytes of a record


@dataclass(frozen=True, slots=True)
class CommonCrawl:
    """Asks the indexes of `crawls` (CC-MAIN-2022-33 …) for the article's address and for what lies below `prefixes`.

    A hit is asked for with a range of bytes, and the answer is one gzipped WARC record.
    """

    crawls: Sequence[str]
    name: str = "common_crawl"
    prefixes: Sequence[str] = ()
    index: str = _INDEX
    data: str = _DATA
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=1000, seconds=2.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask; none for a question without an address where no prefixes are set."""
        places = [(question.url, "exact")] if question.url else []
        places += [(prefix, "prefix") for prefix in self.prefixes]
        asked = [self._ask(crawl, place, match, budget) for place, match in places for crawl in self.crawls]
        return asked[: budget.requests]

    def _ask(self, crawl: str, url: str, match: str, budget: Budget) -> Request:
        query: dict[str, str | int | None] = {
            "url": url,
            "matchType": match,
            "output": "json",
            "filter": "=status:200",
            "limit": min(budget.hits, self.limits.rows),
        }
        return Request(address(f"{self.index}/{crawl}-index", query))

    def hits(self, answer: bytes) -> list[Hit]:
        """Read one object a line; that nothing was captured is told as a message."""
        return [hit for row in _lines(answer) if (hit := self._hit(row))]

    def _hit(self, row: Mapping[str, Any]) -> Hit | None:
        url = web_address(row.get("url"))
        try:
            offset, length = int(row["offset"]), int(row["length"])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswerError("a row of the index without offset and length") from None
        file = words(row.get("filename"))
        if not url or not file or not 0 < length <= _LARGEST or "html" not in str(row.get("mime")):
            return None
        request = Request(f"{self.data}/{file}", (("Range", f"bytes={offset}-{offset + length - 1}"),))
        languages = str(row.get("languages") or "").partition(",")[0] or None
        return Hit(url, language=languages, seen_at=instant(row.get("timestamp")), request=request)

    def unpack(self, hit: Hit, answer: Capture) -> Capture | Rejection:
        """Read the WARC record that an answer is, with the time at which the crawl got it."""
        found = Found(self.name, hit.locator, "record.warc.gz", BytesIO(answer.payload), answer.captured_at, _LARGEST)
        item = next(read_warc(found), None)
        if item is None:
            why = ", ".join(found.skipped) or "nothing is in it"
            item = found.refuse("unsupported", f"the record holds no page: {why}", payload=answer.payload)
        return replace(item, locator=hit.locator)


def _lines(answer: bytes) -> Iterator[Mapping[str, Any]]:
    for line in answer.splitlines():
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise told(answer) from None
        if not isinstance(row, dict):
            raise MalformedAnswerError("a line of the index that is no object")
        if "url" not in row and "No Captures" in str(row.get("message") or row.get("error")):
            return
        if "url" not in row:
            raise told(str(row.get("message") or row.get("error") or "").encode())
        yield row
