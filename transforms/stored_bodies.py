"""Bodies as archives store them, without their codings as far as those go, with a word on what was wrong.

Whoever stored a body may have undone its codings and kept the header that names them; so the reading is lenient where a
strict one (`transforms.codings`) would refuse, and leaves it to the caller what to do about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.codings import (
    MOST_CODINGS,
    PIECE,
    CodingError,
    DamagedCodingError,
    Decoder,
    TooLargeError,
    TruncatedCodingError,
    UnknownCodingError,
    open_decoder,
)

_NO_CODINGS = frozenset(("", "identity", "none"))
_WINDOW = 27  # log2 of the largest window of zstd: archives are written with more than a browser takes
_SHORTEST_DEFLATE = 9  # a header, one block, a checksum
_GZIP_BEGINS = re.compile(rb"\x1f\x8b")
_ZSTD_BEGINS = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_BEGINS = {"gzip": _GZIP_BEGINS, "x-gzip": _GZIP_BEGINS, "zstd": _ZSTD_BEGINS}
_LONGEST_CHUNK_LINE = 4096
_FIRST_CHUNK_LINE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
_CHUNK_LINE = re.compile(rb"(?:\r?\n)?" + _FIRST_CHUNK_LINE.pattern)


@dataclass(frozen=True, slots=True)
class StoredBody:
    """A stored body without its codings, as far as they go.

    `fault` is why that is not the whole body. `oddities` are what was wrong and did no harm: codings that a header names
    and that were undone before, bytes behind an end.
    """

    content: bytes
    fault: CodingError | None = None
    oddities: tuple[str, ...] = ()

    def whole(self) -> bytes:
        """Give the content, if it is the whole body; raises the CodingError that says why it is not."""
        if self.fault:
            raise self.fault
        return self.content


def read_body(body: bytes, header: str | None, limit: int) -> StoredBody:
    """Undo the codings of a stored body, the last one first, each to at most `limit` bytes; never raises.

    A body that does not begin as its coding does was decoded by whoever stored it, and is given as it is. What follows
    the end of a coding is left, as browsers leave it.
    """
    names = [name for part in header.split(",") if (name := part.strip().lower()) not in _NO_CODINGS] if header else ()
    if not names:
        return StoredBody(body, _bounded(body, limit))
    if len(names) > MOST_CODINGS:
        most = f"{len(names)} content codings on top of each other; at most {MOST_CODINGS} are undone"
        return StoredBody(body, UnknownCodingError(most))
    oddities: tuple[str, ...] = ()
    for name in reversed(names):
        read = _read_coding(name, body, limit)
        body, oddities = read.content, oddities + read.oddities
        if read.fault:
            return StoredBody(body, read.fault, oddities)
    return StoredBody(body, _bounded(body, limit), oddities)


def read_chunks(body: bytes) -> StoredBody:
    """Undo the chunked transfer coding of a stored body, as far as it goes; never raises.

    A body that does not begin with a chunk was stored without it: that is an oddity, and its content is what it is.
    """
    chunks: list[bytes] = []
    at = 0
    while line := (_CHUNK_LINE if at else _FIRST_CHUNK_LINE).match(body, at, at + _LONGEST_CHUNK_LINE):
        size = int(line[1], 16)
        if not size:
            return StoredBody(b"".join(chunks))
        chunks.append(body[line.end() : line.end() + size])
        at = line.end() + size
        if at > len(body):
            detail = f"a chunk of {size} bytes ends after {len(chunks[-1])}"
            return StoredBody(b"".join(chunks), TruncatedCodingError(detail))
    if not chunks:
        return StoredBody(body, oddities=("it is not in chunks, as its header says",))
    ends = b"\n" not in body[at : at + _LONGEST_CHUNK_LINE].removeprefix(b"\r\n").removeprefix(b"\n")
    kind = TruncatedCodingError if ends else DamagedCodingError
    return StoredBody(b"".join(chunks), kind(f"no chunk begins at byte {at} of the body"))


def _read_coding(name: str, body: bytes, limit: int) -> StoredBody:
    bare = StoredBody(body, oddities=(f"it is not in {name}, as its header says",))
    begins = _BEGINS.get(name)
    if begins and body and not begins.match(body):
        return bare
    try:
        decoders = _stored_decoders(name)
    except UnknownCodingError as error:
        return StoredBody(body, error)
    reads: list[StoredBody] = []
    for decoder in decoders:
        reads.append(_taken(decoder, body, limit))
        if not isinstance(reads[-1].fault, DamagedCodingError):
            return reads[-1]
    is_page = body.lstrip()[:1] == b"<" or (name == "deflate" and len(body) < _SHORTEST_DEFLATE)
    return bare if is_page and not begins else reads[0]


def _taken(decoder: Decoder, body: bytes, limit: int) -> StoredBody:
    """Take what a decoder gives, at most `limit` bytes."""
    content = bytearray()
    try:
        for at in range(0, len(body), PIECE):
            for piece in decoder.feed(body[at : at + PIECE]):
                content += piece
                if len(content) > limit:
                    return StoredBody(bytes(content[:limit]), TooLargeError(_over(limit)))
        decoder.close()
    except DamagedCodingError as error:
        if error.trailing:
            return StoredBody(bytes(content), oddities=(str(error),))
        return StoredBody(bytes(content), error)
    except TruncatedCodingError as error:
        return StoredBody(bytes(content), error)
    return StoredBody(bytes(content))


def _stored_decoders(name: str) -> tuple[Decoder, ...]:
    if name == "deflate":
        return open_decoder(name, wrapped=True), open_decoder(name, wrapped=False)
    return (open_decoder(name, _WINDOW),)


def _bounded(body: bytes, limit: int) -> TooLargeError | None:
    return TooLargeError(_over(limit)) if len(body) > limit else None


def _over(limit: int) -> str:
    return f"more than the {limit} bytes that a document may have"
