"""Charsets by name: which one a page's own bytes declare, as browsers look for it before they read the page.

The walk over the bytes is that of the HTML Standard (13.2.3.2, "prescan a byte stream to determine its encoding"), for more
of them than the 1,024 that browsers wait for, since these change their mind where a declaration comes later.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from functools import cache
from importlib import resources

MOST_BYTES = 64 * 1024

_SPACE = b"\t\n\f\r "
_TAG = re.compile(rb"</?[A-Za-z]")
_META = re.compile(rb"<meta[\t\n\f\r /]", re.IGNORECASE)
_NAME_END = re.compile(rb"[\t\n\f\r />=]")
_TAG_NAME_END = re.compile(rb"[\t\n\f\r >]")
_UNQUOTED_END = re.compile(rb"[\t\n\f\r >]")
_GAP = re.compile(rb"[\t\n\f\r /]*")
_BLANKS = re.compile(rb"[\t\n\f\r ]*")
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})""")
_IN_CONTENT = re.compile(
    rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\t\n\f\r ;][^\t\n\f\r ;]*))", re.IGNORECASE
)
_LABEL = re.compile(r"[a-z0-9_:.()-]{1,40}")


def known_charset(label: str | None) -> str | None:
    """Give the codec for a name of a charset, as the web means it; None for what is none."""
    name = (label or "").strip(" \t\n\f\r").lower()
    if not _LABEL.fullmatch(name):
        return None
    if found := _names().get(name):
        return found
    try:
        codec = codecs.lookup(name).name
        "a".encode(codec)  # base64 and its like are codecs too, but no charsets
    except (LookupError, ValueError):
        return None
    return None if codec in _refused() else _names().get(codec, codec)


def declared_charset(content: bytes) -> str | None:
    """Give the codec of the charset that a page declares for itself, in a `<meta>` or an XML declaration; None without one.

    Takes time in proportion to the bytes that are looked at, 64 KiB at most.
    """
    head = content[:MOST_BYTES]
    found = _XML.match(head.lstrip(_SPACE))
    charset = known_charset(found[1].decode("ascii")) if found else None
    charset = charset or _in_meta(head)
    # A page whose declaration could be read byte for byte is not in UTF-16, whatever it says.
    return "utf-8" if charset and charset.startswith("utf-16") else charset


def _in_meta(head: bytes) -> str | None:
    place = 0
    while (place := head.find(b"<", place)) >= 0:
        if head.startswith(b"<!--", place):
            # The dashes that end a comment may be those that begin it.
            end = head.find(b"-->", place + 2)
            place = end + 3
        elif meta := _META.match(head, place):
            charset, place = _meta(head, meta.end() - 1)
            if charset:
                return charset
            end = place
        elif tag := _TAG.match(head, place):
            name_end = _TAG_NAME_END.search(head, tag.end())
            end = place = name_end.start() if name_end else -1
            while place >= 0 and (attribute := _attribute(head, place)):
                end = place = attribute[2]
        elif head.startswith((b"<!", b"</", b"<?"), place):
            end = head.find(b">", place)
            place = end + 1
        else:
            end = place = place + 1
        if end < 0:
            return None
    return None


def _meta(head: bytes, place: int) -> tuple[str | None, int]:
    """Read a `<meta>`; gives what it declares, and where it ends, which is before the start where it has no end."""
    told: dict[bytes, bytes] = {}
    while attribute := _attribute(head, place):
        name, value, place = attribute
        if place < 0:
            return None, place
        told.setdefault(name, value)
    if b"charset" in told:
        return known_charset(told[b"charset"].decode("latin-1")), place
    if told.get(b"http-equiv") == b"content-type" and (found := _IN_CONTENT.search(told.get(b"content", b""))):
        return known_charset(next(one for one in found.groups() if one is not None).decode("latin-1")), place
    return None, place


def _attribute(head: bytes, place: int) -> tuple[bytes, bytes, int] | None:
    """Read an attribute: its name and value in lower case, and where it ends, -1 where the bytes end first; None at `>`."""
    place = _GAP.match(head, place).end()  # type: ignore[union-attr]
    if place >= len(head):
        return b"", b"", -1
    if head[place : place + 1] == b">":
        return None
    found = _NAME_END.search(head, place + 1)  # a name may begin with an equals sign
    if not found:
        return b"", b"", -1
    name, place = head[place : found.start()].lower(), _BLANKS.match(head, found.start()).end()  # type: ignore[union-attr]
    if head[place : place + 1] != b"=":
        return name, b"", place
    return name, *_value(head, _BLANKS.match(head, place + 1).end())  # type: ignore[union-attr]


def _value(head: bytes, place: int) -> tuple[bytes, int]:
    quote = head[place : place + 1]
    if quote in (b'"', b"'"):
        end = head.find(quote, place + 1)
        return head[place + 1 : end].lower(), end + 1 if end >= 0 else -1
    stop = _UNQUOTED_END.search(head, place)
    return (head[place : stop.start()].lower(), stop.start()) if stop else (b"", -1)


@cache
def _names() -> dict[str, str]:
    return {name: codec for codec, names in _table()["names"].items() for name in names}


@cache
def _refused() -> frozenset[str]:
    return frozenset(_table()["refused"]["names"])


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(resources.files("transforms").joinpath("charsets.toml").read_text("utf-8"))
