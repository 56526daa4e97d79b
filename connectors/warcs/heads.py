"""The heads of WARC records: named fields, read strictly, for a bit that flipped in one must not pass for another value."""

from __future__ import annotations

import re
from functools import lru_cache

from connectors.warcs.contents import Content, DamagedError

LARGEST_HEAD = 64 * 1024
MOST_FIELDS = 100

_BROKEN = bytes({*range(32), 127} - set(b"\t\n\r"))
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VERSION = re.compile(r"WARC/[01]\.\d{1,2}\Z")
_VERSION_END = re.compile(r"WARC/[01]\.\d{1,2}\Z")
_SINGLE = frozenset(("warc-type", "warc-record-id", "warc-date", "warc-target-uri", "content-length"))


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
    if len(head.translate(None, _BROKEN)) != len(head):
        raise DamagedError("a header with control characters")
    try:
        text = head.decode("utf-8", "strict" if strict else "replace")
    except UnicodeDecodeError:
        raise DamagedError("a header that is no UTF-8") from None
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if not _is_version(lines[0]):
        raise DamagedError(f"no WARC version: {lines[0][:30]!r}")
    del lines[0]
    fields, again = _named(lines)
    if len(lines) > MOST_FIELDS and len(fields) + len(again) > MOST_FIELDS:
        raise DamagedError(f"{len(fields) + len(again)} header fields, more than {MOST_FIELDS}")
    if strict and (_SINGLE.intersection(again) or any(_VERSION_END.search(line) for line in lines if "WARC/" in line)):
        raise DamagedError("a header that runs into another")
    return fields


def _named(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Give the fields of lines, and the names of those that came before."""
    fields: dict[str, str] = {}
    again: list[str] = []
    last: str | None = None
    for line in lines:
        name, colon, value = line.partition(":")
        key = _key(name)
        if key and colon:
            if key in fields:
                again.append(key)
                last = None
            else:
                fields[key] = value.strip()
                last = key
        elif line[:1] in (" ", "\t") and (fields or again):
            if last:
                fields[last] = f"{fields[last]} {line.strip()}"
        else:
            raise DamagedError(f"no header field: {line[:60]!r}")
    return fields, again


@lru_cache(maxsize=256)
def _key(name: str) -> str | None:
    """Give the lower-case name of a field; None where it is none."""
    plain = name.rstrip(" \t")
    return plain.lower() if _NAME.fullmatch(plain) else None


@lru_cache(maxsize=16)
def _is_version(line: str) -> bool:
    return _VERSION.match(line) is not None
