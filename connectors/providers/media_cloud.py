"""Media Cloud: an archive of online news with a search; asks for a token, which is free.

https://github.com/mediacloud/api-client
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from connectors.providers.addresses import address, bounded, origin_of, quoted
from connectors.providers.answers import objects, read_json, web_address, words
from connectors.providers.provider import Budget, Hit, ProviderLimits, RefusedAnswerError, Request
from transforms.questions import Question, phrasings

_ORIGIN = "https://search.mediacloud.org"
_PLATFORM = "onlinenews-mediacloud"


@dataclass(frozen=True, slots=True)
class MediaCloud:
    """Asks for stories with all of some clues; `collections` are numbers of lists of sources, empty for all."""

    token: str = field(repr=False)
    name: str = "media_cloud"
    collections: tuple[int, ...] = ()
    origin: str = _ORIGIN
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=1000, seconds=2.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask; none for a question without days, which the service insists on."""
        since, until = bounded(question, self.limits.days)
        if not since or not until:
            return []
        days = {"start": f"{since:%Y-%m-%d}", "end": f"{until:%Y-%m-%d}", "platform": _PLATFORM}
        chosen = {
            "page_size": min(budget.hits, self.limits.rows),
            "cs": ",".join(map(str, self.collections)) or None,
        }
        return [
            Request(
                address(
                    f"{self.origin}/api/search/story-list",
                    {"q": " AND ".join(quoted([clue]) for clue in clues), **days, **chosen},
                )
            )
            for clues in phrasings(question, budget.requests)
        ]

    def credentials(self) -> Mapping[str, str]:
        """Give the token, for the service's own origin and no other."""
        return {origin_of(self.origin): f"Token {self.token}"}

    def hits(self, answer: bytes) -> list[Hit]:
        """Read a list of stories; a refusal says why in JSON."""
        told = read_json(answer)
        if isinstance(told, dict) and "stories" not in told:
            why = words(told.get("note")) or words(told.get("detail")) or "it does not say why"
            raise RefusedAnswerError(f"the service says: {why[:200]}")
        return [
            Hit(
                url,
                title=words(row.get("title")),
                publisher=words(row.get("media_name")),
                published=words(row.get("publish_date")),
                language=words(row.get("language")),
            )
            for row in objects(told["stories"] if isinstance(told, dict) else told, "stories")
            if (url := web_address(row.get("url")))
        ]
