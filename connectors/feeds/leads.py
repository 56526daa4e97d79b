"""Leads: what a feed, a sitemap, a list of them, a robots.txt or a site's page leads to. Pure readers, nothing is fetched.

A feed's entries lead to pages and carry what the feed says of them; an index, a list of feeds and a site lead to further
leads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connectors.feeds.discovery import opml_links, page_links, robots_links
from connectors.feeds.entries import Entry, Feed, read_feed
from connectors.feeds.guards import LARGEST_SITEMAP, FeedError
from connectors.feeds.links import Link, absolute
from connectors.feeds.sitemaps import FEED_ROOTS, SITEMAP_ROOTS, Sitemap, find_root, holds_sitemap, read_sitemap
from transforms.codings import CodingError
from transforms.dates.reading import read_date
from transforms.stored_bodies import read_body

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_ROOTS = (*FEED_ROOTS, *SITEMAP_ROOTS, "opml")
_JSON_FEED = b"jsonfeed.org/version"
_HEAD = 65536
_LINES = 20


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page to fetch. `mark` stands for what its lead shows of it: another date alone makes no other mark.

    `whole` is the entry, where the feed carries the article itself.
    """

    link: Link
    mark: str
    whole: Entry | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """What was read: its kind, the pages and the leads that it names, and entries that stand for themselves.

    `left` counts what was over the bounds of its reader or leads nowhere; `damage` says what is wrong with a sitemap of
    which a part was read.
    """

    kind: str
    pages: tuple[PageLink, ...] = ()
    leads: tuple[Link, ...] = ()
    whole: tuple[Entry, ...] = ()
    left: int = 0
    damage: str | None = None


def is_lead(content: bytes, media_type: str) -> bool:
    """Tell whether bytes are a feed, a sitemap or a list of feeds, by what they are called and how they begin."""
    kind = media_type.split(";", maxsplit=1)[0].strip().lower()
    if kind in _FEED_TYPES or content.startswith(b"\x1f\x8b"):
        return True
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _JSON_FEED in content[:_HEAD]
    if (root := find_root(content)) in _ROOTS or (kind.endswith("xml") and holds_sitemap(content)):
        return True
    if root:
        return False
    return kind == "text/plain" and _is_list(content)


def read_lead(content: bytes, url: str | None = None, media_type: str | None = None) -> Lead:
    """Read what leads to pages; `url` and `media_type` are those it was fetched with. Raises FeedError."""
    if content.startswith(b"\x1f\x8b"):
        try:
            content = read_body(content, "gzip", LARGEST_SITEMAP).whole()
        except CodingError as error:
            raise FeedError(error.reason, str(error)) from None
    root = find_root(content)
    if root == "opml":
        return Lead("opml", leads=opml_links(content, url))
    if root in ("html", "body"):
        raise FeedError("unsupported", "this is a page and no feed or sitemap; as a site its feeds are looked for")
    if holds_sitemap(content) or (not root and _is_list(content)):
        return _of_sitemap(read_sitemap(content, url))
    return _of_feed(read_feed(content, url, media_type))


def read_site(page: bytes, url: str, charset: str | None = None) -> Lead:
    """Read which feeds and sitemaps a site's page names."""
    return Lead("site", leads=page_links(page, url, charset))


def read_robots(robots: bytes, url: str) -> Lead:
    """Read which sitemaps a robots.txt names."""
    return Lead("robots", leads=robots_links(robots, url))


def dated(link: Link) -> datetime | None:
    """Give the latest instant that a lead names for a page; None where it names none that can be read."""
    told = (link.changed, link.claims.modified, link.claims.published)
    found = [read_date(words).earliest for words in told if words]
    return max((one for one in found if one), default=None)


def _of_feed(feed: Feed) -> Lead:
    pages: dict[str, PageLink] = {}
    whole = []
    left = feed.left
    for entry in feed.entries:
        if entry.url:
            link = Link(entry.url, "feed", entry.claims, is_whole=entry.page is not None)
            mark = _mark((entry.claims.title, entry.page or entry.summary))
            pages.setdefault(entry.url, PageLink(link, mark, entry if entry.page else None))
        elif entry.page:
            whole.append(entry)
        else:
            left += 1
    return Lead(feed.dialect, tuple(pages.values()), whole=tuple(whole), left=left)


def _of_sitemap(sitemap: Sitemap) -> Lead:
    """Part the pages from the further sitemaps, which stand in one file where its makers did not mind the rule."""
    pages = tuple(
        PageLink(link, _mark((link.changed or link.claims.published, link.claims.title)))
        for link in sitemap.links
        if link.origin != "sitemap-index"
    )
    leads = tuple(link for link in sitemap.links if link.origin == "sitemap-index")
    return Lead(sitemap.kind, pages, leads, left=sitemap.left, damage=sitemap.damage)


def _mark(told: Iterable[str | None]) -> str:
    return hashlib.sha256("\0".join(one or "" for one in told).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_list(content: bytes) -> bool:
    """Tell whether a text is nothing but addresses, one a line."""
    lines = [line.strip() for line in content[:_HEAD].decode("utf-8", "replace").splitlines()]
    shown = [line for line in lines if line][:_LINES]
    return bool(shown) and all(absolute(line, None) and len(line.split()) == 1 for line in shown)
