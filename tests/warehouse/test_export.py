from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from warehouse.database import Warehouse, WarehouseMissingError
from warehouse.export import MANIFEST, ExportRefusedError, Selection, export_parquet

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday.\n"
SALT = "Salt from the old pans is on sale again, the harbour master said.\n"
OATS = "Oats were sown two weeks early on the hills above the town.\n"
RYE = "Rye is what the millers ask for now, a trader said.\n"


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def partitions(folder: Path) -> list[str]:
    return sorted({path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")})


def manifest(folder: Path) -> dict:
    return json.loads((folder / MANIFEST).read_bytes())


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "out" / "export"


@pytest.fixture(scope="module")
def made(tmp_path_factory, take_into, capture) -> Warehouse:
    """Take articles of every kind of date, once for all tests."""
    house = Warehouse(tmp_path_factory.mktemp("dated") / "dateline.duckdb")
    take_into(
        house,
        capture(BREAD, "/day", published="2024-02-02"),
        capture(SALT, "/month", published="2023-11"),
        capture(OATS, "/year", published="2021"),
        capture(RYE, "/none"),
        capture("Barley was short.", "/same", published="2024-02-20T10:00:00Z"),
    )
    return house


@pytest.fixture
def dated(made, warehouse) -> Warehouse:
    shutil.copytree(made.path.parent, warehouse.path.parent)
    return warehouse


class TestPartitions:
    @pytest.mark.usefixtures("dated")
    def test_articles_lie_by_year_and_month(self, warehouse, into):
        """A date has its year and month, a year alone no month, and no date neither."""
        report = export_parquet(warehouse, into)
        assert partitions(into) == [
            "year=2021/month=__unknown__",
            "year=2023/month=11",
            "year=2024/month=02",
            "year=__unknown__/month=__unknown__",
        ]
        assert report.rows == 5
        assert {Path(one.path).parent.as_posix(): one.rows for one in report.files}["year=2024/month=02"] == 2

    def test_the_month_is_that_of_the_page_s_own_clock(self, warehouse, take, capture, into):
        """An article of the last evening of a month lies in that month, wherever UTC is already."""
        take(capture(BREAD, "/1", published="2024-01-31T23:30:00-05:00"))
        export_parquet(warehouse, into)
        assert partitions(into) == ["year=2024/month=01"]

    @pytest.mark.usefixtures("dated")
    def test_duckdb_reads_the_partitions(self, warehouse, into):
        """A Hive-partitioned read gives every article, with year and month as columns."""
        export_parquet(warehouse, into)
        query = (
            "SELECT text, year, month FROM read_parquet($files, hive_partitioning = true, hive_types_autocast = false)"
        )
        found = duckdb.execute(query, {"files": f"{into}/**/*.parquet"}).fetchall()
        assert sorted(found) == sorted(
            [
                (BREAD.strip(), "2024", "02"),
                (SALT.strip(), "2023", "11"),
                (OATS.strip(), "2021", "__unknown__"),
                (RYE.strip(), "__unknown__", "__unknown__"),
                ("Barley was short.", "2024", "02"),
            ]
        )

    @pytest.mark.usefixtures("dated")
    def test_rows_are_the_articles(self, warehouse, into, rows):
        """Columns, types and rows are those of `articles`, but for `valid_to`, which is empty there."""
        export_parquet(warehouse, into)
        columns = [name for name, *_ in rows("DESCRIBE articles") if name != "valid_to"]
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"CREATE VIEW exported AS FROM read_parquet('{into}/**/*.parquet', hive_partitioning = false)"
        )
        described = [row[:2] for row in connection.execute("DESCRIBE exported").fetchall()]
        assert described == [row[:2] for row in rows("DESCRIBE articles") if row[0] != "valid_to"]
        exported = connection.execute(f"SELECT {', '.join(columns)} FROM exported ORDER BY article_id").fetchall()
        assert exported == rows(f"SELECT {', '.join(columns)} FROM articles ORDER BY article_id")

    def test_only_current_versions_are_exported(self, warehouse, take, capture, into):
        """A version that was replaced is not in the export."""
        take(capture(BREAD, "/1"))
        take(capture(SALT, "/1", day=2))
        report = export_parquet(warehouse, into)
        assert report.rows == 1
        assert pq.read_table(into / report.files[0].path).column("text").to_pylist() == [SALT.strip()]

    def test_an_empty_warehouse_is_an_empty_export(self, warehouse, take, into):
        """Without an article there is a manifest that says so, and no file."""
        take()
        assert export_parquet(warehouse, into).files == ()
        assert manifest(into)["files"] == []
        assert manifest(into)["rows"] == 0
        assert list(files(into)) == [MANIFEST]

    def test_a_missing_warehouse_leaves_no_folder(self, warehouse, into):
        """Without a warehouse there is no export, and nothing that looks like one."""
        with pytest.raises(WarehouseMissingError):
            export_parquet(warehouse, into)
        assert not into.exists()


class TestFiles:
    @pytest.mark.usefixtures("dated")
    def test_the_manifest_lists_exactly_the_files(self, warehouse, into):
        """Path, rows and SHA-256 of every file, and nothing else; the schema's version is beside them."""
        report = export_parquet(warehouse, into)
        told = manifest(into)
        found = {name: content for name, content in files(into).items() if name != MANIFEST}
        assert [one["path"] for one in told["files"]] == sorted(found)
        for one in told["files"]:
            assert one["sha256"] == hashlib.sha256(found[one["path"]]).hexdigest()
            assert one["rows"] == pq.read_metadata(into / one["path"]).num_rows
        assert told["rows"] == report.rows == 5
        assert told["schema_version"] >= 1

    @pytest.mark.usefixtures("dated")
    def test_the_same_rows_give_the_same_bytes(self, warehouse, into, tmp_path):
        """Two exports of one warehouse are equal, file by file."""
        export_parquet(warehouse, into)
        export_parquet(replace(warehouse, threads=1), tmp_path / "other")
        assert files(into) == files(tmp_path / "other")

    @pytest.mark.usefixtures("dated")
    def test_an_unchanged_partition_keeps_its_file(self, warehouse, take, capture, into):
        """A new article changes the file of its month and no other."""
        export_parquet(warehouse, into)
        before = files(into)
        take(capture("Hops are late.", "/hops", published="2023-11-05"))
        export_parquet(warehouse, into)
        changed = {name for name in {*before, *files(into)} if before.get(name) != files(into).get(name)}
        assert {Path(name).parent.as_posix() for name in changed} == {".", "year=2023/month=11"}

    @pytest.mark.usefixtures("dated")
    def test_files_are_compressed_with_zstd(self, warehouse, into):
        """Every column is compressed with zstd."""
        report = export_parquet(warehouse, into)
        group = pq.read_metadata(into / report.files[0].path).row_group(0)
        assert {group.column(number).compression for number in range(group.num_columns)} == {"ZSTD"}

    def test_rows_come_in_groups(self, warehouse, take, capture, into, rows):
        """A large partition is cut into row groups of at most 10,000, in the order of publication."""
        take(capture(BREAD, "/1", published="2024-02-02"))
        with warehouse.transaction() as connection:
            connection.execute("""
                INSERT INTO article_versions BY NAME
                SELECT * EXCLUDE (range) REPLACE (
                    md5(CAST(range AS VARCHAR)) AS article_id, published_at + to_seconds(range) AS published_at
                )
                FROM articles, range(1, 25000)
            """)
        report = export_parquet(warehouse, into)
        (only,) = report.files
        data = pq.ParquetFile(into / only.path)
        groups = [data.metadata.row_group(number).num_rows for number in range(data.metadata.num_row_groups)]
        assert sum(groups) == only.rows == 25_000
        assert max(groups) <= 10_000
        assert len(groups) == 3
        column = data.read(["published_at"]).column("published_at").to_pylist()
        assert column == sorted(column)
        assert data.read(["article_id"]).column("article_id").to_pylist() == [
            one for (one,) in rows("SELECT article_id FROM articles ORDER BY published_at, article_id")
        ]


class TestReplacing:
    @pytest.mark.usefixtures("dated")
    def test_an_export_replaces_the_one_before(self, warehouse, take, capture, into):
        """What is no longer in the archive's current articles is gone from the folder; the export before lies beside it."""
        export_parquet(warehouse, into)
        take(capture("Salt is dear.", "/month", day=3, published="2023-12-01"))
        export_parquet(warehouse, into)
        assert "year=2023/month=12" in partitions(into)
        assert not (into / "year=2023" / "month=11").exists()
        assert sorted(path.name for path in into.parent.iterdir()) == [".export.old", ".export.seals", "export"]
        assert (into.parent / ".export.old" / "year=2023" / "month=11").exists()
        export_parquet(warehouse, into)
        assert not (into.parent / ".export.old" / "year=2023" / "month=11").exists()

    @pytest.mark.usefixtures("dated")
    def test_an_empty_folder_is_taken(self, warehouse, into):
        """A folder without anything in it may become the export."""
        into.mkdir(parents=True)
        assert export_parquet(warehouse, into).rows == 5
        assert manifest(into)["rows"] == 5

    @pytest.mark.usefixtures("dated")
    def test_a_staging_folder_of_a_dead_export_is_swept(self, warehouse, into):
        """What an export that died left beside the folder does not get into the next, and is gone after it."""
        left = into.parent / ".export.staging" / "year=1999" / "month=01"
        left.mkdir(parents=True)
        (left / "part-0.parquet").write_bytes(b"half")
        export_parquet(warehouse, into)
        assert "year=1999/month=01" not in partitions(into)
        assert sorted(path.name for path in into.parent.iterdir()) == [".export.seals", "export"]

    @pytest.mark.parametrize("name", ["notes.txt", "year=2024/month=02/part-0.parquet", MANIFEST, ".hidden"])
    @pytest.mark.usefixtures("dated")
    def test_a_folder_of_somebody_else_is_refused(self, warehouse, into, name):
        """A folder that holds other things, even a manifest of another program, is refused and left untouched."""
        (into / name).parent.mkdir(parents=True)
        (into / name).write_text('{"name": "Somebody\'s extension", "manifest_version": 3}')
        before = files(into)
        with pytest.raises(ExportRefusedError, match="no export of ours; name an empty or a new folder"):
            export_parquet(warehouse, into)
        assert files(into) == before
        assert [path.name for path in into.parent.iterdir()] == ["export"]

    @pytest.mark.usefixtures("dated")
    def test_a_file_in_its_place_is_refused(self, warehouse, into):
        """A file is no folder to replace."""
        into.parent.mkdir()
        into.write_text("a letter")
        with pytest.raises(ExportRefusedError):
            export_parquet(warehouse, into)
        assert into.read_text() == "a letter"

    @pytest.mark.usefixtures("dated")
    def test_a_link_in_its_place_is_refused(self, warehouse, into, tmp_path):
        """A link to a folder is not replaced, and what it leads to is not touched."""
        (tmp_path / "elsewhere").mkdir()
        into.parent.mkdir()
        into.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(ExportRefusedError):
            export_parquet(warehouse, into)
        assert into.is_symlink()
        assert list((tmp_path / "elsewhere").iterdir()) == []


class TestAgain:
    """A folder that is exported to again."""

    @pytest.mark.usefixtures("dated")
    def test_only_what_changed_is_written(self, warehouse, take, capture, into):
        """A month with a change is written again; the others are the very files they were."""
        assert all(one.written for one in export_parquet(warehouse, into).files)
        inodes = {path.name: path.stat().st_ino for path in into.rglob("*.parquet")}
        take(capture("Barley is here.", "/new", published="2024-02-03"))
        report = export_parquet(warehouse, into)
        assert [Path(one.path).parent.as_posix() for one in report.files if one.written] == ["year=2024/month=02"]
        assert report.rows == 6
        kept = [path for path in into.rglob("*.parquet") if inodes.get(path.name) == path.stat().st_ino]
        assert len(kept) == 3
        fresh = into.with_name("fresh")
        export_parquet(warehouse, fresh)
        assert files(fresh) == files(into)

    @pytest.mark.usefixtures("dated")
    def test_a_month_that_loses_its_articles_is_gone(self, warehouse, take, capture, into):
        """An article that moves to another month leaves no file behind in the former."""
        export_parquet(warehouse, into)
        take(capture("Salt is dear.", "/month", day=20, published="2024-03-01"))
        export_parquet(warehouse, into)
        assert "year=2023/month=11" not in partitions(into)
        assert "year=2024/month=03" in partitions(into)

    @pytest.mark.usefixtures("dated")
    def test_a_damaged_file_is_written_again(self, warehouse, into):
        """A file that is not as long as it was, or is gone, is not taken over."""
        export_parquet(warehouse, into)
        before = files(into)
        cut, gone, *_ = sorted(into.rglob("*.parquet"))
        cut.write_bytes(cut.read_bytes()[:-1])
        gone.unlink()
        assert sum(one.written for one in export_parquet(warehouse, into).files) == 2
        assert files(into) == before

    @pytest.mark.parametrize("touch", [True, False])
    @pytest.mark.usefixtures("dated")
    def test_a_file_that_was_edited_is_written_again(self, warehouse, into, touch):
        """An edit of the same size shows by the file's time, or by its inode where an editor put the old time back."""
        export_parquet(warehouse, into)
        before = files(into)
        edited = sorted(into.rglob("*.parquet"))[1]
        stamps = edited.stat()
        content = bytearray(edited.read_bytes())
        content[len(content) // 2] ^= 1
        if touch:
            with edited.open("r+b") as file:
                file.write(content)
        else:
            beside = edited.with_name("beside")
            beside.write_bytes(content)
            os.utime(beside, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
            beside.replace(edited)
        report = export_parquet(warehouse, into)
        assert [one.path for one in report.files if one.written] == [edited.relative_to(into).as_posix()]
        assert files(into) == before

    @pytest.mark.usefixtures("dated")
    def test_a_file_that_was_restored_is_read_and_taken_over(self, warehouse, into):
        """Another inode and time do not make a file another one, if its bytes are those that the manifest names."""
        export_parquet(warehouse, into)
        before = files(into)
        shutil.copytree(into, into.with_name("backup"), copy_function=shutil.copy)
        shutil.rmtree(into)
        into.with_name("backup").rename(into)
        assert not any(one.written for one in export_parquet(warehouse, into).files)
        assert files(into) == before

    @pytest.mark.parametrize("seals", [None, b"", b"[]", b'{"year=2021/month=__unknown__/x": 3}'])
    @pytest.mark.usefixtures("dated")
    def test_lost_seals_only_cost_time(self, warehouse, into, seals):
        """Without the note of how files looked every one is read: sound ones are taken over, others are written again."""
        export_parquet(warehouse, into)
        note = into.with_name(".export.seals")
        note.unlink() if seals is None else note.write_bytes(seals)
        edited = min(into.rglob("*.parquet"))
        edited.write_bytes(edited.read_bytes()[:-1] + b"?")
        assert sum(one.written for one in export_parquet(warehouse, into).files) == 1
        assert not any(one.written for one in export_parquet(warehouse, into).files)

    @pytest.mark.usefixtures("dated")
    def test_a_file_that_shows_no_touch_is_not_read(self, warehouse, into):
        """What an export costs that changes nothing does not grow with its files: a hidden edit is the price of that."""
        export_parquet(warehouse, into)
        edited = min(into.rglob("*.parquet"))
        stamps = edited.stat()
        edited.write_bytes(edited.read_bytes()[:-1] + b"?")
        os.utime(edited, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
        assert not any(one.written for one in export_parquet(warehouse, into).files)
        into.with_name(".export.seals").unlink()
        assert sum(one.written for one in export_parquet(warehouse, into).files) == 1

    @pytest.mark.usefixtures("dated")
    def test_a_link_in_a_file_s_place_is_replaced(self, warehouse, into, tmp_path):
        """What a link leads to is not taken for the file that was written."""
        export_parquet(warehouse, into)
        before = files(into)
        linked = min(into.rglob("*.parquet"))
        linked.rename(tmp_path / "elsewhere.parquet")
        linked.symlink_to(tmp_path / "elsewhere.parquet")
        assert sum(one.written for one in export_parquet(warehouse, into).files) == 1
        assert (linked.is_symlink(), files(into)) == (False, before)


class TestSelection:
    @pytest.mark.usefixtures("dated")
    def test_articles_may_be_chosen(self, warehouse, into):
        """By the time of publication, by a condition, or both; another choice writes everything again."""
        assert export_parquet(warehouse, into, Selection(since="2024-01-01")).rows == 2
        assert export_parquet(warehouse, into, Selection(where="text LIKE 'Salt%'")).rows == 1
        report = export_parquet(warehouse, into, Selection(since="2024-02-05", where="word_count < 100"))
        assert (report.rows, [one.written for one in report.files]) == (1, [True])
        assert export_parquet(warehouse, into).rows == 5

    @pytest.mark.usefixtures("dated")
    @pytest.mark.parametrize("where", ["no_such_column = 1", "1; DROP TABLE runs", "word_count <"])
    def test_a_wrong_condition_is_refused(self, warehouse, into, rows, where):
        """A condition that is none leaves the export before as it was, and changes nothing."""
        export_parquet(warehouse, into)
        before = files(into)
        with pytest.raises(ExportRefusedError, match="the condition cannot be read"):
            export_parquet(warehouse, into, Selection(where=where))
        assert files(into) == before
        assert rows("SELECT count(*) > 0 FROM runs") == [(True,)]

    def test_lines_of_schema_org(self, warehouse, take, capture, into):
        """A line is a NewsArticle whose date is no finer than it is known."""
        address = "https://www.gazette.example/1"
        take(capture(BREAD, "/1", url=address, published="2024-02", title="Loaves", authors=("Ann Oat",)))
        take(capture(SALT, "/2", published="2024-02-02T10:00:00+01:00"), capture(OATS, "/3"))
        report = export_parquet(warehouse, into, Selection(schema_org=True))
        told = [json.loads(line) for one in report.files for line in (into / one.path).read_text().splitlines()]
        assert {one["@type"] for one in told} == {"NewsArticle"}
        by_text = {one["articleBody"]: one for one in told}
        bread = by_text[BREAD.strip()]
        assert (bread["datePublished"], bread["url"], bread["headline"]) == (
            "2024-02",
            "https://www.gazette.example/1",
            "Loaves",
        )
        assert bread["author"] == [{"@type": "Person", "name": "Ann Oat"}]
        assert by_text[SALT.strip()]["datePublished"] == "2024-02-02T09:00:00+00:00"
        assert "datePublished" not in by_text[OATS.strip()]


class TestReaders:
    """Readers that loop over the folder while exports of two generations take turns in it."""

    GENERATIONS = ("first", "second")
    EXPORTS = 40

    @pytest.fixture
    def generations(self, tmp_path, take, capture) -> list[Warehouse]:
        """Give two warehouses with the same months, whose articles all differ."""
        made = []
        for name in self.GENERATIONS:
            house = Warehouse(tmp_path / name / "dateline.duckdb")
            dates = [f"2024-{month:02d}-01" for month in range(1, 7)]
            items = [
                capture(f"{name} {n}: {BREAD}", f"/{n}", title=name, published=date) for n, date in enumerate(dates)
            ]
            take(*items, into=house)
            made.append(house)
        return made

    def watch(self, generations, into, read) -> list[list[str]]:
        """Read again and again while exports take turns; gives what each read that went through saw."""
        export_parquet(generations[0], into)
        done = threading.Event()
        seen, other = [], []

        def look() -> None:
            while not done.is_set():
                try:
                    with contextlib.suppress(FileNotFoundError, NotADirectoryError, duckdb.IOException):
                        seen.append(read(into))
                except Exception as error:  # noqa: BLE001  (the thread's end must not hide it)
                    other.append(error)
                    return

        reader = threading.Thread(target=look)
        reader.start()
        try:
            for number in range(1, self.EXPORTS):
                export_parquet(generations[number % 2], into)
                time.sleep(0.05)  # who lists for longer than a whole export takes must follow the manifest
        finally:
            done.set()
            reader.join()
        assert other == []
        assert len(seen) >= 5
        return seen

    def test_who_follows_the_manifest_sees_one_export(self, generations, into):
        """The manifest's files are all there with their digests, or one is not found: never two exports mixed."""

        def read(folder: Path) -> list[str]:
            titles = []
            for one in manifest(folder)["files"]:
                content = (folder / one["path"]).read_bytes()
                assert hashlib.sha256(content).hexdigest() == one["sha256"]
                titles += pq.read_table(folder / one["path"]).column("title").to_pylist()
            return titles

        seen = self.watch(generations, into, read)
        assert {tuple(one) for one in seen} <= {(name,) * 6 for name in self.GENERATIONS}

    def test_who_lists_the_folder_sees_one_export(self, generations, into):
        """A query over all files gives one export's rows or an error: never half of one, never two mixed."""

        def read(folder: Path) -> list[str]:
            with duckdb.connect() as connection:
                return [t for (t,) in connection.execute(f"SELECT title FROM '{folder}/**/*.parquet'").fetchall()]

        seen = self.watch(generations, into, read)
        assert {tuple(one) for one in seen} <= {(name,) * 6 for name in self.GENERATIONS}
