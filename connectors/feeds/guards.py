"""What is refused before any parser sees it: entity declarations, floods, and nesting without end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

LARGEST_FEED = 10 * 1024 * 1024
LARGEST_SITEMAP = 50 * 1024 * 1024
MOST_ENTRIES = 5_000
DEEPEST = 200

_DECLARATION = re.compile(rb"<!\s*ENTITY\b", re.IGNORECASE)
_DOCUMENT_TYPE = re.compile(rb"<!\s*DOCTYPE\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:(!--|!\[CDATA\[|\?)|(/?)([A-Za-z_][^\s/<>]*)[^<>]*>)")
_CLOSED_BY = {b"!--": b"-->", b"![CDATA[": b"]]>", b"?": b">"}
_ENTRY = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
# Marks without their end and bare ampersands take lenient parsers time by the square of their number.
_LOOSE = (re.compile(rb"<(?!!)[^<>]*(?=<)"), re.compile(rb"&(?![A-Za-z#])"))
_MOST_LOOSE = 20_000
_LARGEST_TAG = 256 * 1024
_MOST_ATTRIBUTES = 2_000
_MOST_ELEMENTS = 20_000  # in an entry
# In a feed; what begins behind them is not read, for parsers take their time for each.
_MOST_ELEMENTS_IN_ALL = 150_000
_MOST_ATTRIBUTES_IN_ALL = 100_000
# Marks of HTML that stand unclosed in feeds that do not escape it.
_UNCLOSED = frozenset((b"br", b"img", b"hr", b"input", b"wbr", b"p", b"li"))
_ENTRY_NAMES = frozenset((b"item", b"entry"))


class FeedError(ValueError):
    """A feed or sitemap that is not read; `reason` is one word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class XmlForbiddenError(FeedError):
    """A document type that declares entities: nobody who writes feeds needs them, and every known attack does."""

    def __init__(self) -> None:
        super().__init__("xml_forbidden", "it declares entities, which feeds and sitemaps have no use for")


@dataclass(frozen=True, slots=True)
class Guarded:
    """XML that may be parsed, cut behind its 5,000th entry or where it is too rich; `left` counts the entries behind it."""

    content: bytes
    left: int = 0


def guard_size(content: bytes, limit: int) -> None:
    """Raise FeedError, `oversized` or `empty`, for content that is too much or nothing."""
    if len(content) > limit:
        raise FeedError("oversized", f"{len(content)} bytes, more than the {limit} that are read")
    if not content.strip(b"\0\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise FeedError("empty", "there is nothing in it")


def guard_entities(content: bytes) -> None:
    """Raise XmlForbiddenError where a document type declares an entity, in any charset that XML parsers read."""
    if b"\0" in content[:64]:
        content = content.replace(b"\0", b"")
    # Without a document type an entity is not declared but written about.
    if _DECLARATION.search(content) and _DOCUMENT_TYPE.search(content):
        raise XmlForbiddenError


def guard_xml(content: bytes, unpacked: bytes | None = None) -> Guarded:
    """Refuse what no feed has, and cut a flood of entries. Linear in the size of the content.

    `unpacked` is the content in UTF-8, where it is in something else.
    Raises XmlForbiddenError and FeedError (`too_deep`, `malformed`).
    """
    plain = content if unpacked is None else unpacked
    guard_entities(content)
    guard_entities(plain)
    _refuse_loose(plain)
    walk = _Walk()
    place = 0
    while found := _MARKUP.search(plain, place):
        place = found.end()
        special, slash, name = found.groups()
        if special:
            place = plain.find(_CLOSED_BY[special], place)
            if place < 0:
                break
            continue
        walk.attributes += _attributes(found[0])
        if slash:
            walk.close(name)
        elif not walk.opens(name, is_empty=found[0].endswith(b"/>")):
            closed = b"".join(b"</" + one + b">" for one in reversed(walk.stack))
            return Guarded(plain[: found.start()] + closed, len(_ENTRY.findall(plain, found.start())))
    return Guarded(content)


class _Walk:
    """Where a walk over marks is: what is open, how many entries there were, and how much is in this one."""

    def __init__(self) -> None:
        self.stack: list[bytes] = []
        self.entries = self.held = self.elements = self.attributes = 0

    def opens(self, name: bytes, *, is_empty: bool) -> bool:
        """Open an element; False for the entry that is one too many. One that is empty is closed at once."""
        if name.lower() in _UNCLOSED:
            return True
        self.held += 1
        self.elements += 1
        if self.held > _MOST_ELEMENTS:
            raise FeedError("malformed", f"more than {_MOST_ELEMENTS} elements in an entry")
        if name.rpartition(b":")[2].lower() in _ENTRY_NAMES:
            self.entries, self.held = self.entries + 1, 0
            if self.entries > MOST_ENTRIES or self.elements > _MOST_ELEMENTS_IN_ALL:
                return False
            if self.attributes > _MOST_ATTRIBUTES_IN_ALL:
                return False
        if is_empty:
            return True
        self.stack.append(name)
        if len(self.stack) > DEEPEST:
            raise FeedError("too_deep", f"elements nested more than {DEEPEST} deep")
        return True

    def close(self, name: bytes) -> None:
        """Close an element with all that was left open in it; a close without an open is passed over."""
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] == name:
                del self.stack[place:]
                return


def _refuse_loose(content: bytes) -> None:
    for loose in _LOOSE:
        if sum(1 for _ in islice(loose.finditer(content), _MOST_LOOSE + 1)) > _MOST_LOOSE:
            raise FeedError("malformed", f"more than {_MOST_LOOSE} marks without an end, or bare ampersands")


def _attributes(mark: bytes) -> int:
    """Count the attributes of a mark. Raises FeedError for one that no feed has."""
    count = mark.count(b"=")
    if len(mark) > _LARGEST_TAG or count > _MOST_ATTRIBUTES:
        raise FeedError("malformed", f"a mark of {len(mark)} bytes, or with over {_MOST_ATTRIBUTES} attributes")
    return count
