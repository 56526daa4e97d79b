"""A cheap look at a page before the parse: refuse what is built to hurt a parser."""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 2_000
DEEPEST = 2_000
ATTRIBUTE = re.compile(rb"""[^\s"'>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?+""")
TAG = re.compile(rb"<(/?)([a-zA-Z][^\s/>]*+)")
# These hold nothing or end by themselves, so that a row of them does not nest.
FLAT = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option optgroup thead "
    b"tbody tfoot rb rt rp rtc html head body colgroup frame keygen path circle rect use script style".split()
)
ALONE = frozenset({b"a", b"button", b"nobr"})  # one of these ends the one before


class HostilePageError(ValueError):
    """A page that is refused before the parse; `reason` is one countable word, `detail` says what was found."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.reason = "hostile_html"
        self.detail = detail


def refuse_hostile(markup: bytes) -> None:
    """Raise `HostilePageError` for a tag of over 2,000 attributes or tags over 2,000 deep, in linear time."""
    pieces = markup.split(b"<")
    shortest = 2 * MOST_ATTRIBUTES
    if len(markup) > shortest and max(map(len, pieces)) > shortest:
        for piece in pieces:
            if len(piece) > shortest and piece[:1].isalpha() and not 0 <= piece.find(b">") < shortest:
                _refuse_attributes(piece)
    if len(pieces) > DEEPEST and len(pieces) - markup.count(b"</") > DEEPEST:
        _refuse_depth([(slash, tag) for slash, name in TAG.findall(markup) if (tag := name.lower()) not in FLAT])


def _refuse_attributes(piece: bytes) -> None:
    found = place = 0
    while match := ATTRIBUTE.search(piece, place):
        if b">" in piece[place : match.start()]:
            return
        place = match.end()
        found += 1
        if found > MOST_ATTRIBUTES:
            raise HostilePageError(f"one tag has more than {MOST_ATTRIBUTES} attributes")


def _refuse_depth(tags: list[tuple[bytes, bytes]]) -> None:
    open_tags: list[bytes] = []
    counts: dict[bytes, int] = {}
    for slash, name in tags if len(tags) > DEEPEST else ():
        if not slash:
            if name in ALONE and open_tags and open_tags[-1] == name:
                continue
            open_tags.append(name)
            counts[name] = counts.get(name, 0) + 1
            if len(open_tags) > DEEPEST:
                raise HostilePageError(f"tags nest more than {DEEPEST} deep")
        elif counts.get(name):
            while (last := open_tags.pop()) != name:
                counts[last] -= 1
            counts[name] -= 1
