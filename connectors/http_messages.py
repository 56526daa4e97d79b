"""HTTP messages as archives keep them: a head, a body, and what the body is once its codings are undone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.codings import CodingError, dechunked, decoded

LARGEST_HEAD = 64 * 1024
MOST_FIELDS = 100

_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b")
_UNTOLD = frozenset(("set-cookie", "set-cookie2", "authorization", "proxy-authorization", "cookie"))


class HeadError(ValueError):
    """Bytes that do not begin as an HTTP response does, or whose head is a flood."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its status, its fields without those that carry secrets, and its body as it came over the wire."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes

    def field(self, name: str) -> str:
        """Give the values of a field, joined by commas; empty where there is none."""
        return ", ".join(value for key, value in self.fields if key.lower() == name)

    def content(self, limit: int) -> bytes:
        """Give the body without its codings, at most `limit` bytes. Raises CodingError."""
        body = self.body
        if "chunked" in self.field("transfer-encoding").lower():
            body = dechunked(body)
        return decoded(body, self.field("content-encoding"), limit)

    def readings(self, limit: int) -> tuple[bytes, ...]:
        """Give the body in the forms of which writers take digests: as it came, without chunks, without codings."""
        try:
            plain = dechunked(self.body)
            return (self.body, plain, decoded(plain, self.field("content-encoding"), limit))
        except CodingError:
            return (self.body,)


def read_response(message: bytes) -> Response:
    """Read a response. Raises HeadError where there is none, or over 64 KiB or 100 fields of head."""
    head, body = split_head(message)
    lines = head.decode("latin-1").split("\n")
    status = _STATUS_LINE.match(lines[0])
    if status is None:
        raise HeadError("no HTTP status line")
    fields = _fields(lines[1:])
    if len(fields) > MOST_FIELDS:
        raise HeadError(f"{len(fields)} header fields, more than {MOST_FIELDS}")
    return Response(int(status[1]), tuple(pair for pair in fields if pair[0].lower() not in _UNTOLD), body)


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """Split a message at its first empty line; one without is all head. Raises HeadError over 64 KiB of head."""
    end = message.find(b"\r\n\r\n", 0, LARGEST_HEAD)
    if end >= 0:
        return message[:end], message[end + 4 :]
    end = message.find(b"\n\n", 0, LARGEST_HEAD)
    if end >= 0:
        return message[:end], message[end + 2 :]
    if len(message) > LARGEST_HEAD:
        raise HeadError(f"more than {LARGEST_HEAD} bytes of header fields")
    return message, b""


def _fields(lines: list[str]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for text in lines:
        if text[:1] in (" ", "\t") and fields:  # folded, as old servers do
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
            continue
        name, colon, value = text.partition(":")
        if colon:
            fields.append((name.strip(), value.strip()))
    return fields
