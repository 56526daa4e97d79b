"""Seed files: saved news in folders, as text, Markdown, HTML or lines of JSON, each also gzipped."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.connector import Cursor
from connectors.files import OpenedFile, RefusedFileError, find_files, open_file, read_bounded, read_lines
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import MalformedDocumentError, read_document
from transforms.records import Capture, Rejection

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".jsonl": DOCUMENT_LINE,
    ".ndjson": DOCUMENT_LINE,
}


@dataclass(frozen=True, slots=True)
class SeedConnector:
    """Reads files, folders and glob patterns; no byte of a document is changed on the way.

    A locator is the file's absolute path, for a line of JSON with `#` and its `id`, or `#L` and its number. A capture's
    time is its own `captured_at` or the file's time of writing. `limit` bounds one document, in bytes after gzip.
    """

    paths: Sequence[str]
    limit: int = 16 * 1024 * 1024
    name: str = "seeds"

    def captures(self, cursor: Cursor | None = None) -> Iterator[Capture | Rejection]:  # noqa: ARG002
        """Yield the documents of all paths, in the order of the paths and then of the names below them.

        Every file is read on every run: what was seen before is told by its bytes, not by a cursor.
        """
        seen: set[Path] = set()
        for root, path in self._files():
            place = path.absolute()
            if place not in seen:
                seen.add(place)
                yield from self._file(place, root.absolute())

    def _files(self) -> Iterator[tuple[Path, Path]]:
        for given in self.paths:
            root = Path(given).expanduser()
            if os.path.lexists(root) or not glob.has_magic(given):
                yield from ((root, path) for path in find_files(root))
                continue
            matches = sorted(glob.glob(str(root), recursive=True))  # noqa: PTH207  (a pattern may be absolute)
            if not matches:
                yield root, root  # rejected as missing, by the name that was given
            for match in map(Path, matches):
                yield from ((match, path) for path in find_files(match))

    def _file(self, path: Path, root: Path) -> Iterator[Capture | Rejection]:
        media_type, place = MEDIA_TYPES.get(_suffix(path)), _shown(path)
        try:
            with open_file(path, root) as opened:
                if media_type is None:
                    detail = f"no reader for {path.suffix or 'files without an ending'}"
                    yield Rejection(self.name, place, "read", "unsupported", detail)
                    return
                if media_type == DOCUMENT_LINE:
                    yield from self._lines(path, opened)
                    return
                content = read_bounded(opened.stream, self.limit)
        except RefusedFileError as error:
            yield Rejection(self.name, place, "read", error.reason, str(error))
            return
        yield Capture(self.name, place, opened.modified_at, media_type, content)

    def _lines(self, path: Path, opened: OpenedFile) -> Iterator[Capture | Rejection]:
        count = 0
        for number, line in read_lines(opened.stream, self.limit):
            if line is not None and not line.strip():
                continue
            count += 1
            yield self._line(_shown(path), number, line, opened)
        if not count:
            yield Rejection(self.name, _shown(path), "read", "empty", "the file has no line")

    def _line(self, path: str, number: int, line: bytes | None, opened: OpenedFile) -> Capture | Rejection:
        place = f"{path}#L{number}"
        if line is None:
            detail = f"more than the {self.limit} bytes that a document may have"
            return Rejection(self.name, place, "read", "oversized", detail)
        try:
            document = read_document(line)
        except MalformedDocumentError as error:
            digest = hashlib.sha256(line).hexdigest()
            return Rejection(self.name, place, "parse", "malformed", str(error), digest, line)
        return Capture(
            source=self.name,
            locator=place if document.document_id in (None, "") else f"{path}#{document.document_id}",
            captured_at=document.captured_at or opened.modified_at,
            media_type=DOCUMENT_LINE,
            payload=line,
            url=document.url,
            claims=document.claims,
        )


def _suffix(path: Path) -> str:
    return (Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix).lower()


def _shown(path: Path) -> str:
    """Give a path as text; bytes that are no UTF-8 are written out, for a locator must fit into SQL and JSON."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
