"""HTTP/1.1 responses as they came over the wire: the head read, the body freed from its transfer coding.

The reading is as lenient as an archive's must be, for what is read was sent by anyone: it never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})")
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,16})[^\n]*\n")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResponseMessage:
    """A response: status, header fields in their order and spelling, and the body without its transfer coding."""

    status: int
    headers: Headers
    body: bytes
    head_length: int

    def header(self, name: str) -> str | None:
        """Give a field's value, several joined by commas."""
        return field(self.headers, name)


def field(headers: Headers, name: str) -> str | None:
    """Give the value of a header field, several joined by commas; None where there is none."""
    found = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(found) if found else None


def read_response(block: bytes) -> ResponseMessage:
    """Read a response, of which the end may be missing; status 0 where there is no status line."""
    end = _HEAD_END.search(block)
    head = block[: end.start()] if end else block
    first, _, rest = head.partition(b"\n")
    status = _STATUS.match(first)
    headers = read_fields(rest)
    body = block[end.end() :] if end else b""
    if (field(headers, "transfer-encoding") or "").lower().endswith("chunked"):
        body = unchunked(body)
    return ResponseMessage(int(status[1]) if status else 0, headers, body, end.end() if end else len(block))


def read_fields(lines: bytes) -> Headers:
    """Read header fields; a line that begins with space goes on with the one before (obsolete folding)."""
    fields: list[list[str]] = []
    for raw in lines.split(b"\n"):
        line = raw.rstrip(b"\r").decode("latin-1")
        if line[:1] in (" ", "\t") and fields:
            fields[-1][1] = f"{fields[-1][1]} {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if colon:
            fields.append([name.strip(), value.strip(" \t")])
    return tuple((name, value) for name, value in fields)


def unchunked(body: bytes) -> bytes:
    """Undo the chunked transfer coding, as far as it goes."""
    parts: list[bytes] = []
    at = 0
    while found := _CHUNK_SIZE.match(body, at):
        size = int(found[1], 16)
        if not size:
            break
        parts.append(body[found.end() : found.end() + size])
        at = found.end() + size
    return b"".join(parts)
