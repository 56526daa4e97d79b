"""The Internet Archive's Wayback Machine: what stood at an address, or below a prefix, in a time.

https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from connectors.providers.addresses import address, stamp
from connectors.providers.answers import instant, read_json, web_address
from connectors.providers.provider import Budget, Hit, MalformedAnswerError, ProviderLimits, Request
from transforms.questions import Question
from transforms.records import Capture

_ORIGIN = "https://web.archive.org"
_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_COPIES = 5
_LATER = timedelta(days=365)  # an archive may have come by long after the page was written


@dataclass(frozen=True, slots=True)
class Wayback:
    """Asks for the article's own address, whose page may be gone, and for what stood below `prefixes` in its days."""

    name: str = "wayback"
    prefixes: Sequence[str] = ()
    origin: str = _ORIGIN
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=1000, seconds=2.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask; none for a question without an address where no prefixes are set."""
        until = question.until + _LATER if question.until else None
        own = [self._ask(question.url, "exact", question, stamp(until), budget)] if question.url else []
        below = [self._ask(prefix, "prefix", question, stamp(question.until), budget) for prefix in self.prefixes]
        return [*own, *below][: budget.requests]

    def _ask(self, url: str, match: str, question: Question, until: str | None, budget: Budget) -> Request:
        query = {
            "url": url,
            "matchType": match,
            "from": stamp(question.since),
            "to": until,
            "output": "json",
            "fl": ",".join(_FIELDS),
            "filter": "statuscode:200",
            "collapse": "digest" if match == "exact" else "urlkey",
            "limit": min(budget.hits, self.limits.rows),
        }
        return Request(address(f"{self.origin}/cdx/search/cdx", query))

    def copies(self, url: str, question: Question) -> Request:
        """Ask for the page itself, from the question's days on: the first copy is the nearest to what was written."""
        return self._ask(url, "exact", question, None, Budget(hits=_COPIES))

    def hits(self, answer: bytes) -> list[Hit]:
        """Read rows below their names; nothing at all means that nothing was captured."""
        if not answer.strip():
            return []
        rows = read_json(answer)
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise MalformedAnswerError("the answer is no list of rows")
        named = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
        return [
            Hit(url, seen_at=seen_at, request=Request(f"{self.origin}/web/{row['timestamp']}id_/{url}"))
            for row in named
            if "html" in str(row.get("mimetype")) or row.get("mimetype") == "warc/revisit"
            if (url := web_address(row.get("original"))) and (seen_at := instant(row.get("timestamp")))
        ]

    def unpack(self, hit: Hit, answer: Capture) -> Capture:
        """Give the page back its own address, which the archive's stands in front of."""
        return replace(answer, url=hit.url)
