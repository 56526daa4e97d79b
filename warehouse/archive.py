"""The archive: raw bytes in WARC files, and beside them a ledger that says what was made durable.

The ledger is a CDXJ index that only grows, a line a record, each with a checksum of its own. A batch is durable, records
before ledger, when `append` returns. A crash leaves at most a torn tail: whole records in it are taken into the ledger,
the rest is moved to `quarantine/`, and nothing is thrown away.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import orjson

from transforms.http_messages import read_response
from transforms.records import Capture, Passage, Rejection
from warehouse.warc import (
    UnreadableRecordError,
    answer_of,
    member_length,
    pack,
    pack_info,
    payload_sha256,
    record_id,
    split_members,
    unpack,
)
from warehouse.wire import describe, pack_again, pack_passage, pack_way

LEDGER = "ledger.cdxj"
SOFTWARE = "dateline"


class ArchiveDamagedError(Exception):
    """Bytes that the ledger promises and that are not there any more."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record lies: a WARC file of the archive, an offset and a length in bytes."""

    warc_file: str
    warc_offset: int
    warc_length: int


@dataclass(frozen=True, slots=True)
class Appended:
    """A durable batch: a placement for each item, in order, and the ledger's bytes [start, stop) that name them."""

    placements: tuple[Placement, ...]
    ledger_start: int
    ledger_stop: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: where a record lies, which run saw it and when it was captured, or what a run came to.

    With `again` the record is an older one, whose bytes were seen anew. With `on_the_way` it is what went over the wire
    beside the answers that captures and rejections are about.
    """

    start: int
    stop: int
    placement: Placement | None
    run_id: str
    captured_at: datetime | None = None
    run: dict[str, Any] | None = None
    again: bool = False
    on_the_way: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A record to write: the item that it is, or else it is something that went over the wire on the way to one."""

    content: bytes
    item: Capture | Rejection | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """WARC files and their ledger in one folder. Safe to write from several processes: each append holds a lock."""

    folder: Path
    largest_file: int = 1_000_000_000

    def append(
        self,
        items: Sequence[Capture | Rejection],
        run_id: str,
        again: Sequence[tuple[Capture | Rejection, Placement]] = (),
        fetched: Sequence[tuple[Capture | Rejection, Placement]] = (),
        passages: Sequence[Passage] = (),
    ) -> Appended:
        """Keep the bytes of a batch; they are on disk, with their ledger lines, when this returns.

        `again` are items whose bytes are kept already and that were seen anew: they get a line and no record. `fetched`
        are those among the kept ones that came over the wire: what was said there is kept too. `passages` were said
        there and are about none of them.
        """
        units = [[_Piece(one) for one in pack_passage(passage)] for passage in passages]
        units += [_unit(item) for item in items]
        units += [[_Piece(one) for one in pack_again(item, self._content(kept))] for item, kept in fetched]
        with self._locked() as ledger:
            start = self._recover(ledger)
            placements: list[Placement] = []
            lines: list[bytes] = []
            for filename, offset, pieces in self._grouped(units):
                for piece in pieces:
                    placement = Placement(filename, offset, len(piece.content))
                    lines += _lines_of(piece, placement, run_id)
                    if piece.item is not None:
                        placements.append(placement)
                    offset += len(piece.content)  # noqa: PLW2901
            lines += [_line(item, payload_sha256(item), placement, run_id, again=True) for item, placement in again]
            stop = _write(ledger, lines, start)
            return Appended(tuple(placements), start, stop)

    def note_run(self, run: dict[str, Any]) -> tuple[int, int]:
        """Write what a run came to into the ledger; gives the line's place in it."""
        with self._locked() as ledger:
            start = self._recover(ledger)
            return start, _write(ledger, [_sealed(b"!run -", run)], start)

    def read(self, placement: Placement) -> Capture | Rejection:
        """Give back what was kept; raises ArchiveDamagedError where it is not there or not whole."""
        try:
            return unpack(self._content(placement))
        except (OSError, UnreadableRecordError) as error:
            where = f"{placement.warc_file} at {placement.warc_offset}"
            raise ArchiveDamagedError(f"{where}: {error}") from None

    def _content(self, placement: Placement) -> bytes:
        with (self.folder / placement.warc_file).open("rb") as file:
            file.seek(placement.warc_offset)
            return file.read(placement.warc_length)

    def find(self, warc_file: str, offset: int) -> Placement:
        """Measure the record that begins at an offset."""
        with (self.folder / warc_file).open("rb") as file:
            file.seek(offset)
            return Placement(warc_file, offset, member_length(file))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Yield the ledger's lines in [start, stop); raises ArchiveDamagedError at a line that is not whole."""
        if not (self.folder / LEDGER).exists():
            return
        with (self.folder / LEDGER).open("rb") as ledger:
            ledger.seek(start)
            while (stop is None or start < stop) and (line := ledger.readline()):
                entry = _entry(line, start)
                if entry is None:
                    raise ArchiveDamagedError(f"{LEDGER} at byte {start}: a line whose checksum does not hold")
                yield entry
                start = entry.stop

    def recover(self) -> int:
        """Mend what a crash left behind; gives the ledger's size in bytes."""
        if not self.folder.exists():
            return 0
        with self._locked() as ledger:
            return self._recover(ledger)

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        made = not self.folder.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        if made:
            sync_folder(self.folder.parent)
        with (self.folder / LEDGER).open("ab+") as ledger:
            fcntl.flock(ledger, fcntl.LOCK_EX)
            yield ledger

    def _grouped(self, units: Sequence[list[_Piece]]) -> Iterator[tuple[str, int, list[_Piece]]]:
        """Write records to the last WARC file, or to new ones as it fills; what belongs together stays together.

        Each file is synced. Gives its name, where the records begin in it, and the records.
        """
        pending = [(pieces, sum(len(piece.content) for piece in pieces)) for pieces in units]
        while pending:
            path = self._last_file()
            offset = path.stat().st_size
            room = max(self.largest_file - offset, pending[0][1])
            taken = 0
            while taken < len(pending) and (room := room - pending[taken][1]) >= 0:
                taken += 1
            pieces = [piece for unit, _ in pending[:taken] for piece in unit]
            pending = pending[taken:]
            with path.open("ab") as file:
                file.write(b"".join(piece.content for piece in pieces))
                file.flush()
                os.fsync(file.fileno())
            yield path.name, offset, pieces

    def _last_file(self) -> Path:
        files = self._files()
        if files and files[-1].stat().st_size < self.largest_file and not self._is_short(files[-1]):
            return files[-1]
        number = int(files[-1].name.split(".")[0].split("-")[-1]) + 1 if files else 1
        path = self.folder / f"dateline-{number:06d}.warc.gz"
        with path.open("xb") as file:
            file.write(pack_info(path.name, SOFTWARE))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        return path

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("dateline-*.warc.gz"))

    def _is_short(self, path: Path) -> bool:
        """A file that lost its end is left as it is, for people to look at; new records go to the next one."""
        last = self._last_placement()
        if last is None or last.warc_file != path.name:
            return False
        return path.stat().st_size < last.warc_offset + last.warc_length

    # ── recovery ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _recover(self, ledger: BinaryIO) -> int:
        """Cut a torn line, take whole records beyond the ledger's end into it, put the rest aside."""
        size = ledger.seek(0, os.SEEK_END)
        whole = _whole(ledger, size)
        if whole < size:
            ledger.seek(whole)
            self._quarantine(f"{LEDGER}.{whole}", ledger.read())
            ledger.truncate(whole)
            os.fsync(ledger.fileno())
        last = self._last_placement()
        for path in self._files():
            if last is not None and path.name < last.warc_file:
                continue
            known = last.warc_offset + last.warc_length if last is not None and path.name == last.warc_file else 0
            if path.stat().st_size > known:
                whole = self._adopt(path, known, ledger, whole)
        return whole

    def _adopt(self, path: Path, known: int, ledger: BinaryIO, end: int) -> int:
        with path.open("rb+") as file:
            file.seek(known)
            members, torn = split_members(file.read())
            lines = []
            for member in members:
                try:
                    item = unpack(member)
                except UnreadableRecordError:
                    item = None  # the file's own warcinfo, or what went over the wire on the way
                piece = _Piece(member, item, payload_sha256(item) if item else "")
                lines += _lines_of(piece, Placement(path.name, known, len(member)), "recovered")
                known += len(member)
            if torn:
                self._quarantine(f"{path.name}.{known}", torn)
                file.truncate(known)
            os.fsync(file.fileno())
        return _write(ledger, lines, end) if lines else end

    def _quarantine(self, name: str, content: bytes) -> None:
        folder = self.folder / "quarantine"
        folder.mkdir(exist_ok=True)
        with (folder / f"{name}.{zlib.crc32(content):08x}").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)

    def _last_placement(self) -> Placement | None:
        with (self.folder / LEDGER).open("rb") as ledger:
            stop = ledger.seek(0, os.SEEK_END)
            while stop > 0:
                start = _line_before(ledger, stop)
                ledger.seek(start)
                entry = _entry(ledger.read(stop - start), start)
                if entry is not None and entry.placement is not None and not entry.again:
                    return entry.placement
                stop = start
        return None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unit(item: Capture | Rejection) -> list[_Piece]:
    """Pack an item, behind what led to it."""
    digest = payload_sha256(item)
    way = [_Piece(content) for content in pack_way(item)] if item.exchanges else []
    return [*way, _Piece(pack(item, digest), item, digest)]


def _lines_of(piece: _Piece, placement: Placement, run_id: str) -> list[bytes]:
    """Give the ledger's lines of a record: one, or none for requests and what a file says of itself."""
    if piece.item is not None:
        return [_line(piece.item, piece.digest, placement, run_id)]
    record = describe(piece.content)
    if record is None:
        return []
    told = {
        "url": record.url,
        "mime": record.mime,
        "status": str(record.status),
        "digest": record.digest,
        "filename": placement.warc_file,
        "offset": str(placement.warc_offset),
        "length": str(placement.warc_length),
        "run": run_id,
        "captured": record.at,
        "way": record.kind,
    }
    return [_sealed(_key(record.url, record.at), told)]


def _line(item: Capture | Rejection, digest: str, placement: Placement, run_id: str, *, again: bool = False) -> bytes:
    capture = item if isinstance(item, Capture) else None
    answer = answer_of(item)
    address = (answer.url if answer else capture.url if capture else None) or f"file://{item.locator}"
    told = {
        "url": address,
        "mime": capture.media_type if capture else "-",
        **({"status": str(read_response(answer.response).status), "asked": answer.sent_at} if answer else {}),
        "digest": f"sha256:{digest}",
        "filename": placement.warc_file,
        "offset": str(placement.warc_offset),
        "length": str(placement.warc_length),
        "record": record_id(item, digest),
        "run": run_id,
        "captured": capture.captured_at if capture else None,
        "again": again,
    }
    return _sealed(_key(address, capture.captured_at if capture else None), told)


def _key(address: str, when: datetime | None) -> bytes:
    """Begin a line; whatever a source calls its document, this is no line of the ledger's own."""
    return f"{quote(address, safe='/:?#@&=+,;%~-._')} {when.strftime('%Y%m%d%H%M%S') if when else '-'}".encode()


def _sealed(key: bytes, told: dict[str, Any]) -> bytes:
    line = b"%s %s" % (key, orjson.dumps(told, default=str))
    return b'%s,"crc":"%08x"}\n' % (line[:-1], zlib.crc32(line[:-1]))


def _entry(line: bytes, start: int) -> Entry | None:
    body, mark, seal = line.rpartition(b',"crc":"')
    if not mark or seal[8:] != b'"}\n' or seal[:8] != b"%08x" % zlib.crc32(body):
        return None
    key, _, rest = body.partition(b" ")
    told = orjson.loads(rest.partition(b" ")[2] + b"}")
    if key == b"!run":
        return Entry(start, start + len(line), None, str(told.get("run_id")), run=told)
    placement = Placement(told["filename"], int(told["offset"]), int(told["length"]))
    captured = told.get("captured")
    return Entry(
        start,
        start + len(line),
        placement,
        told["run"],
        captured_at=datetime.fromisoformat(captured) if captured else None,
        again=bool(told.get("again")),
        on_the_way="way" in told,
    )


def _write(ledger: BinaryIO, lines: list[bytes], start: int) -> int:
    content = b"".join(lines)
    ledger.seek(start)
    ledger.write(content)
    ledger.flush()
    os.fsync(ledger.fileno())
    return start + len(content)


def _whole(ledger: BinaryIO, size: int) -> int:
    """Give the end of the last whole line."""
    stop = size
    while stop > 0:
        start = _line_before(ledger, stop)
        ledger.seek(start)
        if _entry(ledger.read(stop - start), start) is not None:
            return stop
        stop = start
    return 0


def _line_before(ledger: BinaryIO, stop: int) -> int:
    """Give the start of the line that ends at `stop`."""
    at, step = stop - 1, 4096
    while at > 0:
        begin = max(0, at - step)
        ledger.seek(begin)
        found = ledger.read(at - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0
