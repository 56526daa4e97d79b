"""Documents in, one JSON object a line out: the transforms as a Unix filter, without a database."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson

from connectors.files import RefusedFileError, open_file, read_lines
from connectors.seeds import SeedConnector
from flows.supervise_workers import Judged, Limits, Verdict, Work, open_workers
from flows.transform_batch import judged
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import MalformedDocumentError, read_document
from transforms.records import Article, Capture, Rejection

_CHUNK_DOCUMENTS, _CHUNK_BYTES = 32, 1 << 20
_AHEAD = 2  # chunks under way for each process
_SOURCE = "stdin"
T = TypeVar("T")

NumberedLine = tuple[str, bytes | RefusedFileError | None]


def extract_lines(paths: Sequence[str], limit: int, jobs: int, limits: Limits) -> Iterator[bytes]:
    """Read document lines from files or standard input; each gives one line, in order, with its `id` if it has one."""
    work = partial(_line_answers, seen_at=datetime.now(UTC))
    return _mapped(work, _chunks(_lines(paths, limit), lambda numbered: _size(numbered[1])), jobs, limits)


def extract_files(paths: Sequence[str], limit: int, jobs: int, limits: Limits) -> Iterator[bytes]:
    """Read seed files, or one text or page from standard input; each document gives one line."""
    items: Iterable[Capture | Rejection] = [_standard_input(limit)]
    if paths and list(paths) != ["-"]:
        items = SeedConnector(paths, limit).captures()
    return _mapped(_item_answers, _chunks(items, lambda item: len(item.payload)), jobs, limits)


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


def _line_answers(numbered: Iterable[Judged[NumberedLine]], seen_at: datetime) -> list[bytes]:
    return [_line_answer(locator, line, verdict, seen_at) for (locator, line), verdict in numbered]


def _line_answer(
    locator: str, line: bytes | RefusedFileError | None, verdict: Verdict | None, seen_at: datetime
) -> bytes:
    if isinstance(line, RefusedFileError):
        return _told(None, Rejection(_SOURCE, locator, "read", line.reason, str(line)))
    if line is None:
        return _told(
            None, Rejection(_SOURCE, locator, "read", "oversized", "the line is longer than a document may be")
        )
    try:
        document = read_document(line)
    except MalformedDocumentError as error:
        return _told(_identifier(line), Rejection(_SOURCE, locator, "parse", "malformed", str(error)))
    captured_at = document.captured_at or seen_at
    capture = Capture(_SOURCE, locator, captured_at, DOCUMENT_LINE, line, document.url, document.claims)
    return _told(document.document_id, judged(capture, verdict, mentions=True, document=document))


def _item_answers(items: Iterable[Judged[Capture | Rejection]]) -> list[bytes]:
    return [
        _told(None, judged(item, verdict, mentions=True) if isinstance(item, Capture) else item, item.locator)
        for item, verdict in items
    ]


def _identifier(line: bytes) -> Any:
    try:
        return orjson.loads(line).get("id")
    except (orjson.JSONDecodeError, AttributeError):
        return None


def _told(identifier: Any, result: Article | Rejection, locator: str | None = None) -> bytes:
    named = {} if identifier is None else {"id": identifier}
    if locator is not None:
        named["locator"] = locator
    if isinstance(result, Rejection):
        names = ("stage", "reason", "detail")
        return orjson.dumps(
            {
                "id": None,
                **named,
                "rejection": {name: getattr(result, name) for name in names},
                "locator": result.locator,
            }
        )
    return orjson.dumps(named | asdict(result), default=str)


def _standard_input(limit: int) -> Capture | Rejection:
    content = sys.stdin.buffer.read(limit + 1)
    if len(content) > limit:
        return Rejection(_SOURCE, "-", "read", "oversized", f"more than the {limit} bytes that a document may have")
    media_type = "text/html" if content.lstrip()[:1] == b"<" else "text/plain"
    return Capture(_SOURCE, "-", datetime.now(UTC), media_type, content)


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


def _mapped(work: Work[T, list[bytes]], chunks: Iterable[list[T]], jobs: int, limits: Limits) -> Iterator[bytes]:
    """Give the answers in the order of the documents, with a bounded number of them under way."""
    waiting: deque[Future[list[bytes]]] = deque()
    with open_workers(work, jobs, limits) as workers:
        for chunk in chunks:
            waiting.append(workers.submit(chunk))
            while len(waiting) > _AHEAD * jobs or (waiting and waiting[0].done()):
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
