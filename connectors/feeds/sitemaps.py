"""Sitemaps: XML, text and gzip, indexes of them, and those for news, which say what was published when."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from connectors.feeds.entries import feed_links, read_feed
from connectors.feeds.guards import LARGEST_SITEMAP, FeedError, guard_entities, guard_size
from connectors.feeds.links import Link, absolute
from connectors.feeds.repairs import mended
from transforms.codings import CodingError
from transforms.encoding import NotTextError, decode
from transforms.records import SourceClaims
from transforms.stored_bodies import read_body

MOST_LINKS = 50_000
FEED_ROOTS = ("rss", "feed", "rdf")
SITEMAP_ROOTS = ("urlset", "sitemapindex")

_LINES_LOOKED_AT = 20
_SOUGHT_IN = 64 * 1024
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\s*>\s*|<[^<>]*/>\s*\Z", re.IGNORECASE)
_ADDRESS_END = re.compile(rb"</(?:[\w.-]{1,40}:)?loc\s*>", re.IGNORECASE)
_LISTED = tuple(f"{{*}}{name}" for name in ("url", "Url", "URL", "sitemap", "Sitemap", "SITEMAP"))


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap: of which kind, its links in their order, and how many more were not read or lead nowhere.

    Links to further sitemaps have the origin `sitemap-index`. `damage` says what is wrong with a file whose readable
    part was read.
    """

    kind: Literal["urlset", "index", "text", "feed"]
    links: tuple[Link, ...]
    left: int = 0
    damage: str | None = None


def read_sitemap(content: bytes, url: str | None = None) -> Sitemap:
    """Read a sitemap's bytes, gzipped or not; `url` is where they were fetched from. Each address is given once.

    Raises FeedError: `oversized`, `empty`, `xml_forbidden`, `truncated` or `malformed` gzip, `unsupported` for what is
    no sitemap.
    """
    content = _unpacked(content)
    guard_size(content, LARGEST_SITEMAP)
    root, before = find_root(content), 0
    if root in FEED_ROOTS:
        feed = read_feed(content, url)
        return Sitemap("feed", tuple(_once(feed_links(feed))), feed.left)
    if root not in SITEMAP_ROOTS and (found := _ROOT.search(content, 0, _SOUGHT_IN)):
        before = found.start()
        root = find_root(content[before:])
    if root in SITEMAP_ROOTS:
        damage = f"{before} bytes stand before it" if before else None
        return _xml(content[before:], url, "index" if root == "sitemapindex" else "urlset", damage)
    if not root:
        return _text(content, url)
    raise FeedError("unsupported", f"this is no sitemap: it begins with <{root[:40]}>")


def holds_sitemap(content: bytes) -> bool:
    """Tell whether a sitemap in XML begins here, or behind what a faulty program wrote before it."""
    root = find_root(content)
    is_other = root in FEED_ROOTS or root in ("opml", "html", "body")
    return root in SITEMAP_ROOTS or (not is_other and bool(_ROOT.search(content, 0, _SOUGHT_IN)))


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


def _unpacked(content: bytes) -> bytes:
    """Undo gzip, which some servers put around a file that has it already."""
    try:
        return read_body(content, "gzip, gzip", LARGEST_SITEMAP).whole()
    except CodingError as error:
        raise FeedError(error.reason, str(error)) from None


def _xml(content: bytes, url: str | None, kind: Literal["urlset", "index"], damage: str | None) -> Sitemap:
    guard_entities(content)
    content = mended(content)
    if not _ROOT_END.search(content, max(0, len(content) - _SOUGHT_IN)):
        # An address that is cut may be another one.
        ends = [found.end() for found in _ADDRESS_END.finditer(content)]
        content = content[: ends[-1]] if ends else content
        damage = damage or "it is cut short"
    links: list[Link] = []
    left = 0
    parsed = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=_LISTED,
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in parsed:
            link = _link(element, url)
            if link and len(links) < MOST_LINKS:
                links.append(link)
            else:
                left += 1
            _forget(element)
    except etree.XMLSyntaxError as error:
        if not links:
            raise FeedError("malformed", f"no XML: {error.msg}") from None
        damage = damage or str(error.msg)
    found = tuple(_once(links))
    faults = [one for one in parsed.error_log if one.level_name == "FATAL"]
    damage = damage or (f"{faults[0].message} (line {faults[0].line})" if faults else None)
    return Sitemap(kind, found, left + len(links) - len(found), damage)


def _forget(element: etree._Element) -> None:
    """Free an element that was read, and those before it; one within another that was not closed must leave that whole."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    if parent is not None and parent.getparent() is None:
        while element.getprevious() is not None:
            del parent[0]


def _link(element: etree._Element, base: str | None) -> Link | None:
    told = _children(element)
    news = _children(told["news"]) if "news" in told else {}
    publication = _children(news["publication"]) if "publication" in news else {}
    address = absolute(_address(told.get("loc")), base)
    if address is None:
        return None
    claims = SourceClaims(
        title=_words(news.get("title")),
        published=_words(news.get("publication_date")),
        publisher=_words(publication.get("name")),
        language=_words(publication.get("language")),
    )
    is_sitemap = etree.QName(element).localname.lower() == "sitemap"
    return Link(address, "sitemap-index" if is_sitemap else "sitemap", claims, changed=_words(told.get("lastmod")))


def _address(element: etree._Element | None) -> str | None:
    """Give the text of an element up to an element in it, which only stands there where a mark was left open."""
    if element is None:
        return None
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            break
        text += child.tail or ""
    return text.strip(" \t\r\n\"'") or None


def _children(element: etree._Element) -> dict[str, etree._Element]:
    """Give the children of an element by their local names, the first of each: pictures have names of their own."""
    found: dict[str, etree._Element] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(re.split("[}:]", child.tag)[-1].lower(), child)
    return found


def _words(element: etree._Element | None) -> str | None:
    return " ".join("".join(map(str, element.itertext())).split()) or None if element is not None else None


def _text(content: bytes, url: str | None) -> Sitemap:
    try:
        lines = [line.split()[0] for line in decode(content).text.split("\n") if line.strip()]
    except NotTextError as error:
        raise FeedError("unsupported", f"this is no sitemap: {error}") from None
    if not any(absolute(line, None) for line in lines[:_LINES_LOOKED_AT]):
        raise FeedError("unsupported", "this is no sitemap: neither XML nor a list of addresses")
    given = (absolute(line, url if line.startswith("/") else None) for line in lines[:MOST_LINKS])
    found = tuple(_once(Link(address, "sitemap") for address in given if address))
    return Sitemap("text", found, len(lines) - len(found))


def _once(links: Iterable[Link]) -> Iterator[Link]:
    seen: set[str] = set()
    for link in links:
        if link.url not in seen:
            seen.add(link.url)
            yield link
