"""A cheap look at a page before the parse: refuse what is built to hurt a parser."""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 2_000
DEEPEST = 2_000
ATTRIBUTE = re.compile(r"""[^\s"'>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?+""")
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)")
RAW = re.compile(r"(?is)<(script|style|textarea|title|noscript)\b.*?</\1|<!--.*?-->")
# These hold nothing or end by themselves, so that a row of them does not nest.
FLAT = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "dt",
        "dd",
        "option",
        "optgroup",
        "thead",
        "tbody",
        "tfoot",
        "rb",
        "rt",
        "rp",
        "rtc",
        "html",
        "head",
        "body",
        "colgroup",
        "frame",
        "keygen",
        "path",
        "circle",
        "rect",
        "use",
        "g",
        "script",
        "style",
    ]
)


class HostilePage(ValueError):
    """A page that is refused before the parse; `reason` is one countable word, `detail` says what was found."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.reason = "hostile_html"
        self.detail = detail


def refuse_hostile(html: str) -> None:
    """Raise `HostilePage` for a tag of over 2,000 attributes or tags over 2,000 deep, in linear time."""
    pieces = html.split("<")
    shortest = 2 * MOST_ATTRIBUTES
    if len(html) > shortest and max(map(len, pieces)) > shortest:
        for piece in pieces:
            if len(piece) > shortest and piece[0].isalpha() and not 0 <= piece.find(">") < shortest:
                _refuse_attributes(piece)
    if len(pieces) > DEEPEST and len(pieces) - html.count("</") > DEEPEST:
        _refuse_depth(html)


def _refuse_attributes(piece: str) -> None:
    found = 0
    place = 0
    while match := ATTRIBUTE.search(piece, place):
        if ">" in piece[place : match.start()]:
            return
        place = match.end()
        found += 1
        if found > MOST_ATTRIBUTES:
            raise HostilePage(f"one tag has more than {MOST_ATTRIBUTES} attributes")


def _refuse_depth(html: str) -> None:
    open_tags: list[str] = []
    counts: dict[str, int] = {}
    for slash, name in TAG.findall(RAW.sub("", html)):
        name = name.lower()
        if name in FLAT:
            continue
        if not slash:
            open_tags.append(name)
            counts[name] = counts.get(name, 0) + 1
            if len(open_tags) > DEEPEST:
                raise HostilePage(f"tags nest more than {DEEPEST} deep")
        elif counts.get(name):
            while (last := open_tags.pop()) != name:
                counts[last] -= 1
            counts[name] -= 1
