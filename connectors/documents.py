"""Single documents, and lines of JSON that hold one each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from connectors.files import read_bounded, read_lines
from connectors.reading import Found
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import MalformedDocumentError, read_document
from transforms.records import Capture, Rejection


def read_text(found: Found) -> Iterator[Capture | Rejection]:
    """Yield a text file as it is."""
    yield _whole(found, "text/plain")


def read_markdown(found: Found) -> Iterator[Capture | Rejection]:
    """Yield a Markdown file as it is."""
    yield _whole(found, "text/markdown")


def read_page(found: Found) -> Iterator[Capture | Rejection]:
    """Yield an HTML file as it is."""
    yield _whole(found, "text/html")


def read_xhtml(found: Found) -> Iterator[Capture | Rejection]:
    """Yield an XHTML file as it is."""
    yield _whole(found, "application/xhtml+xml")


def read_lines_of_json(found: Found) -> Iterator[Capture | Rejection]:
    """Yield the documents of a file of lines of JSON; a bad line costs that line."""
    count = 0
    for number, line in read_lines(found.stream, found.limit):
        if line is not None and not line.strip():
            continue
        count += 1
        if line is None:
            yield found.refuse("oversized", f"more than the {found.limit} bytes that a document may have", f"L{number}")
        else:
            yield document_capture(found, line, f"L{number}")
    if not count:
        yield found.refuse("empty", "the file has no line")


def document_capture(found: Found, line: bytes, place: str) -> Capture | Rejection:
    """Give the capture of a document line; its locator ends with the document's `id`, else with `place`."""
    try:
        document = read_document(line)
    except MalformedDocumentError as error:
        digest = hashlib.sha256(line).hexdigest()
        return Rejection(found.source, found.at(place), "parse", "malformed", str(error), digest, line)
    return Capture(
        source=found.source,
        locator=found.at(place if document.document_id in (None, "") else str(document.document_id)),
        captured_at=document.captured_at or found.modified_at,
        media_type=DOCUMENT_LINE,
        payload=line,
        url=document.url,
        claims=document.claims,
    )


def _whole(found: Found, media_type: str) -> Capture:
    content = read_bounded(found.stream, found.limit)
    return Capture(found.source, found.place, found.modified_at, media_type, content)
