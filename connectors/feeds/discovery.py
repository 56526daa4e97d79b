"""Where a site says that its feeds and sitemaps are: in its pages, in its robots.txt, and in lists that people keep."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from html import unescape

from lxml import etree

from connectors.feeds.guards import LARGEST_FEED, FeedError, guard_entities, guard_size
from connectors.feeds.links import Link, Origin, absolute
from connectors.feeds.repairs import mended
from transforms.encoding import NotTextError, decode
from transforms.records import SourceClaims

MOST_OUTLINES = 50_000

_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
    "application/rdf+xml",
    "application/rss",
    "application/xml",
    "text/xml",
)
_LARGEST_ROBOTS = 512 * 1024
_LARGEST_PAGE = 2 * 1024 * 1024
_MARK = re.compile(r"<(link|base)\b([^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


def page_links(page: bytes, url: str, charset: str | None = None) -> tuple[Link, ...]:
    """List the feeds and sitemaps that a page's head names (`<link rel=alternate>`, `rel=feed`, `rel=sitemap`)."""
    try:
        text = decode(page[:_LARGEST_PAGE], declared=charset, markup=True).text
    except NotTextError:
        return ()
    base, found = url, {}
    for name, inside in _MARK.findall(_without_comments(text)):
        told = {key.lower(): unescape(a or b or c).strip() for key, a, b, c in _ATTRIBUTE.findall(inside)}
        if name.lower() == "base":
            base = absolute(told.get("href"), url) or base
            continue
        origin = _origin(told)
        address = absolute(told.get("href"), base) if origin else None
        if origin and address and address not in found:
            found[address] = Link(address, origin, SourceClaims(title=told.get("title") or None))
    return tuple(found.values())


def robots_links(robots: bytes, url: str | None = None) -> tuple[Link, ...]:
    """List the sitemaps that a robots.txt names; `url` is its own address, for those that are given in short."""
    text = robots[:_LARGEST_ROBOTS].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    found: dict[str, Link] = {}
    for line in text.replace("\r", "\n").split("\n"):
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() in ("sitemap", "site-map"):
            address = absolute(re.split(r"\s#", value)[0], url)
            if address:
                found.setdefault(address, Link(address, "robots"))
    return tuple(found.values())


def opml_links(content: bytes, url: str | None = None) -> tuple[Link, ...]:
    """List the feeds of an OPML file, with the names that it gives them.

    Raises FeedError: `oversized`, `empty`, `xml_forbidden`, `malformed`.
    """
    guard_size(content, LARGEST_FEED)
    guard_entities(content)
    found: dict[str, Link] = {}
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parsed = etree.iterparse(io.BytesIO(mended(content)), events=("start",), recover=True, **safe)
    try:
        for told in _outlines(parsed):
            address = absolute(_feed_address(told), url)
            title = told.get("title") or told.get("text")
            if address and len(found) < MOST_OUTLINES:
                found.setdefault(
                    address, Link(address, "opml", SourceClaims(title=title, language=told.get("language")))
                )
    except etree.XMLSyntaxError as error:
        if not found:
            raise FeedError("malformed", f"no XML: {error.msg}") from None
    faults = [one for one in parsed.error_log if one.level_name == "FATAL"]
    if faults and not found:
        raise FeedError("malformed", f"no feed in it, and: {faults[0].message} (line {faults[0].line})")
    return tuple(found.values())


def _outlines(parsed: Iterable[tuple[str, etree._Element]]) -> Iterator[dict[str, str]]:
    for _, element in parsed:
        if isinstance(element.tag, str) and etree.QName(element).localname.lower() == "outline":
            yield {str(name).lower(): str(value).strip() for name, value in element.attrib.items()}


def _feed_address(told: dict[str, str]) -> str | None:
    """Give what an outline says of a feed's address; older lists write `url`, and `feed:` before or for the scheme."""
    address = told.get("xmlurl") or (
        told.get("url") if told.get("type", "").lower() in ("rss", "atom", "feed") else None
    )
    if address and address.lower().startswith("feed:"):
        rest = address[len("feed:") :]
        return f"http:{rest}" if rest.startswith("//") else rest
    return address


def _origin(told: dict[str, str]) -> Origin | None:
    rel = told.get("rel", "").lower().split()
    if "sitemap" in rel:
        return "sitemap-index"
    kind = told.get("type", "").lower().split(";")[0].strip()
    if "feed" in rel and "stylesheet" not in rel:
        return "feed"
    # oEmbed and JSON-LD say `alternate` too; only feeds are of these types, and JSON only where it says so.
    if "alternate" in rel and kind in _FEED_TYPES and (kind != "application/json" or "feed" in told.get("href", "")):
        return "feed"
    return None


def _without_comments(text: str) -> str:
    parts, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        parts.append(text[place:start])
        stop = text.find("-->", start)
        if stop < 0:
            return "".join(parts)
        place = stop + 3
    return "".join(parts) + text[place:]
