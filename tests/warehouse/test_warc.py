from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.identity import capture_id
from transforms.records import Capture, Rejection, SourceClaims
from warehouse.warc import UnreadableRecordError, pack, pack_info, payload_sha256, record_id, split_members, unpack

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
maybe = st.none() | words
claims = st.builds(
    SourceClaims,
    title=maybe,
    published=maybe,
    modified=maybe,
    authors=st.lists(words, max_size=3).map(tuple),
    publisher=maybe,
    language=maybe,
)
captures = st.builds(
    Capture,
    source=words,
    locator=words,
    captured_at=st.datetimes(timezones=st.just(UTC)),
    media_type=st.sampled_from(["text/plain", "text/html; charset=utf-8", "application/json"]),
    payload=st.binary(max_size=300),
    url=maybe,
    claims=claims,
    http_status=st.none() | st.integers(100, 599),
    http_headers=st.lists(st.tuples(words, words), max_size=2).map(tuple),
)


def refused(source, locator, stage, reason, detail, payload) -> Rejection:
    digest = hashlib.sha256(payload).hexdigest() if payload else None
    return Rejection(source, locator, stage, reason, detail, digest, payload)


rejections = st.builds(
    refused,
    source=words,
    locator=words,
    stage=st.sampled_from(["read", "decode", "parse", "extract", "clean", "load"]),
    reason=words,
    detail=st.text(st.characters(codec="utf-8"), max_size=60),
    payload=st.binary(max_size=300),
)
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PLAIN = Capture("seeds", "/seeds/a.txt", NOON, "text/plain", b"bread\r\n\r\nand salt\n")
ACCENTED = Capture(
    "seeds",
    "/Müller/été 📰.txt",
    NOON,
    "text/plain",
    "Brötchen".encode(),
    "https://example.org/caf\xe9?q=ß",
    SourceClaims(title="Café, crème", publisher="Süddeutsche 📰", authors=("Zoë Öz",)),
)
BARE = Rejection("seeds", "/seeds/gone.txt", "read", "missing", "there is no such file")


def packed(item: Capture | Rejection) -> bytes:
    return pack(item, payload_sha256(item))


@settings(max_examples=100, deadline=None)
@given(captures)
@example(PLAIN)
@example(ACCENTED)
@example(replace(PLAIN, captured_at=datetime(2024, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)))
@example(replace(PLAIN, locator="/a\nb\r\nWARC-Type: response.txt", claims=SourceClaims(title="a\r\n\r\nb\0c")))
@example(replace(PLAIN, payload=b""))
def test_a_capture_comes_back_as_it_was(item):
    """What is packed is what is unpacked: bytes, place, time, claims and headers, in any language."""
    assert unpack(packed(item)) == item


@settings(max_examples=100, deadline=None)
@given(rejections)
@example(BARE)
@example(refused("seeds", "/a", "read", "empty", "", b""))
@example(refused("seeds", "/é", "decode", "binary", "„Brötchen“ 📰", b"\x89PNG"))
def test_a_rejection_comes_back_as_it_was(item):
    """A refusal keeps its place, its stage, its reason, its words and its bytes."""
    assert unpack(packed(item)) == item


@settings(max_examples=50, deadline=None)
@given(captures | rejections)
def test_the_same_input_gives_the_same_bytes(item):
    """No clock and no random number gets into a record."""
    assert packed(item) == packed(replace(item))


@settings(max_examples=50, deadline=None)
@given(captures)
def test_a_record_has_no_line_of_the_source_s_own(item):
    """No word of a source can begin a header of its own: the header lines are those that we write, in ASCII."""
    head = gzip.decompress(packed(item)).partition(b"\r\n\r\n")[0]
    assert head.isascii()
    ours = {"type", "record-id", "date", "target-uri", "payload-digest", "block-digest"}
    allowed = {*(f"warc-{name}" for name in ours), "content-type", "content-length", "dateline-capture"}
    names = [line.partition(b":")[0].decode().lower() for line in head.split(b"\r\n")[1:]]
    assert set(names) <= allowed
    assert len(names) == len(set(names))


def test_a_record_is_one_gzip_member():
    """A record is one member, which plain gzip reads and after which nothing comes."""
    inflate = zlib.decompressobj(wbits=31)
    content = inflate.decompress(packed(PLAIN))
    assert inflate.eof
    assert inflate.unused_data == b""
    assert content == gzip.decompress(packed(PLAIN))
    assert content.startswith(b"WARC/1.1\r\n")
    assert PLAIN.payload in content


def test_a_record_is_a_warc_resource():
    """Other programs find type, date, address, media type and digest where the WARC standard has them."""
    item = replace(PLAIN, url="https://example.org/bread")
    record = next(ArchiveIterator(io.BytesIO(packed(item)), parse_http=False))
    fields = dict(record.headers.astuples())
    assert fields["WARC-Type"] == "resource"
    assert fields["WARC-Date"] == "2024-03-01T12:00:00Z"
    assert fields["WARC-Target-URI"] == "https://example.org/bread"
    assert fields["Content-Type"] == "text/plain"
    assert fields["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(item.payload).hexdigest()}"
    assert fields["WARC-Record-ID"].replace("-", "").strip("<>").endswith(record_id(item, payload_sha256(item)))
    assert record.reader.read() == item.payload


def test_a_file_begins_with_what_wrote_it():
    """The record that begins a file is a `warcinfo` with the file's name, the same each time."""
    info = pack_info("dateline-000001.warc.gz", "dateline")
    assert info == pack_info("dateline-000001.warc.gz", "dateline")
    record = next(ArchiveIterator(io.BytesIO(info), parse_http=False))
    assert dict(record.headers.astuples())["WARC-Filename"] == "dateline-000001.warc.gz"
    with pytest.raises(UnreadableRecordError, match="no WARC resource record"):
        unpack(info)


def test_a_capture_is_named_by_place_and_bytes():
    """A capture's record has its id; when it was seen and what is claimed of it make no difference."""
    digest = payload_sha256(PLAIN)
    assert record_id(PLAIN, digest) == capture_id("seeds", "/seeds/a.txt", digest)
    later = replace(PLAIN, captured_at=datetime(2025, 1, 1, tzinfo=UTC), claims=SourceClaims(title="Salt"))
    assert record_id(later, digest) == record_id(PLAIN, digest)


def test_rejections_of_one_place_have_names_of_their_own():
    """Two refusals of the same bytes for different reasons are two records."""
    names = {record_id(replace(BARE, reason=reason), payload_sha256(BARE)) for reason in ("missing", "unreadable")}
    assert len(names) == 2


def test_a_digest_that_does_not_hold_is_refused():
    """A record whose payload is not the one that was digested is no record."""
    member = pack(PLAIN, hashlib.sha256(b"salt").hexdigest())
    with pytest.raises(UnreadableRecordError, match="the payload's digest is"):
        unpack(member)


def test_every_flipped_bit_is_noticed():
    """A record with any one bit flipped is refused, or is to the letter what was packed."""
    member = packed(PLAIN)
    for at in range(len(member)):
        damaged = bytearray(member)
        damaged[at] ^= 1 << at % 8
        try:
            assert unpack(bytes(damaged)) == PLAIN, at
        except UnreadableRecordError:
            continue


def test_every_cut_is_noticed():
    """A record that is cut anywhere is refused, or is to the letter what was packed."""
    member = packed(PLAIN)
    for size in range(len(member)):
        try:
            assert unpack(member[:size]) == PLAIN, size
        except UnreadableRecordError:
            continue


@pytest.mark.parametrize(
    "content", [b"", b"bread", gzip.compress(b"bread", mtime=0), gzip.compress(b"WARC/1.1\r\n\r\n", mtime=0)]
)
def test_what_is_no_record_is_refused(content):
    """Other bytes are refused, with a reason."""
    with pytest.raises(UnreadableRecordError, match=r"no WARC"):
        unpack(content)


def test_a_record_of_another_program_is_refused():
    """A WARC record without our field is refused, and the field named."""
    plain = gzip.decompress(packed(PLAIN)).replace(b"Dateline-Capture", b"Somebody-Capture")
    with pytest.raises(UnreadableRecordError, match="no field Dateline-Capture"):
        unpack(gzip.compress(plain, mtime=0))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=50), max_size=4), st.integers(0, 10_000))
def test_members_are_split_where_they_end(contents, cut):
    """Whole members come out one by one, and what is left begins where the last whole one ends."""
    members = [gzip.compress(content, mtime=0) for content in contents]
    joined = b"".join(members)
    whole, rest = split_members(joined[: min(cut, len(joined))])
    assert whole == members[: len(whole)]
    assert b"".join(whole) + rest == joined[: min(cut, len(joined))]
    assert len(whole) == len(members) or len(rest) < len(members[len(whole)])


def test_other_bytes_are_left_over():
    """What is no gzip member is given back as it is."""
    assert split_members(gzip.compress(b"a", mtime=0) + b"xyz")[1] == b"xyz"
