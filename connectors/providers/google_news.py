"""Google News as RSS: headlines found by words, each with a link that leads by way of Google.

https://news.google.com/rss/search; what its links hold was read from the links themselves.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import ClassVar

from connectors.feeds.entries import Entry, read_feed
from connectors.feeds.guards import FeedError
from connectors.providers.addresses import address, bounded, quoted
from connectors.providers.answers import told
from connectors.providers.provider import Budget, Hit, MalformedAnswerError, ProviderLimits, Request
from transforms.questions import Question, phrasings

_BASE = "https://news.google.com/rss/search"
_ARTICLE = re.compile(r"/(?:rss/)?articles/([\w-]{16,4000})")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{4,2000}")


@dataclass(frozen=True, slots=True)
class GoogleNews:
    """Asks the edition of the article's language, English where there is none."""

    name: str = "google_news"
    base: str = _BASE
    limits: ClassVar[ProviderLimits] = ProviderLimits(rows=100, seconds=5.0)

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask, narrow questions first."""
        since, until = bounded(question, self.limits.days)
        days = f" after:{since:%Y-%m-%d}" if since else ""
        days += f" before:{until + timedelta(days=1):%Y-%m-%d}" if until else ""
        language, country, edition = _editions().get((question.language or "en")[:2], _editions()["en"])
        fixed = {"hl": language, "gl": country, "ceid": edition}
        asked = [quoted(clues) + days for clues in phrasings(question, budget.requests)]
        return [Request(address(self.base, {"q": query, **fixed})) for query in asked]

    def hits(self, answer: bytes) -> list[Hit]:
        """Read a feed of headlines; publisher and headline are told apart."""
        if not answer.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<rss")):
            raise told(answer)
        try:
            feed = read_feed(answer)
        except FeedError as error:
            raise MalformedAnswerError(f"the answer is no feed: {error}") from None
        return [_hit(entry, entry.url) for entry in feed.entries if entry.url]


def _hit(entry: Entry, link: str) -> Hit:
    title, publisher = entry.claims.title or "", entry.claims.publisher
    headline, dash, last = title.rpartition(" - ")
    if dash and (not publisher or last == publisher):
        title, publisher = headline, last
    return Hit(_leads_to(link), title or None, publisher, entry.claims.published)


def _leads_to(link: str) -> str:
    """Give the address that a link holds; newer links hold none, and have to be followed."""
    found = _ARTICLE.search(link)
    if not found:
        return link
    try:
        content = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
    except (binascii.Error, ValueError):
        return link
    held = _ADDRESS.search(content)
    return held[0].decode("ascii") if held else link


@cache
def _editions() -> dict[str, list[str]]:
    return tomllib.loads(resources.files("connectors.providers").joinpath("editions.toml").read_text("utf-8"))
