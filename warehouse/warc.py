"""One capture as one WARC 1.1 record, gzipped as a member of its own, and back again.

What was fetched is a `response` record, which holds the answer as it came over the wire; everything else a `resource`
record with the payload. What a capture holds beside its payload (source, locator, claims, or why it was refused) stands
in a named field of the record, so that the archive alone is enough to make the warehouse again.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zlib
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import quote

import orjson
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from isal import isal_zlib

from transforms.codings import CodingError, decode_body
from transforms.http_messages import ResponseMessage, read_response
from transforms.identity import capture_id
from transforms.records import Capture, Exchange, Rejection, SourceClaims

_LEVEL = 2  # of ISA-L: smaller than zlib's quickest level, in an eighth of the time
_READ = 65536
_TOLD = "Dateline-Capture"
_CLAIMS = tuple(field.name for field in fields(SourceClaims))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableRecordError(ValueError):
    """Bytes that are no record of ours, or a record whose digest does not hold."""


def payload_sha256(item: Capture | Rejection) -> str:
    """Give the SHA-256 of the bytes that came with a capture or a rejection, or that a capture stands for."""
    if isinstance(item, Capture) and item.payload_sha256:
        return item.payload_sha256
    return hashlib.sha256(item.payload).hexdigest()


def answer_of(item: Capture | Rejection) -> Exchange | None:
    """Give the exchange whose answer a capture or a rejection is about, if it was fetched."""
    last = item.exchanges[-1] if item.exchanges else None
    return last if last and last.role == "document" else None


def record_id(item: Capture | Rejection, digest: str) -> str:
    """Name the record: the capture's id; a rejection's is made of its reason too."""
    place = item.locator if isinstance(item, Capture) else f"{item.locator}\0{item.stage}\0{item.reason}"
    return capture_id(item.source, place, digest)


def pack(item: Capture | Rejection, digest: str) -> bytes:
    """Write a capture or a rejection as one gzip member; the same input gives the same bytes."""
    answer = answer_of(item)
    if answer:
        told = {**_told(item), "payload_sha256": digest, "payload_bytes": len(item.payload)}
        if isinstance(item, Capture):
            told["media_type"] = item.media_type
        fields = {**wire_fields(answer), _TOLD: _ascii_json(told)}
        return member(WarcRecordType.response, record_id(item, digest), answer.sent_at, fields, answer.response)
    at = item.captured_at if isinstance(item, Capture) else _EPOCH
    return member(WarcRecordType.resource, record_id(item, digest), at, _fields(item, digest), item.payload)


def member(kind: WarcRecordType, name: str, at: datetime, fields: dict[str, str], block: bytes) -> bytes:
    """Write a record as one gzip member; `name` is 32 hex digits."""
    record = WarcRecord()
    record.init_headers(kind, f"uuid:{uuid.UUID(name)}".encode())
    record.record_date = at
    for field_name, value in fields.items():
        record.headers[field_name] = value
    record.set_bytes_content(block)
    return _member(record)


def wire_fields(exchange: Exchange) -> dict[str, str]:
    """Give the fields of a record that holds an answer as it came over the wire."""
    body = read_response(exchange.response).body
    fields = {
        "WARC-Target-URI": exchange.url,
        "WARC-IP-Address": exchange.address,
        "WARC-Protocol": exchange.protocol if exchange.protocol != "http/1.1" else None,
        "WARC-Truncated": exchange.truncated,
        "Content-Type": "application/http; msgtype=response",
        "WARC-Payload-Digest": f"sha256:{hashlib.sha256(body).hexdigest()}",
    }
    return {name: value for name, value in fields.items() if value}


def pack_info(filename: str, software: str) -> bytes:
    """Write the `warcinfo` record that begins a file."""
    record = WarcRecord()
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{software}/{filename}")
    record.init_headers(WarcRecordType.warcinfo, f"uuid:{name}".encode())
    record.record_date = _EPOCH
    record.headers["WARC-Filename"] = filename
    record.headers["Content-Type"] = "application/warc-fields"
    record.set_bytes_content(f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode())
    return _member(record)


def unpack(member: bytes) -> Capture | Rejection:
    """Read a record back, the very capture or rejection that was packed; raises UnreadableRecordError."""
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(member), parse_http=False)), None)
    except Exception as error:  # noqa: BLE001  (the reader raises errors of many kinds, and all mean this)
        raise UnreadableRecordError(f"no WARC record: {error}") from None
    if record is None or record.record_type not in (WarcRecordType.resource, WarcRecordType.response):
        raise UnreadableRecordError("no WARC resource record, and no response")
    named = dict(record.headers.astuples())
    block = record.reader.read()
    answer = read_response(block) if record.record_type == WarcRecordType.response else None
    payload = answer.body if answer else block
    digest = hashlib.sha256(payload).hexdigest()
    if named.get("WARC-Payload-Digest") != f"sha256:{digest}":
        raise UnreadableRecordError(f"the payload's digest is {digest}, not {named.get('WARC-Payload-Digest')}")
    try:
        told = orjson.loads(named[_TOLD])
    except (KeyError, orjson.JSONDecodeError):
        raise UnreadableRecordError(f"the record has no field {_TOLD}") from None
    if answer:
        payload = _decoded(answer, told)
    if "reason" in told:
        return Rejection(payload=payload, **told)
    claims = told.pop("claims", {})
    claims["authors"] = tuple(claims.get("authors", ()))
    headers = tuple(map(tuple, told.pop("http_headers", ())))
    return Capture(
        captured_at=record.record_date.astimezone(UTC),
        media_type=told.pop("media_type", named["Content-Type"]),
        payload=payload,
        claims=SourceClaims(**claims),
        http_status=answer.status if answer else told.pop("http_status", None),
        http_headers=answer.headers if answer else headers,
        reservations=tuple(told.pop("reservations", ())),
        **told,
    )


def member_length(file: BinaryIO) -> int:
    """Measure the gzip member that begins where a file stands."""
    inflate = zlib.decompressobj(wbits=31)
    length = 0
    while not inflate.eof and (content := file.read(_READ)):
        length += len(content)
        try:
            inflate.decompress(content)
        except zlib.error:
            return length
    return length - len(inflate.unused_data)


def split_members(content: bytes) -> tuple[list[bytes], bytes]:
    """Split gzip members; gives the whole ones, and what is left after the last of them."""
    members: list[bytes] = []
    while content:
        inflate = zlib.decompressobj(wbits=31)
        try:
            inflate.decompress(content)
        except zlib.error:
            break
        if not inflate.eof:
            break
        members.append(content[: len(content) - len(inflate.unused_data)])
        content = inflate.unused_data
    return members, content


def _decoded(answer: ResponseMessage, told: dict[str, Any]) -> bytes:
    """Give the payload that an answer held; takes its measures out of what the record tells."""
    size, digest = told.pop("payload_bytes"), told["payload_sha256"]
    if "reason" in told:
        return answer.body
    try:
        payload = decode_body(answer.body, answer.header("content-encoding"), size)
    except CodingError as error:
        raise UnreadableRecordError(f"the payload cannot be decoded: {error}") from None
    if hashlib.sha256(payload).hexdigest() != told.pop("payload_sha256"):
        raise UnreadableRecordError(f"the decoded payload's digest is not {digest}")
    return payload


def _fields(item: Capture | Rejection, digest: str) -> dict[str, str]:
    told = _told(item)
    media_type, address = "application/octet-stream", None
    if isinstance(item, Capture):
        told |= {"http_status": item.http_status, "http_headers": item.http_headers}
        told = {name: value for name, value in told.items() if value}
        media_type, address = item.media_type, item.url
    return {
        "WARC-Target-URI": quote(address, safe="/:?#[]@!$&'()*+,;=%~-._")
        if address
        else f"file://{quote(item.locator)}",
        "Content-Type": media_type,
        "WARC-Payload-Digest": f"sha256:{digest}",
        _TOLD: _ascii_json(told),
    }


def _told(item: Capture | Rejection) -> dict[str, Any]:
    """Give what is known of an item beside its payload, and beside what the answer to a request says itself."""
    if isinstance(item, Rejection):
        told: dict[str, Any] = {
            name: getattr(item, name) for name in ("source", "locator", "stage", "reason", "detail")
        }
        return {**told, "payload_sha256": item.payload_sha256}
    told = {"source": item.source, "locator": item.locator, "url": item.url, "reservations": item.reservations}
    told["claims"] = {name: value for name in _CLAIMS if (value := getattr(item.claims, name))}
    return {name: value for name, value in told.items() if value}


def _ascii_json(told: dict[str, Any]) -> str:
    return json.dumps(told, separators=(",", ":"))  # in ASCII, as headers are


def _member(record: WarcRecord) -> bytes:
    plain = io.BytesIO()
    record.write(plain, checksum_data=True)
    deflate = isal_zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return deflate.compress(plain.getbuffer()) + deflate.flush()
