from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import brotli
import pytest
from backports import zstd

from connectors.kinds import read_file
from transforms.records import Capture, Rejection

PAGE = b"<!doctype html><html><head><title>Ferries</title></head><body><p>The ferries sail again.</p></body></html>"


@pytest.fixture
def one(warc, read):
    """Give a function that reads a WARC of one record."""

    def made(payload=PAGE, digests="both", limit=1 << 20, **fields):
        found = read(warc.pack(warc.record(1, payload, digests, **fields), "gzip"), "a.warc.gz", limit)
        assert len(found) == 1
        return found[0]

    return made


class TestCaptures:
    def test_a_response_is_a_capture(self, one):
        """Address, time, status, fields, media type and charset are the record's; its place is file and offset."""
        found = one(http_type="text/html; charset=iso-8859-1")
        assert found == Capture(
            source="seeds",
            locator="/seeds/a.warc.gz#0",
            captured_at=datetime(2024, 3, 1, 12, tzinfo=UTC),
            media_type="text/html; charset=iso-8859-1",
            payload=PAGE,
            url="https://news.example/1",
            http_status=200,
            http_headers=(("Content-Type", "text/html; charset=iso-8859-1"),),
        )

    def test_the_place_of_a_record_is_its_offset(self, warc, read):
        """A locator's number is where the record's member begins in the file."""
        members = [warc.pack(warc.record(number, warc.page(number)), "gzip") for number in range(3)]
        places = [found.locator.rpartition("#")[2] for found in read(b"".join(members), "a.warc.gz")]
        assert places == ["0", str(len(members[0])), str(len(members[0] + members[1]))]

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ("2024-03-01T12:00:00.123456789Z", datetime(2024, 3, 1, 12, 0, 0, 123456, UTC)),
            ("2024-03-01T12:00:00+02:00", datetime(2024, 3, 1, 10, tzinfo=UTC)),
            ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ],
    )
    def test_dates_of_every_precision(self, one, told, expected):
        """WARC 1.1 allows fractions of seconds, and days alone."""
        assert one(WARC_Date=told).captured_at == expected

    def test_resources_and_conversions_are_captures(self, one):
        """A saved file, and the text that a program made of a page (WET), are read too."""
        for kind in ("resource", "conversion"):
            found = one(b"The ferries sail again.", WARC_Type=kind, Content_Type="text/plain")
            assert (found.media_type, found.payload, found.http_status) == (
                "text/plain",
                b"The ferries sail again.",
                None,
            )

    def test_a_revisit_gives_the_page_again(self, warc, read):
        """A record that says `the same as before` is the page at another time; its original may be any earlier one."""
        records = [warc.record(number, warc.page(number)) for number in range(3)]
        told = warc.digest(warc.page(1))
        records.append(
            warc.record(1, b"", "none", WARC_Type="revisit", WARC_Payload_Digest=told, WARC_Date="2024-03-02T12:00:00Z")
        )
        for packing, name in (("gzip", "a.warc.gz"), ("zstd", "a.warc.zst"), ("plain", "a.warc")):
            found = read(b"".join(warc.pack(record, packing) for record in records), name)
            assert len(found) == 4
            assert (found[3].payload, found[3].url) == (found[1].payload, found[1].url)
            assert found[3].captured_at.day == 2

    def test_cookies_are_left_out(self, one):
        """Secrets that a server gave whoever crawled it do not go into the archive."""
        found = one(http_more="Set-Cookie: session=secret\r\nServer: example\r\n")
        assert found.http_headers == (("Content-Type", "text/html; charset=utf-8"), ("Server", "example"))

    def test_a_page_without_a_type_is_told_by_its_beginning(self, one):
        """A response that does not say what it is, is a page if it begins like one."""
        assert one(http_type="").media_type == "text/html"

    def test_an_address_in_angle_brackets_is_read(self, one):
        """Old wget wrote them."""
        assert one(WARC_Target_URI="<https://news.example/a>").url == "https://news.example/a"


class TestCodings:
    @pytest.mark.parametrize(
        ("coding", "encode"),
        [
            ("gzip", gzip.compress),
            ("x-gzip", gzip.compress),
            ("deflate", zlib.compress),
            ("deflate", lambda body: zlib.compress(body, wbits=-15)),
            ("br", brotli.compress),
            ("zstd", zstd.compress),
            ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
            ("identity", bytes),
            ("gzip", bytes),
            ("br", bytes),
            ("gzip", lambda body: gzip.compress(body[:40]) + gzip.compress(body[40:])),
        ],
    )
    def test_bodies_are_decoded(self, one, coding, encode):
        """Every coding of the web is undone; a body that its crawler decoded already is left as it is."""
        assert one(encode(PAGE), http_more=f"Content-Encoding: {coding}\r\n").payload == PAGE

    def test_chunks_are_put_together(self, one):
        """A chunked body as it came over the wire is undone, before its coding is."""
        body = gzip.compress(PAGE)
        chunked = b"5;x=y\r\n%s\r\n%X\r\n%s\r\n0\r\nTrailer: 1\r\n\r\n" % (body[:5], len(body) - 5, body[5:])
        more = "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
        assert one(chunked, http_more=more).payload == PAGE
        assert one(PAGE, http_more="Transfer-Encoding: chunked\r\n").payload == PAGE

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
    def test_a_body_without_its_end_is_refused(self, one, coding):
        """A body that ends before its end mark is no page, though a part of it could be read."""
        encode = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}[coding]
        body = encode(PAGE * 20)
        for cut in range(9, len(body)):
            found = one(body[:cut], http_more=f"Content-Encoding: {coding}\r\n")
            assert isinstance(found, Rejection), cut
            assert (found.reason, found.payload) == ("truncated", body[:cut])

    def test_a_chunked_body_without_its_end_is_refused(self, one):
        """A chunked body ends with a chunk of nothing, or it is cut."""
        found = one(b"%X\r\n%s\r\n" % (len(PAGE), PAGE), http_more="Transfer-Encoding: chunked\r\n")
        assert found.reason == "truncated"
        found = one(b"%X\r\n%s" % (len(PAGE) + 9, PAGE), http_more="Transfer-Encoding: chunked\r\n")
        assert found.reason == "truncated"

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
    def test_a_bomb_is_oversized(self, one, coding):
        """A body that unpacks to more than a document may have is refused at that bound."""
        encode = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}[coding]
        found = one(encode(bytes(30_000_000)), http_more=f"Content-Encoding: {coding}\r\n")
        assert (found.reason, found.stage) == ("oversized", "read")

    def test_codings_nobody_knows_and_too_many_are_refused(self, one):
        """A coding without a decoder, and three on top of each other, are refused by name."""
        assert one(http_more="Content-Encoding: compress\r\n").reason == "unsupported"
        assert one(http_more="Content-Encoding: gzip, gzip, gzip\r\n").reason == "unsupported"


class TestWhatIsNoPage:
    @pytest.mark.parametrize(
        ("fields", "counted"),
        [
            ({"WARC_Type": "warcinfo"}, "warcinfo records"),
            ({"WARC_Type": "request"}, "request records"),
            ({"WARC_Type": "metadata"}, "metadata records"),
            ({"http_type": "image/png"}, "image/png documents"),
            ({"http_type": "application/json"}, "application/json documents"),
            ({"http_status": "301 Moved"}, "answers of status 301"),
            ({"http_status": "404 Not Found"}, "answers of status 404"),
            ({"WARC_Target_URI": "dns:news.example"}, "records of dns: addresses"),
            ({"WARC_Target_URI": "https://news.example/robots.txt", "http_type": "text/plain"}, "robots.txt"),
            ({"WARC_Type": "revisit", "http_type": "image/png"}, "image/png documents"),
        ],
    )
    def test_it_is_left_out_and_counted(self, warc, found, fields, counted):
        """What a crawler keeps beside pages is no failure: it is left out, and the count says of what kind it was."""
        file = found(warc.record(1, PAGE, **fields), "a.warc")
        assert list(read_file(file)) == []
        assert dict(file.skipped) == {counted: 1}

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"WARC_Target_URI": None}, "malformed"),
            ({"WARC_Date": None}, "malformed"),
            ({"WARC_Date": "yesterday"}, "malformed"),
            ({"WARC_Type": "reponse"}, "unsupported"),
            ({"WARC_Truncated": "length"}, "truncated"),
            ({"WARC_Type": "revisit"}, "unresolved"),
            ({"WARC_Target_URI": "htqps://news.example/1"}, "malformed"),
            ({"WARC_Segment_Number": "1"}, "unsupported"),
            ({"http_more": "".join(f"X-{n}: 1\r\n" for n in range(200))}, "malformed"),
            ({"http_more": f"X: {'x' * 70_000}\r\n"}, "malformed"),
            ({"payload": b""}, "empty"),
        ],
    )
    def test_pages_that_cannot_be_read_are_refused(self, one, fields, reason):
        """A page that is there and cannot be had whole is a rejection with its bytes."""
        found = one(**fields)
        assert isinstance(found, Rejection)
        assert (found.reason, found.locator) == (reason, "/seeds/a.warc.gz#0")

    def test_a_page_over_the_limit_is_oversized(self, one, read, warc):
        """A page over the limit is refused, an image over the limit is left out like any other."""
        found = one(b"<p>" + b"x" * 200_000, limit=1 << 16)
        assert (found.reason, len(found.payload)) == ("oversized", 1 << 16)
        assert read(warc.record(1, bytes(200_000), http_type="image/png"), "a.warc", 1 << 16) == []

    def test_damage_is_a_row_with_its_place(self, warc, read):
        """W1: a stretch that is no record becomes a rejection that says from where to where, with its bytes."""
        first, second = (warc.pack(warc.record(number, warc.page(number)), "gzip") for number in range(2))
        found = read(first + b"junk" + second, "a.warc.gz")
        assert [type(item) for item in found] == [Capture, Rejection, Capture]
        assert (found[1].reason, found[1].payload) == ("damaged", b"junk")
        assert found[1].locator == f"/seeds/a.warc.gz#{len(first)}"
        assert f"bytes {len(first)} to {len(first) + 4}" in found[1].detail
