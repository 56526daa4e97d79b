"""Faults of XML that are common enough to be mended before a parser sees them: charsets, ampersands, names of HTML."""

from __future__ import annotations

import re
from html.entities import html5

_OF_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
# Ampersands stand for themselves in sections of character data, comments and instructions.
_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};)(?:([A-Za-z]\w{1,31});)?",
    re.DOTALL,
)
_DECLARATIONS = re.compile(rb"\s*(?:<\?xml\s[^<>]{0,400}\?>\s*)*", re.IGNORECASE)
_WIDE = re.compile(
    rb"(<\?xml\s[^<>]{0,200}?)encoding\s*=\s*[\"'](?:utf-?16|utf-?32|ucs-?[24]|iso-10646)[^\"'<>]{0,20}[\"']",
    re.IGNORECASE,
)
_MOST_MENDED = 1_000_000  # marks; a file with more of them is not worth the time
_UNREADABLE = bytes(code for code in range(32) if code not in b"\t\n\r")


def mended(content: bytes) -> bytes:
    """Give XML in UTF-8, with what its parser would stumble over put right: bare ampersands and control characters.

    A name that HTML knows becomes its character; an ampersand before anything else becomes one that is written out.
    """
    content = _in_utf8(content).translate(None, _UNREADABLE)
    # In UTF-8 a declaration says nothing new, and one that does not stand first is a fault.
    content = content[_DECLARATIONS.match(content).end() :]  # type: ignore[union-attr]
    return _AMPERSAND.sub(_written_out, content, count=_MOST_MENDED) if b"&" in content else content


def truly_declared(content: bytes) -> bytes:
    """Take away a declaration of UTF-16 or its like that was read byte for byte, and so cannot be true."""
    return content if b"\0" in content[:64] else _WIDE.sub(rb"\1", content, count=1)


def _in_utf8(content: bytes) -> bytes:
    import feedparser  # noqa: PLC0415  (a tenth of a second that other kinds need not spend)
    from feedparser.encodings import convert_to_utf8  # noqa: PLC0415

    converted: bytes | None = convert_to_utf8({}, truly_declared(content), feedparser.FeedParserDict())
    return converted or content


def _written_out(found: re.Match[bytes]) -> bytes:
    if not found[0].startswith(b"&"):
        return found[0]
    name = (found[1] or b"").decode("ascii", "replace")
    if name in _OF_XML:
        return found[0]
    known = html5.get(f"{name};") if name else None
    return "".join(f"&#{ord(sign)};" for sign in known).encode() if known else b"&amp;" + found[0][1:]
