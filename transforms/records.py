"""The records that cross the borders of the house, all on one page.

Offsets count Unicode code points. Intervals are half-open. Instants are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ClaimKind = Literal["published", "modified"]
Precision = Literal["instant", "minute", "hour", "day", "month", "quarter", "year", "range"]
Stage = Literal["read", "decode", "parse", "extract", "clean", "load"]
Outcome = Literal["inserted", "updated", "unchanged", "duplicate", "rejected"]

OUTCOMES: tuple[Outcome, ...] = ("inserted", "updated", "unchanged", "duplicate", "rejected")


@dataclass(frozen=True, slots=True)
class SourceClaims:
    """What a source itself says of a document, in its own words and unread.

    `origin` names who says it where that is not the document's own source: the feed or sitemap that led to it.
    """

    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    language: str | None = None
    origin: Literal["feed", "sitemap"] | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came back, as they went over the wire; credentials alone are left out of the request.

    `role` tells the answer that a capture or refusal is about (`document`) from those on the way to it. `response` is
    empty where nothing came; `truncated` says why the rest of it is missing: length, time or disconnect. What went over
    HTTP/2 is written as HTTP/1.1 says it.
    """

    url: str
    sent_at: datetime
    request: bytes = field(repr=False)
    response: bytes = field(repr=False)
    role: Literal["document", "redirect", "attempt", "robots"] = "document"
    protocol: str = "http/1.1"
    address: str | None = None
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Bytes seen at a place and a time.

    `source` is the connector's name, `locator` the place in it (a path, a path and a line or id, a WARC offset or a
    URL). `payload` is exactly what was there; nothing has touched it but, for what was fetched, the undoing of its
    transfer and content codings. `reservations` say where its site reserves text and data mining or training.

    Where a server says that nothing has changed there is no payload: `payload_sha256` is then that of the bytes kept.
    `exchanges` end with the one that the payload came in; they are kept in the archive and not read back.
    """

    source: str
    locator: str
    captured_at: datetime
    media_type: str
    payload: bytes
    url: str | None = None
    claims: SourceClaims = SourceClaims()
    http_status: int | None = None
    http_headers: tuple[tuple[str, str], ...] = ()
    reservations: tuple[str, ...] = ()
    payload_sha256: str | None = None
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Passage:
    """What went over the wire and is no document: the feed that led to some, the answer of a service. It is only kept."""

    exchanges: tuple[Exchange, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of source text, of whole lines, that is not the article; `rule` says why."""

    start: int
    stop: int
    rule: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement on the way from `source_text` to `text`; offsets count in `source_text`."""

    start: int
    stop: int
    original: str
    replacement: str
    rule: str


@dataclass(frozen=True, slots=True)
class DateClaim:
    """One statement of when a document was published or modified: its words, and what they can mean.

    `earliest` and `latest` bound the instants that fit the words and are empty where nothing can be read. `origin`
    names the place of the words (json-ld, meta, url, byline, text-prefix, feed, story). `utc_offset` is in minutes.
    """

    kind: ClaimKind
    raw: str
    origin: str
    earliest: datetime | None
    latest: datetime | None
    precision: Precision | None
    utc_offset: int | None = None
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date, time, duration or set of times that `text` speaks of; `timex` is its TIMEX3 value.

    Offsets count in `text`. `earliest` and `latest` are empty for what is no place on the calendar (durations, sets).
    """

    start: int
    stop: int
    raw: str
    timex: str
    earliest: datetime | None
    latest: datetime | None
    grain: str


@dataclass(frozen=True, slots=True)
class Article:
    """A document as the archive keeps it: one version, with everything that explains it."""

    article_id: str
    url: str | None
    hostname: str | None
    publisher: str | None
    title: str | None
    title_origin: str | None
    authors: tuple[str, ...]
    credit: str | None
    dateline: str | None
    language: str | None
    published_at: datetime | None
    published_local: datetime | None
    published_precision: Precision | None
    published_origin: str | None
    modified_at: datetime | None
    text: str
    source_text: str
    word_count: int
    text_sha256: str
    extractor: str
    charset: str
    flags: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    date_claims: tuple[DateClaim, ...] = ()
    date_mentions: tuple[DateMention, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refusal: where, at which stage, one countable word, and what to do about it."""

    source: str
    locator: str
    stage: Stage
    reason: str
    detail: str
    payload_sha256: str | None = None
    payload: bytes = field(default=b"", repr=False)
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
