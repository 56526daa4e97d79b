"""What a reader sees of authors and dates around the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.pages.authors import OPENER, split_names
from transforms.pages.blocks import Blocks
from transforms.pages.features import NAME, fold
from transforms.pages.metadata import Statements

BYLINE_WORDS = frozenset(
    {
        "author",
        "authors",
        "byline",
        "autor",
        "autoren",
        "auteur",
        "autore",
        "writer",
        "reporter",
        "journalist",
        "redakteur",
        "signature",
    }
)
DATE_WORDS = frozenset(
    {
        "date",
        "time",
        "timestamp",
        "published",
        "publish",
        "datum",
        "fecha",
        "data",
        "posted",
        "updated",
        "pubdate",
        "datetime",
        "meta",
        "byline",
        "info",
    }
)
NAME_LIKE = re.compile(
    r"[^\W\d_a-z][\w.'’-]*(?:\s+(?:[^\W\d_a-z][\w.'’-]*|van|von|der|den|de|del|della|di|da|dos|la|le|al|el|bin|ten|zu)){1,4}"
)
YEAR = re.compile(r"(?<!\d)(?:19[6-9]|20[0-4])\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2}(?!\d)")
LONGEST = 200
BEFORE, AFTER = 25, 3


def find_byline(stated: Statements, blocks: Blocks, body: list[int]) -> tuple[tuple[str, ...], str | None]:
    """Choose the authors: stated people, else the visible byline, else whoever is stated."""
    sites = {fold(name) for name in stated.site_names}
    for names, origin in stated.authors:
        if any(fold(name) not in sites for name in names):
            return names, origin
    for block in _around(blocks, body):
        if names := _names_in(blocks, block, sites):
            return names, "byline"
    return stated.authors[0] if stated.authors else ((), None)


def find_dates(blocks: Blocks, body: list[int]) -> Iterator[tuple[str, str, str]]:
    """Give the short lines around the head of the body that hold a year or a numeric date, as they stand."""
    found = 0
    for block in _around(blocks, body):
        text = blocks.text[block]
        if len(text) <= 120 and YEAR.search(text) and found < 4:
            found += 1
            kind = (
                "modified"
                if re.search(r"updat|aktualis|modif|actualiz|aggiorn|mis à jour", text, re.IGNORECASE)
                and not re.search(r"publi|veröff|erstellt|posted", text, re.IGNORECASE)
                else "published"
            )
            yield kind, text, "byline"


def _around(blocks: Blocks, body: list[int]) -> list[int]:
    """List the blocks before the body, nearest to the headline first, then the first ones inside and the last."""
    if not body:
        return list(range(min(len(blocks.text), BEFORE)))
    first, last = body[0], body[-1]
    heads = [i for i in range(max(0, first - BEFORE), first) if blocks.tag[blocks.box[i]] == "h1"]
    start = max(0, (heads[-1] if heads else first - 8) - 3)
    near = range(start, min(first + AFTER, len(blocks.text)))
    return [*near, *range(max(last - 1, first + AFTER), min(last + 6, len(blocks.text)))]


def _names_in(blocks: Blocks, block: int, sites: set[str]) -> tuple[str, ...]:
    text = blocks.text[block][:LONGEST]
    if len(blocks.text[block]) > LONGEST:
        return ()
    opened = OPENER.match(text)
    called = _called(blocks, block)
    if not (opened or called):
        return ()
    head = YEAR.split(text[opened.end() :] if opened else text)[0]
    names = [n for n in split_names([head]) if NAME_LIKE.fullmatch(n) and fold(n) not in sites]
    return tuple(names[:6])


def _called(blocks: Blocks, block: int) -> bool:
    box = blocks.box[block]
    names = f"{blocks.inner[block]} {blocks.names[box]}"
    if box:
        names += f" {blocks.names[blocks.parent[box]]}"
    return not BYLINE_WORDS.isdisjoint(word.lower() for word in NAME.findall(names))
