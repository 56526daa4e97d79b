from __future__ import annotations

import base64
import gzip
import hashlib
import io
import random
import struct
import tracemalloc

import pytest
from backports import zstd
from fastwarc.warc import ArchiveIterator

from connectors.warcs.heads import LARGEST_HEAD
from connectors.warcs.records import WarcGap, WarcReader, WarcRecord

PACKINGS = ("gzip", "zstd", "plain")


def walk(content: bytes, limit: int = 1 << 20) -> tuple[list[WarcRecord], list[WarcGap]]:
    found = list(WarcReader(io.BytesIO(content), limit).records())
    return [one for one in found if isinstance(one, WarcRecord)], [one for one in found if isinstance(one, WarcGap)]


def bodies(records: list[WarcRecord]) -> list[bytes]:
    return [record.block.partition(b"\r\n\r\n")[2] for record in records]


@pytest.fixture(scope="module", params=PACKINGS)
def packed(request, warc):
    """Give a packing, the pages of a WARC, its packed records, and where each begins."""
    pages = [warc.page(number, 60 + 20 * (number % 5)) for number in range(12)]
    members = [warc.pack(warc.record(number, page), request.param) for number, page in enumerate(pages)]
    starts = [sum(map(len, members[:number])) for number in range(len(members) + 1)]
    return request.param, pages, members, starts


class TestWholeFiles:
    def test_every_record_comes_with_its_place(self, packed):
        """A sound file gives all its records, in order, at the offsets of their members, and no gap."""
        _, pages, members, starts = packed
        records, gaps = walk(b"".join(members))
        assert (bodies(records), [record.offset for record in records], gaps) == (pages, starts[:-1], [])
        assert {record.digest for record in records} == {"holds"}

    def test_another_reader_reads_the_same(self, packed):
        """FastWARC finds the same records in the same places."""
        _, _, members, _ = packed
        content = b"".join(members)
        theirs = [(one.stream_pos, one.reader.read()) for one in ArchiveIterator(io.BytesIO(content), parse_http=False)]
        assert [(record.offset, record.block) for record in walk(content)[0]] == theirs

    def test_a_file_in_one_member_is_read(self, warc):
        """A WARC that was gzipped as a whole, against the rule, gives its records too."""
        pages = [warc.page(number) for number in range(5)]
        records, gaps = walk(gzip.compress(b"".join(warc.record(n, page, "none") for n, page in enumerate(pages))))
        assert (bodies(records), gaps) == (pages, [])
        assert [record.inner for record in records] == sorted({record.inner for record in records})

    @pytest.mark.parametrize("packing", PACKINGS)
    def test_lines_may_end_as_on_unix(self, warc, packing):
        """Records whose lines end with a line feed alone, as some programs write them, are read."""
        block = b"one line, and\r\n\r\nanother"
        made = [
            warc.record(n, block, WARC_Type="resource")
            .replace(b"\r\n", b"\n")
            .replace(block.replace(b"\r", b""), block)
            for n in range(3)
        ]
        records, gaps = walk(b"".join(warc.pack(record, packing) for record in made))
        assert ([record.block for record in records], gaps) == ([block] * 3, [])

    def test_a_dictionary_is_used(self, warc):
        """A .warc.zst that begins with its dictionary, plain or compressed, is read with it."""
        made = [warc.record(number, warc.page(number)) for number in range(40)]
        dictionary = zstd.train_dict(made, 4096)
        frames = b"".join(zstd.compress(record, zstd_dict=dictionary) for record in made)
        for content in (dictionary.dict_content, zstd.compress(dictionary.dict_content)):
            records, gaps = walk(b"\x5d\x2a\x4d\x18" + struct.pack("<I", len(content)) + content + frames)
            assert (len(records), gaps) == (40, [])

    def test_a_folded_field_is_one(self, warc):
        """A field that goes on in the next line is put together."""
        made = warc.record(1, b"x", WARC_Type="resource", X_Note="first\r\n second")
        assert walk(made)[0][0].fields["x-note"] == "first second"

    def test_an_empty_file_has_nothing(self):
        """No byte, no record, no gap."""
        assert walk(b"") == ([], [])

    def test_digests_are_read_in_every_spelling(self, warc):
        """SHA-1 in base32 and hex, MD5 and SHA-256 hold or fail; an algorithm nobody knows is no damage."""

        sha256 = hashlib.sha256(b"text").digest()
        for told, state in (
            ("sha1:" + hashlib.sha1(b"text").hexdigest(), "holds"),
            ("SHA-256:" + base64.b32encode(sha256).decode(), "holds"),
            ("sha-256:" + base64.urlsafe_b64encode(sha256).decode().rstrip("="), "holds"),
            ("md5:" + hashlib.md5(b"text").hexdigest(), "holds"),
            ("xxh3:1234", "absent"),
            ("sha1:not-a-digest", "absent"),
        ):
            made = warc.record(1, b"text", "none", WARC_Type="resource", WARC_Block_Digest=told)
            assert walk(made)[0][0].digest == state, told
        made = warc.record(1, b"text", "none", WARC_Type="resource", WARC_Block_Digest=warc.digest(b"other"))
        assert [gap.reason for gap in walk(made)[1]] == ["damaged"]

    def test_a_payload_digest_holds_for_any_form_of_the_body(self, warc):
        """Writers take the digest of the body as it came, without chunks, or decoded: each is no damage."""
        page = warc.page(1)
        body = gzip.compress(page)
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        more = "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
        for told in (chunked, body, page):
            made = warc.record(1, chunked, "none", http_more=more, WARC_Payload_Digest=warc.digest(told))
            assert walk(made)[0][0].digest == "holds"


class TestDamage:
    """W1: every record that is whole is found again, and nothing that is not passes for whole."""

    def test_a_file_cut_at_every_place(self, warc):
        """Whatever is whole before a cut is given, and every cut but one between records is told."""
        for packing in PACKINGS:
            pages = [b"<p>first, of the harbour</p>", b"<p>second, of the mill</p>", b"<p>third, of the rain</p>"]
            members = [warc.pack(warc.record(n, page), packing) for n, page in enumerate(pages)]
            content = b"".join(members)
            ends = [sum(map(len, members[: n + 1])) for n in range(3)]
            for cut in range(1, len(content)):
                records, gaps = walk(content[:cut])
                whole = sum(end <= cut for end in ends)
                found = bodies(records)
                assert found[:whole] == pages[:whole], (packing, cut)
                assert found == pages[: len(found)], (packing, cut)
                assert bool(gaps) == (cut not in ends), (packing, cut)
                assert all("the file ends here" in gap.detail for gap in gaps)

    @pytest.mark.parametrize("seed", range(40))
    def test_a_flipped_bit(self, packed, seed):
        """One wrong bit costs at most the record that it is in, and never changes what a record says."""
        packing, pages, members, starts = packed
        rng = random.Random(seed)
        content = bytearray(b"".join(members))
        place = rng.randrange(len(content))
        content[place] ^= 1 << rng.randrange(8)
        hit = max(number for number, start in enumerate(starts) if start <= place)
        records, gaps = walk(bytes(content))
        found = bodies(records)
        assert [page for page in found if page != pages[hit]] == pages[:hit] + pages[hit + 1 :], (packing, place)
        assert len(found) + bool(gaps) >= len(pages), (packing, place)

    @pytest.mark.parametrize("kind", ["noise", "zeros", "half a record"])
    @pytest.mark.parametrize("seed", range(8))
    def test_bytes_between_records(self, packed, kind, seed):
        """Noise, a page of zeros or half a record (a crash, then a restart) between records costs no record."""
        _, pages, members, starts = packed
        rng = random.Random(seed)
        half = members[seed % 12]
        extra = {
            "noise": rng.randbytes(rng.randrange(1, 3000)),
            "zeros": bytes(4096),
            "half a record": half[: rng.randrange(1, len(half) - 4)],
        }[kind]
        before = rng.randrange(len(members) + 1)
        content = b"".join(members[:before]) + extra + b"".join(members[before:])
        records, gaps = walk(content)
        assert bodies(records) == pages
        assert min(gap.start for gap in gaps) >= starts[max(before - 1, 0)]
        assert max(gap.stop for gap in gaps) == starts[before] + len(extra)
        assert all(gap.reason == "damaged" for gap in gaps)

    def test_a_gap_keeps_its_bytes(self, packed):
        """What lies in a gap is given with it, up to the limit, and its place in the file is told."""
        packing, _, members, starts = packed
        content = b"".join(members[:3]) + b"\xff" * 500 + b"".join(members[3:])
        (gap,) = walk(content)[1]
        assert (gap.start, gap.stop, gap.content) == (starts[3], starts[3] + 500, b"\xff" * 500), packing
        assert f"bytes {gap.start} to {gap.stop}" in gap.detail

    def test_records_of_a_damaged_common_member_need_their_digests(self, warc):
        """In a member of many records whose checksum fails, only those are believed that vouch for themselves."""
        made = [warc.record(n, b"a plain text, no page %d" % n, "both" if n % 2 else "none") for n in range(6)]
        member = bytearray(gzip.compress(b"".join(made), mtime=0))
        member[-6] ^= 1  # in the checksum: the text is as it was, but who knows?
        records, gaps = walk(bytes(member))
        assert [record.fields["warc-target-uri"][-1] for record in records] == ["1", "3", "5"]
        assert len(gaps) == 4

    def test_a_header_that_runs_into_another_is_no_record(self, warc):
        """Half a head followed by a whole record does not give the one's address to the other's text."""
        first, second = warc.record(1, b"first"), warc.record(2, b"second")
        for cut in range(1, first.index(b"\r\n\r\n")):
            records, gaps = walk(first[:cut] + second)
            assert bodies(records) == [b"second"], cut
            assert records[0].fields["warc-target-uri"] == "https://news.example/2", cut
            assert gaps

    @pytest.mark.slow
    def test_damage_of_every_kind_at_length(self, packed):
        """Over thousands of damaged files no whole record is lost and no other passes for one."""
        packing, pages, members, starts = packed
        whole = b"".join(members)
        for seed in range(1500):
            rng = random.Random(seed)
            content = bytearray(whole)
            for _ in range(rng.randrange(1, 4)):
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            touched = {
                number
                for number in range(len(pages))
                if content[starts[number] : starts[number + 1]] != whole[starts[number] : starts[number + 1]]
            }
            found = bodies(walk(bytes(content))[0])
            assert [page for page in found if page not in {pages[n] for n in touched}] == [
                page for number, page in enumerate(pages) if number not in touched
            ], (packing, seed)


class TestBounds:
    """W2: bombs, promises of gigabytes and floods of header fields."""

    @pytest.mark.parametrize("packing", ["gzip", "zstd"])
    def test_a_bomb_is_passed_over(self, warc, packing):
        """A record that unpacks to far more than a document may have costs that record and no memory."""
        bomb = warc.pack(warc.record(1, bytes(200_000_000), "none"), packing)
        content = warc.pack(warc.record(0, b"first"), packing) + bomb + warc.pack(warc.record(2, b"last"), packing)
        tracemalloc.start()
        records, gaps = walk(content, 1 << 16)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert bodies(records) == [b"first", b"last"]
        assert [gap.reason for gap in gaps] == ["oversized"]
        assert peak < 10_000_000

    @pytest.mark.parametrize("packing", PACKINGS)
    def test_a_large_record_is_cut(self, warc, packing):
        """A record over the limit comes cut at it, says how long it is, and the next one is found."""
        made = [warc.record(0, bytes(300_000), "none"), warc.record(1, b"next")]
        (large, following), gaps = walk(b"".join(warc.pack(one, packing) for one in made), 1 << 16)
        assert (len(large.block), large.length > 300_000, gaps) == (1 << 16, True, [])
        assert bodies([following]) == [b"next"]

    @pytest.mark.parametrize("packing", PACKINGS)
    @pytest.mark.parametrize("length", ["99999999999999999", "9" * 400, "-5", "1e3", "", "٣"])
    def test_a_length_that_cannot_be(self, warc, packing, length):
        """A record that promises more than there is, or no number, is a gap; the next record is read."""
        made = [warc.record(0, b"odd", "none", Content_Length=length), warc.record(1, b"next")]
        records, gaps = walk(b"".join(warc.pack(one, packing) for one in made))
        assert (bodies(records), [gap.reason for gap in gaps]) == ([b"next"], ["damaged"])

    @pytest.mark.parametrize("packing", PACKINGS)
    def test_a_flood_of_fields(self, warc, packing):
        """More fields, or more bytes of them, than any record has are damage and no work."""
        for flood in ("x" * (2 * LARGEST_HEAD), "\r\n".join(["1"] + [f"X-{n}: 1" for n in range(200)])):
            made = [warc.record(0, b"odd", X_Flood=flood), warc.record(1, b"next")]
            records, gaps = walk(b"".join(warc.pack(one, packing) for one in made))
            assert bodies(records) == [b"next"]
            assert gaps

    @pytest.mark.parametrize("mark", [b"WARC/1.0\r\nA", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"])
    def test_a_flood_of_beginnings(self, mark):
        """A file of nothing but beginnings of records is one gap or many, and soon told."""
        records, gaps = walk(mark * 20_000)
        assert not records
        assert gaps
