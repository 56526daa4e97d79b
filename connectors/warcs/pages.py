"""The pages and texts of a WARC as captures. What else stands in one is left out and counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from connectors.reading import Found
from connectors.warcs.originals import Place
from connectors.warcs.records import WarcGap, WarcReader, WarcRecord
from connectors.warcs.revisits import find_original
from transforms.codings import CodingError
from transforms.http_messages import Headers, ResponseMessage, read_response
from transforms.records import Capture, Rejection

_KINDS = ("text/html", "application/xhtml+xml", "text/plain")
_BESIDE = frozenset(("warcinfo", "request", "metadata", "continuation"))
_FETCHED = frozenset((200, 201, 203))
_SECRET = frozenset(("set-cookie", "set-cookie2", "authorization", "proxy-authorization", "cookie"))
# What crawlers keep beside pages. A page whose scheme is misspelt must not pass for it.
_NO_PAGES = frozenset(
    (
        "dns",
        "whois",
        "ftp",
        "ftps",
        "sftp",
        "gopher",
        "urn",
        "metadata",
        "filedesc",
        "data",
        "screenshot",
        "thumbnail",
        "youtube-dl",
    )
)
_SNIFFED = 1024
_NOT_MODIFIED = 304
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}")


@dataclass(frozen=True, slots=True)
class _Skipped(Exception):  # noqa: N818  (it never leaves this module)
    """A record that is no page; `why` is what it is counted as."""

    why: str


class _Refused(Exception):  # noqa: N818
    def __init__(self, reason: str, detail: str, payload: bytes = b"") -> None:
        super().__init__(detail)
        self.reason, self.payload = reason, payload


def read_warc(found: Found) -> Iterator[Capture | Rejection]:
    """Yield the pages of a WARC, and a rejection for each stretch that is no whole record.

    A locator is the file's with `#` and the offset of the record (for records that share a gzip member, `+` and how far
    into it). A `revisit` gives the page again that an earlier record of the same run holds, in this file or another.
    """
    warc = WarcReader(found.stream, found.limit, _BESIDE)
    if warc.is_arc():
        yield found.refuse("unsupported", "an ARC file, older than WARC; `warcio recompress` makes a WARC of it")
        return
    for one in warc.records():
        if isinstance(one, WarcGap):
            yield found.refuse(one.reason, one.detail, one.start, one.content)
            continue
        kind = one.fields["warc-type"].lower()
        if kind in _BESIDE:
            found.skipped[f"{kind} records"] += 1
            continue
        place = f"{one.offset}+{one.inner}" if one.inner else str(one.offset)
        try:
            yield _capture(found, warc, one, place)
        except _Skipped as skipped:
            found.skipped[skipped.why] += 1
        except _Refused as refused:
            yield found.refuse(refused.reason, str(refused), place, refused.payload)


def _capture(found: Found, warc: WarcReader, record: WarcRecord, place: str) -> Capture:
    kind = record.fields["warc-type"].lower()
    if kind not in ("response", "resource", "conversion", "revisit"):
        raise _Refused("unsupported", f"a record of the type {kind[:40]!r}", record.block)
    url = _address(record)
    original = record
    if kind == "revisit":
        original = _original(found, warc, record, url)
    else:
        at = Place(found.place, record.offset, record.inner, found.reopen)
        found.originals.note(record.fields.get("warc-payload-digest", ""), record.fields["warc-target-uri"], at)
    response = _response(original)
    media_type = _media_type(response)
    _keep_only_pages(response, media_type, url)
    return Capture(
        source=found.source,
        locator=found.at(place),
        captured_at=_date(record),
        media_type=media_type,
        payload=_payload(found, original, response),
        url=url if url.startswith("http") else None,
        http_status=response.status or None,
        http_headers=_told_headers(response) if response.status else (),
    )


def _original(found: Found, warc: WarcReader, revisit: WarcRecord, url: str) -> WarcRecord:
    original = find_original(found, warc, revisit)
    if original:
        return original
    if revisit.data.startswith(b"HTTP/", revisit.start, revisit.stop):
        told = read_response(revisit.data, revisit.start, revisit.stop)
        kind = (told.header("content-type") or "").partition(";")[0].strip().lower()
        if kind and kind not in _KINDS and told.status != _NOT_MODIFIED:
            raise _Skipped(f"{kind[:100]} documents")
    raise _Refused(
        "unresolved",
        f"it says that {url[:200]} was as before, and what was before is in no file that was read up to here: "
        "read the file that holds it in the same run, and earlier",
        revisit.block,
    )


def _address(record: WarcRecord) -> str:
    url = record.fields.get("warc-target-uri", "").removeprefix("<").removesuffix(">")
    if not url:
        raise _Refused("malformed", "a record without WARC-Target-URI", record.block)
    scheme = url.partition(":")[0].lower()
    if scheme in _NO_PAGES:
        raise _Skipped(f"records of {scheme}: addresses")
    if scheme not in ("http", "https", "file"):
        raise _Refused("malformed", f"WARC-Target-URI is no address of a page: {url[:60]!r}", record.block)
    if url.partition("?")[0].endswith("/robots.txt"):
        raise _Skipped("robots.txt")
    return url


def _response(record: WarcRecord) -> ResponseMessage:
    """Give an HTTP response, or what a resource or conversion holds as if it were one, with the status 0."""
    if record.data.startswith(b"HTTP/", record.start, record.stop):
        response = read_response(record.data, record.start, record.stop)
        if response.fault:
            raise _Refused("malformed", response.fault, record.block)
        return response
    told = record.fields.get("content-type", "")
    if record.fields["warc-type"].lower() == "response" and told.lower().startswith("application/http"):
        raise _Refused("malformed", "a response that does not begin with an HTTP status", record.block)
    return ResponseMessage(0, (("Content-Type", told),), record.block, 0, named={"content-type": told})


def _told_headers(response: ResponseMessage) -> Headers:
    if _SECRET.isdisjoint(response.named):
        return response.headers
    return tuple([pair for pair in response.headers if pair[0].lower() not in _SECRET])


def _media_type(response: ResponseMessage) -> str:
    told = response.header("content-type")
    if told and (plain := _plain_type(told)):
        return plain
    head = response.wire[:_SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    return "text/html" if head.startswith((b"<!doctype html", b"<html", b"<head")) else "application/octet-stream"


@lru_cache(maxsize=256)
def _plain_type(told: str) -> str | None:
    told = told.replace("\0", "")[:200]
    return told if _TYPE.match(told) else None


def _keep_only_pages(response: ResponseMessage, media_type: str, url: str) -> None:
    if response.status and response.status not in _FETCHED:
        raise _Skipped(f"answers of status {response.status}")
    kind = media_type.split(";", maxsplit=1)[0].strip().lower()
    if kind not in _KINDS:
        raise _Skipped(f"{kind} documents")
    if not response.wire:
        raise _Refused("empty", f"no content came from {url}")


def _payload(found: Found, record: WarcRecord, response: ResponseMessage) -> bytes:
    if record.length > record.stop - record.start:
        detail = f"a record of {record.length} bytes, more than the {found.limit} that a document may have"
        raise _Refused("oversized", detail, record.block)
    if told := record.fields.get("warc-truncated"):
        raise _Refused("truncated", f"whoever fetched it cut it short ({told[:40]})", response.wire)
    if "warc-segment-number" in record.fields:
        raise _Refused("unsupported", "a record in segments, of which this is one", response.wire)
    try:
        return response.read(found.limit).whole()
    except CodingError as error:
        raise _Refused(error.reason, str(error), response.wire) from None


def _date(record: WarcRecord) -> datetime:
    told = record.fields.get("warc-date", "")
    try:
        instant = datetime.fromisoformat(told)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Refused("malformed", f"WARC-Date is no time: {told[:40]!r}", record.block) from None
