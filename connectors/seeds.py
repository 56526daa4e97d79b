"""Seed files: saved news in folders, as documents, tables, mail, feeds, and the archives that hold such files."""

from __future__ import annotations

import glob
import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from connectors.connector import Cursor
from connectors.files import OpenedFile, RefusedFileError, find_files, open_file, reading
from connectors.kinds import read_file
from connectors.reading import Found
from connectors.warcs.originals import Originals
from transforms.records import Capture, Rejection

if TYPE_CHECKING:
    from connectors.feeds.leads import Lead

_SETTLED = 2_000_000_000  # nanoseconds after which a clock has moved on for certain


@dataclass(frozen=True, slots=True)
class SeedConnector:
    """Reads files, folders and glob patterns; no byte of a document is changed on the way.

    A locator is the file's absolute path; for what lies in a file (a line of JSON, a row, a record, an entry) with `#`
    and its id or place. A capture's time is its own `captured_at` or the file's time of writing. `limit` bounds one
    document, in bytes when it is unpacked. `columns` maps the fields of a document to the columns of tables.

    While captures are yielded, `skipped` counts what is left out on purpose, and `state` becomes the next run's cursor.
    Where there is a list of `leads`, what saved feeds and sitemaps lead to is put into it with their places.
    """

    paths: Sequence[str]
    limit: int = 16 * 1024 * 1024
    name: str = "seeds"
    columns: Mapping[str, str] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    leads: list[tuple[str, Lead]] | None = None

    def captures(self, cursor: Cursor | None = None) -> Iterator[Capture | Rejection]:
        """Yield the documents of all paths, in the order of the paths and then of the names below them.

        Without a cursor every file is read, and what was seen before is told by its bytes. With one, files that are as
        they were when the cursor was made are passed over: told by size, times of writing and change, and inode, and
        where these differ or are too young to be trusted, by digest. What was refused as a whole is tried again.
        """
        seen: set[Path] = set()
        originals = Originals()
        for given, root, path in self._files():
            place = path.absolute()
            if place not in seen:
                seen.add(place)
                watched = None if cursor is None else self._watched(cursor, str(Path(given).expanduser().absolute()))
                yield from self._file(place, root.absolute(), watched, originals)

    def _files(self) -> Iterator[tuple[str, Path, Path]]:
        for given in self.paths:
            root = Path(given).expanduser()
            if os.path.lexists(root) or not glob.has_magic(given):
                yield from ((given, root, path) for path in find_files(root))
                continue
            matches = sorted(glob.glob(str(root), recursive=True))  # noqa: PTH207  (a pattern may be absolute)
            if not matches:
                yield given, root, root  # rejected as missing, by the name that was given
            for match in map(Path, matches):
                yield from ((given, match, path) for path in find_files(match))

    def _watched(self, cursor: Cursor, given: str) -> _Watched:
        """Give what is known of the files below a path; nothing where they were read in another way."""
        how = f"{self.limit} {sorted(self.columns.items())}"
        before = cursor.get(given, {})
        after = self.state.setdefault(given, {"how": how, "files": {}})
        return _Watched(before.get("files", {}) if before.get("how") == how else {}, after["files"])

    def _file(
        self, path: Path, root: Path, watched: _Watched | None, originals: Originals
    ) -> Iterator[Capture | Rejection]:
        place = _shown(path)
        try:
            with open_file(path, root, unpack=False) as opened:
                if watched and watched.knows(place, opened):
                    self.skipped["files as they were"] += 1
                    return
                found = Found(
                    self.name,
                    place,
                    path.name,
                    opened.stream,
                    opened.modified_at,
                    self.limit,
                    self.columns,
                    self.skipped,
                    leads=self.leads,
                    reopen=partial(_reopened, path, root),
                    originals=originals,
                )
                for item in read_file(found):
                    if watched and isinstance(item, Rejection) and item.locator == place:
                        watched.after.pop(place, None)
                    yield item
        except RefusedFileError as error:
            yield Rejection(self.name, place, "read", error.reason, str(error))


@contextmanager
def _reopened(path: Path, root: Path) -> Iterator[BinaryIO]:
    with open_file(path, root, unpack=False) as opened:
        yield opened.stream


@dataclass(frozen=True, slots=True)
class _Watched:
    """The marks of files, before this run and after it."""

    before: Mapping[str, Any]
    after: dict[str, Any]

    def knows(self, place: str, opened: OpenedFile) -> bool:
        """Tell whether a file is as it was, and note what it is now."""
        stamp, known = list(opened.stamp), self.before.get(place)
        if known and known[0] == stamp:
            self.after[place] = known
            return True
        with reading():
            digest = hashlib.file_digest(cast("BufferedReader", opened.stream), "sha256").hexdigest()
            opened.stream.seek(0)
        # A write within the tick of the clock in which we read would leave no trace in the times.
        is_settled = max(opened.stamp[1:3]) < time.time_ns() - _SETTLED
        self.after[place] = [stamp if is_settled else None, digest]
        return bool(known and known[1] == digest)


def _shown(path: Path) -> str:
    """Give a path as text; bytes that are no UTF-8 are written out, for a locator must fit into SQL and JSON."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
