"""Files, opened with care: regular ones only, inside the folder that was asked for, bounded, gzip or plain."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

# Without O_NONBLOCK a pipe would keep us waiting before we could see that it is one.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class RefusedFileError(Exception):
    """A file that is not read; `reason` is one word, the message says what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """An open file: its bytes, when it was last written, and what tells this state of it from others.

    `stamp` is size, times of writing and of change in nanoseconds, and inode.
    """

    stream: BinaryIO
    modified_at: datetime
    stamp: tuple[int, int, int, int]


def find_files(path: Path) -> Iterator[Path]:
    """Yield the files at or below a path, sorted by name; hidden files and folders are left out."""
    waiting = [path]
    while waiting:
        here = waiting.pop()
        if (here != path and here.is_symlink()) or not os.path.isdir(here):  # noqa: PTH112  (never raises)
            yield here
            continue
        try:
            entries = sorted(os.listdir(here), reverse=True)  # noqa: PTH208  (names are all that is wanted)
        except OSError:
            yield here  # opening it gives the error its name
            continue
        waiting += [here / name for name in entries if not name.startswith(".")]


@contextmanager
def open_file(path: Path, root: Path, *, unpack: bool = True) -> Iterator[OpenedFile]:
    """Open a file below `root`, through gzip where its name ends so; without `unpack`, as it is.

    Raises RefusedFileError: `missing`, `unreadable`, `refused` (no regular file, or a link that leads out of `root`).
    """
    try:
        descriptor = os.open(_real(path, root) if path.is_symlink() else path, _FLAGS)
    except FileNotFoundError:
        raise RefusedFileError("missing", "there is no such file") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise RefusedFileError("unreadable", f"{error.__class__.__name__}: {error}") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device, pipe or socket"
        raise RefusedFileError("refused", f"this is {kind}, not a file")
    with os.fdopen(descriptor, "rb") as raw:
        stream = gzip.GzipFile(fileobj=raw, mode="rb") if unpack and path.suffix.lower() == ".gz" else raw
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        yield OpenedFile(cast("BinaryIO", stream), datetime.fromtimestamp(status.st_mtime, UTC), stamp)


def _real(link: Path, root: Path) -> Path:
    """Follow a link, unless it leads out of the folder that was asked for; a link that was itself asked for may."""
    real = link.resolve(strict=True)
    if link != root and not real.is_relative_to(root.resolve()):
        raise RefusedFileError("refused", f"the link leads out of {root}, to {real}; name that place to read it")
    return real


def read_bounded(stream: BinaryIO, limit: int) -> bytes:
    """Read a whole stream of at most `limit` bytes, counted after gzip.

    Raises RefusedFileError: `oversized`, `malformed` (damaged or cut gzip), `unreadable`.
    """
    with reading():
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise RefusedFileError("oversized", f"more than the {limit} bytes that a document may have")
    return content


def read_lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines of a stream with their numbers from 1, without their ends; None for a line over `limit` bytes.

    Raises RefusedFileError as `read_bounded` does.
    """
    number = 0
    while True:
        with reading():
            line = stream.readline(limit + 2)
        if not line:
            return
        number += 1
        content = line.removesuffix(b"\n").removesuffix(b"\r")
        while line and not line.endswith(b"\n"):  # the rest of a long line, or the end of the stream
            with reading():
                line = stream.readline(limit + 2)
        yield number, content if len(content) <= limit else None


@contextmanager
def reading() -> Iterator[None]:
    """Turn what goes wrong while reading a stream into RefusedFileError."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RefusedFileError("malformed", f"damaged or incomplete gzip: {error}") from None
    except OSError as error:
        raise RefusedFileError("unreadable", f"{error.__class__.__name__}: {error}") from None
