from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from connectors.kinds import read_file
from connectors.seeds import SeedConnector
from connectors.warcs import originals
from transforms.records import Capture

NAMES = {"gzip": "warc.gz", "zstd": "warc.zst", "plain": "warc"}
LATER = "2024-03-05T12:00:00Z"


@pytest.fixture
def revisit(warc):
    """Give a function that makes a revisit: at the address of a number, of the payload of a number."""

    def made(at: int, of: int | None, **fields):
        digest = warc.digest(warc.page(of)) if of is not None else None
        told = {"WARC_Type": "revisit", "WARC_Payload_Digest": digest, "WARC_Date": LATER} | fields
        return warc.record(at, b"", "none", **told)

    return made


def captured(*paths) -> list:
    return list(SeedConnector([str(path) for path in paths]).captures())


class TestOriginals:
    @pytest.mark.parametrize("packing", NAMES)
    def test_a_page_of_another_file_is_given_again(self, warc, revisit, tmp_path, packing):
        """A revisit whose original lies in a file that came before is the page at its own address and time."""
        first, second = (tmp_path / f"{name}.{NAMES[packing]}" for name in "ab")
        first.write_bytes(b"".join(warc.pack(warc.record(n, warc.page(n)), packing) for n in range(3)))
        second.write_bytes(warc.pack(revisit(9, 1), packing) * 2)
        found = captured(tmp_path)
        assert [one.payload for one in found[3:]] == [warc.page(1)] * 2
        assert (found[3].url, found[3].captured_at.day) == ("https://news.example/9", 5)
        assert found[3].locator == f"{second}#0"

    def test_a_page_of_another_warc_of_a_wacz_is_given_again(self, warc, tmp_path):
        """The WARC files of a web archive collection are stored, and any of them may name another."""
        made = b"".join(warc.record(n, warc.page(n, 4000)) for n in range(80))
        again = warc.record(
            3, b"", "none", WARC_Type="revisit", WARC_Payload_Digest=warc.digest(warc.page(7, 4000)), WARC_Date=LATER
        )
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("archive/a.warc", made)
            archive.writestr("archive/b.warc", again)
        (tmp_path / "a.wacz").write_bytes(content.getvalue())
        found = captured(tmp_path)
        assert (found[-1].payload, found[-1].url) == (warc.page(7, 4000), "https://news.example/3")

    def test_an_original_that_is_not_there_is_told(self, warc, revisit, read):
        """A revisit of what no file held, or only a later one, is a rejection that says what to do."""
        found = read(revisit(1, 1) + warc.record(1, warc.page(1)), "a.warc")
        assert [type(one) is Capture for one in found] == [False, True]
        assert (found[0].reason, "in the same run, and earlier" in found[0].detail) == ("unresolved", True)

    def test_an_original_that_was_cut_short_is_no_page_again(self, warc, revisit, read):
        """What is wrong with a page is wrong with it a second time."""
        found = read(warc.record(1, warc.page(1), WARC_Truncated="length") + revisit(1, 1), "a.warc")
        assert [one.reason for one in found] == ["truncated", "truncated"]

    def test_a_revisit_of_an_image_is_left_out_like_the_image(self, warc, revisit, found):
        """What is no page is none when it is seen again."""
        file = found(warc.record(1, warc.page(1), http_type="image/png") + revisit(2, 1), "a.warc")
        assert list(read_file(file)) == []
        assert file.skipped == {"image/png documents": 2}

    def test_a_file_that_changed_in_between_gives_no_other_page(self, warc, revisit, tmp_path):
        """A place is looked at again before it is believed."""
        first, second = tmp_path / "a.warc", tmp_path / "b.warc"
        first.write_bytes(warc.record(1, warc.page(1)))
        second.write_bytes(revisit(1, 1))
        walk = iter(SeedConnector([str(tmp_path)]).captures())
        assert next(walk).payload == warc.page(1)
        first.write_bytes(warc.record(2, warc.page(2)))
        assert next(walk).reason == "unresolved"


class TestWithoutDigest:
    @pytest.mark.parametrize(
        ("fields", "resolved"),
        [
            ({"WARC_Refers_To_Target_URI": "https://news.example/1"}, True),
            (
                {
                    "WARC_Refers_To_Target_URI": "https://news.example/1",
                    "WARC_Refers_To_Date": "2024-03-01T12:00:00Z",
                    "WARC_Refers_To": "<urn:uuid:00000000-0000-4000-8000-000000000001>",
                },
                True,
            ),
            ({"WARC_Profile": "http://netpreserve.org/warc/1.1/revisit/server-not-modified"}, True),
            (
                {
                    "WARC_Refers_To_Target_URI": "https://news.example/1",
                    "WARC_Refers_To_Date": "2023-01-01T12:00:00Z",
                },
                False,
            ),
            ({"WARC_Refers_To_Target_URI": "https://news.example/7"}, False),
            ({}, False),
        ],
    )
    def test_the_address_that_it_refers_to_tells(self, warc, revisit, read, fields, resolved):
        """Without a digest the address decides, and date and id where they are told; without any, nothing does."""
        found = read(
            warc.record(1, warc.page(1)) + revisit(1, None, http_status="304 Not Modified", **fields), "a.warc"
        )
        assert [isinstance(one, Capture) for one in found] == [True, resolved]


def test_what_is_remembered_is_bounded(warc, read, monkeypatch):
    """The oldest places are forgotten, and the memory that they take has a bound."""
    monkeypatch.setattr(originals, "MOST_ORIGINALS", 50)
    made = [warc.record(n, b"<p>page %d</p>" % n) for n in range(60)]
    again = [
        warc.record(1, b"", "none", WARC_Type="revisit", WARC_Payload_Digest=warc.digest(b"<p>page %d</p>" % n))
        for n in (5, 55)
    ]
    found = read(b"".join(made + again), "a.warc")
    assert [isinstance(one, Capture) for one in found[60:]] == [False, True]


@pytest.mark.slow
def test_many_originals_take_no_more_memory_than_their_bound():
    """A hundred thousand places by digest, and as many by address, take some tens of megabytes."""
    tracemalloc.start()
    places = originals.Originals()
    for number in range(250_000):
        place = originals.Place("/a.warc.gz", number, 0, None)
        places.note(f"sha1:{number:032d}", f"https://news.example/{number:090d}", place)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80_000_000
