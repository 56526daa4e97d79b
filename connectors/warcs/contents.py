"""The plain bytes of a WARC: of one gzip member or zstd frame, or of the file itself; taken piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from backports.zstd import ZstdDecompressor, ZstdDict, ZstdError
from isal import isal_zlib

GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"  # the skippable frame that holds the dictionary of a .warc.zst

_FEED = 1 << 15  # compressed bytes at a time: what is left of a feed is copied at the end of a member
# The longest head of a frame. libzstd, fed with less and then with a frame, takes that for what the head began.
_HEAD = 18
_SMALL = 1 << 10  # a member that ends within so many is fed alone
_BUFFER = 1 << 18
_PIECE = 1 << 19  # plain bytes at a time
_SALVAGE = 1 << 10
_MOST_SALVAGED = 1 << 26


_DECODER_ERRORS: Any = (isal_zlib.error, ZstdError, EOFError)  # what the stubs of isal call an instance is a class


class DamagedError(Exception):
    """Bytes that are not the records they should be; `reason` is one word.

    `start` is where they begin in the file, if not with their member; with `fresh` a record may begin at that very place.
    """

    def __init__(self, detail: str, reason: str = "damaged", start: int | None = None, *, fresh: bool = False) -> None:
        super().__init__(detail)
        self.reason, self.start, self.fresh = reason, start, fresh


class Raw:
    """A seekable file, read forward through a buffer of its own."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.size = stream.seek(0, 2)
        self._start, self._data, self._view = 0, b"", memoryview(b"")

    def at(self, offset: int, length: int, mark: bytes) -> memoryview:
        """Give up to `length` bytes at an offset, and no more than to a mark that soon follows.

        They are fewer at the end of the file, and where the buffer ends.
        """
        inside = offset - self._start
        if not 0 <= inside <= len(self._data) - _HEAD:
            self.stream.seek(offset)
            self._start, self._data, inside = offset, self.stream.read(_BUFFER), 0
            self._view = memoryview(self._data)
        near = self._data.find(mark, inside + _HEAD, inside + _SMALL)
        return self._view[inside : near if near >= 0 else inside + length]

    def whole(self, offset: int, length: int) -> bytes:
        """Give `length` bytes at an offset; fewer only at the end of the file."""
        self.stream.seek(offset)
        return self.stream.read(length)


class Content:
    """Plain bytes with a place in them. `start` is the offset in the file where they begin."""

    __slots__ = ("before", "data", "place", "raw", "start")

    def __init__(self, raw: Raw, start: int) -> None:
        self.raw, self.start = raw, start
        self.data, self.place, self.before = b"", 0, 0

    def more(self) -> bytes:
        """Give the next piece, or nothing at an end that is sound. Raises DamagedError."""
        raise NotImplementedError

    @property
    def offset(self) -> int:
        """How many plain bytes lie before the place."""
        return self.before + self.place

    def holds(self, count: int) -> bool:
        """Read on until `count` bytes lie ahead; False where there are fewer."""
        return len(self.data) - self.place >= count or self._read_on(count)

    def _read_on(self, count: int) -> bool:
        held = len(self.data) - self.place
        pieces = [self.data[self.place :]] if held else []
        self.before += self.place
        self.place = 0
        try:
            while held < count and (piece := self.more()):
                pieces.append(piece)
                held += len(piece)
        finally:
            self.data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return held >= count

    def take(self, count: int) -> bytes:
        """Take bytes that `holds` has promised."""
        taken = self.data[self.place : self.place + count]
        self.place += count
        return taken

    def skip(self, count: int) -> int:
        """Pass over up to `count` bytes without keeping them; gives how many there were."""
        passed = min(count, len(self.data) - self.place)
        self.place += passed
        while passed < count and self.holds(1):
            step = min(count - passed, len(self.data) - self.place)
            self.place += step
            passed += step
        return passed


class PlainContent(Content):
    """The bytes of a file that is not compressed, from an offset to its end."""

    __slots__ = ("_next",)

    def __init__(self, raw: Raw, start: int) -> None:
        super().__init__(raw, start)
        self._next = start

    def more(self) -> bytes:
        """Give the next piece of the file."""
        piece = self.raw.whole(self._next, _PIECE)
        self._next += len(piece)
        return piece


class MemberContent(Content):
    """What one gzip member or zstd frame holds. `stop` is the offset behind it, once its end has been seen."""

    __slots__ = ("_decoder", "_fed", "_given", "_mark", "_rest", "stop")

    def __init__(self, raw: Raw, start: int, decoder: Any, mark: bytes) -> None:
        super().__init__(raw, start)
        self.stop: int | None = None
        self._decoder, self._mark, self._fed, self._given = decoder, mark, start, 0
        self._rest: Iterator[bytes] | None = None

    def more(self) -> bytes:
        """Decompress the next piece; an empty one says that the member ended with the right checksum."""
        if self.stop is not None:
            return b""
        piece = next(self._rest) if self._rest else self._piece()
        self._given += len(piece)
        return piece

    def _piece(self) -> bytes:
        decoder = self._decoder
        while not decoder.eof:
            feed = self._feed()
            try:
                piece: bytes = decoder.decompress(feed, max_length=_PIECE)
            except _DECODER_ERRORS as error:
                self._rest = self._salvaged(DamagedError(f"the compressed record does not hold: {error}"))
                return next(self._rest)
            if decoder.eof:
                self.stop = self._fed - len(decoder.unused_data)
            if piece:
                return piece
            if not feed and not decoder.eof:
                raise DamagedError("the file ends in the middle of a compressed record")
        return b""

    def _salvaged(self, damage: DamagedError) -> Iterator[bytes]:
        """Yield what comes before the damage, which the quick decoder keeps to itself: a digest may vouch for it."""
        # Without its wrapping, for zlib too keeps the last bytes to itself when the checksum fails.
        inflate = zlib.decompressobj(wbits=-15)
        passed, place, feed = 0, self.start + _gzip_head(self.raw.whole(self.start, _FEED)), b""
        while passed < self._given + _MOST_SALVAGED:
            feed = inflate.unconsumed_tail or self.raw.whole(place, _FEED)
            place += 0 if inflate.unconsumed_tail else len(feed)
            try:
                piece = inflate.decompress(feed, _SALVAGE)
            except zlib.error:
                break
            passed += len(piece)
            if passed > self._given and piece:
                yield piece[max(0, len(piece) - (passed - self._given)) :]
            if inflate.eof or not (piece or feed):
                break
        raise damage

    def _feed(self) -> bytes | memoryview:
        tail: bytes = getattr(self._decoder, "unconsumed_tail", b"")
        if tail:
            return tail
        if not getattr(self._decoder, "needs_input", True):
            return b""
        feed = self.raw.at(self._fed, _FEED, self._mark)
        self._fed += len(feed)
        return feed


def _gzip_head(member: bytes) -> int:
    """Measure the head of a gzip member."""
    flags, length = member[3] if len(member) > 3 else 0, 10
    if flags & 4:
        length += 2 + int.from_bytes(member[length : length + 2], "little")
    for flag in (8, 16):  # a name and a comment, each to a zero
        if flags & flag:
            length = member.find(b"\0", length) + 1 or length
    return length + (2 if flags & 2 else 0)


@dataclass(frozen=True, slots=True)
class Packing:
    """How the members of a file are compressed: what they begin with, and what gives a decoder."""

    magic: bytes
    decoder: Callable[[], Any]

    def member(self, raw: Raw, start: int) -> MemberContent:
        """Open the member at an offset."""
        return MemberContent(raw, start, self.decoder(), self.magic)

    def small_member(self, raw: Raw, start: int) -> tuple[bytes, int] | None:
        """Give what a member holds and the offset behind it, if that is less than 512 KiB and sound."""
        decoder = self.decoder()
        data, place = b"", start
        try:
            while not decoder.eof:
                feed = raw.at(place, _FEED, self.magic)
                place += len(feed)
                piece = decoder.decompress(feed, max_length=_PIECE)
                data = data + piece if data else piece
                if not feed or len(data) >= _PIECE:
                    return None
        except _DECODER_ERRORS:
            return None
        return data, place - len(decoder.unused_data)


def gzip_packing() -> Packing:
    """Give the packing of a .warc.gz."""
    return Packing(GZIP_MAGIC, partial(isal_zlib.decompressobj, wbits=31))


def zstd_packing(dictionary: ZstdDict | None) -> Packing:
    """Give the packing of a .warc.zst; its windows may have 128 MiB, which is the library's own bound."""
    return Packing(ZSTD_MAGIC, partial(ZstdDecompressor, zstd_dict=dictionary) if dictionary else ZstdDecompressor)
