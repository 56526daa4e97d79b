"""HTTP/1.1 responses as they came over the wire, and as archives keep them.

The reading is as lenient as an archive's must be, for what is read was sent by anyone: it never raises. What is wrong with
a head is told in `fault`, and what is wrong with a body by `ResponseMessage.read`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

from transforms.stored_bodies import StoredBody, read_body, read_chunks

LARGEST_HEAD = 64 * 1024
MOST_FIELDS = 100

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})\b")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResponseMessage:
    """A response: status, header fields in their order and spelling, and the body as it came over the wire.

    The status is 0 where there is no status line. `fault` is empty, or says what is wrong with the head: no status line,
    or a flood of fields.
    """

    status: int
    headers: Headers
    wire: bytes
    head_length: int
    fault: str = ""
    named: Mapping[str, str] = dataclass_field(default_factory=dict, repr=False, compare=False)

    def header(self, name: str) -> str | None:
        """Give a field's value, several joined by commas."""
        return self.named.get(name.lower())

    @property
    def body(self) -> bytes:
        """The body without its transfer coding, as far as that goes."""
        if not self._is_chunked():
            return self.wire
        read = read_chunks(self.wire)
        return b"" if read.oddities else read.content

    def read(self, limit: int) -> StoredBody:
        """Give the body without its transfer and content codings, at most `limit` bytes, and what was wrong with it."""
        coding = self.header("content-encoding")
        if not self._is_chunked():
            return read_body(self.wire, coding, limit)
        chunks = read_chunks(self.wire)
        if chunks.fault:
            return chunks
        read = read_body(chunks.content, coding, limit)
        return replace(read, oddities=chunks.oddities + read.oddities)

    def readings(self, limit: int) -> Iterator[bytes]:
        """Yield the body in the forms of which writers take digests: as it came, without chunks, without codings."""
        yield self.wire
        plain = read_chunks(self.wire)
        if not plain.fault:
            yield plain.content
            read = read_body(plain.content, self.header("content-encoding"), limit)
            if not read.fault:
                yield read.content

    def _is_chunked(self) -> bool:
        return "chunked" in (self.header("transfer-encoding") or "").lower()


def field(headers: Headers, name: str) -> str | None:
    """Give the value of a header field, several joined by commas; None where there is none."""
    size, name = len(name), name.lower()
    found = [value for key, value in headers if len(key) == size and key.lower() == name]
    return ", ".join(found) if found else None


def read_response(block: bytes, start: int = 0, stop: int | None = None) -> ResponseMessage:
    """Read the response that is [start, stop) of some bytes, of which the end may be missing.

    Its head ends at the first empty line, or is all there is.
    """
    stop = len(block) if stop is None else stop
    end, begin = _head_end(block, start, stop)
    first, _, rest = block[start : min(end, start + LARGEST_HEAD)].partition(b"\n")
    status = _STATUS.match(first)
    headers = read_fields(rest)
    fault = "" if status else "no HTTP status line"
    if end - start > LARGEST_HEAD:
        fault = f"more than {LARGEST_HEAD} bytes of header fields"
    elif len(headers) > MOST_FIELDS:
        fault = f"{len(headers)} header fields, more than {MOST_FIELDS}"
    code = int(status[1]) if status else 0
    return ResponseMessage(code, headers, block[begin:stop], begin - start, fault, _named(headers))


def _named(headers: Headers) -> dict[str, str]:
    """Give the values of header fields by their lower-case names, several joined by commas."""
    named = {name.lower(): value for name, value in headers}
    return named if len(named) == len(headers) else {name: field(headers, name) or "" for name in named}


def _head_end(block: bytes, start: int, stop: int) -> tuple[int, int]:
    """Give where a head ends and where its body begins; lines may end with a line feed alone."""
    wide = block.find(b"\n\r\n", start, stop)
    narrow = block.find(b"\n\n", start, wide + 1 if wide >= 0 else stop)
    if narrow >= 0:
        return narrow, narrow + 2
    if wide < 0:
        return stop, stop
    return wide - (wide > start and block[wide - 1] == 13), wide + 3


def read_fields(lines: bytes) -> Headers:
    """Read header fields; a line that begins with space goes on with the one before (obsolete folding)."""
    text = lines.decode("latin-1")
    parts = [line.partition(":") for line in text.split("\n")]
    if "\n " in text or "\n\t" in text:
        return _unfolded(parts)
    return tuple([(name.strip(), value.strip(" \t\r")) for name, colon, value in parts if colon])


def _unfolded(parts: list[tuple[str, str, str]]) -> Headers:
    fields: list[tuple[str, str]] = []
    for name, colon, value in parts:
        if name[:1] in (" ", "\t") and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {(name + colon + value).strip()}")
        elif colon:
            fields.append((name.strip(), value.strip(" \t\r")))
    return tuple(fields)
