"""The records of a WARC, each whole one, and a gap for everything that is not.

A damaged member or a record that does not end where it says costs that record only: the walk goes on at the next bytes
that begin a record. What is given as a record holds: by the checksum of its member, by its own digest, or, in a file
that has neither, by its boundaries.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from backports.zstd import ZstdDict

from connectors.warcs.contents import (
    Content,
    DamagedError,
    MemberContent,
    Packing,
    PlainContent,
    Raw,
    gzip_packing,
    zstd_packing,
)
from connectors.warcs.digests import State, digest_state
from connectors.warcs.heads import LARGEST_HEAD, read_fields, read_head
from connectors.warcs.marks import find_packing, find_record, is_arc, read_dictionary
from transforms.http_messages import read_response

_BOMB = 64  # times the limit that are decompressed to find the end of a record that is too large
_END_MARKS = (b"\r\n\r\n", b"\n\n")
_MOST_LINE_ENDS = 8


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record: where it begins, its fields by their lower-case names, and its block.

    `offset` is that of its member, `inner` how far into the member it begins. The block is [start, stop) of `data`, which
    it is taken out of when it is asked for. One over the limit is cut, and shorter than `length`.
    """

    offset: int
    inner: int
    fields: Mapping[str, str]
    data: bytes = field(repr=False)
    start: int
    stop: int
    length: int
    digest: State = "absent"

    @property
    def block(self) -> bytes:
        """Give the bytes of the block."""
        return self.data[self.start : self.stop]


@dataclass(frozen=True, slots=True)
class WarcGap:
    """Bytes [start, stop) of the file that are no whole record, why, and the first of them."""

    start: int
    stop: int
    reason: str
    detail: str
    content: bytes


class WarcReader:
    """Walks a seekable WARC in constant memory: at most one block, of at most `limit` bytes and a head.

    Of records of the types `beside` nothing is wanted but that they are there: of those alone in a member that holds,
    no field but the type is given.
    """

    def __init__(self, stream: BinaryIO, limit: int, beside: Iterable[str] = ()) -> None:
        self._raw = Raw(stream)
        self._limit = limit
        self._beside = {kind.encode(): kind for kind in beside}
        self._packing = find_packing(self._raw)
        self._unreadable: DamagedError | None = None
        self._dictionary: ZstdDict | None = None
        self._first = 0
        self._members: Packing | None = gzip_packing() if self._packing == "gzip" else None
        if self._packing == "zstd":
            try:
                self._dictionary, self._first = read_dictionary(self._raw)
            except DamagedError as error:
                self._unreadable = error
            self._members = zstd_packing(self._dictionary)
        self._sound: tuple[int, bool] = (-1, False)

    def is_arc(self) -> bool:
        """Tell whether the file is no WARC but an ARC, of which nothing is read."""
        return is_arc(self._raw)

    def records(self) -> Iterator[WarcRecord | WarcGap]:
        """Yield records and gaps in the order of the file."""
        if self._unreadable:
            yield self._gap(0, self._raw.size, self._unreadable)
            return
        place = self._first
        while place < self._raw.size:
            alone = self._alone(place)
            if alone:
                yield self._told(alone[0])
                place = alone[1]
            else:
                place = yield from self._walked(place)

    def _walked(self, place: int) -> Generator[WarcRecord | WarcGap, None, int]:
        """Yield what begins at a place, up to the end of its member, or of the file; gives where to go on."""
        content = self._open(place)
        held: WarcRecord | None = None
        try:
            for record in self._parsed(content):
                # A record is given away when what stands behind it has been seen to be sound.
                if held:
                    yield self._released(held, content)
                held = record
            if held:
                yield self._told(held)
        except DamagedError as error:
            if held:
                yield self._released(held, content)
            begin = content.start if error.start is None else error.start
            place = find_record(self._raw, begin + (not error.fresh), self._packing, self._dictionary)
            yield self._gap(begin, place, error)
            return place
        return content.stop if isinstance(content, MemberContent) and content.stop else self._raw.size

    def record_at(self, offset: int, inner: int) -> WarcRecord | None:
        """Read the record again that `records` gave at a place; None where it is no longer there."""
        content = self._open(offset)
        try:
            content.skip(inner)
            return next(self._parsed(content), None)
        except DamagedError:
            return None

    def _open(self, place: int) -> Content:
        return self._members.member(self._raw, place) if self._members else PlainContent(self._raw, place)

    def _gap(self, start: int, stop: int, error: DamagedError) -> WarcGap:
        kept = self._raw.whole(start, min(stop - start, self._limit))
        ended = "; the file ends here" if stop >= self._raw.size else f"; the next record begins at byte {stop}"
        return WarcGap(start, stop, error.reason, f"bytes {start} to {stop}: {error}{ended}", kept)

    def _released(self, record: WarcRecord, content: Content) -> WarcRecord | WarcGap:
        """Give a record behind which its member goes on, whose checksum stands only at the member's end."""
        if isinstance(content, MemberContent) and record.digest == "absent" and not self._is_sound(content.start):
            return self._refused(record, "it has no digest, and the checksum of its member does not hold")
        return self._told(record)

    def _told(self, record: WarcRecord) -> WarcRecord | WarcGap:
        if record.digest == "fails":
            return self._refused(record, "the digest of its block does not hold")
        return record

    def _refused(self, record: WarcRecord, detail: str) -> WarcGap:
        place = f"{record.offset}+{record.inner}" if record.inner else str(record.offset)
        return WarcGap(record.offset, record.offset, "damaged", f"the record at byte {place}: {detail}", record.block)

    def _is_sound(self, start: int) -> bool:
        """Tell whether a member holds to its end; what was found out last is remembered."""
        if self._sound[0] != start:
            content = self._open(start)
            try:
                while content.skip(1 << 24):
                    pass
                self._sound = (start, True)
            except DamagedError:
                self._sound = (start, False)
        return self._sound[1]

    def _parsed(self, content: Content) -> Iterator[WarcRecord]:
        if isinstance(content, PlainContent):
            yield from self._plain(content)
            return
        while _at_record(content):
            inner = content.offset
            fields, length = read_head(content, strict=False)
            yield self._record(content, content.start, inner, fields, length)
            _passes_end(content)

    def _alone(self, offset: int) -> tuple[WarcRecord, int] | None:
        """Give the record of a small member that holds, if it is alone in it and written as nearly all are.

        With it comes the offset behind the member. Whatever else is there is left to those who look closer.
        """
        member = self._members.small_member(self._raw, offset) if self._members else None
        record = self._whole(offset, member[0]) if member else None
        return (record, member[1]) if record and member else None

    def _whole(self, offset: int, data: bytes) -> WarcRecord | None:
        start = data.find(b"\r\n\r\n", 0, LARGEST_HEAD) + 4
        stop = len(data) - 4
        length = stop - start
        if length < 0 or not data.startswith(b"WARC/") or not data.endswith(b"\r\n\r\n") or b"\n\n" in data[:start]:
            return None
        kind = self._beside.get(_value(data, b"\r\nWARC-Type: ", start))
        if kind and _value(data, b"\r\nContent-Length: ", start) == b"%d" % length:
            told = _value(data, b"\r\nWARC-Block-Digest: ", start).decode("latin-1")
            state = digest_state(told, (memoryview(data)[start:stop],))
            return WarcRecord(offset, 0, {"warc-type": kind}, data, start, stop, length, state)
        try:
            fields = read_fields(data[:start], strict=False)
        except DamagedError:
            return None
        if fields.get("content-length") != str(length) or "warc-type" not in fields or length > self._limit:
            return None
        state = _checked(fields, data, start, stop, self._limit)
        return WarcRecord(offset, 0, fields, data, start, stop, length, state)

    def _plain(self, content: PlainContent) -> Iterator[WarcRecord]:
        """Parse records that nothing but their digests and boundaries vouch for."""
        while True:
            begin = content.start + content.offset
            try:
                if not _at_record(content):
                    return
                begin = content.start + content.offset
                fields, length = read_head(content, strict=True)
                record = self._record(content, begin, 0, fields, length)
            except DamagedError as error:
                error.start = begin if error.start is None else error.start
                raise
            ended = _passes_end(content)
            if record.digest == "fails":
                raise DamagedError("the digest of its block does not hold", start=begin)
            whole = ended or record.digest == "holds" or content.start + content.offset >= self._raw.size - 3
            if not whole:
                raise DamagedError(f"no end mark after the {length} bytes of a record", start=begin)
            yield record
            if not ended:
                end = content.start + content.offset
                raise DamagedError("no end mark behind a record", start=end, fresh=True)

    def _record(self, content: Content, offset: int, inner: int, fields: dict[str, str], length: int) -> WarcRecord:
        if isinstance(content, PlainContent) and content.start + content.offset + length > self._raw.size:
            raise DamagedError(f"a record of {length} bytes, and the file ends before")
        if length <= self._limit + LARGEST_HEAD:
            if not content.holds(length):
                raise DamagedError(
                    f"a record of {length} bytes, of which {len(content.data) - content.place} are there"
                )
            data, start = content.data, content.place
            stop = content.place = start + length
            state = _checked(fields, data, start, stop, self._limit)
            return WarcRecord(offset, inner, fields, data, start, stop, length, state)
        if not content.holds(self._limit):
            raise DamagedError(f"a record of {length} bytes that ends early")
        block = content.take(self._limit)
        rest = length - self._limit
        passed = content.skip(min(rest, _BOMB * self._limit))
        if passed < rest:
            if passed == _BOMB * self._limit:
                raise DamagedError(f"a record of {length} bytes, more than is read to find its end", "oversized")
            raise DamagedError(f"a record of {length} bytes that ends after {self._limit + passed}")
        return WarcRecord(offset, inner, fields, block, 0, len(block), length)


def _at_record(content: Content) -> bool:
    """Pass line ends, and tell whether there is more. Raises DamagedError where no record begins."""
    if content.data.startswith(b"WARC/", content.place):
        return True
    passed = 0
    while content.holds(1) and content.data[content.place] in b"\r\n" and passed < _MOST_LINE_ENDS:
        content.take(1)
        passed += 1
    if not content.holds(1):
        return False
    if not content.holds(5) or content.data[content.place : content.place + 5] != b"WARC/":
        here = content.start + content.offset if isinstance(content, PlainContent) else None
        raise DamagedError("no record begins here", start=here)
    return True


def _value(data: bytes, name: bytes, end: int) -> bytes:
    """Give the value of a field of a head that ends at a place; empty where it is not there as most write it."""
    start = data.find(name, 0, end)
    return data[start + len(name) : data.find(b"\r\n", start + len(name))] if start >= 0 else b""


def _checked(fields: dict[str, str], data: bytes, start: int, stop: int, limit: int) -> State:
    state = digest_state(fields.get("warc-block-digest"), (memoryview(data)[start:stop],))
    if state in ("holds", "fails") or "warc-truncated" in fields or "warc-segment-number" in fields:
        return state
    told = fields.get("warc-payload-digest")
    if told is None or fields["warc-type"].lower() not in ("response", "resource"):
        return state
    return digest_state(told, _payloads(data[start:stop], limit))


def _payloads(block: bytes, limit: int) -> Iterator[bytes]:
    if block.startswith(b"HTTP/"):
        yield from read_response(block).readings(limit)
    yield block


def _passes_end(content: Content) -> bool:
    """Pass the two line ends behind a block, if they are there."""
    content.holds(4)
    ahead = content.data[content.place : content.place + 4]
    for mark in _END_MARKS:
        if ahead.startswith(mark):
            content.place += len(mark)
            return True
    return False
