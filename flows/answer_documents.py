"""Documents turned into lines of JSON: what the other processes of `dateline extract` do, and all that they import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from connectors.files import RefusedFileError
from flows.transform_documents import judged
from transforms.boilerplate import Rules, shipped_rules
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import MalformedDocumentError, read_document
from transforms.records import Article, Capture, Rejection

if TYPE_CHECKING:
    from flows.supervise_workers import Judged, Verdict

SOURCE = "stdin"

NumberedLine = tuple[str, bytes | RefusedFileError | None]


def answer_lines(
    numbered: Iterable[Judged[NumberedLine]], *, seen_at: datetime, rules: tuple[str, ...] = ()
) -> list[bytes]:
    """Answer document lines, each with its locator; None stands for a line that was too long."""
    known = shipped_rules(*rules)
    return [_line_answer(locator, line, verdict, seen_at, known) for (locator, line), verdict in numbered]


def answer_captures(items: Iterable[Judged[Capture | Rejection]], *, rules: tuple[str, ...] = ()) -> list[bytes]:
    """Answer captures, and rejections as they are."""
    known = shipped_rules(*rules)
    return [
        _told(None, judged(item, verdict, known, mentions=True) if isinstance(item, Capture) else item, item.locator)
        for item, verdict in items
    ]


def _line_answer(
    locator: str, line: bytes | RefusedFileError | None, verdict: Verdict | None, seen_at: datetime, rules: Rules
) -> bytes:
    if isinstance(line, RefusedFileError):
        return _told(None, Rejection(SOURCE, locator, "read", line.reason, str(line)))
    if line is None:
        return _told(None, Rejection(SOURCE, locator, "read", "oversized", "the line is longer than a document may be"))
    try:
        document = read_document(line)
    except MalformedDocumentError as error:
        return _told(_identifier(line), Rejection(SOURCE, locator, "parse", "malformed", str(error)))
    captured_at = document.captured_at or seen_at
    capture = Capture(SOURCE, locator, captured_at, DOCUMENT_LINE, line, document.url, document.claims)
    return _told(document.document_id, judged(capture, verdict, rules, mentions=True, document=document))


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
