"""The plain bytes of a WARC: of one gzip member or zstd frame, or of the file itself; taken piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdDict, ZstdError
from isal import isal_zlib

GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"  # the skippable frame that holds the dictionary of a .warc.zst

_FEED = 1 << 14  # compressed bytes at a time: what is left of a feed is copied at the end of a member
_BUFFER = 1 << 20
_PIECE = 1 << 17  # plain bytes at a time
_SALVAGE = 1 << 10
_MOST_SALVAGED = 1 << 26
_LARGEST_WINDOW = 27


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
        self._start, self._data = 0, b""

    def at(self, offset: int, length: int) -> bytes:
        """Give up to `length` bytes at an offset; fewer at the end of the file, and where the buffer ends."""
        inside = offset - self._start
        if not 0 <= inside < len(self._data):
            self.stream.seek(offset)
            self._start, self._data, inside = offset, self.stream.read(_BUFFER), 0
        return self._data[inside : inside + length]

    def whole(self, offset: int, length: int) -> bytes:
        """Give `length` bytes at an offset; fewer only at the end of the file."""
        self.stream.seek(offset)
        return self.stream.read(length)


class Content:
    """Plain bytes with a place in them. `start` is the offset in the file where they begin."""

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
        held = len(self.data) - self.place
        if held >= count:
            return True
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

    def __init__(self, raw: Raw, start: int, decoder: Any) -> None:
        super().__init__(raw, start)
        self.stop: int | None = None
        self._decoder, self._fed = decoder, start
        self._given = 0
        self._rest: Iterator[bytes] | None = None

    def more(self) -> bytes:
        """Decompress the next piece; an empty one says that the member ended with the right checksum."""
        piece = next(self._rest) if self._rest else self._piece()
        self._given += len(piece)
        return piece

    def _piece(self) -> bytes:
        decoder = self._decoder
        while not decoder.eof:
            feed = self._feed()
            try:
                piece = decoder.decompress(feed, max_length=_PIECE)
            except (isal_zlib.error, ZstdError, EOFError) as error:  # type: ignore[misc]
                self._rest = self._salvaged(DamagedError(f"the compressed record does not hold: {error}"))
                return next(self._rest)
            if piece:
                self._note_end()
                return bytes(piece)
            if not feed and not decoder.eof:
                raise DamagedError("the file ends in the middle of a compressed record")
        self._note_end()
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

    def _feed(self) -> bytes:
        if tail := getattr(self._decoder, "unconsumed_tail", b""):
            return bytes(tail)
        if not getattr(self._decoder, "needs_input", True):
            return b""
        feed = self.raw.at(self._fed, _FEED)
        self._fed += len(feed)
        return feed

    def _note_end(self) -> None:
        if self._decoder.eof:
            self.stop = self._fed - len(self._decoder.unused_data)


def _gzip_head(member: bytes) -> int:
    """Measure the head of a gzip member."""
    flags, length = member[3] if len(member) > 3 else 0, 10
    if flags & 4:
        length += 2 + int.from_bytes(member[length : length + 2], "little")
    for flag in (8, 16):  # a name and a comment, each to a zero
        if flags & flag:
            length = member.find(b"\0", length) + 1 or length
    return length + (2 if flags & 2 else 0)


def gzip_member(raw: Raw, start: int) -> MemberContent:
    """Open the gzip member at an offset."""
    return MemberContent(raw, start, isal_zlib.decompressobj(wbits=31))


def zstd_frame(raw: Raw, start: int, dictionary: ZstdDict | None) -> MemberContent:
    """Open the zstd frame at an offset."""
    options = {int(DecompressionParameter.window_log_max): _LARGEST_WINDOW}
    return MemberContent(raw, start, ZstdDecompressor(zstd_dict=dictionary, options=options))
