"""A page as the parser gives it, with what several readers ask of it found once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import turbohtml
from turbohtml import Element

from transforms.pages.json_ld import read_values

NAMES = ("property", "name", "itemprop", "http-equiv")


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta element: its content, and its names as (attribute, name in lower case), those of its page first."""

    content: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A page, its tree and, in document order, its JSON-LD (`read_values`), meta elements and elements with an `itemprop`."""

    html: str
    document: turbohtml.Document
    json_ld: tuple[Any, ...]
    metas: tuple[Meta, ...]
    properties: tuple[tuple[str, Element], ...]


def parse_page(html: str) -> ParsedPage:
    """Parse a page; a search for an attribute reads the whole tree, so that it is done once."""
    document = turbohtml.parse(html, positions=False)
    properties = tuple((element.attr("itemprop") or "", element) for element in document.select("[itemprop]"))
    return ParsedPage(html, document, tuple(read_values(document)), tuple(_metas(document)), properties)


def _metas(document: turbohtml.Document) -> Iterator[Meta]:
    for element in document.find_all("meta"):
        content = element.attr("content")
        if content:
            names = ((key, name.strip().lower()) for key in NAMES if (name := element.attr(key)))
            yield Meta(content, tuple(names))
