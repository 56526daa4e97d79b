"""Decoders of transfer and content codings that know two things libraries forget: a bound, and the end mark."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import brotli
from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

MOST_CODINGS = 2

_CHUNK = 1 << 18
_SHORTEST = 9  # of deflate: a header, one block, a checksum
_LARGEST_WINDOW = 27  # 128 MiB, what a browser allows is 8 MiB; archives are written with more
_LONGEST_CHUNK_LINE = 4096


class CodingError(ValueError):
    """A body that cannot be decoded; `reason` is `truncated`, `malformed`, `oversized` or `unsupported`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def decoded(body: bytes, codings: str, limit: int) -> bytes:
    """Undo the codings of a `Content-Encoding` field, the last one first, each to at most `limit` bytes.

    A body that does not begin as its coding does was decoded by whoever stored it, and is given back as it is.
    Raises CodingError.
    """
    names = [name for one in codings.split(",") if (name := one.strip().lower()) not in ("", "identity", "none")]
    if len(names) > MOST_CODINGS:
        raise CodingError("unsupported", f"{len(names)} content codings on top of each other, {codings!r}")
    for name in reversed(names):
        decode = _DECODERS.get(name)
        if decode is None:
            raise CodingError("unsupported", f"no decoder for the content coding {name!r}")
        body = decode(body, limit)
    if len(body) > limit:
        raise CodingError("oversized", f"more than the {limit} bytes that a document may have")
    return body


def dechunked(body: bytes) -> bytes:
    """Undo the chunked transfer coding; a body that does not begin with a chunk was stored without it.

    Raises CodingError: `truncated` where the last chunk is missing, `malformed` where a chunk is not what it says.
    """
    chunks: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\n", position, position + _LONGEST_CHUNK_LINE)
        size = _chunk_size(body[position:end]) if end >= 0 else None
        if size is None:
            if not chunks:
                return body
            raise CodingError(
                "truncated" if end < 0 else "malformed", f"no chunk begins at byte {position} of the body"
            )
        if size == 0:
            return b"".join(chunks)
        start, position = end + 1, end + 1 + size
        if len(body) < position:
            raise CodingError("truncated", f"a chunk of {size} bytes ends after {len(body) - start}")
        chunks.append(body[start:position])
        position += 2 if body[position : position + 2] == b"\r\n" else 1


def _chunk_size(line: bytes) -> int | None:
    digits = line.split(b";", 1)[0].strip()
    if not digits or len(digits) > 16 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        return None
    return int(digits, 16)


def _gzip(body: bytes, limit: int) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    return _members(body, limit, lambda: zlib.decompressobj(wbits=31), (b"\x1f\x8b",), "gzip")


def _zstd(body: bytes, limit: int) -> bytes:
    if body[:4] != b"\x28\xb5\x2f\xfd":
        return body
    options = {int(DecompressionParameter.window_log_max): _LARGEST_WINDOW}
    return _members(body, limit, lambda: ZstdDecompressor(options=options), (b"\x28\xb5\x2f\xfd",), "zstd")


def _members(body: bytes, limit: int, begun: Callable[[], Any], magic: tuple[bytes, ...], name: str) -> bytes:
    """Decode every member of a body; what follows the last one and is no member is left, as browsers leave it."""
    content = bytearray()
    while body.startswith(magic):
        decoder = begun()
        content += _whole(decoder, body, limit - len(content), name)
        body = decoder.unused_data
    return bytes(content)


def _whole(decoder: Any, body: bytes, limit: int, name: str) -> bytes:
    """Take at most `limit` bytes out of a decoder, and insist on its end mark."""
    content = bytearray()
    try:
        while not decoder.eof:
            piece = decoder.decompress(body, max_length=min(_CHUNK, limit - len(content) + 1))
            body = getattr(decoder, "unconsumed_tail", b"")
            content += piece
            if len(content) > limit:
                raise CodingError("oversized", f"more than the {limit} bytes that a document may have, after {name}")
            if not piece and not body and not decoder.eof:
                raise CodingError("truncated", f"the {name} body ends before its end mark")
    except (zlib.error, ZstdError, EOFError) as error:
        raise CodingError("malformed", f"damaged {name}: {error}") from None
    return bytes(content)


def _deflate(body: bytes, limit: int) -> bytes:
    """Decode what the web calls deflate: with the header of zlib, as its rule is, or without, as some send it."""
    refused: CodingError | None = None
    for bits in (15, -15):
        try:
            return _whole(zlib.decompressobj(wbits=bits), body, limit, "deflate")
        except CodingError as error:
            if error.reason != "malformed":
                raise
            refused = refused or error
    if _is_markup(body) or len(body) < _SHORTEST:
        return body
    raise refused or CodingError("malformed", "damaged deflate")


def _brotli(body: bytes, limit: int) -> bytes:
    decoder = brotli.Decompressor()
    content = bytearray()
    try:
        while not decoder.is_finished():
            room = min(_CHUNK, limit - len(content) + 1)
            piece = decoder.process(body, output_buffer_limit=room)
            body = b""
            content += piece
            if len(content) > limit:
                raise CodingError("oversized", f"more than the {limit} bytes that a document may have, after brotli")
            if not piece and decoder.can_accept_more_data() and not decoder.is_finished():
                raise CodingError("truncated", "the brotli body ends before its end mark")
    except brotli.error as error:
        if _is_markup(body):
            return body
        raise CodingError("malformed", f"damaged brotli: {error}") from None
    return bytes(content)


def _is_markup(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
