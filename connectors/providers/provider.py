"""What every provider is: a few limits, the addresses to ask, and a reader of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from transforms.questions import Question
from transforms.records import Capture, Rejection


class AnswerError(Exception):
    """An answer that gives no hits; `reason` is one countable word."""

    reason: ClassVar[str] = "unreadable"


class MalformedAnswerError(AnswerError):
    """An answer that is not in the form that its service gives."""

    reason = "malformed"


class RefusedAnswerError(AnswerError):
    """The service says that it does not answer this question, and why."""

    reason = "refused"


class ThrottledError(AnswerError):
    """The service says that it is asked too often."""

    reason = "throttled"


class ProviderSettingsError(ValueError):
    """Settings that a provider cannot work with; the message says what to write in `dateline.toml`."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one question may cost: requests to a provider, and hits that are taken from it."""

    requests: int = 4
    hits: int = 50


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """What a service allows: rows in an answer, days that a question may span, seconds between two requests."""

    rows: int
    days: int | None = None
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """An address to ask, with the header fields that it needs. No secret stands in either."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that a provider knows of, with what it says of it, in its own words.

    `url` is the document's own address, `request` what to ask for it where that is another, `seen_at` when an archive
    saw it there. `names` are words that the provider found in it. `capture` is the document, where it came with the hit.
    """

    url: str | None
    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    language: str | None = None
    names: tuple[str, ...] = ()
    seen_at: datetime | None = None
    score: float | None = None
    request: Request | None = None
    capture: Capture | None = field(default=None, repr=False)

    @property
    def address(self) -> Request | None:
        """What to ask for the document."""
        return self.request or (Request(self.url) if self.url else None)

    @property
    def locator(self) -> str:
        """Where the document is got from: an address, with the range of bytes in it if it is a part of what lies there."""
        asked = self.address
        if asked is None:
            return self.capture.locator if self.capture else ""
        part = next((value for name, value in asked.headers if name == "Range"), None)
        return f"{asked.url}#{part}" if part else asked.url


class Provider(Protocol):
    """A service that is asked by HTTP GET. `name` is the one that the settings give it."""

    limits: ClassVar[ProviderLimits]

    @property
    def name(self) -> str:
        """What it is called in the settings."""
        ...

    def requests(self, question: Question, budget: Budget) -> list[Request]:
        """Give what to ask, the most promising first; nothing where the service has no answer to such a question."""
        ...

    def hits(self, answer: bytes) -> list[Hit]:
        """Read the body of an answer, in its order; raises AnswerError."""
        ...


@runtime_checkable
class Authorised(Protocol):
    """A provider that has to say who asks."""

    def credentials(self) -> Mapping[str, str]:
        """Give the Authorization field for each origin, written `https://host:443`; to be sent and never kept."""
        ...


@runtime_checkable
class Packed(Protocol):
    """A provider whose documents come in something else than themselves."""

    def unpack(self, hit: Hit, answer: Capture) -> Capture | Rejection:
        """Give the document that an answer to a hit's request holds."""
        ...


@runtime_checkable
class Keeper(Protocol):
    """A provider that keeps what stood at an address; it is asked for pages that are gone."""

    def copies(self, url: str, question: Question) -> Request:
        """Give what to ask for the copies of a page; the answer is read as any other, the best copy first."""
        ...


@runtime_checkable
class Shelf(Protocol):
    """A provider of documents that are here already: it searches them itself, and no request is sent."""

    @property
    def name(self) -> str:
        """What it is called in the settings."""
        ...

    def search(self, question: Question, budget: Budget) -> list[Hit]:
        """Give the documents that fit best, the best first, each with its capture."""
        ...
