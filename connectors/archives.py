"""Archives of files, zip, tar and WACZ: their entries, bounded in number and size, with names that stay inside."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, cast

from backports.zstd import ZstdError

from connectors.files import RefusedFileError
from connectors.packings import unpacked
from connectors.reading import Found
from connectors.warcs.originals import Reopen
from transforms.records import Capture, Rejection

MOST_ENTRIES = 100_000
MOST_TIMES = 100  # that an archive may be larger inside than outside
SMALLEST_ROOM = 256 * 1024 * 1024  # what it may hold, however small it is

_PIECE = 1 << 20
_LARGEST_READ = 1 << 20  # of a tar's own heads
_SPOOLED = 1 << 20
_DAMAGES = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    ZstdError,
    gzip.BadGzipFile,
    EOFError,
    ValueError,
)
_ZIP_HEAD = struct.Struct("<26xHH")


class _Room:
    """How much may still come out of an archive."""

    def __init__(self, packed: int) -> None:
        self.whole = self.left = max(SMALLEST_ROOM, MOST_TIMES * packed)

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise RefusedFileError(
                "oversized", f"the archive holds more than {self.whole} bytes, which is over its bounds"
            )


class _Window(io.RawIOBase):
    """A stretch of a file as a file of its own."""

    def __init__(self, stream: IO[bytes], start: int, size: int) -> None:
        self._stream, self._start, self._size, self._place = stream, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._place)
        piece = self._stream.read(max(0, min(len(buffer), self._size - self._place)))
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset + (0, self._place, self._size)[whence]
        return self._place


class _Tarred:
    """What lies in a tar's compression, for the tar reader, which would follow a head that promises gigabytes."""

    def __init__(self, stream: IO[bytes], limit: int, room: _Room) -> None:
        self._stream, self._limit, self._room = stream, limit, room
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > max(self._limit + 1, _LARGEST_READ):
            raise RefusedFileError("oversized", f"the tar asks for {size} bytes at once")
        self.last = self._stream.read(size)
        self._room.take(len(self.last))
        return self.last

    def seek(self, offset: int, whence: int = 0) -> int:
        before = self._stream.tell()
        after = self._stream.seek(offset, whence)
        self._room.take(max(0, after - before))
        return after

    def tell(self) -> int:
        return self._stream.tell()


def read_zip(found: Found) -> Iterator[Capture | Rejection | Found]:
    """Yield the entries of a zip file. What cannot be read of it is refused, each with its name."""
    with _opened_zip(found) as archive:
        room = _Room(_size(found.stream))
        for entry in _entries(archive):
            if entry.is_dir() or _is_hidden(entry.filename):
                continue
            yield from _zip_entry(found, archive, entry, room)


def read_wacz(found: Found) -> Iterator[Capture | Rejection | Found]:
    """Yield the WARC files of a web archive collection (WACZ); its indexes and pages say nothing that they do not."""
    with _opened_zip(found) as archive:
        room = _Room(_size(found.stream))
        entries = [entry for entry in _entries(archive) if entry.filename.startswith("archive/") and not entry.is_dir()]
        if not entries:
            yield found.refuse("malformed", "a WACZ without a WARC file in archive/")
        for entry in sorted(entries, key=lambda entry: entry.filename):
            yield from _zip_entry(found, archive, entry, room)


def read_tar(found: Found) -> Iterator[Capture | Rejection | Found]:
    """Yield the files of a tar, plain or in gzip, bzip2, xz or Zstandard; links and devices are refused."""
    inside = _Tarred(unpacked(found.stream), found.limit, _Room(_size(found.stream)))
    with _refusing("tar"), tarfile.open(fileobj=cast("IO[bytes]", inside), mode="r:") as archive:
        count = 0
        while entry := archive.next():
            archive.members = []  # type: ignore[attr-defined]  # its list of all that went by would grow without end
            count += 1
            if count > MOST_ENTRIES:
                raise RefusedFileError("oversized", f"more than {MOST_ENTRIES} entries; the rest is not read")
            if not entry.isdir() and not _is_hidden(entry.name):
                yield from _tar_entry(found, archive, entry)
        # The library takes anything that is no head for the end; the end is a block of zeros.
        if len(inside.last) < tarfile.BLOCKSIZE or inside.last.strip(b"\0"):
            raise RefusedFileError(
                "malformed", f"no entry begins at byte {archive.offset}, and the tar does not end there"
            )
        while inside.read(_LARGEST_READ):  # the checksum of the packing stands at the very end
            pass


def _tar_entry(found: Found, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Iterator[Found | Rejection]:
    name = _printable(entry.name)
    if not entry.isreg():
        yield found.refuse("refused", "a link, device or pipe in a tar, not a file", name)
    elif not _is_inside(entry.name):
        yield found.refuse("refused", "a name that leads out of the archive", name)
    elif stream := archive.extractfile(entry):
        with _spooled(stream, None) as spooled:
            yield found.inside(name, spooled, _written(entry.mtime, found.modified_at))


def _zip_entry(
    found: Found, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: _Room
) -> Iterator[Rejection | Found]:
    name = _printable(entry.filename)
    mode = entry.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        yield found.refuse("refused", "a link, device or pipe in a zip, not a file", name)
        return
    if not _is_inside(entry.filename):
        yield found.refuse("refused", "a name that leads out of the archive", name)
        return
    if entry.flag_bits & 1:
        yield found.refuse("unsupported", "it is encrypted", name)
        return
    try:
        with _refusing("zip"), _entry_stream(found, archive, entry, room) as (stream, reopen):
            yield found.inside(name, stream, reopen=reopen)
    except RefusedFileError as error:
        yield found.refuse(error.reason, str(error), name)
        if room.left < 0:
            raise


@contextmanager
def _entry_stream(
    found: Found, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: _Room
) -> Iterator[tuple[BinaryIO, Reopen | None]]:
    """Open an entry, and say how to open it again: only where it is not compressed, for that costs next to nothing."""
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size <= _SPOOLED:
        with archive.open(entry) as stream, _spooled(stream, room) as spooled:
            yield spooled, None
        return
    archive.open(entry).close()  # which checks that the entry is where the index says
    found.stream.seek(entry.header_offset)
    head = found.stream.read(_ZIP_HEAD.size)
    name_length, extra_length = _ZIP_HEAD.unpack(head)
    room.take(entry.file_size)
    start = entry.header_offset + _ZIP_HEAD.size + name_length + extra_length
    reopen = partial(_reopened, found.reopen, start, entry.file_size) if found.reopen else None
    yield _window(found.stream, start, entry.file_size), reopen


@contextmanager
def _reopened(reopen: Reopen, start: int, size: int) -> Iterator[BinaryIO]:
    with reopen() as stream:
        yield _window(stream, start, size)


def _window(stream: BinaryIO, start: int, size: int) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Window(stream, start, size)))


@contextmanager
def _spooled(stream: IO[bytes], room: _Room | None) -> Iterator[BinaryIO]:
    """Copy an entry to a place where readers can go back and forth, which most compressed ones allow only slowly."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as spooled:
        while piece := stream.read(_PIECE):
            if room:
                room.take(len(piece))
            spooled.write(piece)
        spooled.seek(0)
        yield cast("BinaryIO", spooled)


@contextmanager
def _opened_zip(found: Found) -> Iterator[zipfile.ZipFile]:
    with _refusing("zip"), zipfile.ZipFile(found.stream) as archive:
        yield archive


@contextmanager
def _refusing(kind: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGES as error:
        raise RefusedFileError("malformed", f"damaged or incomplete {kind}: {error}") from None
    except (RuntimeError, NotImplementedError) as error:
        raise RefusedFileError("unsupported", f"{kind}: {error}") from None
    except OSError as error:
        raise RefusedFileError("unreadable", f"{kind}: {error.__class__.__name__}: {error}") from None


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise RefusedFileError("oversized", f"{len(entries)} entries, more than {MOST_ENTRIES}; unpack it to read it")
    return entries


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in (path.parts or ("",))[0]


def _is_hidden(name: str) -> bool:
    return any(
        part == "__MACOSX" or (part.startswith(".") and part not in (".", ".."))
        for part in name.replace("\\", "/").split("/")
    )


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\0")


def _written(seconds: float, latest: datetime) -> datetime:
    """Give an entry's own time of writing, unless it has none, or one after that of its archive."""
    try:
        written = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return latest
    return written if seconds > 0 and written <= latest else latest


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size
