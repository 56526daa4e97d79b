from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from connectors.kinds import read_file
from transforms.records import Capture

NAMES = {"gzip": "a.warc.gz", "zstd": "a.warc.zst", "plain": "a.warc"}
PAGES = 14
CUTS, FLIPS, GAPS = 624, 400, 200


class File:
    """A WARC of 42 records: requests, responses and metadata, each in a member of its own."""

    def __init__(self, warc, packing: str) -> None:
        self.name = NAMES[packing]
        self.pages = [warc.page(number, 60 + 20 * (number % 4)) for number in range(PAGES)]
        self.members: list[bytes] = []
        for number, page in enumerate(self.pages):
            for kind, content in (("request", b"GET / HTTP/1.1"), ("response", page), ("metadata", b"fetchTimeMs: 1")):
                made = warc.record(number, content, "both" if kind == "response" else "block", WARC_Type=kind)
                self.members.append(warc.pack(made, packing))
        self.content = b"".join(self.members)
        self.starts = [sum(map(len, self.members[:number])) for number in range(len(self.members) + 1)]

    def hit(self, place: int) -> int:
        """Give the number of the record that a place lies in."""
        return max(number for number, start in enumerate(self.starts[:-1]) if start <= place)

    def whole(self, *hit: int) -> list[bytes]:
        """Give the pages whose records are not among those hit."""
        return [page for number, page in enumerate(self.pages) if number * 3 + 1 not in hit]


@pytest.fixture(scope="module", params=NAMES)
def file(request, warc):
    """Give a WARC in each packing."""
    return File(warc, request.param)


def damaged_files(file: File, kind: str, count: int) -> Iterator[tuple[bytes, list[bytes], bool]]:
    """Yield damaged files, the pages that are whole in each, and whether there is damage that has to be told."""
    for seed in range(count):
        rng = random.Random(seed)
        if kind == "cut":
            place = seed * len(file.content) // count + rng.randrange(1, len(file.content) // count)
            hit = range(file.hit(place), len(file.members))
            yield file.content[:place], file.whole(*hit), place not in file.starts
        elif kind == "flip":
            place = rng.randrange(len(file.content))
            content = bytearray(file.content)
            content[place] ^= 1 << rng.randrange(8)
            yield bytes(content), file.whole(file.hit(place)), (file.hit(place) % 3 == 1)
        else:
            before = rng.randrange(len(file.members) + 1)
            half = file.members[rng.randrange(PAGES) * 3 + 1]
            extra = {"noise": rng.randbytes(rng.randrange(1, 3000)), "zeros": bytes(4096)}.get(
                kind, half[: rng.randrange(1, len(half) - 4)]
            )
            yield (
                b"".join(file.members[:before]) + extra + b"".join(file.members[before:]),
                file.pages,
                True,
            )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "count"), [("cut", CUTS), ("flip", FLIPS), ("noise", GAPS), ("zeros", GAPS), ("half a record", GAPS)]
)
def test_w1_no_whole_page_is_lost_and_no_damage_is_silent(file, read, kind, count):
    """Of every damaged file all whole pages come, no other bytes pass for a page, and what is missing is told."""
    lost = wrong = silent = 0
    for content, whole, told in damaged_files(file, kind, count):
        found = read(content, file.name)
        pages = [one.payload for one in found if isinstance(one, Capture)]
        lost += (Counter(whole) - Counter(pages)).total()
        wrong += sum(page not in file.pages for page in pages)
        # A flip may leave the record as it was: in the head of its member, say.
        silent += told and len(pages) == len(found) and not (kind == "flip" and len(pages) == PAGES)
    assert (lost, wrong, silent) == (0, 0, 0)


class TestOddFiles:
    @pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
    @pytest.mark.parametrize("packing", NAMES)
    def test_every_version_is_read(self, warc, read, packing, version):
        """Files from before the standard are laid out as those after it."""
        made = warc.record(1, warc.page(1)).replace(b"WARC/1.1", b"WARC/" + version.encode())
        assert [one.payload for one in read(warc.pack(made, packing) * 2, NAMES[packing])] == [warc.page(1)] * 2

    @pytest.mark.parametrize("packing", NAMES)
    def test_a_record_of_nothing_costs_nothing(self, warc, found, packing):
        """A block of no bytes is a block."""
        made = [
            warc.record(1, b"", WARC_Type="metadata"),
            warc.record(2, warc.page(2)),
            warc.record(3, b"", "none", WARC_Type="resource", Content_Type="text/html"),
        ]
        file = found(b"".join(warc.pack(one, packing) for one in made), NAMES[packing])
        captured, refused = list(read_file(file))
        assert (captured.payload, refused.reason) == (warc.page(2), "empty")
        assert file.skipped == {"metadata records": 1}

    @pytest.mark.parametrize("packing", NAMES)
    @pytest.mark.parametrize("kind", ["request", "response"])
    def test_a_wrong_digest_is_damage_whatever_its_record_is(self, warc, read, packing, kind):
        """A digest is looked at for records too that are only counted, and where the checksum holds."""
        made = warc.record(1, warc.page(1), "none", WARC_Type=kind, WARC_Block_Digest=warc.digest(b"another"))
        (refused,) = read(warc.pack(made, packing), NAMES[packing])
        assert (refused.reason, "digest" in refused.detail) == ("damaged", True)

    @pytest.mark.parametrize("packing", NAMES)
    def test_a_record_without_a_length_is_damage(self, warc, read, packing):
        """Without Content-Length nobody knows where a record ends; the next one is found."""
        made = [warc.record(1, warc.page(1), Content_Length=None), warc.record(2, warc.page(2))]
        refused, captured = read(b"".join(warc.pack(one, packing) for one in made), NAMES[packing])
        assert ("Content-Length" in refused.detail, captured.payload) == (True, warc.page(2))

    @pytest.mark.parametrize("packing", NAMES)
    def test_each_part_of_a_segmented_record_is_refused_or_counted(self, warc, found, packing):
        """Of a record that was cut in segments the first is refused by name, the others are counted."""
        made = [
            warc.record(1, warc.page(1), "none", WARC_Segment_Number="1"),
            warc.record(1, b"<p>more</p>", "none", WARC_Type="continuation", WARC_Segment_Number="2"),
        ]
        file = found(b"".join(warc.pack(one, packing) for one in made), NAMES[packing])
        (refused,) = read_file(file)
        assert (refused.reason, "in segments" in refused.detail) == ("unsupported", True)
        assert file.skipped == {"continuation records": 1}

    def test_an_arc_file_is_refused_with_what_to_do(self, warc, read):
        """What came before WARC is named, with the program that makes one out of the other."""
        arc = b"filedesc://a.arc 0.0.0.0 20040301120000 text/plain 72\n1 0 InternetArchive\nURL IP-address Archive-date\n\n"
        for name, content in (
            ("a.arc", arc),
            ("a.arc.gz", warc.pack(arc, "gzip")),
            ("a.warc", arc),
            ("a.warc.gz", warc.pack(arc, "gzip")),
        ):
            (refused,) = read(content, name)
            assert (refused.reason, "warcio recompress" in refused.detail) == ("unsupported", True), name
