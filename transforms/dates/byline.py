"""The dates that readers see near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from turbohtml import Document, Element, Node, Text

from transforms.dates.forms import DAY_FORMS
from transforms.dates.page_words import (
    FOREIGN_CLASS,
    FOREIGN_TAGS,
    MODIFIED_WORDS,
    PUBLISHED_CLASS,
    PUBLISHED_WORDS,
    STORY,
)
from transforms.dates.times import HALF_BEFORE, HOUR
from transforms.dates.words import plain_digits, small_letters
from transforms.records import ClaimKind

RawClaim = tuple[ClaimKind, str, str]
AFTER, BEFORE, ALL = 35, 12, 900  # Text nodes looked at around the headline or in all, white space not counted.
MOST_HEADINGS = 30
NEAR = 15  # Texts after the headline that still belong to its block.
LONGEST_NODE = 160  # A longer text is a paragraph of the story: only its head can be a dateline.
HEAD = 60
PROSE = 70  # Letters beside a date that make its text a sentence rather than a byline.
MARKER_GAP = 30  # Letters between the word that tells the kind and its date.
MOST = 12  # Dates taken from one side of the headline.
MARKER_REACH = 45  # How far before a date the word that tells its kind may stand.
HIGHEST = 9  # Ancestors asked whether they hold somebody else's dates.
UNSEEN = frozenset(("script", "style", "noscript", "option", "title", "textarea"))
# What a text with a day in it contains; far cheaper than the forms of days themselves.
DAYLIKE = re.compile(
    r"\d[^\n]{0,25}?(?:19|20)\d\d|(?:19|20)\d\d.{0,20}?\d|\d\s{0,2}[./|·-]\s{0,2}\d{1,2}\s{0,2}[./|·-]\s{0,2}\d\d"
    r"|[〇零一二三四五六七八九]{4}年"
)
DIGIT = re.compile(r"\d|[〇零一二三四五六七八九]年")
YEARLIKE = re.compile(r"(?:19|20)\d\d|[./|·-]\s{0,2}\d\d(?!\d)|[〇零一二三四五六七八九]年")
NO_LETTER = re.compile(r"[\W_]+")
CLOCK = re.compile(rf"\d(?:[:.h]|\s?[{HOUR}]\s?)\d\d")
# A time after its date, with the weekday of East Asia, a word that leads to it, or the half of the day between them.
TAIL = re.compile(
    rf"(?:\s?[(（]\w{{1,3}}[)）])?[^\w]{{0,4}}(?:at|um|à|a las|alle|às|в|ore|, |{HALF_BEFORE})?\s?\d{{1,2}}(?:[:.h]|\s?[{HOUR}]\s?)\d\d[^|<>\n]{{0,16}}",
    re.IGNORECASE,
)


def byline_claims(document: Document, headline: Element | None, *, whole: bool) -> Iterator[RawClaim]:
    """Find dates in the short texts around the headline, the nearest first.

    If it has none, and `whole` asks for it, the whole page is read.
    """
    root = document.root
    if root is None:
        return
    own: frozenset[Node] = frozenset()
    claims: list[RawClaim] = []
    if headline is not None:
        own = frozenset(headline.ancestors)
        around = chain(short_texts(headline.descendants, NEAR), short_texts(headline.following, AFTER))
        claims += dated_texts(around, "after", own)
        claims += dated_texts(short_texts(headline.preceding, BEFORE), "before", own)
    if whole and not any("foreign" not in origin for _, _, origin in claims):
        claims += dated_texts(short_texts(root.descendants, ALL), "page", own)
    yield from claims


def is_foreign(node: Node, own: frozenset[Node], *, near: bool = False) -> bool:
    """Tell whether a node lies in something that holds other documents' dates, or none.

    `own` are the elements around the headline: whatever they are called, they hold this document. `near` the headline
    an aside may hold the byline, and a class that speaks of publishing is believed.
    """
    for ancestor in islice(node.ancestors, HIGHEST):
        if ancestor in own or not isinstance(ancestor, Element) or ancestor.tag == "body":
            return False
        if ancestor.tag in FOREIGN_TAGS and not near:
            return True
        label = f"{ancestor.attr('class') or ''} {ancestor.attr('id') or ''}".lower()
        if near and PUBLISHED_CLASS.search(label):
            return False
        if len(label) > 1 and FOREIGN_CLASS.search(label):
            return True
    return False


def find_headline(document: Document) -> Element | None:
    """Choose the headline: the heading that the page's title repeats, else the longest first-level heading."""
    titled = document.select_one('meta[property="og:title"], meta[name="twitter:title"]')
    named = document.find("title")
    titles = [letters(titled.attr("content") or "") if titled else "", letters(named.text) if named else ""]
    first_level: list[tuple[str, Element]] = []
    for level, tags in enumerate((("h1",), ("h2", "h3")), 1):
        elements = [element for tag in tags for element in document.select(tag)]  # a tag is looked up, a list sought
        headings = [(letters(heading.text), heading) for heading in elements[:MOST_HEADINGS]]
        repeated = [each for each in headings if len(each[0]) >= 8 and repeats(each[0], titles)]
        if repeated:
            return max(repeated, key=lambda each: len(each[0]))[1]
        first_level = first_level or [each for each in headings if level == 1 and len(each[0]) > 3]
    return max(first_level, key=lambda each: len(each[0]))[1] if first_level else document.select_one(STORY)


def repeats(words: str, titles: list[str]) -> bool:
    """Tell whether a heading and one of the page's titles hold one another."""
    return any(words in title or (len(title) >= 12 and title in words) for title in titles)


def letters(text: str) -> str:
    """Keep the letters and digits of a title, in lower case."""
    return NO_LETTER.sub("", text[:400].lower())


def short_texts(nodes: Iterable[Node], most: int) -> Iterator[tuple[str, Text]]:
    """Pick the texts that are not blank, up to a number of them."""
    left = most
    for node in nodes:
        if type(node) is Text and not (data := node.data).isspace():
            yield data, node
            left -= 1
            if left == 0:
                return


def is_seen(node: Node) -> bool:
    """Tell whether readers see a text."""
    parent = node.parent
    return type(parent) is not Element or parent.tag not in UNSEEN


def dated_texts(texts: Iterable[tuple[str, Text]], side: str, own: frozenset[Node]) -> Iterator[RawClaim]:
    """Turn texts with a date into claims; the words before it, in its own text or those before, tell the kind."""
    led, found = "", {False: 0, True: 0}
    for order, (whole, node) in enumerate(texts):
        long = len(whole) > LONGEST_NODE
        data = whole[:HEAD] if long else whole
        match = None
        if DIGIT.search(data) and YEARLIKE.search(plain_digits(data)) and is_seen(node):
            words = " ".join(plain_digits(f"{led} {data}").split())
            match = DAY_FORMS.search(small_letters(words)) if DAYLIKE.search(words) else None
        if match is None:
            led = f"{led} {data}"[-MARKER_REACH:] if len(data) < MARKER_REACH else ""
            continue
        near = side == "after" and order < NEAR
        foreign = is_foreign(node, own, near=near)
        prose = match.start() > 30 if long else len(data) - len(match[0]) > PROSE
        place = "foreign" if foreign else "prose" if prose else "near" if near else side
        place = f"more-{place}" if found[foreign] and not near else place
        yield claim_of(words, match, place)
        found[foreign] += 1
        led = ""
        if sum(found.values()) >= MOST:
            return


def claim_of(words: str, match: re.Match[str], place: str) -> RawClaim:
    """Cut a date and what belongs to it out of its words, and name its kind and place."""
    start = max(0, match.start() - MARKER_REACH)
    before = words[start : match.start()]
    tail = TAIL.match(words[match.end() :])
    modified, published = last_end(MODIFIED_WORDS, before.lower()), last_end(PUBLISHED_WORDS, before.lower())
    if len(before) - max(modified, published) > MARKER_GAP:
        modified = published = -1
    if max(modified, published) < 0 and not CLOCK.search(before):
        start = match.start()
    raw = (words[start : match.end()] + (tail[0] if tail else "")).strip()
    if modified > published:
        return "modified", raw, f"byline:{place}-modified"
    return "published", raw, f"byline:{place}{'-published' if published >= 0 else ''}"


def last_end(pattern: re.Pattern[str], text: str) -> int:
    """Find where the last match ends, -1 where there is none."""
    return max((match.end() for match in pattern.finditer(text)), default=-1)
