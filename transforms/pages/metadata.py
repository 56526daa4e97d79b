"""What a page states about itself: title, authors, publisher, language, address and dates."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import turbohtml

from transforms.pages import json_ld
from transforms.pages.authors import split_names
from transforms.pages.features import Hints
from transforms.pages.lexicon import fold
from transforms.pages.parsed import Meta, ParsedPage
from transforms.pages.titles import Stated, title_parts

KNOWN: dict[str, Any] = tomllib.loads(files("transforms.pages").joinpath("data/metadata.toml").read_text("utf-8"))
ARTICLE_TYPES = {name: rank for rank, name in enumerate(KNOWN["types"]["article"])}
PAGE_TYPES = frozenset(KNOWN["types"]["page"])
ORGANISATIONS = frozenset(KNOWN["types"]["organisation"])
MARKUP = re.compile(r"<[^<>]{0,500}>")
LONGEST_BODY, MOST_AUTHORS, MOST_HEADS, MOST_ELEMENTS = 200_000, 40, 6, 40
MICRODATA = frozenset({"author", "headline"})


@dataclass(frozen=True, slots=True)
class Statements:
    """Everything stated, in order of trust and unread; `bylines` are the authors by origin."""

    titles: tuple[Stated, ...]
    authors: tuple[tuple[tuple[str, ...], str], ...]
    publisher: str | None
    site_names: tuple[str, ...]
    languages: tuple[str, ...]
    url: str | None
    flags: tuple[str, ...]
    hints: Hints


def read_statements(page: ParsedPage, url: str | None) -> Statements:
    """Collect what the JSON-LD, meta tags, microdata and headings of a page state."""
    document, items = page.document, json_ld.list_items(page.json_ld)
    by_id = {i["@id"]: i for i in items if isinstance(i.get("@id"), str) and len(i) > 1}
    articles = _articles(items)
    meta = _meta(page.metas)
    micro = [found for found in page.properties if not MICRODATA.isdisjoint(found[0].split())][:MOST_ELEMENTS]
    window = document.find("title")
    heads = [e for e in document.select("h1")[:MOST_HEADS] if e.text.strip()]
    titles = list(_titles(articles, meta, micro, heads, window))
    publisher, sites = _publisher(articles, items, by_id, meta)
    description = max((meta.get(n, "") for n in ("description", "og:description", "twitter:description")), key=len)
    bodies = [b for a in articles if isinstance(b := a.get("articleBody"), str)]
    body = _bare(max(bodies, key=len)[:LONGEST_BODY]) if bodies else ""
    known = {fold(part) for words in {words for words, _ in titles} for part in title_parts(words)}
    return Statements(
        titles=tuple(titles),
        authors=tuple(_authors(articles, by_id, meta, micro, document)),
        publisher=publisher,
        site_names=(*sites, *_host_names(url)),
        languages=tuple(_languages(document, articles, meta)),
        url=_address(document, meta, url),
        flags=_flags(items),
        hints=Hints(
            frozenset(t for t in known if len(t) > 8),
            " ".join(description.lower().split()),
            " ".join(body.lower().split()),
        ),
    )


def _bare(words: str) -> str:
    """Take the markup out of a stated text, if it has any."""
    words = html.unescape(words) if "&" in words else words
    return MARKUP.sub(" ", words) if "<" in words else words


def _articles(items: list[json_ld.Item]) -> list[json_ld.Item]:
    ranked = []
    for place, item in enumerate(items):
        ranks = [ARTICLE_TYPES[t] for n in json_ld.types_of(item) if (t := n.lower()) in ARTICLE_TYPES]
        if ranks:
            ranked.append((0 if item.get("headline") or item.get("articleBody") else 1, min(ranks) > 7, place, item))
    ranked.sort(key=lambda r: r[:3])
    return [item for *_, item in ranked]


def _meta(metas: Iterable[Meta]) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in metas:
        content = " ".join(meta.content.split())
        if meta.names and content:
            key = meta.names[0][1]
            if key in found and key.endswith("author"):
                found[key] += f"; {content}"
            else:
                found.setdefault(key, content)
    return found


def _titles(
    articles: list[json_ld.Item], meta: dict[str, str], micro: list[Any], heads: list[Any], window: Any
) -> Iterator[Stated]:
    for article in articles[:1]:
        if words := json_ld.text_of(article.get("headline")):
            yield words, "json-ld"
    for name in KNOWN["title"]["meta"]:
        if name in meta:
            yield meta[name], name.split(":")[0] if ":" in name else "meta"
    for prop, element in micro:
        if "headline" in prop:
            yield element.text or element.attr("content") or "", "microdata"
    for head in heads[:3]:
        yield head.text, "h1"
    if window is not None:
        yield window.text, "title"


def _publisher(
    articles: list[json_ld.Item], items: list[json_ld.Item], by_id: dict[str, json_ld.Item], meta: dict[str, str]
) -> tuple[str | None, list[str]]:
    found: list[str] = []
    for article in articles:
        found += [p for p in [_name(article.get("publisher"), by_id)] if p]
    found += [meta[n] for n in KNOWN["publisher"]["meta"] if n in meta and len(meta[n]) < 80]
    for item in items:
        if ORGANISATIONS.intersection(t.lower() for t in json_ld.types_of(item)) and (
            name := json_ld.text_of(item.get("name"))
        ):
            found.append(name)
    return (found[0] if found else None), found


def _name(value: Any, by_id: dict[str, json_ld.Item]) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str):
        value = by_id.get(value["@id"], value)
    return json_ld.text_of(value)


def _authors(
    articles: list[json_ld.Item],
    by_id: dict[str, json_ld.Item],
    meta: dict[str, str],
    micro: list[Any],
    document: turbohtml.Document,
) -> Iterator[tuple[tuple[str, ...], str]]:
    for article in articles:
        stated = _persons(article.get("author") or article.get("creator"), by_id)
        if names := split_names(stated):
            yield names, "json-ld"
            break
    for name in KNOWN["authors"]["meta"]:
        if name in meta and (names := split_names([meta[name]])):
            yield names, "meta"
    stated = []
    for prop, element in micro:
        if "author" in prop.split():
            inner = element.select_one("[itemprop~='name']")
            stated.append((inner or element).text or (inner or element).attr("content") or "")
    if names := split_names(stated):
        yield names, "microdata"
    if names := split_names([e.text for e in document.select("a[rel~='author']")[:4]]):
        yield names, "rel"


def _persons(value: Any, by_id: dict[str, json_ld.Item]) -> list[str]:
    """List the names of stated authors, people and organisations, in their order."""
    waiting: list[Any] = [value]
    found: list[str] = []
    while waiting and len(found) < MOST_AUTHORS:
        here = waiting.pop(0)
        if isinstance(here, dict):
            if not here.get("name") and isinstance(here.get("@id"), str):
                here = by_id.get(here["@id"], here)
            name = here.get("name")
            if not name and isinstance(here.get("givenName"), str):
                name = f"{here['givenName']} {here.get('familyName') or ''}"
            if isinstance(name, str | list):
                here = name
        if isinstance(here, list):
            waiting[:0] = here[:MOST_AUTHORS]
        elif isinstance(here, str):
            found.append(html.unescape(here))
    return found


def _languages(document: turbohtml.Document, articles: list[json_ld.Item], meta: dict[str, str]) -> Iterator[str]:
    root = document.root
    if root is not None:
        for name in ("lang", "xml:lang"):
            if value := root.attr(name):
                yield value
    for name in KNOWN["language"]["meta"]:
        if name in meta:
            yield meta[name]
    for article in articles:
        if words := json_ld.text_of(article.get("inLanguage")):
            yield words


def _address(document: turbohtml.Document, meta: dict[str, str], url: str | None) -> str | None:
    link = document.select_one("link[rel~='canonical' i][href]")
    for stated in (link.attr("href") if link is not None else None, meta.get("og:url"), url):
        try:
            whole = urljoin(url or "", (stated or "").strip())
            if urlsplit(whole).scheme in {"http", "https"} and urlsplit(whole).hostname:
                return whole
        except ValueError:
            continue
    return None


def _host_names(url: str | None) -> list[str]:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return []
    parts = host.removeprefix("www.").split(".")
    return [".".join(parts), max(parts[:-1], key=len)] if len(parts) > 1 else []


def _flags(items: list[json_ld.Item]) -> tuple[str, ...]:
    flags = []
    for item in items:
        if str(item.get("isAccessibleForFree")).strip().lower() == "false":
            flags.append("paywalled")
        if "liveblogposting" in (t.lower() for t in json_ld.types_of(item)):
            flags.append("live_blog")
    return tuple(sorted(set(flags)))
