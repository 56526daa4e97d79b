"""Documents in, one JSON object a line out: the transforms as a Unix filter, without a database."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from connectors.files import RefusedFileError, open_file, read_lines
from connectors.seeds import SeedConnector
from flows.supervise_workers import Means, Work, open_workers
from transforms.records import Capture, Rejection

if TYPE_CHECKING:
    from flows.answer_documents import NumberedLine

SOURCE = "stdin"
_CHUNK_DOCUMENTS, _CHUNK_BYTES = 32, 1 << 20
_AHEAD = 2  # chunks under way for each process
T = TypeVar("T")


def extract_lines(paths: Sequence[str], limit: int, means: Means) -> Iterator[bytes]:
    """Read document lines from files or standard input; each gives one line, in order, with its `id` if it has one."""
    work: Work[NumberedLine, list[bytes]] = Work(
        "flows.answer_documents:answer_lines", {"seen_at": datetime.now(UTC), "rules": means.rules}
    )
    return _mapped(work, _chunks(_lines(paths, limit), lambda numbered: _size(numbered[1])), means)


def extract_files(paths: Sequence[str], limit: int, means: Means) -> Iterator[bytes]:
    """Read seed files, or one text or page from standard input; each document gives one line."""
    items: Iterable[Capture | Rejection] = [_standard_input(limit)]
    if paths and list(paths) != ["-"]:
        items = SeedConnector(paths, limit).captures()
    work: Work[Capture | Rejection, list[bytes]] = Work(
        "flows.answer_documents:answer_captures", {"rules": means.rules}
    )
    return _mapped(work, _chunks(items, lambda item: len(item.payload)), means)


def _lines(paths: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | RefusedFileError | None]]:
    for path in paths or ("-",):
        try:
            if path == "-":
                yield from (
                    (f"-#L{number}", line) for number, line in read_lines(sys.stdin.buffer, limit) if line != b""
                )
                continue
            with open_file(Path(path), Path(path)) as opened:
                yield from (
                    (f"{path}#L{number}", line) for number, line in read_lines(opened.stream, limit) if line != b""
                )
        except RefusedFileError as error:
            yield path, error


def _standard_input(limit: int) -> Capture | Rejection:
    content = sys.stdin.buffer.read(limit + 1)
    if len(content) > limit:
        return Rejection(SOURCE, "-", "read", "oversized", f"more than the {limit} bytes that a document may have")
    media_type = "text/html" if content.lstrip()[:1] == b"<" else "text/plain"
    return Capture(SOURCE, "-", datetime.now(UTC), media_type, content)


def _size(line: bytes | RefusedFileError | None) -> int:
    return len(line) if isinstance(line, bytes) else 0


def _chunks(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Group what goes to a process at once: a few documents, fewer where they are long."""
    chunk: list[T] = []
    held = 0
    for item in items:
        chunk.append(item)
        held += size(item)
        if len(chunk) >= _CHUNK_DOCUMENTS or held >= _CHUNK_BYTES:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _mapped(work: Work[T, list[bytes]], chunks: Iterable[list[T]], means: Means) -> Iterator[bytes]:
    """Give the answers in the order of the documents, with a bounded number of them under way."""
    waiting: deque[Future[list[bytes]]] = deque()
    with open_workers(work, means.jobs, means.limits) as workers:
        for chunk in chunks:
            waiting.append(workers.submit(chunk))
            while len(waiting) > _AHEAD * means.jobs or (waiting and waiting[0].done()):
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
