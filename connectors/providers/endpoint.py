"""Any service that is asked by an address and answers in JSON: objects with the fields of a document line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

import orjson

from connectors.providers.addresses import origin_of, quoted
from connectors.providers.answers import objects, read_json, web_address, words
from connectors.providers.provider import Budget, Hit, ProviderLimits, Request
from transforms.documents import MEDIA_TYPE
from transforms.questions import Question, phrasings
from transforms.records import Capture, SourceClaims

_LISTS = ("articles", "results", "items", "hits", "documents")
_BODIES = ("text", "html", "html_base64")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Asks an address in which {words}, {since}, {until} and {limit} are filled in.

    The answer is a list of objects, one object with such a list (articles, results, items …), or one object a line. An
    object with a text or a page is the document itself, and nothing more is fetched; one with an address leads to it.
    """

    url: str
    name: str = "endpoint"
    authorization: str | None = field(default=None, repr=False)
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=1000, seconds=1.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask, narrow questions first."""
        filled = {
            "since": f"{question.since:%Y-%m-%d}" if question.since else "",
            "until": f"{question.until:%Y-%m-%d}" if question.until else "",
            "limit": str(min(budget.hits, self.limits.rows)),
        }
        asked = [
            _filled(self.url, {"words": quoted(clues), **filled}) for clues in phrasings(question, budget.requests)
        ]
        return [Request(url) for url in dict.fromkeys(asked)]

    def credentials(self) -> Mapping[str, str]:
        """Give what the settings say to send, for the endpoint's own origin and no other."""
        return {origin_of(self.url): self.authorization} if self.authorization else {}

    def hits(self, answer: bytes) -> list[Hit]:
        """Read objects in any of the three forms."""
        return [hit for row in objects(_rows(answer), "documents") if (hit := self._hit(row))]

    def _hit(self, row: Mapping[str, Any]) -> Hit | None:
        url = web_address(row.get("url"))
        is_whole = any(isinstance(row.get(name), str) and row[name] for name in _BODIES)
        if not url and not (is_whole and row.get("id")):
            return None
        title, publisher, language = (words(row.get(name)) for name in ("title", "publisher", "language"))
        published = words(row.get("published_at"))
        capture = None
        if is_whole:
            capture = Capture(
                source=self.name,
                locator=url or str(row["id"]),
                captured_at=_seen_at(row),
                media_type=MEDIA_TYPE,
                payload=orjson.dumps(row, option=orjson.OPT_SORT_KEYS),
                url=url,
                claims=SourceClaims(title=title, published=published, publisher=publisher, language=language),
            )
        return Hit(url, title, publisher, published, language, capture=capture)


def _filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template


def _rows(answer: bytes) -> Any:
    body = answer.strip()
    if body.startswith(b"{") and b"}\n" in body:
        lines = [line for line in body.split(b"\n") if line.strip()]
        if all(line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for line in lines):
            return [read_json(line) for line in lines]
    told = read_json(body)
    if isinstance(told, dict):
        return next((told[name] for name in _LISTS if name in told), [told] if "url" in told else None)
    return told


def _seen_at(row: Mapping[str, Any]) -> datetime:
    """Give the time of capture that the object names; the beginning of time for one that names none."""
    try:
        at = datetime.fromisoformat(str(row.get("captured_at")))
    except ValueError:
        return _EPOCH
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
