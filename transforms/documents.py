"""The document line: one JSON object that carries a text or a page and what its source says of it.

Fields, all optional but one of the first three: `text`, `html`, `html_base64`; `id`, `url`, `title`, `authors` (a list
or one string), `publisher`, `language`, `published_at`, `modified_at`, `captured_at`. Other fields stay in the raw
bytes and are not read.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from transforms.credits import names_in_byline
from transforms.encoding import NotTextError, decode
from transforms.records import SourceClaims

MEDIA_TYPE = "application/json"
DEEPEST = 100
UNREADABLE_TIME = "unreadable_captured_at"


_APART = re.compile(rb'"[ \t\r\n]+:')


class MalformedDocumentError(ValueError):
    """A line that is no document; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document line, read: its body as text or as the bytes of a page, and the claims beside it.

    A `captured_at` that cannot be read is no reason to lose the document: it counts as missing, and `flags` say so.
    """

    body: str | bytes
    is_page: bool
    document_id: str | int | None
    url: str | None
    captured_at: datetime | None
    claims: SourceClaims
    flags: tuple[str, ...] = ()


def read_document(line: bytes) -> Document:
    """Read one document line; raises MalformedDocumentError, never anything else."""
    try:
        row = _loaded(line)
    except orjson.JSONDecodeError as error:
        raise MalformedDocumentError(f"no JSON: {error}") from None
    _check_shape(row, line)
    if not isinstance(row, dict):
        raise MalformedDocumentError(f"a document is a JSON object, not {type(row).__name__}")
    body, is_page = _body(row)
    identifier = row.get("id")
    if identifier is not None and not isinstance(identifier, str | int):
        raise MalformedDocumentError("`id` must be a string or a whole number")
    captured_at, flags = _instant(row)
    return Document(
        body=body,
        is_page=is_page,
        document_id=identifier,
        url=_words(row, "url"),
        captured_at=captured_at,
        claims=SourceClaims(
            title=_words(row, "title"),
            published=_words(row, "published_at"),
            modified=_words(row, "modified_at"),
            authors=_names(row),
            publisher=_words(row, "publisher"),
            language=_words(row, "language"),
        ),
        flags=flags,
    )


def _loaded(line: bytes) -> Any:
    """JSON is UTF-8 by its own rule; older exports are not, and are read like any other text."""
    try:
        return orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        try:
            line.decode()
        except UnicodeDecodeError:
            pass
        else:
            raise
    try:
        return orjson.loads(decode(line).text)
    except NotTextError as error:
        raise MalformedDocumentError(f"no JSON: {error}") from None


def _check_shape(row: Any, line: bytes) -> None:
    """Refuse what readers of JSON disagree on: a name that an object has twice, and nesting without end."""
    keys, level = 0, [row]
    for _ in range(DEEPEST):
        keys += sum(len(one) for one in level if isinstance(one, dict))
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            break
    else:
        raise MalformedDocumentError(f"no JSON: nested more than {DEEPEST} deep")
    # Quotes before colons are as many as names, unless a text holds some, or a name stands twice.
    if line.count(b'":') != keys or _APART.search(line):
        try:
            json.loads(line, object_pairs_hook=_once)
        except UnicodeDecodeError:
            json.loads(decode(line).text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise MalformedDocumentError(f"no JSON: `{twice[:40]}` stands twice in an object")


def _body(row: dict[str, Any]) -> tuple[str | bytes, bool]:
    for name, is_page in (("html", True), ("html_base64", True), ("text", False)):
        value = row.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise MalformedDocumentError(f"`{name}` must be a string")
        if name != "html_base64":
            return value, is_page
        try:
            return base64.b64decode(value, validate=True), True
        except (binascii.Error, ValueError) as error:
            raise MalformedDocumentError(f"`html_base64` is not base64: {error}") from None
    raise MalformedDocumentError("a document needs `text`, `html` or `html_base64`")


def _words(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value.replace("\0", "").strip() or None if value else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise MalformedDocumentError(f"`{name}` must be a string")


def _names(row: dict[str, Any]) -> tuple[str, ...]:
    value = row.get("authors") or row.get("author") or ()
    names = names_in_byline(value) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise MalformedDocumentError("`authors` must be a string or a list of strings")
    return tuple(clean for name in names if (clean := name.replace("\0", "").strip()))


def _instant(row: dict[str, Any]) -> tuple[datetime | None, tuple[str, ...]]:
    words = _words(row, "captured_at")
    if words is None:
        return None, ()
    try:
        instant = datetime.fromisoformat(words)
        return (instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)), ()
    except (ValueError, OverflowError):
        return None, (UNREADABLE_TIME,)
