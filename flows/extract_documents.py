"""Documents in, one JSON object a line out: the transforms as a Unix filter, without a database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import orjson

from connectors.files import RefusedFileError, open_file, read_lines
from connectors.seeds import SeedConnector
from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import MalformedDocumentError, read_document
from transforms.records import Article, Capture, Rejection

_CHUNK = 32
_SOURCE = "stdin"
T = TypeVar("T")


def extract_lines(paths: Sequence[str], limit: int, jobs: int) -> Iterator[bytes]:
    """Read document lines from files or standard input; each gives one line, in order, with its `id` if it has one."""
    now = datetime.now(UTC)
    return _mapped(partial(_line, seen_at=now), _lines(paths, limit), jobs)


def extract_files(paths: Sequence[str], limit: int, jobs: int) -> Iterator[bytes]:
    """Read seed files, or one text or page from standard input; each document gives one line."""
    items: Iterable[Capture | Rejection] = [_standard_input(limit)]
    if paths and list(paths) != ["-"]:
        items = SeedConnector(paths, limit).captures()
    return _mapped(_item, items, jobs)


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


def _line(numbered: tuple[str, bytes | RefusedFileError | None], seen_at: datetime) -> bytes:
    locator, line = numbered
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
    return _told(_identifier(line), to_article(capture, shipped_rules()))


def _item(item: Capture | Rejection) -> bytes:
    result = to_article(item, shipped_rules()) if isinstance(item, Capture) else item
    return _told(None, result, item.locator)


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


def _mapped(function: Callable[[T], bytes], items: Iterable[T], jobs: int) -> Iterator[bytes]:
    if jobs == 1:
        yield from map(function, items)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        source = iter(items)
        # A bounded stretch at a time: `map` of a pool would read all of standard input first.
        while stretch := list(islice(source, _CHUNK * jobs * 4)):
            yield from pool.map(function, stretch, chunksize=_CHUNK)
