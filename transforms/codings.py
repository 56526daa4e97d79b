"""Codings of HTTP undone: bounded, every member of a stream, and only to its end mark.

A coded body that stops early is not the body, whatever came out of it; and a small one may hold gigabytes. So a decoder
gives its bytes in pieces, and says at the end whether that was the end. This is the strict reading, of what a server
sends; what lies in an archive is read by `transforms.stored_bodies`.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 64 * 1024  # about the largest piece, in bytes
MOST_CODINGS = 2
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_BEGINS = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or one to be passed over
_WINDOW = 23  # log2 of the largest window that a browser must have for zstd: 8 MiB (RFC 9659)


class CodingError(ValueError):
    """A body that cannot be decoded; `reason` is one word."""

    reason = "malformed"


class DamagedCodingError(CodingError):
    """Bytes that are not in the coding; or, with `trailing`, that follow the end of a body that is whole."""

    def __init__(self, detail: str, *, trailing: bool = False) -> None:
        super().__init__(detail)
        self.trailing = trailing


class TruncatedCodingError(CodingError):
    """A coded body without its end."""

    reason = "truncated"


class TooLargeError(CodingError):
    """A body that decodes to more than is allowed."""

    reason = "oversized"


class UnknownCodingError(CodingError):
    """A coding that we do not read, or more codings on top of each other than are allowed."""

    reason = "unsupported"


class Decoder(Protocol):
    """One coding: coded bytes in, pieces of about `PIECE` bytes at most out."""

    def feed(self, content: bytes) -> Iterator[bytes]:
        """Yield what some more coded bytes decode to."""
        ...

    def close(self) -> None:
        """Raise TruncatedCodingError unless the coding's end was seen."""
        ...


class _Stream:
    """Zlib and zstd: streams that may follow each other, each with an end of its own."""

    def __init__(self, name: str, window: int, *, wrapped: bool | None = None) -> None:
        self._name, self._window, self._wrapped = name, window, wrapped
        self._begin = b""
        self._inner: Any = None
        self._seen = False

    def feed(self, content: bytes) -> Iterator[bytes]:
        content = self._begin + content
        self._begin = b""
        while content:
            if self._inner is None:
                if self._seen and not content.strip(b"\0"):
                    return  # padding
                self._inner = self._opened(content)
                if self._inner is None:
                    self._begin = content
                    return
            yield from self._pieces(content)
            if not self._inner.eof:
                return
            content, self._inner, self._seen = self._inner.unused_data, None, True
            if content and self._name == "deflate":
                raise DamagedCodingError("bytes follow the end of the deflate stream", trailing=True)

    def close(self) -> None:
        if self._inner is None and self._begin and self._seen:
            raise DamagedCodingError(f"bytes follow the end of the {self._name} stream", trailing=True)
        if self._inner is not None or self._begin:
            raise TruncatedCodingError(f"the {self._name} stream stops before its end")

    def _pieces(self, content: bytes) -> Iterator[bytes]:
        try:
            if self._name == "zstd":
                piece = self._inner.decompress(content, PIECE)
                while piece or not (self._inner.eof or self._inner.needs_input):
                    yield piece
                    if self._inner.eof or self._inner.needs_input:
                        return
                    piece = self._inner.decompress(b"", PIECE)
                return
            while True:
                piece = self._inner.decompress(content, PIECE)
                if piece:
                    yield piece
                content = self._inner.unconsumed_tail
                if self._inner.eof or (not content and len(piece) < PIECE):
                    return
        except (zlib.error, zstd.ZstdError) as error:
            raise DamagedCodingError(f"damaged {self._name}: {error}") from None

    def _opened(self, content: bytes) -> Any:
        if self._name == "zstd":
            if self._seen and len(content) < 4:
                return None
            if self._seen and not _ZSTD_BEGINS.match(content):
                raise DamagedCodingError("bytes follow the last zstd frame", trailing=True)
            return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: self._window})
        if self._name == "gzip":
            if len(content) < len(_GZIP_MAGIC) and _GZIP_MAGIC.startswith(content):
                return None
            if not content.startswith(_GZIP_MAGIC):
                where = "bytes follow the last gzip member" if self._seen else "this is no gzip"
                raise DamagedCodingError(where, trailing=self._seen)
            return zlib.decompressobj(wbits=31)
        if len(content) < 2:
            return None
        # RFC 9110 means zlib's wrapping; some servers send the bare stream, as all browsers know.
        wrapped = self._wrapped
        if wrapped is None:
            wrapped = content[0] & 15 == 8 and (content[0] << 8 | content[1]) % 31 == 0
        return zlib.decompressobj(wbits=15 if wrapped else -15)


class _Brotli:
    """Brotli: one stream, nothing after it."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._fed = False

    def feed(self, content: bytes) -> Iterator[bytes]:
        if not content:
            return
        if self._inner.is_finished():
            raise DamagedCodingError("bytes follow the end of the brotli stream")
        self._fed = True
        try:
            piece = self._inner.process(content, output_buffer_limit=PIECE)
            while True:
                if piece:
                    yield piece
                # That all input was taken does not mean that all output was given.
                if self._inner.is_finished() or (not piece and self._inner.can_accept_more_data()):
                    return
                piece = self._inner.process(b"", output_buffer_limit=PIECE)
        except brotli.error as error:
            raise DamagedCodingError(f"damaged brotli: {error}") from None

    def close(self) -> None:
        if self._fed and not self._inner.is_finished():
            raise TruncatedCodingError("the brotli stream stops before its end")


class Decoding:
    """A body on its way through the codings that its header names, at most `limit` bytes of it.

    Raises CodingError: UnknownCodingError at once, the others as the body goes through.
    """

    def __init__(self, header: str | None, limit: int, most_codings: int = MOST_CODINGS) -> None:
        names = [name for part in (header or "").split(",") if (name := part.strip().lower()) not in ("", "identity")]
        if len(names) > most_codings:
            raise UnknownCodingError(f"{len(names)} codings on top of each other; at most {most_codings} are undone")
        self._decoders = [open_decoder(name) for name in reversed(names)]
        self._limit = limit
        self.size = 0

    def feed(self, content: bytes) -> Iterator[bytes]:
        """Yield the decoded pieces that some more bytes give."""
        for piece in _through(self._decoders, content):
            self.size += len(piece)
            if self.size > self._limit:
                raise TooLargeError(f"the body decodes to more than {self._limit} bytes")
            yield piece

    def close(self) -> None:
        """Raise TruncatedCodingError unless every coding was seen to its end."""
        for decoder in self._decoders:
            decoder.close()


def decode_body(body: bytes, header: str | None, limit: int, most_codings: int = MOST_CODINGS) -> bytes:
    """Undo the codings of a whole body; raises CodingError."""
    decoding = Decoding(header, limit, most_codings)
    decoded = b"".join(piece for at in range(0, len(body), PIECE) for piece in decoding.feed(body[at : at + PIECE]))
    decoding.close()
    return decoded


def _through(decoders: Sequence[Decoder], content: bytes) -> Iterable[bytes]:
    if not decoders:
        return (content,) if content else ()
    first, *rest = decoders
    return (piece for outer in first.feed(content) for piece in _through(rest, outer))


def open_decoder(name: str, window: int = _WINDOW, *, wrapped: bool | None = None) -> Decoder:
    """Give the decoder of a coding by its lower-case name; raises UnknownCodingError.

    `window` is the logarithm of the largest window that zstd may have; `wrapped` says whether deflate has its wrapping,
    which is told from its first bytes otherwise.
    """
    if name == "br":
        return _Brotli()
    if name in ("gzip", "x-gzip"):
        return _Stream("gzip", window)
    if name in ("deflate", "zstd"):
        return _Stream(name, window, wrapped=wrapped)
    raise UnknownCodingError(f"the content coding {name[:40]!r} is not one that is read here")
