"""GDELT DOC 2.0: headlines of the world's news of the last months, found by words.

https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from connectors.providers.addresses import address, bounded, quoted, stamp
from connectors.providers.answers import objects, read_json, web_address, words
from connectors.providers.provider import Budget, Hit, ProviderLimits, Request
from transforms.questions import Question, phrasings

_BASE = "https://api.gdeltproject.org/api/v2/doc/doc"
_SHORTEST = 3  # letters; shorter words are refused


@dataclass(frozen=True, slots=True)
class Gdelt:
    """Asks in pairs and threes of clues. Errors come as plain text with the status of success."""

    name: str = "gdelt"
    base: str = _BASE
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=250, days=92, seconds=5.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask, narrow questions first."""
        since, until = bounded(question, self.limits.days)
        fixed: dict[str, str | int | None] = {
            "mode": "artlist",
            "format": "json",
            "maxrecords": min(budget.hits, self.limits.rows),
            "sort": "hybridrel",
            "startdatetime": stamp(since),
            "enddatetime": stamp(until),
        }
        told = replace(question, clues=tuple(clue for clue in question.clues if len(clue.text) >= _SHORTEST))
        queries = map(quoted, phrasings(told, budget.requests))
        return [Request(address(self.base, {"query": query, **fixed})) for query in queries]

    def hits(self, answer: bytes) -> list[Hit]:
        """Read a list of articles; an answer without one is an answer with none."""
        told = read_json(answer)
        rows = told.get("articles", []) if isinstance(told, dict) else told
        return [
            Hit(
                url,
                title=words(row.get("title")),
                publisher=words(row.get("domain")),
                published=words(row.get("seendate")),
                language=words(row.get("language")),
            )
            for row in objects(rows, "articles")
            if (url := web_address(row.get("url")))
        ]
