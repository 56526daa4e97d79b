"""Sitemaps: XML, text and gzip, indexes of them, and those for news, which say what was published when."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from connectors.feeds.entries import feed_links, read_feed
from connectors.feeds.guards import LARGEST_SITEMAP, FeedError, guard_entities, guard_size
from connectors.feeds.links import Link, absolute
from transforms.codings import CodingError
from transforms.encoding import NotTextError, decode
from transforms.records import SourceClaims
from transforms.stored_bodies import read_body

MOST_LINKS = 50_000
DEEPEST_INDEX = 3
MOST_SITEMAPS = 1_000

_LINES_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap: of which kind, its links in their order, and how many more were not read or lead nowhere."""

    kind: Literal["urlset", "index", "text", "feed"]
    links: tuple[Link, ...]
    left: int = 0


def read_sitemap(content: bytes, url: str | None = None) -> Sitemap:
    """Read a sitemap's bytes, gzipped or not; `url` is where they were fetched from. Each address is given once.

    Raises FeedError: `oversized`, `empty`, `xml_forbidden`, `truncated` or `malformed` gzip, `unsupported` for what is
    no sitemap.
    """
    try:
        content = read_body(content, "gzip", LARGEST_SITEMAP).whole()
    except CodingError as error:
        raise FeedError(error.reason, str(error)) from None
    guard_size(content, LARGEST_SITEMAP)
    root = find_root(content)
    if root in ("urlset", "sitemapindex"):
        return _xml(content, url, "index" if root == "sitemapindex" else "urlset")
    if root in ("rss", "feed", "rdf"):
        feed = read_feed(content, url)
        return Sitemap("feed", tuple(_once(feed_links(feed))), feed.left)
    if not root:
        return _text(content, url)
    raise FeedError("unsupported", f"this is no sitemap: it begins with <{root[:40]}>")


def walk_sitemaps(roots: Iterable[str], fetch: Callable[[str], Sitemap | None]) -> Iterator[Link]:
    """Yield the links of sitemaps, and of those that they list, each address and each sitemap once.

    `fetch` gives the sitemap at an address, or None where there is none to be had. An index is followed three deep, and
    a thousand sitemaps in all: one that lists itself ends.
    """
    waiting = deque((root, 0) for root in roots)
    asked: set[str] = set()
    given: set[str] = set()
    while waiting and len(asked) < MOST_SITEMAPS:
        address, depth = waiting.popleft()
        if address in asked:
            continue
        asked.add(address)
        sitemap = fetch(address)
        if sitemap is None:
            continue
        if sitemap.kind == "index":
            if depth < DEEPEST_INDEX:
                waiting.extend((link.url, depth + 1) for link in sitemap.links)
            continue
        for link in sitemap.links:
            if link.url not in given:
                given.add(link.url)
                yield link


def find_root(content: bytes) -> str:
    """Give the local name of the first element in lower case; empty where the content does not begin as XML."""
    head = content[:65536].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not head.startswith(b"<"):
        return ""
    place = 0
    while 0 <= (place := head.find(b"<", place)) < len(head):
        if head.startswith((b"<!--", b"<?", b"<!"), place):
            mark = b"-->" if head.startswith(b"<!--", place) else b">"
            place = head.find(mark, place)
            if place < 0:
                return ""
            continue
        name = head[place + 1 : place + 80].split(b">")[0].split(b"/")[0].split()
        return name[0].rpartition(b":")[2].decode("ascii", "replace").lower() if name else ""
    return ""


def _xml(content: bytes, url: str | None, kind: Literal["urlset", "index"]) -> Sitemap:
    guard_entities(content)
    # Space before the declaration is a common fault, and the parser gives up on it.
    stream = io.BytesIO(content.lstrip(b" \t\r\n"))
    links: list[Link] = []
    left = 0
    try:
        for _, element in etree.iterparse(
            stream,
            events=("end",),
            tag=("{*}url", "{*}sitemap"),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        ):
            link = _link(element, url, "sitemap-index" if kind == "index" else "sitemap")
            if link and len(links) < MOST_LINKS:
                links.append(link)
            else:
                left += 1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        if not links:
            raise FeedError("malformed", f"no XML: {error.msg}") from None
    found = tuple(_once(links))
    return Sitemap(kind, found, left + len(links) - len(found))


def _link(element: etree._Element, base: str | None, origin: Literal["sitemap", "sitemap-index"]) -> Link | None:
    told = _children(element)
    news = _children(told["news"]) if "news" in told else {}
    publication = _children(news["publication"]) if "publication" in news else {}
    address = absolute(_words(told.get("loc")), base)
    if address is None:
        return None
    claims = SourceClaims(
        title=_words(news.get("title")),
        published=_words(news.get("publication_date")),
        publisher=_words(publication.get("name")),
        language=_words(publication.get("language")),
    )
    return Link(address, origin, claims, changed=_words(told.get("lastmod")))


def _children(element: etree._Element) -> dict[str, etree._Element]:
    """Give the children of an element by their local names, the first of each: pictures have names of their own."""
    found: dict[str, etree._Element] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(child.tag.rpartition("}")[2].lower(), child)
    return found


def _words(element: etree._Element | None) -> str | None:
    return " ".join("".join(map(str, element.itertext())).split()) or None if element is not None else None


def _text(content: bytes, url: str | None) -> Sitemap:
    try:
        lines = [line.strip() for line in decode(content).text.split("\n") if line.strip()]
    except NotTextError as error:
        raise FeedError("unsupported", f"this is no sitemap: {error}") from None
    if not any(absolute(line, None) for line in lines[:_LINES_LOOKED_AT]):
        raise FeedError("unsupported", "this is no sitemap: neither XML nor a list of addresses")
    links = [Link(address, "sitemap") for line in lines[:MOST_LINKS] if (address := absolute(line, url))]
    found = tuple(_once(links))
    return Sitemap("text", found, len(lines) - len(found))


def _once(links: Iterable[Link]) -> Iterator[Link]:
    seen: set[str] = set()
    for link in links:
        if link.url not in seen:
            seen.add(link.url)
            yield link
