"""The heads of WARC records: named fields, read strictly, for a bit that flipped in one must not pass for another value."""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.warcs.contents import Content, DamagedError

LARGEST_HEAD = 64 * 1024
MOST_FIELDS = 100

_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VERSION = re.compile(r"WARC/[01]\.\d{1,2}\Z")
_VERSION_END = re.compile(r"WARC/[01]\.\d{1,2}$", re.MULTILINE)
_SINGLE = ("warc-type", "warc-record-id", "warc-date", "warc-target-uri", "content-length")


def read_head(content: Content, *, strict: bool) -> tuple[dict[str, str], int]:
    """Take a record's head; gives its fields, as `read_fields` does, and the length of its block.

    Raises DamagedError, for a flood of fields too.
    """
    while (end := _head_end(content)) < 0:
        ahead = len(content.data) - content.place
        if ahead >= LARGEST_HEAD:
            raise DamagedError(f"more than {LARGEST_HEAD} bytes of header fields")
        if not content.holds(ahead + 1):
            raise DamagedError("a header without an end")
    head = content.take(end - content.place)
    fields = read_fields(head, strict=strict)
    length = fields.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise DamagedError(f"a header whose Content-Length is {length[:30]!r}")
    if "warc-type" not in fields:
        raise DamagedError("a header without WARC-Type")
    return fields, int(length)


def _head_end(content: Content) -> int:
    """Give where a head ends, at its first empty line, or -1; the block behind it may hold one of the other kind."""
    most = content.place + LARGEST_HEAD
    wide = content.data.find(b"\r\n\r\n", content.place, most)
    narrow = content.data.find(b"\n\n", content.place, most if wide < 0 else wide)
    if narrow >= 0:
        return narrow + 2
    return wide + 4 if wide >= 0 else -1


def read_fields(head: bytes, *, strict: bool) -> dict[str, str]:
    """Read the named fields of a record's head, by lower-case name, the first of a name; raises DamagedError.

    With `strict` a byte that is no UTF-8 is damage; without, it is shown as U+FFFD.
    """
    try:
        text = head.decode("utf-8", "strict" if strict else "replace")
    except UnicodeDecodeError:
        raise DamagedError("a header that is no UTF-8") from None
    if _BROKEN.search(text):
        raise DamagedError("a header with control characters")
    text = text.replace("\r\n", "\n").rstrip("\n")
    version, _, rest = text.partition("\n")
    if not _VERSION.match(version):
        raise DamagedError(f"no WARC version: {version[:30]!r}")
    pairs: list[tuple[str, str]] = []
    for line in rest.split("\n"):
        if line[:1] in (" ", "\t") and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if not colon or not _is_name(name):
            raise DamagedError(f"no header field: {line[:60]!r}")
        pairs.append((name, value.strip()))
    if len(pairs) > MOST_FIELDS:
        raise DamagedError(f"{len(pairs)} header fields, more than {MOST_FIELDS}")
    fields: dict[str, str] = {}
    for name, value in reversed(pairs):
        fields[name.lower().rstrip()] = value
    if strict and ((len(fields) < len(pairs) and _repeats(pairs)) or ("WARC/" in rest and _VERSION_END.search(rest))):
        raise DamagedError("a header that runs into another")
    return fields


@lru_cache(maxsize=256)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name.rstrip(" \t")) is not None


def _repeats(pairs: list[tuple[str, str]]) -> bool:
    names = [name.lower() for name, _ in pairs]
    return any(names.count(name) > 1 for name in _SINGLE)
