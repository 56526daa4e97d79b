"""Saved feeds, sitemaps and lists of feeds as captures: what they carry whole. What they only lead to is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from connectors.feeds.entries import Entry, Feed, read_feed
from connectors.feeds.guards import LARGEST_SITEMAP, FeedError
from connectors.feeds.leads import Lead, read_lead
from connectors.feeds.sitemaps import find_root, holds_sitemap
from connectors.files import read_bounded
from connectors.reading import Found
from transforms.records import Capture, Rejection

LISTS = ("urlset", "index", "text", "opml")  # kinds of leads that hold no article
_LONGEST_ID = 500


def read_feed_file(found: Found) -> Iterator[Capture | Rejection]:
    """Yield the articles that a feed carries whole; a locator ends with the entry's id.

    Entries of which a feed shows only a summary, and the addresses of sitemaps and lists, are links to fetch: they give
    no capture, for a teaser would pass for the article that it leads to.
    """
    content = read_bounded(found.stream, LARGEST_SITEMAP)
    try:
        if found.leads is not None or find_root(content) == "opml" or holds_sitemap(content):
            lead = read_lead(content)
            if found.leads is not None:
                found.leads.append((found.place, _without_whole(lead)))
            if lead.damage:
                yield found.refuse("damaged", f"{lead.damage}; what could be read of it was", payload=content)
            if lead.kind in LISTS:
                if found.leads is None:
                    found.skipped["links to fetch"] += len(lead.pages) + len(lead.leads)
                return
        feed = read_feed(content)
    except FeedError as error:
        yield found.refuse(error.reason, str(error), payload=content[: found.limit])
        return
    for entry in feed.entries:
        if entry.page is None and not (entry.url and found.leads is not None):
            found.skipped["links to fetch" if entry.url else "entries without an address or a text"] += 1
    yield from entry_captures(feed, found.source, found.place, found.modified_at)
    if feed.left:
        yield found.refuse("oversized", f"{feed.left} entries after the first {len(feed.entries)} are not read")


def entry_captures(feed: Feed, source: str, place: str, captured_at: datetime) -> Iterator[Capture]:
    """Yield the entries of a feed that carry their article, each as a page with what the feed says of it as claims."""
    for entry in feed.entries:
        if entry.page is not None:
            yield entry_capture(entry, entry.page, source, place, captured_at)


def entry_capture(entry: Entry, page: str, source: str, place: str, captured_at: datetime) -> Capture:
    """Give an entry that carries its article as a page.

    The page holds title and text and no date, so that an entry which is only dated anew is the same capture.
    """
    return Capture(
        source=source,
        locator=f"{place}#{entry.entry_id[:_LONGEST_ID]}",
        captured_at=captured_at,
        media_type="text/html; charset=utf-8",
        payload=page.encode("utf-8", "replace"),
        url=entry.url,
        claims=entry.claims,
    )


def _without_whole(lead: Lead) -> Lead:
    """Leave out the pages of which the file carries the article itself."""
    return replace(lead, pages=tuple(page for page in lead.pages if page.whole is None), whole=())
