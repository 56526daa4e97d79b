"""What a reader sees of authors and dates around the headline."""

from __future__ import annotations

import re

from transforms.pages.authors import INSIDE, OPENER, split_names
from transforms.pages.blocks import Blocks
from transforms.pages.lexicon import PART, fold
from transforms.pages.metadata import Statements

BYLINE_STARTS = ("author", "byline", "autor", "auteur", "writer", "reporter", "journalist", "redakteur")
NAME_LIKE = re.compile(
    r"[^\W\d_a-z][\w.'’-]*(?:\s+(?:[^\W\d_a-z][\w.'’-]*|van|von|der|den|de|del|della|di|da|dos|la|le|al|el|bin|ten|zu)){1,4}"
)
LONGEST = 200
SHORT = 100
BEFORE, AFTER = 25, 3
BREAK = re.compile(r"(?<!\d)(?:19[6-9]|20[0-4])\d(?!\d)|\d|[·•|–—]|\s-\s")
WIDE_NAME = re.compile(r"[\u3400-\u9fff]{2,4}")


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
    """Read the names in a short line that opens like a byline, there or further in, or stands in an author's box."""
    text = blocks.text[block]
    if len(text) > LONGEST:
        return ()
    opened = OPENER.match(text) or (INSIDE.search(text) if len(text) <= SHORT else None)
    if not opened and not _called(blocks, block):
        return ()
    head = BREAK.split(text[opened.end() :] if opened else text)[0]
    names = [
        n for n in split_names([head]) if (NAME_LIKE.fullmatch(n) or WIDE_NAME.fullmatch(n)) and fold(n) not in sites
    ]
    return tuple(names[:6])


def _called(blocks: Blocks, block: int) -> bool:
    """Say whether a block, or one of the two boxes around it, is called after an author."""
    box = blocks.box[block]
    names = f"{blocks.inner[block]} {blocks.names[box]}"
    if box:
        names += f" {blocks.names[blocks.parent[box]]}"
    return any(part.lower().startswith(BYLINE_STARTS) for part in PART.findall(names))
