"""What was fetched, read as the lead that it is, and what a lead's links become on their way."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.feeds.captures import entry_capture
from connectors.feeds.guards import FeedError
from connectors.feeds.leads import Lead, PageLink, dated, is_lead, read_lead, read_robots, read_site
from connectors.feeds.links import Link
from flows.choose_sources import Role
from transforms.codings import CodingError, decode_body
from transforms.credentials import free_of_secrets
from transforms.http_messages import read_response
from transforms.records import Capture, Rejection, SourceClaims


def is_read_on(before: Mapping[str, Any], item: Capture) -> bool:
    """Tell whether what came is a lead; of what has not changed, whether it was one."""
    return "done" in before if item.payload_sha256 else is_lead(item.payload, item.media_type)


def is_as_it_was(before: Mapping[str, Any], item: Capture) -> bool:
    """Tell whether a lead holds what it held when all of it was settled."""
    return bool(before.get("done") and before.get("payload_sha256") == digest_of(item))


def read_item(role: Role, item: Capture, robots_bytes: int) -> Lead:
    """Read a lead that came, by what it is taken for. Raises FeedError."""
    url, media_type = item.url or item.locator, item.media_type
    if role == "robots":
        return read_robots(item.payload, url)
    if role != "site" or is_lead(item.payload, media_type):
        return read_lead(item.payload, url, media_type)
    charset = media_type.lower().partition("charset=")[2].strip("\"' ;") or None
    lead, named = read_site(item.payload, url, charset), robots_before(item, robots_bytes)
    return replace(lead, leads=(*lead.leads, *(named.leads if named else ())))


def robots_before(item: Capture | Rejection, limit: int) -> Lead | None:
    """Read the robots.txt files that were asked before a page; None where there was no need to ask."""
    found = None
    for exchange in item.exchanges:
        if exchange.role == "robots" and exchange.response and "/.well-known/" not in exchange.url:
            answer = read_response(exchange.response)
            try:
                coding = answer.header("content-encoding")
                body = decode_body(answer.body, coding, limit) if answer.status == 200 else b""
            except CodingError:
                body = b""
            lead = read_robots(body, exchange.url)
            found = replace(lead, leads=(*(found.leads if found else ()), *lead.leads))
    return found


def unreadable(item: Capture, error: FeedError) -> Rejection:
    """Refuse what came as a lead and is none; its bytes go with it."""
    return Rejection(
        source=item.source,
        locator=item.locator,
        stage="parse",
        reason=error.reason,
        detail=str(error),
        payload_sha256=digest_of(item),
        payload=item.payload,
        exchanges=item.exchanges,
    )


def damaged(item: Capture, damage: str) -> Rejection:
    """Say that a lead is damaged, of which the readable part is followed."""
    return unreadable(item, FeedError("damaged", f"{damage}; what could be read of it is followed"))


def whole_of(page: PageLink, source: str, place: str, captured_at: datetime) -> Capture | None:
    """Give the article that a feed carries of a page, if it does."""
    if page.whole is None or page.whole.page is None:
        return None
    return as_feed(entry_capture(page.whole, page.whole.page, source, place, captured_at))


def as_feed(capture: Capture) -> Capture:
    """Say that a capture's claims are those of a feed."""
    told = free_of_secrets(replace(capture, claims=replace(capture.claims, origin="feed")))
    assert isinstance(told, Capture)
    return told


def claims_of(link: Link) -> SourceClaims:
    """Give what a lead says of a page, and who says it."""
    if link.claims == SourceClaims():
        return link.claims
    return replace(link.claims, origin="feed" if link.origin == "feed" else "sitemap")


def newest_first(links: Sequence[Link]) -> list[Link]:
    """Put the links that were changed last first; those that do not say keep their order behind them."""
    return sorted(links, key=lambda link: -(at.timestamp() if (at := dated(link)) else 0.0))


def digest_of(item: Capture) -> str:
    """Give the SHA-256 of the bytes that came, or that are said to be as they were."""
    return item.payload_sha256 or hashlib.sha256(item.payload).hexdigest()
