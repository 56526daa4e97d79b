"""One capture as one WARC 1.1 `resource` record, gzipped as a member of its own, and back again.

What a capture holds beside its payload (source, locator, claims, or why it was refused) stands in named fields of the
record, so that the archive alone is enough to make the warehouse again.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zlib
from dataclasses import fields
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import quote

import orjson
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from isal import isal_zlib

from transforms.identity import capture_id
from transforms.records import Capture, Rejection, SourceClaims

_LEVEL = 2  # of ISA-L: smaller than zlib's quickest level, in an eighth of the time
_READ = 65536
_CLAIMS = tuple(field.name for field in fields(SourceClaims))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreadableRecordError(ValueError):
    """Bytes that are no record of ours, or a record whose digest does not hold."""


def payload_sha256(item: Capture | Rejection) -> str:
    """Give the SHA-256 of the bytes that came with a capture or a rejection."""
    return hashlib.sha256(item.payload).hexdigest()


def record_id(item: Capture | Rejection, digest: str) -> str:
    """Name the record: the capture's id; a rejection's is made of its reason too."""
    place = item.locator if isinstance(item, Capture) else f"{item.locator}\0{item.stage}\0{item.reason}"
    return capture_id(item.source, place, digest)


def pack(item: Capture | Rejection, digest: str) -> bytes:
    """Write a capture or a rejection as one gzip member; the same input gives the same bytes."""
    record = WarcRecord()
    record.init_headers(WarcRecordType.resource, f"uuid:{uuid.UUID(record_id(item, digest))}".encode())
    record.record_date = item.captured_at if isinstance(item, Capture) else _EPOCH
    for name, value in _fields(item, digest).items():
        record.headers[name] = value
    record.set_bytes_content(item.payload)
    return _member(record)


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
    if record is None or record.record_type != WarcRecordType.resource:
        raise UnreadableRecordError("no WARC resource record")
    named = dict(record.headers.astuples())
    payload = record.reader.read()
    digest = hashlib.sha256(payload).hexdigest()
    if named.get("WARC-Payload-Digest") != f"sha256:{digest}":
        raise UnreadableRecordError(f"the payload's digest is {digest}, not {named.get('WARC-Payload-Digest')}")
    try:
        told = orjson.loads(named["Dateline-Capture"])
    except (KeyError, orjson.JSONDecodeError):
        raise UnreadableRecordError("the record has no field Dateline-Capture") from None
    if "reason" in told:
        return Rejection(payload=payload, **told)
    claims = told.pop("claims", {})
    claims["authors"] = tuple(claims.get("authors", ()))
    return Capture(
        captured_at=record.record_date.astimezone(UTC),
        media_type=named["Content-Type"],
        payload=payload,
        claims=SourceClaims(**claims),
        http_headers=tuple(map(tuple, told.pop("http_headers", ()))),
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


def _fields(item: Capture | Rejection, digest: str) -> dict[str, str]:
    if isinstance(item, Rejection):
        told = {name: getattr(item, name) for name in ("source", "locator", "stage", "reason", "detail")}
        told["payload_sha256"] = item.payload_sha256
        media_type, address = "application/octet-stream", None
    else:
        told = {"source": item.source, "locator": item.locator, "url": item.url, "http_status": item.http_status}
        told["claims"] = {name: value for name in _CLAIMS if (value := getattr(item.claims, name))}
        told["http_headers"] = item.http_headers
        media_type, address = item.media_type, item.url
        told = {name: value for name, value in told.items() if value}
    return {
        "WARC-Target-URI": quote(address, safe="/:?#[]@!$&'()*+,;=%~-._")
        if address
        else f"file://{quote(item.locator)}",
        "Content-Type": media_type,
        "WARC-Payload-Digest": f"sha256:{digest}",
        "Dateline-Capture": json.dumps(told, separators=(",", ":")),  # in ASCII, as headers are
    }


def _member(record: WarcRecord) -> bytes:
    plain = io.BytesIO()
    record.write(plain, checksum_data=True)
    deflate = isal_zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return deflate.compress(plain.getbuffer()) + deflate.flush()
