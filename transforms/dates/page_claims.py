"""The dates an HTML page claims for itself, unread: head, structured data, marked-up times and visible bylines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from turbohtml import Document, Element, Node

from transforms.dates.byline import byline_claims, find_headline, is_foreign
from transforms.dates.page_words import (
    ARTICLE_TYPES,
    BROKEN_JSON_LD,
    FOREIGN_KEYS,
    FOREIGN_TYPES,
    JSON_LD,
    META,
    MODIFIED_CLASS,
    PUBLISHED_CLASS,
    SCRIPT_DATES,
)
from transforms.dates.url_dates import url_dates
from transforms.pages.parsed import Meta, ParsedPage
from transforms.records import ClaimKind

RawClaim = tuple[ClaimKind, str, str]
LONGEST_VALUE = 80  # A longer attribute value is prose.
LONGEST_ADDRESS = 500
IMAGES = frozenset({("property", "og:image"), ("property", "og:image:url")})
DEEPEST = 12  # JSON-LD nests articles three or four deep; what is deeper is hostile.
MOST_TIMES = 40  # A page with more marked-up times is a list, and the first ones tell all that can be told.


def page_claims(page: ParsedPage) -> tuple[RawClaim, ...]:
    """Gather every place of a page that says when it was published or modified, as (kind, raw words, origin).

    An origin is a family and, after a colon, the exact place ("meta:article:published_time"). The address makes no
    claim here: `make_claims` reads it.
    """
    document = page.document
    headline = find_headline(document)
    own = frozenset(headline.ancestors) if headline is not None else frozenset()
    claims: list[RawClaim] = [*meta_claims(page.metas), *json_ld_claims(page.json_ld), *marked_claims(page, own)]
    marked = any(kind == "published" and "foreign" not in origin for kind, _, origin in claims)
    claims += byline_claims(document, headline, whole=not marked)
    if not any(kind == "published" and origin.startswith(("meta", "json-ld")) for kind, _, origin in claims):
        claims += script_claims(document)
    return tuple(dict.fromkeys(claims))


def meta_claims(metas: Iterable[Meta]) -> Iterator[RawClaim]:
    """Read the meta elements whose names the table knows."""
    for meta in metas:
        if len(meta.content) > LONGEST_VALUE or meta.content.startswith(("http", "/")):
            yield from image_claims(meta)
            continue
        for key, name in meta.names:
            if name in META:
                kind, strength = META[name]
                family = "microdata" if key == "itemprop" else "meta"
                yield as_kind(kind), meta.content, f"{family}:{strength}:{name}"
                break


def image_claims(meta: Meta) -> Iterator[RawClaim]:
    """Read the day in the address of the page's own picture: news systems file uploads by day."""
    if len(meta.content) <= LONGEST_ADDRESS and not IMAGES.isdisjoint(meta.names):
        yield from (("published", words, "image") for words in url_dates(meta.content) if len(words) > len("2022-07"))


def as_kind(kind: str) -> ClaimKind:
    """Narrow a word of the tables to a kind of claim."""
    return "modified" if kind == "modified" else "published"


def json_ld_claims(blocks: Iterable[Any]) -> Iterator[RawClaim]:
    """Walk all JSON-LD; blocks beyond mending give what a plain search for the keys finds."""
    for block in blocks:
        if isinstance(block, str):
            for key, value in BROKEN_JSON_LD.findall(block):
                kind, strength = JSON_LD[key.lower()]
                yield as_kind(kind), value, f"json-ld:{strength}:broken.{key}"
        else:
            yield from node_claims(block, "", 0, foreign=False)


def node_claims(node: Any, kind_of_node: str, depth: int, *, foreign: bool) -> Iterator[RawClaim]:
    """Walk one JSON-LD value; what lies in comments, images and the like is marked as foreign."""
    if depth > DEEPEST:
        return
    if isinstance(node, list):
        for item in node:
            yield from node_claims(item, kind_of_node, depth + 1, foreign=foreign)
        return
    if not isinstance(node, dict):
        return
    named = node.get("@type")
    type_name = str(named[0] if isinstance(named, list) and named else named or "").lower().rpartition("/")[2]
    foreign = foreign or type_name in FOREIGN_TYPES
    for key, held in node.items():
        place = JSON_LD.get(key.lower())
        value = held[0] if place and isinstance(held, list) and held else held
        if place and isinstance(value, str | int) and len(str(value)) <= LONGEST_VALUE and str(value).strip():
            strength = "foreign" if foreign else place[1] if type_name in ARTICLE_TYPES else f"other-{place[1]}"
            yield as_kind(place[0]), str(value), f"json-ld:{strength}:{type_name}.{key}"
        elif isinstance(value, dict | list):
            yield from node_claims(value, key, depth + 1, foreign=foreign or key.lower() in FOREIGN_KEYS)


def marked_claims(page: ParsedPage, own: frozenset[Node]) -> Iterator[RawClaim]:
    """Read <time>, microdata and dated <abbr> elements, each with what its surroundings tell of it."""
    others = any("date" in name.lower() and element.tag not in ("meta", "time") for name, element in page.properties)
    # Tags are looked up, an attribute is searched for in the whole tree.
    places = "time, [itemprop*=date i]:not(meta), abbr[title]" if others else "time, abbr[title]"
    found = page.document.select(places if others or page.document.find("abbr") else "time")
    for element in found[:MOST_TIMES]:
        raw = element.attr("datetime") or element.attr("content") or element.attr("title") or element.text
        raw = raw.strip()
        if 4 <= len(raw) <= LONGEST_VALUE and any(sign.isdigit() for sign in raw):
            kind, place = marked_kind(element, own)
            yield kind, raw, place


def marked_kind(element: Element, own: frozenset[Node]) -> tuple[ClaimKind, str]:
    """Tell what a marked-up time dates, by its own attributes and those of what holds it."""
    prop = (element.attr("itemprop") or "").lower()
    if is_foreign(element, own):
        return ("modified" if "modif" in prop else "published"), "time:foreign"
    if prop in JSON_LD:
        kind, strength = JSON_LD[prop]
        return as_kind(kind), f"microdata:{strength}:{prop}"
    parent = element.parent
    label = " ".join((element.attr("class") or "", element.attr("id") or ""))
    if isinstance(parent, Element):
        label += " " + (parent.attr("class") or "")
    label = label.lower()
    if MODIFIED_CLASS.search(label) and not PUBLISHED_CLASS.search(label):
        return "modified", "time:modified"
    if element.attr("pubdate") is not None or PUBLISHED_CLASS.search(label):
        return "published", "time:published"
    return "published", "time:plain"


def script_claims(document: Document) -> Iterator[RawClaim]:
    """Search the page's scripts for dates under telling names."""
    for script in document.find_all("script"):
        for name, value in SCRIPT_DATES.findall(script.text)[:3]:
            yield "published", value.strip(), f"script:{name}"
