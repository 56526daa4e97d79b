"""A cheap look at a page before the parse: refuse what is built to hurt a parser."""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 2_000
DEEPEST = 2_000
SUSPECT = 500  # the parser lays what is much deeper side by side, so that only the page itself tells how deep it goes
ATTRIBUTE = re.compile(r"""[^\s"'>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?+""")
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)")
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
        "script",
        "style",
    ]
)
ALONE = frozenset({"a", "button", "nobr"})  # one of these ends the one before
TAG_START = re.compile(r"<[a-zA-Z]")
SHORTEST = 2 * MOST_ATTRIBUTES  # so many characters that many attributes take


class HostilePageError(ValueError):
    """A page that is refused; `reason` is one countable word, `detail` says what was found."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.reason = "hostile_html"
        self.detail = detail


def refuse_attributes(html: str) -> None:
    """Raise `HostilePageError` for a tag of over 2,000 attributes, in linear time.

    Such a tag is long and has no other tag inside, so that a window of half its length holds no `<`: only where one
    does not is the page looked at.
    """
    place, end = 0, len(html)
    while place < end:
        if html.find("<", place, place + MOST_ATTRIBUTES) >= 0:
            place += MOST_ATTRIBUTES
            continue
        start, stop = html.rfind("<", max(place - MOST_ATTRIBUTES, 0), place), html.find("<", place)
        stop = end if stop < 0 else stop
        if start >= 0 and html.find(">", start, min(start + SHORTEST, stop)) < 0 and TAG_START.match(html, start):
            _refuse_attributes(html, start, stop)
        place = stop


def refuse_depth(html: str) -> None:
    """Raise `HostilePageError` for tags that nest over 2,000 deep, in linear time: for pages with a deep tree only."""
    open_tags: list[str] = []
    counts: dict[str, int] = {}
    for slash, tag in TAG.findall(html):
        name = tag.lower()
        if name in FLAT:
            continue
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


def _refuse_attributes(html: str, start: int, stop: int) -> None:
    found, place = 0, start + 1
    while match := ATTRIBUTE.search(html, place, stop):
        if ">" in html[place : match.start()]:
            return
        place = match.end()
        found += 1
        if found > MOST_ATTRIBUTES:
            raise HostilePageError(f"one tag has more than {MOST_ATTRIBUTES} attributes")
