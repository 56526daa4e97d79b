"""What went over the wire beside the answer that counts: requests, redirects, robots files, and answers seen before.

Each is a WARC 1.1 record of its own. An answer whose bytes are kept already is a `revisit` record, which names the record
that holds them.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime

from fastwarc.warc import ArchiveIterator, WarcRecordType

from transforms.http_messages import read_response
from transforms.identity import capture_id
from transforms.records import Capture, Exchange, Passage, Rejection
from warehouse.warc import answer_of, member, payload_sha256, record_id, wire_fields

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True)
class WireRecord:
    """What an index says of a record: its address, when, what kind, and the payload's digest."""

    kind: str
    url: str
    at: datetime
    status: int
    mime: str
    digest: str


def pack_way(item: Capture | Rejection) -> list[bytes]:
    """Write what led to the answer that an item is about: everything but that answer itself."""
    answer = answer_of(item)
    digest = payload_sha256(item)
    members: list[bytes] = []
    for exchange in item.exchanges:
        name = record_id(item, digest) if exchange is answer else _name("response", exchange)
        if exchange is not answer:
            members.append(_response(exchange, name))
        members.append(_request(exchange, name))
    return members


def pack_passage(passage: Passage) -> list[bytes]:
    """Write what went over the wire and is about no item."""
    members: list[bytes] = []
    for exchange in passage.exchanges:
        name = _name("response", exchange)
        members += [_request(exchange, name), _response(exchange, name)]
    return members


def pack_again(item: Capture | Rejection, kept: bytes) -> list[bytes]:
    """Write all that was fetched for an item whose bytes are kept already, in the record that is given."""
    answer = answer_of(item)
    members: list[bytes] = []
    for exchange in item.exchanges:
        name = _name("response", exchange)
        revisit = _revisit(exchange, name, kept) if exchange is answer else None
        members += [_request(exchange, name), revisit or _response(exchange, name)]
    return members


def describe(content: bytes) -> WireRecord | None:
    """Read from a record what an index says of it; None for what is neither an answer nor a revisit."""
    record = next(iter(ArchiveIterator(io.BytesIO(content), parse_http=False)), None)
    if record is None or record.record_type not in (WarcRecordType.response, WarcRecordType.revisit):
        return None
    named = dict(record.headers.astuples())
    answer = read_response(record.reader.read())
    revisited = record.record_type == WarcRecordType.revisit
    return WireRecord(
        kind="revisit" if revisited else "response",
        url=named.get("WARC-Target-URI", ""),
        at=record.record_date.astimezone(UTC),
        status=answer.status,
        mime="warc/revisit" if revisited else (answer.header("content-type") or "").split(";")[0].strip() or "unk",
        digest=named.get("WARC-Payload-Digest", ""),
    )


def _request(exchange: Exchange, answered_by: str) -> bytes:
    fields = {
        "WARC-Target-URI": exchange.url,
        "WARC-Concurrent-To": f"<urn:uuid:{_dashed(answered_by)}>",
        "Content-Type": "application/http; msgtype=request",
    }
    return member(WarcRecordType.request, _name("request", exchange), exchange.sent_at, fields, exchange.request)


def _response(exchange: Exchange, name: str) -> bytes:
    return member(WarcRecordType.response, name, exchange.sent_at, wire_fields(exchange), exchange.response)


def _revisit(exchange: Exchange, name: str, kept: bytes) -> bytes | None:
    """Write an answer that held what another record holds; None where it does not, to the byte."""
    record = next(iter(ArchiveIterator(io.BytesIO(kept), parse_http=False)), None)
    if record is None or record.record_type != WarcRecordType.response:
        return None
    before = dict(record.headers.astuples())
    answer = read_response(exchange.response)
    fields = wire_fields(exchange)
    unmodified = answer.status == 304
    if not unmodified and fields["WARC-Payload-Digest"] != before.get("WARC-Payload-Digest"):
        return None
    fields |= {
        "WARC-Profile": _PROFILE + ("server-not-modified" if unmodified else "identical-payload-digest"),
        "WARC-Refers-To": before["WARC-Record-ID"],
        "WARC-Refers-To-Target-URI": before["WARC-Target-URI"],
        "WARC-Refers-To-Date": before["WARC-Date"],
        "WARC-Payload-Digest": before["WARC-Payload-Digest"],
    }
    head = exchange.response[: answer.head_length]
    return member(WarcRecordType.revisit, name, exchange.sent_at, fields, head)


def _name(kind: str, exchange: Exchange) -> str:
    digest = hashlib.sha256(exchange.response).hexdigest()
    return capture_id(kind, f"{exchange.sent_at.isoformat()} {exchange.url}", digest)


def _dashed(name: str) -> str:
    return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
