"""A cheap look at a page before the parse: refuse what is built to hurt a parser."""

from __future__ import annotations

import re

MOST_ATTRIBUTES = 2_000
DEEPEST = 2_000  # elements inside one another; the reader of blocks counts them, since only the parser knows
ATTRIBUTE = re.compile(r"""[^\s"'>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?+""")
APART = (" ", "\n", "\t", "\r", "\f", "/", '"', "'")  # one of these stands between two attributes
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

    Such a tag is long and has no other tag inside: only stretches without `<` that a probe every few thousand
    characters falls into can hold one, and the rest of the page is never looked at.
    """
    place, end = SHORTEST, len(html)
    while place < end:
        start, stop = html.rfind("<", 0, place), html.find("<", place)
        stop = end if stop < 0 else stop
        if stop - start > SHORTEST and start >= 0 and not 0 <= html.find(">", start, stop) - start < SHORTEST:
            _refuse_attributes(html, start, stop)
        place = max(place + SHORTEST, stop)


def _refuse_attributes(html: str, start: int, stop: int) -> None:
    if not TAG_START.match(html, start) or sum(html.count(sign, start, stop) for sign in APART) < MOST_ATTRIBUTES:
        return
    found, place = 0, start + 1
    while match := ATTRIBUTE.search(html, place, stop):
        if ">" in html[place : match.start()]:
            return
        place = match.end()
        found += 1
        if found > MOST_ATTRIBUTES:
            raise HostilePageError(f"one tag has more than {MOST_ATTRIBUTES} attributes")
