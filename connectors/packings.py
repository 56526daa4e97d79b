"""Files packed with gzip, bzip2, xz or Zstandard, as streams of what they hold: every part of them, to its end mark."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from typing import IO, Any, BinaryIO, cast

from backports.zstd import ZstdDecompressor

LARGEST_XZ = 256 * 1024 * 1024  # of memory that unpacking may take; `xz -9` asks for 65 MiB, a hostile head for 4 GiB

_FEED = 1 << 16


def unpacked(stream: BinaryIO) -> IO[bytes]:
    """Give the stream of what a file holds, told by how it begins; the file itself, if it is packed in none of the ways.

    Reading raises EOFError where an end mark is missing, and the errors of zlib, bz2, lzma and zstd for damage.
    """
    head = stream.read(6)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
    if head.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(stream))
    if head == b"\xfd7zXZ\0":
        return _reader(stream, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LARGEST_XZ))
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _reader(stream, ZstdDecompressor)
    return stream


def _reader(stream: BinaryIO, opened: Callable[[], Any]) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedReader(_Unpacked(stream, opened), _FEED))


class _Unpacked(io.RawIOBase):
    """Streams that follow each other, each with an end of its own; going back begins again."""

    def __init__(self, stream: BinaryIO, opened: Callable[[], Any]) -> None:
        self._stream, self._opened = stream, opened
        self._decoder, self._rest, self._place = opened(), b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        piece = self._piece(len(buffer))
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 2:
            raise io.UnsupportedOperation("the size of what is packed is not known")
        target = offset + (self._place if whence else 0)
        if target < self._place:
            self._stream.seek(0)
            self._decoder, self._rest, self._place = self._opened(), b"", 0
        while self._place < target and (piece := self._piece(min(_FEED, target - self._place))):
            self._place += len(piece)
        return self._place

    def _piece(self, size: int) -> bytes:
        while True:
            if self._decoder.eof:
                # Streams may be padded with zeros, and another one may follow.
                rest = self._decoder.unused_data.lstrip(b"\0")
                while not rest:
                    if not (feed := self._stream.read(_FEED)):
                        return b""
                    rest = feed.lstrip(b"\0")
                self._decoder, self._rest = self._opened(), rest
            feed = self._rest or (self._stream.read(_FEED) if self._decoder.needs_input else b"")
            self._rest = b""
            if not feed and self._decoder.needs_input:
                raise EOFError("it ends before its end mark")
            piece: bytes = self._decoder.decompress(feed, max_length=size)
            if piece:
                return piece
