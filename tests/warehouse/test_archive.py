from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from transforms.records import Rejection
from warehouse.archive import LEDGER, Archive, ArchiveDamagedError, Placement
from warehouse.warc import payload_sha256, record_id

MISSING = Rejection("seeds", "/gone.txt", "read", "missing", "there is no such file")


def kept(archive: Archive) -> list:
    return [archive.read(entry.placement) for entry in archive.entries() if entry.placement]


def aside(archive: Archive) -> list[bytes]:
    return [path.read_bytes() for path in sorted((archive.folder / "quarantine").glob("*"))]


def warc(archive: Archive, number: int = 1) -> Path:
    return archive.folder / f"dateline-{number:06d}.warc.gz"


class TestAppend:
    def test_what_was_appended_is_read(self, archive, capture):
        """Each item of a batch has a placement, in order, and is there as it was."""
        items = [capture("one", "/1"), MISSING, capture("two", "/2", url="https://example.org/2")]
        placements = archive.append(items, "run-1").placements
        assert [archive.read(placement) for placement in placements] == items

    def test_records_follow_each_other(self, archive, capture):
        """Records lie end to end behind the file's own record, and the next batch goes on behind them."""
        first = archive.append([capture("one", "/1"), capture("two", "/2")], "run-1").placements
        second = archive.append([capture("three", "/3")], "run-2").placements
        ends = [one.warc_offset + one.warc_length for one in (*first, *second)]
        assert [one.warc_offset for one in (*first, *second)][1:] == ends[:-1]
        assert ends[-1] == warc(archive).stat().st_size
        assert {one.warc_file for one in (*first, *second)} == {"dateline-000001.warc.gz"}

    def test_other_programs_read_the_file(self, archive, capture):
        """A WARC file is read by plain gzip and by a WARC reader, all records of it."""
        archive.append([capture("one", "/1"), MISSING, capture("two", "/2")], "run-1")
        assert gzip.decompress(warc(archive).read_bytes()).count(b"WARC/1.1\r\n") == 4
        with warc(archive).open("rb") as file:
            found = [record.record_type for record in ArchiveIterator(file, parse_http=False)]
        assert found == [WarcRecordType.warcinfo, *[WarcRecordType.resource] * 3]

    def test_the_same_batches_give_the_same_bytes(self, tmp_path, capture):
        """Two archives of the same batches are equal, records and ledger."""
        for name in "ab":
            archive = Archive(tmp_path / name)
            archive.append([capture("one", "/1"), MISSING], "run-1")
            archive.append([capture("two", "/2")], "run-2")
        names = sorted(path.name for path in (tmp_path / "a").iterdir())
        assert names == ["dateline-000001.warc.gz", LEDGER]
        for name in names:
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()

    def test_a_full_file_is_followed_by_another(self, tmp_path, capture):
        """A batch that does not fit goes on in a new file, and no record is torn between two."""
        archive = Archive(tmp_path / "kept", largest_file=1500)
        items = [capture(f"text number {number}", f"/{number}") for number in range(10)]
        placements = archive.append(items, "run-1").placements
        files = sorted(path.name for path in archive.folder.glob("*.warc.gz"))
        assert len(files) > 1
        assert files == [f"dateline-{number:06d}.warc.gz" for number in range(1, len(files) + 1)]
        assert [archive.read(placement) for placement in placements] == items
        assert [one.warc_file for one in placements] == sorted(one.warc_file for one in placements)
        for name in files:
            assert max(one.warc_offset for one in placements if one.warc_file == name) < 1500
            with (archive.folder / name).open("rb") as file:
                assert next(ArchiveIterator(file, parse_http=False)).record_type == WarcRecordType.warcinfo

    def test_the_next_batch_goes_to_the_last_file(self, tmp_path, capture):
        """After a file has filled, batches go on in the newest."""
        archive = Archive(tmp_path / "kept", largest_file=1000)
        for number in range(8):
            archive.append([capture(f"text {number}", f"/{number}")], "run")
        assert [one.payload.decode() for one in kept(archive)] == [f"text {number}" for number in range(8)]
        assert len(list(archive.folder.glob("*.warc.gz"))) > 2

    def test_a_record_larger_than_a_file_has_one_of_its_own(self, tmp_path, capture):
        """A document over the size of a file is kept whole."""
        archive = Archive(tmp_path / "kept", largest_file=400)
        items = [capture("small", "/1"), capture("".join(map(str, range(5000))), "/2"), capture("small", "/3")]
        archive.append(items, "run")
        assert kept(archive) == items

    def test_batches_of_several_processes_do_not_mix(self, archive):
        """Processes that append at once wait for each other; every record is whole and named once."""
        script = (
            "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
            "from transforms.records import Capture; from warehouse.archive import Archive\n"
            "folder, who = sys.argv[1:]\n"
            "for number in range(20):\n"
            "    now = datetime(2024, 3, 1, tzinfo=UTC)\n"
            "    pair = [Capture('seeds', f'/{who}/{number}/{n}', now, 'text/plain', b'x' * 5000) for n in range(2)]\n"
            "    Archive(Path(folder), 20_000).append(pair, who)\n"
        )
        children = [subprocess.Popen([sys.executable, "-c", script, str(archive.folder), who]) for who in "ab"]
        assert [child.wait(timeout=60) for child in children] == [0, 0]
        assert sorted(one.locator for one in kept(archive)) == sorted(
            f"/{who}/{number}/{n}" for who in "ab" for number in range(20) for n in range(2)
        )
        assert not (archive.folder / "quarantine").exists()


class TestLedger:
    def test_a_line_says_where_a_record_is(self, archive, capture):
        """A line is CDXJ: address, time, and JSON with type, digest, file, offset, length, id and run."""
        item = capture("one", "/1", url="https://example.org/1")
        (placement,) = archive.append([item], "run-1").placements
        address, when, told = (archive.folder / LEDGER).read_text().split(" ", 2)
        told = json.loads(told)
        assert (address, when) == ("https://example.org/1", "20240301120000")
        assert (told["filename"], told["offset"], told["length"]) == (
            placement.warc_file,
            str(placement.warc_offset),
            str(placement.warc_length),
        )
        assert (told["mime"], told["digest"]) == ("text/plain", f"sha256:{payload_sha256(item)}")
        assert (told["record"], told["run"]) == (record_id(item, payload_sha256(item)), "run-1")

    def test_every_line_has_a_checksum(self, archive, capture):
        """The CRC-32 at a line's end is that of all before it."""
        archive.append([capture("one", "/1"), MISSING], "run-1")
        archive.note_run({"run_id": "run-1", "captures": 2})
        lines = (archive.folder / LEDGER).read_bytes().splitlines()
        assert len(lines) == 3
        for line in lines:
            body, seal = re.fullmatch(rb'(.*),"crc":"([0-9a-f]{8})"\}', line).groups()
            assert int(seal, 16) == zlib.crc32(body)
            assert json.loads(line.split(b" ", 2)[2])

    def test_append_says_which_bytes_name_the_batch(self, archive, capture):
        """The stretch of a batch begins where the one before it ended, and holds its lines and no other."""
        first = archive.append([capture("one", "/1")], "run-1")
        second = archive.append([capture("two", "/2"), capture("three", "/3")], "run-1")
        assert (first.ledger_start, first.ledger_stop) == (0, second.ledger_start)
        assert second.ledger_stop == (archive.folder / LEDGER).stat().st_size
        found = list(archive.entries(second.ledger_start, second.ledger_stop))
        assert tuple(entry.placement for entry in found) == second.placements
        assert [entry.run_id for entry in archive.entries()] == ["run-1"] * 3

    def test_what_is_told_again_is_no_torn_tail(self, archive, capture):
        """A line for bytes that are kept already names them and nothing else: no record behind them is named anew."""
        items = [capture("one", "/1"), capture("two", "/2")]
        placements = archive.append(items, "run-1").placements
        archive.append([], "run-2", [(items[0], placements[0])])
        archive.append([capture("three", "/3")], "run-3")
        archive.recover()
        told = [(entry.run_id, archive.read(entry.placement).locator) for entry in archive.entries()]
        assert told == [("run-1", "/1"), ("run-1", "/2"), ("run-2", "/1"), ("run-3", "/3")]

    def test_a_run_is_noted(self, archive, capture):
        """What a run came to stands in the ledger, in its place among the records."""
        archive.append([capture("one", "/1")], "run-1")
        start, stop = archive.note_run(
            {"run_id": "run-1", "captures": 1, "started_at": datetime(2024, 3, 1, tzinfo=UTC)}
        )
        (entry,) = archive.entries(start, stop)
        assert (entry.placement, entry.run_id, entry.start, entry.stop) == (None, "run-1", start, stop)
        assert entry.run["captures"] == 1
        assert entry.run["started_at"].startswith("2024-03-01")

    @pytest.mark.parametrize(
        "url", ["!run", "!run - {}", 'x","crc":"00000000"}', "a b\nc", "https://example.org/é?q=Straße 7", "\u2028"]
    )
    def test_no_address_of_a_source_confuses_the_ledger(self, archive, capture, url):
        """Whatever a source calls its document, its line is one line and names its record."""
        items = [capture("one", "/1", url=url), capture("two", "/2")]
        appended = archive.append(items, "run-1")
        assert [entry.placement for entry in archive.entries()] == list(appended.placements)
        assert archive.append([capture("three", "/3")], "run-2").ledger_start == appended.ledger_stop

    @pytest.mark.parametrize("locator", ["/a b/c\nd.txt", "/Müller/été.txt", '/","crc":"00000000"}', "!run"])
    def test_no_place_of_a_source_confuses_the_ledger(self, archive, capture, locator):
        """Whatever a file is called, its line is one line and names its record."""
        items = [capture("one", locator), replace(MISSING, locator=locator)]
        appended = archive.append(items, "run-1")
        assert [entry.placement for entry in archive.entries()] == list(appended.placements)

    def test_an_archive_that_is_not_there_is_empty(self, archive):
        """Without a ledger there is nothing to give, and nothing to mend."""
        assert list(archive.entries()) == []
        assert archive.recover() == 0
        assert not archive.folder.exists()


class TestDamage:
    def test_a_missing_file_is_named(self, archive):
        """A record whose file is gone is damage, and the file and place are named."""
        with pytest.raises(ArchiveDamagedError, match=r"dateline-000007\.warc\.gz at 12"):
            archive.read(Placement("dateline-000007.warc.gz", 12, 34))

    def test_a_flipped_bit_in_a_record_is_damage(self, archive, capture):
        """A record that changed on disk is not given for whole, and its neighbours are read."""
        items = [capture(f"text {number}", f"/{number}") for number in range(3)]
        placements = archive.append(items, "run").placements
        content = bytearray(warc(archive).read_bytes())
        content[placements[1].warc_offset + placements[1].warc_length // 2] ^= 8
        warc(archive).write_bytes(content)
        assert archive.read(placements[0]) == items[0]
        with pytest.raises(ArchiveDamagedError, match=f"at {placements[1].warc_offset}"):
            archive.read(placements[1])
        assert archive.read(placements[2]) == items[2]

    def test_a_flipped_bit_in_the_ledger_is_damage(self, archive, capture):
        """A line whose checksum does not hold stops the reading, after the lines before it, and says where."""
        archive.append([capture(f"text {number}", f"/{number}") for number in range(3)], "run")
        lines = (archive.folder / LEDGER).read_bytes().splitlines(keepends=True)
        for at in range(0, len(lines[1]) - 1, 7):
            damaged = bytearray(lines[1])
            damaged[at] ^= 2
            (archive.folder / LEDGER).write_bytes(lines[0] + damaged + lines[2])
            entries = archive.entries()
            assert next(entries).start == 0
            with pytest.raises(ArchiveDamagedError, match=f"at byte {len(lines[0])}"):
                list(entries)

    def test_a_file_shorter_than_its_ledger_is_left_alone(self, archive, capture):
        """A WARC file that lost its end is not written on: its lost record is damage, and new ones go to a new file."""
        first = archive.append([capture("one", "/1"), capture("two", "/2")], "run").placements
        size = warc(archive).stat().st_size
        with warc(archive).open("rb+") as file:
            file.truncate(size - 30)
        with pytest.raises(ArchiveDamagedError, match=r"dateline-000001\.warc\.gz"):
            archive.read(first[1])
        third = archive.append([capture("three", "/3")], "run").placements
        fourth = archive.append([capture("four", "/4")], "run").placements
        assert [third[0].warc_file, fourth[0].warc_file] == ["dateline-000002.warc.gz"] * 2
        assert warc(archive).stat().st_size == size - 30
        assert [archive.read(one).payload for one in (first[0], *third, *fourth)] == [b"one", b"three", b"four"]

    def test_a_lost_ledger_is_made_again_from_the_records(self, archive, capture):
        """Without its ledger an archive still has its records: recovery names every one of them anew."""
        items = [capture("one", "/1"), MISSING, capture("two", "/2")]
        placements = archive.append(items, "run").placements
        (archive.folder / LEDGER).unlink()
        assert archive.recover() > 0
        assert tuple(entry.placement for entry in archive.entries()) == placements
        assert kept(archive) == items


class TestTornTails:
    def torn(self, archive: Archive, capture) -> tuple[bytes, bytes, list]:
        items = [capture(f"text number {number}", f"/{number}") for number in range(3)]
        archive.append(items, "run")
        return warc(archive).read_bytes(), (archive.folder / LEDGER).read_bytes(), items

    @pytest.mark.slow
    def test_a_ledger_line_torn_anywhere_is_mended(self, archive, capture):
        """Wherever a crash cut the ledger's last line, its record is named again and the torn bytes are put aside."""
        _, ledger, items = self.torn(archive, capture)
        begin = ledger[:-1].rfind(b"\n") + 1
        for cut in range(begin, len(ledger)):
            shutil.rmtree(archive.folder / "quarantine", ignore_errors=True)
            (archive.folder / LEDGER).write_bytes(ledger[:cut])
            size = archive.recover()
            assert size == (archive.folder / LEDGER).stat().st_size
            assert kept(archive) == items, cut
            assert aside(archive) == ([ledger[begin:cut]] if cut > begin else [])
            assert archive.recover() == size

    @pytest.mark.slow
    def test_a_record_torn_anywhere_is_put_aside(self, archive, capture):
        """Wherever a crash cut the last record, those before it stay, and its bytes go to the quarantine."""
        content, ledger, items = self.torn(archive, capture)
        lines = ledger.splitlines(keepends=True)
        begin = [entry.placement for entry in archive.entries()][2].warc_offset
        for cut in range(begin, len(content)):
            shutil.rmtree(archive.folder / "quarantine", ignore_errors=True)
            warc(archive).write_bytes(content[:cut])
            (archive.folder / LEDGER).write_bytes(b"".join(lines[:2]))
            archive.recover()
            assert kept(archive) == items[:2], cut
            assert aside(archive) == ([content[begin:cut]] if cut > begin else [])
            assert warc(archive).read_bytes() == content[:begin]

    def test_whole_records_before_the_torn_one_are_adopted(self, archive, capture):
        """A crash between records and ledger loses nothing: what is whole is named, by a run called `recovered`."""
        content, ledger, items = self.torn(archive, capture)
        lines = ledger.splitlines(keepends=True)
        placements = [entry.placement for entry in archive.entries()]
        for cut in (*range(placements[1].warc_offset, len(content), 7), len(content)):
            shutil.rmtree(archive.folder / "quarantine", ignore_errors=True)
            warc(archive).write_bytes(content[:cut])
            (archive.folder / LEDGER).write_bytes(lines[0])
            archive.recover()
            whole = sum(one.warc_offset + one.warc_length <= cut for one in placements)
            assert kept(archive) == items[:whole], cut
            assert [entry.run_id for entry in archive.entries()] == ["run", *["recovered"] * (whole - 1)]
            assert warc(archive).read_bytes() + b"".join(aside(archive)) == content[:cut]

    @pytest.mark.parametrize("cut", [0, 1, 20, 100])
    def test_a_torn_new_file_is_mended(self, tmp_path, capture, cut):
        """A crash while a file was begun leaves an archive that goes on, with every record before and after it."""
        archive = Archive(tmp_path / "kept", largest_file=500)
        archive.append([capture("one", "/1")], "run")
        warc(archive, 2).write_bytes(warc(archive).read_bytes()[:cut])
        archive.append([capture("two", "/2"), capture("three", "/3")], "run")
        assert [one.payload for one in kept(archive)] == [b"one", b"two", b"three"]
        assert aside(archive) == ([warc(archive).read_bytes()[:cut]] if cut else [])

    def test_appending_mends_first(self, archive, capture):
        """A batch after a crash finds a mended archive and goes on behind its last whole record."""
        content, ledger, items = self.torn(archive, capture)
        warc(archive).write_bytes(content[:-7])
        (archive.folder / LEDGER).write_bytes(b"".join(ledger.splitlines(keepends=True)[:2])[:-3])
        appended = archive.append([capture("next", "/next")], "run-2")
        assert [one.payload for one in kept(archive)] == [one.payload for one in items[:2]] + [b"next"]
        assert appended.ledger_stop == (archive.folder / LEDGER).stat().st_size
        with warc(archive).open("rb") as file:
            assert sum(1 for _ in ArchiveIterator(io.BytesIO(file.read()), parse_http=False)) == 4

    def test_two_tails_torn_at_one_place_are_both_kept_aside(self, archive, capture):
        """A second crash at the same place does not overwrite what the first one left."""
        content, _, _ = self.torn(archive, capture)
        for tail in (b"\x1f\x8b first", b"\x1f\x8b second"):
            warc(archive).write_bytes(content + tail)
            archive.recover()
        assert sorted(aside(archive)) == [b"\x1f\x8b first", b"\x1f\x8b second"]

    def test_mending_twice_changes_nothing(self, archive, capture):
        """A crash in the middle of mending costs nothing: done again it comes to the same."""
        content, ledger, _ = self.torn(archive, capture)
        warc(archive).write_bytes(content[:-7])
        (archive.folder / LEDGER).write_bytes(ledger[:-300])
        archive.recover()
        once = {path.name: path.read_bytes() for path in archive.folder.rglob("*") if path.is_file()}
        archive.recover()
        assert {path.name: path.read_bytes() for path in archive.folder.rglob("*") if path.is_file()} == once

    def test_threads_that_read_see_whole_lines(self, archive, capture):
        """Who reads the ledger while batches are appended sees whole lines, or stops at a line that is not done."""
        done = threading.Event()
        counts = []

        def follow() -> None:
            while not done.is_set():
                counts.append(sum(1 for _ in archive.entries()))

        reader = threading.Thread(target=follow)
        reader.start()
        try:
            for number in range(30):
                archive.append([capture(f"text {number}", f"/{number}")], "run")
        finally:
            done.set()
            reader.join()
        assert counts == sorted(counts)
        assert len(list(archive.entries())) == 30
