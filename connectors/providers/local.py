"""Documents on disk as a provider: files and folders of texts, pages and lines of JSON, ranked here and now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape

from connectors.providers.provider import Budget, Hit
from connectors.seeds import SeedConnector
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import MalformedDocumentError, read_document
from transforms.encoding import NotTextError, decode
from transforms.questions import Question
from transforms.ranking import Ranking
from transforms.records import Capture

_NO_TEXT = re.compile(r"<(script|style|head)\b.{0,200000}?</\1\s*>|<!--.{0,200000}?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class LocalProvider:
    """Ranks the documents of files and folders by BM25; all of them are read for every question, and none is kept.

    Documents that say they are of other days count for how rare words are, and are no hits.
    Files that cannot be read are passed over: whoever ingests them is told.
    """

    paths: Sequence[str]
    name: str = "local"
    limit: int = 16 * 1024 * 1024

    def search(self, question: Question, budget: Budget) -> list[Hit]:
        """Give the documents that fit best, the best first, each with its capture."""
        ranking, outside = Ranking(question.weights), set[int]()
        for place, capture in enumerate(self._captures()):
            ranking.add(searchable(capture))
            if _is_outside(capture, question):
                outside.add(place)
        ranked = [(place, score) for place, score in ranking.best() if place not in outside]
        places = dict(ranked[: budget.hits])
        # Read again rather than kept: what is on the disk may be far more than memory holds.
        found = {place: capture for place, capture in enumerate(self._captures()) if place in places}
        return [_hit(found[place], score) for place, score in places.items() if place in found]

    def _captures(self) -> Iterator[Capture]:
        items = SeedConnector(self.paths, self.limit, name=self.name).captures()
        return (item for item in items if isinstance(item, Capture))


def searchable(capture: Capture) -> str:
    """Give the words of a document, with its title, as far as a search needs them; nothing where it cannot be read."""
    try:
        if capture.media_type == DOCUMENT_LINE:
            document = read_document(capture.payload)
            body = document.body if isinstance(document.body, str) else decode(document.body).text
            return f"{document.claims.title or ''}\n{_plain(body) if document.is_page else body}"
        text = decode(capture.payload).text
    except (MalformedDocumentError, NotTextError):
        return ""
    return _plain(text) if "html" in capture.media_type else text


def _is_outside(capture: Capture, question: Question) -> bool:
    """Tell whether a document says that it is not of the question's days; one that says nothing readable stays."""
    if not question.since or not question.until:
        return False
    try:
        day = date.fromisoformat((capture.claims.published or "")[:10])
    except ValueError:
        return False
    return not question.since.date() <= day <= question.until.date()


def _plain(page: str) -> str:
    return unescape(_TAG.sub(" ", _NO_TEXT.sub(" ", page)))


def _hit(capture: Capture, score: float) -> Hit:
    claims = capture.claims
    return Hit(
        capture.url, claims.title, claims.publisher, claims.published, claims.language, score=score, capture=capture
    )
