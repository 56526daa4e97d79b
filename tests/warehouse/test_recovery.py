from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.rebuild_warehouse import rebuild_warehouse
from flows.supervise_workers import Means
from flows.walk_documents import recover
from transforms.records import Rejection
from warehouse.archive import LEDGER
from warehouse.checks import run_checks
from warehouse.database import Warehouse, WarehouseDamagedError
from warehouse.export import export_parquet
from warehouse.load import LoadReport
from warehouse.publish import publish

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday.\n"
SALT = "Salt from the old pans is on sale again, the harbour master said.\n"
OATS = "Oats were sown two weeks early on the hills above the town.\n"
MISSING = Rejection("seeds", "/gone.txt", "read", "missing", "there is no such file")
ADDRESS = "https://gazette.example/bread"


def broken(warehouse: Warehouse) -> list:
    """Name the required checks that fail, each with the rows that break it."""
    return [(one.name, one.offending) for one in run_checks(warehouse) if one.required and not one.passed]


def delete_database(warehouse: Warehouse) -> None:
    for path in warehouse.path.parent.glob(f"{warehouse.path.name}*"):
        path.unlink()


def wal(warehouse: Warehouse) -> Path:
    return warehouse.path.with_name(warehouse.path.name + ".wal")


class TestRebuild:
    def test_rows_come_out_as_they_were(self, warehouse, take, capture, snapshot, rows):
        """A warehouse made again from its archive has the same articles, versions, links, refusals and runs."""
        take(
            capture(BREAD, "/1", url=ADDRESS, published="2024-02-02", title="Bread"),
            capture(f"{SALT}\nRead more: Five charts on the price of bread\n", "/2"),
            MISSING,
            capture(" ", "/3"),
        )
        take(capture(OATS, "/4", url=ADDRESS, day=3), capture(SALT, "/5"), documents=1)
        before = snapshot(circumstances=True, ignoring=["last_seen_at"])
        runs = rows("SELECT * FROM runs ORDER BY run_id")
        delete_database(warehouse)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert snapshot(circumstances=True, ignoring=["last_seen_at"]) == before
        assert rows("SELECT * FROM runs ORDER BY run_id") == runs
        assert broken(warehouse) == []

    def test_words_in_any_script_come_back(self, warehouse, take, capture, snapshot):
        """Places, addresses, titles and names with accents are in the archive as they were."""
        item = capture(
            "Die Bäckerei öffnet früh.", "/été 📰.txt", title="Brötchen", authors=("Zoë Öz",), publisher="Süd"
        )
        take(replace(item, url="https://example.org/bäckerei"))
        before = snapshot()
        delete_database(warehouse)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert snapshot() == before

    def test_addresses_that_look_like_the_ledger_s_own_words_come_back(self, warehouse, take, capture, snapshot):
        """A document whose address is `!run` is a document."""
        take(capture(BREAD, "/1", url="!run"), capture(SALT, "/2"))
        before = snapshot()
        delete_database(warehouse)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert snapshot() == before

    def test_a_reverted_document_comes_back_as_it_is(self, warehouse, take, capture, snapshot, rows):
        """Words that were current, went and came again are current after a rebuild too."""
        for day, text in ((1, BREAD), (2, SALT), (3, BREAD)):
            take(capture(text, "/1", day=day))
        assert rows("SELECT text, version FROM articles") == [(BREAD.strip(), 3)]
        before = snapshot()
        delete_database(warehouse)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert rows("SELECT text, version FROM articles") == [(BREAD.strip(), 3)]
        assert snapshot() == before

    def test_refusals_that_came_again_break_no_check(self, warehouse, take, capture):
        """A run that only repeated a refusal still adds up after a rebuild."""
        for _ in range(2):
            take(MISSING, capture(" ", "/1"), capture(BREAD, "/2"))
        delete_database(warehouse)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert broken(warehouse) == []

    def test_the_old_file_is_kept(self, warehouse, take, capture, rows):
        """A damaged file is kept beside the new one, with the ending `.replaced`."""
        take(capture(BREAD, "/1"))
        warehouse.path.write_bytes(b"no database any more")
        with pytest.raises(WarehouseDamagedError), warehouse.reading():
            pass
        assert rebuild_warehouse(warehouse, Means(jobs=0)).report.captures == 1
        assert warehouse.path.with_name("dateline.duckdb.replaced").read_bytes() == b"no database any more"
        assert rows("SELECT text FROM articles") == [(BREAD.strip(),)]

    def test_rebuilding_twice_changes_nothing(self, warehouse, take, capture, snapshot):
        """A rebuild of a rebuilt warehouse gives the same rows, and leaves no work files behind."""
        take(capture(BREAD, "/1"), capture(BREAD, "/2"), MISSING)
        rebuild_warehouse(warehouse, Means(jobs=0))
        once = snapshot(circumstances=True)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert snapshot(circumstances=True) == once
        assert not list(warehouse.path.parent.glob("*.rebuilding*"))

    def test_a_lost_ledger_costs_no_article(self, warehouse, take, capture, rows):
        """The WARC files alone are enough: without a ledger a rebuild still finds every document."""
        take(capture(BREAD, "/1"), capture(SALT, "/2"), MISSING)
        (warehouse.archive.folder / LEDGER).unlink()
        delete_database(warehouse)
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert rows("SELECT text FROM articles ORDER BY text") == [(BREAD.strip(),), (SALT.strip(),)]
        assert broken(warehouse) == []

    def test_ingesting_goes_on_after_a_rebuild(self, warehouse, take, capture, snapshot):
        """What was ingested before a rebuild is known after it."""
        items = [capture(BREAD, "/1"), capture(SALT, "/2"), MISSING]
        take(*items)
        before = snapshot()
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert take(*items) == LoadReport(captures=3, unchanged=2, rejected=1)
        assert snapshot() == before


class TestRecover:
    def test_nothing_lost_is_nothing_done(self, warehouse, take, capture, rows):
        """A warehouse that holds all its archive is left alone; no run is added."""
        assert recover(warehouse, Means(jobs=0)) == LoadReport()
        take(capture(BREAD, "/1"))
        assert recover(warehouse, Means(jobs=0)) == LoadReport()
        assert rows("SELECT flow FROM runs") == [("ingest",)]

    def test_a_lost_database_is_filled_again(self, warehouse, take, capture, snapshot, rows):
        """An ingest into an archive whose database is gone brings everything back first."""
        take(capture(BREAD, "/1"), capture(SALT, "/2"), MISSING)
        take(capture(OATS, "/1", day=2))
        before = snapshot()
        delete_database(warehouse)
        assert recover(warehouse, Means(jobs=0)) == LoadReport(captures=4, inserted=2, updated=1, rejected=1)
        assert snapshot() == before
        assert rows("SELECT flow, status, captures FROM runs ORDER BY run_id") == [
            ("ingest", "done", 3),
            ("ingest", "done", 1),
        ]
        assert recover(warehouse, Means(jobs=0)) == LoadReport()
        assert broken(warehouse) == []

    def test_lost_batches_come_back(self, warehouse, take, capture, snapshot, rows, tmp_path):
        """A database that fell back to an older state gets the batches since, in their order, in the name of their runs."""
        take(capture(BREAD, "/1"), capture(SALT, "/2"))
        shutil.copy(warehouse.path, tmp_path / "older.duckdb")
        take(capture(OATS, "/1", day=2), capture(BREAD, "/3"), documents=1)
        take(capture("Rye.", "/1", day=4))
        before = snapshot()
        runs = rows("SELECT * FROM runs ORDER BY run_id")
        shutil.copy(tmp_path / "older.duckdb", warehouse.path)
        assert rows("SELECT count(*) FROM articles") == [(2,)]
        assert [name for name, _ in broken(warehouse)] == ["ledger_is_whole"]
        recover(warehouse, Means(jobs=0))
        assert snapshot() == before
        assert rows("SELECT * FROM runs ORDER BY run_id") == runs
        assert broken(warehouse) == []

    def test_lost_refusals_come_back(self, warehouse, take, capture, snapshot, tmp_path):
        """Refusals of a lost batch come back as rows, and the runs still add up."""
        take(capture(BREAD, "/1"))
        shutil.copy(warehouse.path, tmp_path / "older.duckdb")
        take(MISSING, capture(" ", "/2"), capture(SALT, "/3"))
        before = snapshot()
        shutil.copy(tmp_path / "older.duckdb", warehouse.path)
        assert recover(warehouse, Means(jobs=0)) == LoadReport(captures=3, inserted=1, rejected=2)
        assert snapshot() == before
        assert broken(warehouse) == []

    @pytest.mark.slow
    @pytest.mark.parametrize("share", [0.5, None])
    def test_a_cut_or_deleted_wal_is_noticed(self, warehouse, take, capture, snapshot, share):
        """DuckDB opens a file whose write-ahead log was cut and says nothing; the ledger tells, and rows come back."""
        take(capture(BREAD, "/1"), capture(SALT, "/2"))
        take(capture(OATS, "/3"))
        before = snapshot()
        delete_database(warehouse)
        self.replay_without_checkpoint(warehouse)
        assert wal(warehouse).stat().st_size > 0
        if share is None:
            wal(warehouse).unlink()
        else:
            os.truncate(wal(warehouse), int(wal(warehouse).stat().st_size * share))
        recover(warehouse, Means(jobs=0))
        assert snapshot() == before
        assert broken(warehouse) == []

    def replay_without_checkpoint(self, warehouse: Warehouse) -> None:
        """Fill the database from the archive in a process that dies before a checkpoint, so that all lies in the WAL."""
        script = (
            "import os, sys, duckdb; from pathlib import Path\n"
            "from flows.supervise_workers import Means; from flows.walk_documents import recover; from warehouse.database import Warehouse\n"
            "connect = duckdb.connect\n"
            "def kept(config):\n"
            "    connection = connect(config={**config, 'checkpoint_threshold': '1GB'})\n"
            "    connection.execute('PRAGMA disable_checkpoint_on_shutdown')\n"
            "    return connection\n"
            "duckdb.connect = kept\n"
            "recover(Warehouse(Path(sys.argv[1])), Means(jobs=0))\n"
            "os._exit(0)\n"
        )
        subprocess.run([sys.executable, "-c", script, str(warehouse.path)], check=True)

    def test_kept_bytes_without_a_load_are_loaded(self, warehouse, capture, rows):
        """A batch whose process died between archive and warehouse is loaded by the next."""
        warehouse.archive.append([capture(BREAD, "/1"), MISSING], "0" * 32)
        assert recover(warehouse, Means(jobs=0)) == LoadReport(captures=2, inserted=1, rejected=1)
        assert rows("SELECT text FROM articles") == [(BREAD.strip(),)]
        assert broken(warehouse) == []

    def test_a_dead_run_is_ended_by_the_next(self, warehouse, take, capture, rows):
        """A run whose process died is `interrupted`, with the process named, once another run begins."""
        script = (
            "import os, sys; from pathlib import Path\n"
            "from warehouse.database import Warehouse; from warehouse.runs import open_run\n"
            "with open_run(Warehouse(Path(sys.argv[1])), 'ingest', 'rules'): os._exit(9)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", script, str(warehouse.path)])
        assert child.wait() == 9
        take(capture(BREAD, "/1"))
        assert rows("SELECT status, error FROM runs ORDER BY run_id") == [
            ("interrupted", f"process {child.pid} died"),
            ("done", None),
        ]


# Crashes at every step. The child counts what makes things durable, and kills itself before the k-th of them; what was
# written and not synced is still there after a kill, so that the steps between two counts are covered by the later one.
CRASH = """
import json, os, signal, sys
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from connectors.seeds import SeedConnector
from flows.supervise_workers import Means
from flows.walk_documents import recover, walk
from transforms.boilerplate import shipped_rules
from warehouse.database import Warehouse
from warehouse.export import export_parquet
from warehouse.runs import open_run
import shutil

houses, seeds, template, what = sys.argv[1:]


def crash_before(call, left):
    def counted(*args, **kwargs):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)
    return counted


def work(house, point):
    left = [point]
    for name in ("fsync", "replace", "rename"):
        setattr(os, name, crash_before(getattr(os, name), left))
    transaction, commit = Warehouse.transaction, crash_before(lambda: None, left)

    @contextmanager
    def counted(self):
        with transaction(self) as connection:
            yield connection
            commit()

    Warehouse.transaction = counted
    store = Warehouse(house / "dateline.duckdb")
    recover(store, Means(jobs=0))
    if what == "all":
        with open_run(store, "ingest", shipped_rules().sha256) as run:
            walk(store, run, SeedConnector([seeds]).captures(), documents=2, size=1 << 20, means=Means(jobs=0))
        export_parquet(store, house / "export")


for point in count(1):
    house = Path(houses) / f"{point:03d}"
    shutil.copytree(template, house) if template else house.mkdir()
    child = os.fork()
    if not child:
        try:
            work(house, point)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 0:
        print(json.dumps(point - 1))
        break
    if status != -signal.SIGKILL:
        sys.exit(f"the child ended with {status} at point {point}")
"""


@pytest.mark.slow
class TestCrashes:
    @pytest.fixture
    def documents(self, write, seeds) -> Path:
        write("a.txt", BREAD)
        write("b.txt", BREAD)
        write("c.jsonl", "".join(json.dumps({"url": ADDRESS, "text": text}) + "\n" for text in (SALT, OATS)))
        write("d.txt", "")
        write("e.txt", f"Rye\n\n{OATS}\nRead more: Five charts on the price of bread\n")
        return seeds

    def crash_everywhere(self, houses: Path, seeds: Path, template: Path | str = "", what: str = "all") -> int:
        houses.mkdir()
        command = [sys.executable, "-c", CRASH, str(houses), str(seeds), str(template), what]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @pytest.fixture
    def undisturbed(self, documents, ingest, snapshot) -> dict:
        ingest(documents, documents=2)
        return snapshot()

    def test_a_crash_at_any_step_then_a_rerun_gives_the_same_rows(
        self, tmp_path, documents, undisturbed, ingest, snapshot, capsys
    ):
        """Killed before any sync, rename or commit, and run again, an ingest and its export come to the same."""
        points = self.crash_everywhere(tmp_path / "houses", documents)
        with capsys.disabled():
            print(f" [{points} crash points]", end="")  # noqa: T201  (a step without a point shows in the number)
        assert points >= 15
        files = None
        for point in range(points + 1, 0, -1):
            house = tmp_path / "houses" / f"{point:03d}"
            store = Warehouse(house / "dateline.duckdb")
            recover(store, Means(jobs=0))
            ingest(documents, into=store)
            assert snapshot(store) == undisturbed, point
            assert broken(store) == [], point
            report = export_parquet(store, house / "export")
            files = files or [(one.rows, Path(one.path).parent) for one in report.files]
            assert [(one.rows, Path(one.path).parent) for one in report.files] == files, point
            left = {path.name for path in house.iterdir()}
            kept = {
                "dateline.duckdb",
                "dateline.duckdb.wal",
                "dateline.archive",
                "export",
                ".export.old",
                ".export.seals",
            }
            assert left <= kept, point
            assert sorted(
                path.relative_to(house / "export").as_posix() for path in (house / "export").rglob("*.parquet")
            ) == [one.path for one in report.files], point

    def test_a_crash_during_recovery_then_another_recovery_gives_the_same_rows(
        self, tmp_path, documents, undisturbed, snapshot, warehouse, capsys
    ):
        """Killed at any step of mending what a crash left, and mended again, the rows are the same."""
        template = tmp_path / "template"
        template.mkdir()
        shutil.copytree(warehouse.archive.folder, template / "dateline.archive")
        ledger = template / "dateline.archive" / LEDGER
        lines = ledger.read_bytes().splitlines(keepends=True)
        ledger.write_bytes(b"".join(lines[:3])[:-9])
        with (template / "dateline.archive" / "dateline-000001.warc.gz").open("ab") as file:
            file.write(b"\x1f\x8b\x08 torn")
        points = self.crash_everywhere(tmp_path / "houses", documents, template, "recover")
        with capsys.disabled():
            print(f" [{points} crash points]", end="")  # noqa: T201  (a step without a point shows in the number)
        assert points >= 5
        for point in range(1, points + 2):
            store = Warehouse(tmp_path / "houses" / f"{point:03d}" / "dateline.duckdb")
            recover(store, Means(jobs=0))
            assert snapshot(store) == undisturbed, point
            aside = [path.read_bytes() for path in (store.archive.folder / "quarantine").iterdir()]
            assert b"\x1f\x8b\x08 torn" in aside, point
            assert broken(store) == [], point


# Kills at random moments. The child loads, exports and publishes; the parent measures how long each takes undisturbed, and
# then kills fifty others in one of the three, each after a random part of its time.
KILL = """
import json, os, random, signal, sys, time
from pathlib import Path

from connectors.seeds import SeedConnector
from flows.supervise_workers import Means
from flows.walk_documents import recover, walk
from transforms.boilerplate import shipped_rules
from warehouse.database import Warehouse
from warehouse.export import export_parquet
from warehouse.publish import publish
from warehouse.runs import open_run

houses, seeds, kills = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def work(house, told):
    store = Warehouse(house / "dateline.duckdb")
    os.write(told, b"load ")
    recover(store, Means(jobs=0))
    with open_run(store, "ingest", shipped_rules().sha256) as run:
        walk(store, run, SeedConnector([seeds]).captures(), documents=2, size=1 << 20, means=Means(jobs=0))
    os.write(told, b"export ")
    export_parquet(store, house / "export")
    os.write(told, b"publish ")
    publish(store, house / "public.duckdb")
    os.write(told, b"done ")


def begin(house):
    house.mkdir()
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        try:
            work(house, told)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    os.close(told)
    return child, heard


def ended(child):
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        sys.exit(f"the child ended with {status}")
    return status


def reach(heard, stage):
    told = b""
    while stage not in told and (more := os.read(heard, 100)):
        told += more


STAGES, times = (b"load", b"export", b"publish", b"done"), []
child, heard = begin(houses / "undisturbed")
for stage in STAGES:
    reach(heard, stage)
    times.append(time.monotonic())
ended(child)
generator, stages = random.Random(50), []
for number in range(kills):
    child, heard = begin(houses / f"{number:03d}")
    stage = number % 3
    reach(heard, STAGES[stage])
    time.sleep(generator.uniform(0, times[stage + 1] - times[stage]))
    os.kill(child, signal.SIGKILL)
    stages.append(STAGES[stage].decode() if ended(child) else "done")
    os.close(heard)
print(json.dumps(stages))
"""


@pytest.mark.slow
class TestKills:
    KILLS = int(os.environ.get("DATELINE_TEST_KILLS", "15"))  # fifty take some minutes

    def exported(self, house: Path) -> dict[str, list]:
        """Read an export by its manifest: the rows of each partition, without the runs that made them."""
        told = json.loads((house / "export" / "manifest.json").read_bytes())
        found = {}
        for one in told["files"]:
            path = house / "export" / one["path"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == one["sha256"]
            found[str(Path(one["path"]).parent)] = pq.read_table(path).drop_columns(["run_id"]).to_pylist()
        return found

    def test_a_kill_at_any_moment_then_a_rerun_gives_the_same(self, tmp_path, write, seeds, ingest, snapshot, capsys):
        """After a kill at many moments and a plain rerun, rows, export and published copy are those of no kill."""
        for number in range(12):
            write(
                f"{number:02d}.txt",
                f"date 2024-0{1 + number % 3}-02 {BREAD}\n{SALT if number % 2 else OATS}\nNo. {number % 7}.\n",
            )
        write("x.jsonl", "".join(json.dumps({"url": ADDRESS, "text": text}) + "\n" for text in (SALT, OATS)))
        write("y.txt", "")
        houses = tmp_path / "houses"
        houses.mkdir()
        command = [sys.executable, "-c", KILL, str(houses), str(seeds), str(self.KILLS)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        stages = json.loads(done.stdout)
        assert len(stages) == self.KILLS
        with capsys.disabled():
            print(f" [{ {one: stages.count(one) for one in sorted(set(stages))} }]", end="")  # noqa: T201
        undisturbed = houses / "undisturbed"
        rows = snapshot(Warehouse(undisturbed / "dateline.duckdb"))
        files = self.exported(undisturbed)
        for number in range(self.KILLS):
            house = houses / f"{number:03d}"
            store = Warehouse(house / "dateline.duckdb")
            recover(store, Means(jobs=0))
            ingest(seeds, documents=2, into=store)
            export_parquet(store, house / "export")
            publish(store, house / "public.duckdb")
            assert snapshot(store) == rows, (number, stages[number])
            assert self.exported(house) == files, (number, stages[number])
            assert snapshot(Warehouse(house / "public.duckdb")) == rows, (number, stages[number])
            assert broken(store) == [], (number, stages[number])
            assert not [path for path in house.iterdir() if "staging" in path.name or "publishing" in path.name]
