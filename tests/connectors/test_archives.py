from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest
from backports import zstd

from connectors import archives, packings
from transforms.records import Capture, Rejection

CHECKED = {zstd.CompressionParameter.checksum_flag: 1}
PACKED = {"a.tgz": "w:gz", "a.tar.bz2": "w:bz2", "a.tar.xz": "w:xz", "a.tar.zst": "w:zst"}
STORY = b"The ferries sail again on Monday, the harbour office said."


def zipped(entries, compression=zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, body in entries:
            archive.writestr(name, body)
    return content.getvalue()


def tarred(entries, mode: str = "w:gz") -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w" if mode == "w:zst" else mode) as archive:
        for info, body in entries:
            if isinstance(info, str):
                info = tarfile.TarInfo(info)  # noqa: PLW2901
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return zstd.compress(content.getvalue(), options=CHECKED) if mode == "w:zst" else content.getvalue()


def kinds(found) -> list[str]:
    return ["capture" if isinstance(item, Capture) else item.reason for item in found]


class TestEntries:
    def test_entries_are_files_with_places_inside(self, read):
        """An entry's locator is the archive's with its name; folders and hidden entries are passed over."""
        entries = [
            ("news/", b""),
            ("news/a.txt", STORY),
            ("news/b.txt", STORY),
            (".hidden.txt", STORY),
            ("__MACOSX/a.txt", STORY),
        ]
        for content, name in ((zipped(entries), "a.zip"), (tarred(entries[1:]), "a.tgz")):
            found = read(content, name)
            assert [item.locator for item in found] == [f"/seeds/{name}#news/a.txt", f"/seeds/{name}#news/b.txt"]
            assert [item.payload for item in found] == [STORY, STORY]

    def test_lines_and_records_in_entries_have_their_own_places(self, read, warc):
        """A line of JSON or a WARC record in an archive is named by archive, entry and place in it."""
        made = warc.pack(warc.record(1, b"<p>The ferries sail again.</p>"), "gzip")
        found = read(zipped([("a.jsonl.gz", gzip.compress(b'{"text":"x"}\n')), ("b.warc.gz", made)]), "a.zip")
        assert [item.locator for item in found] == ["/seeds/a.zip#a.jsonl.gz#L1", "/seeds/a.zip#b.warc.gz#0"]

    def test_an_entry_of_a_tar_has_its_own_time(self, read):
        """A tar knows when a file was written; a time after the tar's own is not believed, and a zip's has no zone."""
        times = []
        for seconds in (1_600_000_000, 0, 4_000_000_000):
            info = tarfile.TarInfo("a.txt")
            info.mtime = seconds
            times.append(read(tarred([(info, STORY)]), "a.tar.gz")[0].captured_at)
        assert times == [datetime.fromtimestamp(1_600_000_000, UTC)] + [datetime(2024, 3, 1, 12, tzinfo=UTC)] * 2
        assert read(zipped([("a.txt", STORY)]), "a.zip")[0].captured_at == datetime(2024, 3, 1, 12, tzinfo=UTC)

    def test_an_archive_in_an_archive_is_read_two_deep(self, read):
        """A zip in a zip is read; one more around it is refused, with a word on what to do."""
        once = zipped([("a.txt", STORY)])
        twice = zipped([("b.zip", once)])
        assert kinds(read(twice, "c.zip")) == ["capture"]
        (found,) = read(zipped([("c.zip", twice)]), "d.zip")
        assert (found.reason, "unpack it first" in found.detail) == ("unsupported", True)

    def test_a_wacz_gives_its_warcs(self, read, warc):
        """Of a WACZ the WARC files are read, stored (and large) or compressed, and nothing else."""
        made = b"".join(warc.pack(warc.record(n, warc.page(n, 4000)), "plain") for n in range(80))
        assert len(made) > 1 << 20
        for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            entries = [("datapackage.json", b"{}"), ("archive/data.warc", made), ("pages/pages.jsonl", b'{"text":"x"}')]
            found = read(zipped(entries, compression), "a.wacz")
            assert [item.payload for item in found] == [warc.page(n, 4000) for n in range(80)]
            assert found[0].locator == "/seeds/a.wacz#archive/data.warc#0"

    def test_a_wacz_without_a_warc_is_refused(self, read):
        """A zip that only calls itself a WACZ is refused."""
        assert kinds(read(zipped([("a.txt", STORY)]), "a.wacz")) == ["malformed"]


class TestHostileArchives:
    @pytest.mark.parametrize("name", ["../a.txt", "news/../../a.txt", "/etc/a.txt", "C:\\a.txt", "..\\a.txt"])
    def test_names_that_lead_out_are_refused(self, read, name):
        """F1: an entry whose name leads out of the archive is refused; the others are read."""
        assert kinds(read(zipped([(name, STORY), ("b.txt", STORY)]), "a.zip")) == ["refused", "capture"]
        assert kinds(read(tarred([(name, STORY), ("b.txt", STORY)]), "a.tgz")) == ["refused", "capture"]

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
    def test_links_and_devices_in_a_tar_are_refused(self, read, kind):
        """F1: no link is followed and no device opened, wherever they point."""
        info = tarfile.TarInfo("a.txt")
        info.type, info.linkname = kind, "/etc/hostname"
        assert kinds(read(tarred([(info, b""), ("b.txt", STORY)]), "a.tgz")) == ["refused", "capture"]

    def test_a_link_in_a_zip_is_refused(self, read):
        """F1: a zip made on Unix can hold links; they are refused too."""
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        assert kinds(read(zipped([(info, "/etc/hostname"), ("b.txt", STORY)]), "a.zip")) == ["refused", "capture"]

    def test_a_large_entry_is_oversized(self, read):
        """An entry over the limit of a document is refused when the limit is reached; the next one is read."""
        entries = [("a.txt", bytes(50_000_000)), ("b.txt", STORY)]
        assert kinds(read(zipped(entries), "a.zip")) == ["oversized", "capture"]
        assert kinds(read(tarred(entries), "a.tgz")) == ["oversized", "capture"]

    def test_an_archive_that_unpacks_to_too_much_is_left(self, read, monkeypatch):
        """What comes out of an archive in all is bounded by its size, and small ones have a bound of their own."""
        monkeypatch.setattr(archives, "SMALLEST_ROOM", 3_000_000)
        monkeypatch.setattr(archives, "MOST_TIMES", 2)
        entries = [(f"{number}.txt", b"word " * 200_000) for number in range(9)]
        for content, name in (
            (zipped(entries), "a.zip"),
            *((tarred(entries, mode), name) for name, mode in PACKED.items()),
        ):
            found = read(content, name)
            assert kinds(found)[:2] == ["capture", "capture"], name
            assert kinds(found)[-1] == "oversized", name
            assert len(found) < 6, name

    def test_a_flood_of_entries_is_oversized(self, read, monkeypatch):
        """An archive of more entries than there can be stories is refused, or left at the bound."""
        monkeypatch.setattr(archives, "MOST_ENTRIES", 10)
        entries = [(f"{number}.txt", STORY) for number in range(20)]
        assert kinds(read(zipped(entries), "a.zip")) == ["oversized"]
        assert kinds(read(tarred(entries), "a.tgz")) == ["capture"] * 10 + ["oversized"]

    def test_a_head_of_a_tar_that_promises_gigabytes_is_refused(self, read):
        """An extended head is not read whole because it says that it is long."""
        info = tarfile.TarInfo("././@PaxHeader")
        info.type = tarfile.XHDTYPE
        info.size = 5_000_000_000
        assert kinds(read(info.tobuf() + bytes(1024), "a.tar")) == ["oversized"]

    def test_an_encrypted_entry_is_unsupported(self, read):
        """What only a password opens is refused by name."""
        content = bytearray(zipped([("a.txt", STORY)]))
        for mark in (b"PK\x03\x04", b"PK\x01\x02"):
            content[content.index(mark) + (6 if mark[2] == 3 else 8)] |= 1
        assert kinds(read(bytes(content), "a.zip")) == ["unsupported"]

    def test_an_xz_that_asks_for_gigabytes_of_memory_is_refused(self, read, monkeypatch):
        """A head that asks for more memory than unpacking may take is refused before it is given any."""
        monkeypatch.setattr(packings, "LARGEST_XZ", 100_000)
        (found,) = read(tarred([("a.txt", STORY)], "w:xz"), "a.txz")
        assert (found.reason, "Memory usage limit" in found.detail) == ("malformed", True)

    @pytest.mark.parametrize("name", PACKED)
    def test_parts_that_follow_each_other_are_one_tar(self, read, name):
        """Packing in parts, as programs on many cores do, changes nothing; nor does padding with zeros."""
        content = tarred([(f"{number}.txt", STORY * 2000) for number in range(3)], "w")
        pack = {"w:gz": gzip.compress, "w:bz2": bz2.compress, "w:xz": lzma.compress, "w:zst": zstd.compress}[
            PACKED[name]
        ]
        parts = b"".join(pack(content[at : at + 50_000]) for at in range(0, len(content), 50_000))
        for packed in (parts, parts + bytes(512)):
            assert kinds(read(packed, name)) == ["capture"] * 3

    @pytest.mark.parametrize("name", ["a.zip", "a.tar", *PACKED])
    def test_a_cut_archive_says_so(self, read, name):
        """An archive cut at any place gives what is whole before the cut and a refusal."""
        entries = [(f"{number}.txt", STORY + bytes([65 + number])) for number in range(3)]
        content = zipped(entries) if name == "a.zip" else tarred(entries, PACKED.get(name, "w"))
        content = content[: 3 * 1024 + 512] if name == "a.tar" else content
        whole = [item.payload for item in read(content, name) if isinstance(item, Capture)]
        for cut in range(1, len(content) - 1, 37 if name == "a.tar" else 7):
            found = read(content[:cut], name)
            given = [item.payload for item in found if isinstance(item, Capture)]
            assert given == whole[: len(given)], cut
            assert any(isinstance(item, Rejection) for item in found), cut

    def test_damage_in_an_entry_costs_that_entry(self, read):
        """A zip entry whose checksum fails is refused; the others are read."""
        content = bytearray(zipped([("a.txt", STORY), ("b.txt", STORY)], zipfile.ZIP_STORED))
        content[content.index(STORY) + 5] ^= 1
        assert kinds(read(bytes(content), "a.zip")) == ["malformed", "capture"]
