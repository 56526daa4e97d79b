from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace

import duckdb
import pytest

from warehouse.database import (
    MigrationError,
    Warehouse,
    WarehouseDamagedError,
    WarehouseLockedError,
    WarehouseMemoryError,
    WarehouseMissingError,
    migrate,
    migrations,
)

# The contract with SQL users, exports and checks. A change here is a change of their queries.
VERSION = """
    article_id version capture_id valid_from valid_to url hostname publisher title title_origin authors credit dateline
    language published_at published_local published_precision published_origin modified_at text source_text word_count
    text_sha256 extractor flags run_id
"""
TABLES = {
    "captures": """
        capture_id source locator url media_type charset captured_at last_seen_at payload_sha256 payload_bytes
        http_status warc_file warc_offset warc_length run_id capture_key
    """,
    "article_versions": f"{VERSION} article_key text_key",
    "edit_spans": "article_id version ordinal start stop replacement rule",
    "date_claims": "article_id version kind raw origin earliest latest precision utc_offset chosen note",
    "date_mentions": "article_id version ordinal start stop raw timex earliest latest grain",
    "near_duplicates": "article_id other_id similarity containment method aligned",
    "stories": "story_id title first_published_at last_published_at article_count publisher_count story_key",
    "story_articles": "story_id article_id similarity role reason story_key",
    "runs": """
        run_id flow started_at finished_at status captures inserted updated unchanged duplicate rejected error versions
    """,
    "rejections": """
        run_id source locator stage reason detail payload_sha256 warc_file warc_offset rejected_at
    """,
    "sources": "source kind locator state last_run_id last_success_at",
    "schema_migrations": "version name applied_at sha256",
    "ledger_marks": "start stop",
    "texts": "text_number text_sha256 article_id published_at valid_from fingerprints day article_key text_key",
    "fingerprints": "text_number hash",
    "common_fingerprints": "hash hub is_wide",
    "wide_keys": "key day",
    "text_pairs": "text_number other_number shared",
    "text_terms": "text_number word weight is_name",
    "story_keys": "text_number key day",
    "story_links": "text_number other_number similarity",
    "text_stories": "text_number group_number story_id family similarity reason level",
    "story_changes": "run_id story_id became",
    "similar_requests": "run_id article_id ordinal provider request hits reason detail",
    "similar_hits": """
        run_id article_id ordinal provider url locator title published promise hit_article_id is_known is_match reason
        detail score days_apart shared_names shared_phrases shared_words
    """,
    "settled_batches": "run_id batch captures inserted updated unchanged duplicate rejected",
    "search_documents": "document article_id article_key published_at publisher title",
    "retired_texts": "text_number",
    "texts_state": "digest",
    "retired_keys": "text_number day",
    "search_postings": "segment term document weight positions",
    "search_segments": "segment last_document postings",
    "search_retired": "document",
    "search_terms": "term documents highest ample",
    "sightings": "article_id captured_at arrival capture_id content is_dated article_key capture_key text_key",
}
VIEWS = {
    "articles": VERSION,
    "distinct_articles": VERSION,
    "edits": "article_id version ordinal start stop original replacement rule",
    "undated_articles": "article_id title url capture_id claims",
    "coverage_by_day": "day articles distinct_texts publishers",
    "boilerplate_by_rule": "rule edits articles characters example",
    "run_history": """
        run_id flow status started_at seconds captures inserted updated unchanged duplicate rejected error program rules
        libraries
    """,
}
MACROS = {"search", "search_with_text", "similar_to", "story_timeline", "articles_as_of", "makes_pair", "known_day"}
WORDS = {"folded", "spaced", "is_unspaced", "words_in"}
LISTS = {("article_versions", "authors"), ("article_versions", "flags")}

HOLD = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read() if sys.argv[2] == "ever" else time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def made(warehouse: Warehouse) -> Warehouse:
    with warehouse.writing():
        return warehouse


@pytest.fixture
def hold(made: Warehouse):
    children = []

    def held(how_long: str) -> subprocess.Popen:
        child = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(made.path), how_long],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        assert child.stdout.readline() == "held\n"
        return child

    yield held
    for child in children:
        child.kill()
        child.communicate()


class TestSchema:
    def test_tables_and_views_have_their_columns(self, made):
        """Each table and view has exactly the columns of the contract, in its order."""
        wanted = {name: columns.split() for name, columns in {**TABLES, **VIEWS}.items()}
        with made.reading() as connection:
            found = {name: [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()] for name in wanted}
        assert found == wanted

    def test_a_file_of_an_older_duckdb_is_written_as_a_newer_one_writes_it(self, tmp_path):
        """A commit reads about groups of rows that did not change, unless the file says where they lie."""
        path = tmp_path / "dateline.duckdb"
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{path}' AS older (STORAGE_VERSION 'v1.2.0')")
        with Warehouse(path).writing():
            pass
        with duckdb.connect(path, read_only=True) as connection:
            found = connection.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE path IS NOT NULL")
            assert found.fetchall() == [("v1.4.0+",)]

    @pytest.mark.usefixtures("made")
    def test_there_are_no_other_tables_views_and_macros(self, rows):
        """A table, view or macro that the contract does not know cannot appear."""
        assert {name for (name,) in rows("SELECT table_name FROM duckdb_tables()")} == set(TABLES)
        assert {name for (name,) in rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")} == set(VIEWS)
        macros = rows("SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal")
        assert {name for (name,) in macros} == MACROS | WORDS

    @pytest.mark.usefixtures("made")
    def test_instants_have_a_zone_and_local_times_have_none(self, rows):
        """Columns that end in `_at`, `_from` or `_to` are instants; `published_local` is the page's own clock."""
        described = rows("SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal")
        types = {(table, name): kind for table, name, kind in described}
        for (_, name), kind in types.items():
            if name.endswith(("_at", "valid_from", "valid_to")) or name in ("earliest", "latest"):
                assert kind == "TIMESTAMP WITH TIME ZONE", name
            if name == "published_local":
                assert kind == "TIMESTAMP"
        for place in LISTS:
            assert types[place] == "VARCHAR[]"

    @pytest.mark.usefixtures("made")
    def test_every_table_and_column_is_explained(self, rows):
        """The comments are the documentation: no table and no column of a table or view is without."""
        assert rows("SELECT table_name FROM duckdb_tables() WHERE coalesce(trim(comment), '') = ''") == []
        silent = """
            SELECT table_name, column_name FROM duckdb_columns()
            WHERE NOT internal AND coalesce(trim(comment), '') = ''
        """
        assert rows(silent) == []

    @pytest.mark.usefixtures("made")
    def test_every_view_and_macro_is_explained(self, rows):
        """No view and no macro is without a comment."""
        assert rows("SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''") == []
        silent = "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND coalesce(comment, '') = ''"
        assert rows(silent) == []

    @pytest.mark.usefixtures("made")
    def test_there_are_no_constraints_to_lean_on(self, rows):
        """No key, no unique constraint and no index: the same files run where there are none."""
        kinds = {kind for (kind,) in rows("SELECT DISTINCT constraint_type FROM duckdb_constraints()")}
        assert kinds <= {"NOT NULL"}
        assert rows("SELECT index_name FROM duckdb_indexes()") == []


class TestMigrate:
    @pytest.mark.usefixtures("made")
    def test_a_new_file_gets_every_migration(self, rows):
        """Each migration has one row with its name and digest; number 0 stands for the views and macros."""
        applied = rows("SELECT version, name, sha256 FROM schema_migrations ORDER BY version")
        assert applied == sorted((one.version, one.name, one.sha256) for one in migrations())
        assert applied[0][:2] == (0, "views_and_macros")

    def test_migrating_again_applies_nothing(self, made, rows):
        """An up-to-date schema is left as it is."""
        before = rows("SELECT * FROM schema_migrations ORDER BY version")
        with made.writing() as connection:
            assert migrate(connection) == []
        assert rows("SELECT * FROM schema_migrations ORDER BY version") == before

    def test_a_changed_migration_is_refused(self, made):
        """A migration that is not the one that was applied stops the program, by number and name."""
        with made.writing() as connection:
            connection.execute("UPDATE schema_migrations SET sha256 = 'another' WHERE version = 1")
        with pytest.raises(MigrationError, match=r"migration 1 \(initial\) was changed"), made.writing():
            pass

    def test_a_newer_schema_is_refused(self, made, rows):
        """A warehouse of a newer program is left alone, with the advice to update."""
        with made.writing() as connection:
            connection.execute("INSERT INTO schema_migrations VALUES (99, 'tomorrow', now(), 'x')")
        with (
            pytest.raises(MigrationError, match="has migration 99, which this program does not know; update it"),
            made.writing(),
        ):
            pass
        assert len(rows("SELECT * FROM schema_migrations")) == len(migrations()) + 1

    def test_changed_views_are_made_anew(self, made, rows):
        """Views and macros of another version of the program are replaced, without a migration of their own."""
        with made.writing() as connection:
            connection.execute("CREATE OR REPLACE VIEW run_history AS SELECT 1 AS old")
            connection.execute("UPDATE schema_migrations SET sha256 = 'another' WHERE version = 0")
        with made.writing():
            pass
        assert [row[0] for row in rows("DESCRIBE run_history")] == VIEWS["run_history"].split()
        assert rows("SELECT count(*) FROM schema_migrations WHERE version = 0") == [(1,)]

    def test_a_migration_that_fails_leaves_nothing(self, warehouse):
        """A migration and its row are one transaction: where a table is in the way, none of the others is made."""
        warehouse.path.parent.mkdir(parents=True)
        with duckdb.connect(str(warehouse.path)) as connection:
            connection.execute("CREATE TABLE stories (of_somebody_else INTEGER)")
        with pytest.raises(duckdb.CatalogException, match="stories"), warehouse.writing():
            pass
        with duckdb.connect(str(warehouse.path)) as connection:
            assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("stories",)]


class TestTransaction:
    def test_all_is_kept_when_it_ends(self, made, rows):
        """What a transaction wrote is there for the next to open the file."""
        with made.transaction() as connection:
            connection.execute("INSERT INTO sources (source, kind, locator) VALUES ('a', 'file', '/a')")
        assert rows("SELECT source FROM sources") == [("a",)]

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_nothing_is_kept_when_it_fails(self, made, rows, error):
        """An error, or its user's impatience, takes back all of it."""
        with pytest.raises(error), made.transaction() as connection:  # noqa: PT012  (both lines are the case)
            connection.execute("INSERT INTO sources (source, kind, locator) VALUES ('a', 'file', '/a')")
            raise error
        assert rows("SELECT source FROM sources") == []

    def test_the_zone_is_utc(self, made, rows):
        """Instants are UTC whatever the machine's zone is."""
        with made.writing() as connection:
            assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)
        assert rows("SELECT current_setting('TimeZone')") == [("UTC",)]

    def test_a_reader_cannot_write(self, made):
        """A warehouse that is opened to read stays as it is."""
        with made.reading() as connection, pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("DELETE FROM runs")


class TestOpening:
    def test_a_missing_warehouse_is_not_made_by_reading(self, warehouse):
        """Reading where nothing is says how to make it, and makes nothing."""
        with (
            pytest.raises(WarehouseMissingError, match=r"no warehouse at .*dateline\.duckdb; `dateline ingest`"),
            warehouse.reading(),
        ):
            pass
        assert not warehouse.path.parent.exists()

    def test_the_archive_lies_beside_the_file(self, tmp_path):
        """`news.duckdb` has its bytes in `news.archive`, unless another folder is named."""
        assert Warehouse(tmp_path / "news.duckdb").archive.folder == tmp_path / "news.archive"
        elsewhere = Warehouse(tmp_path / "news.duckdb", archive_folder=tmp_path / "elsewhere")
        assert elsewhere.archive.folder == tmp_path / "elsewhere"

    @pytest.mark.parametrize("content", [b"this is a letter, not a database\n" * 500, b"x", bytes(100_000)])
    @pytest.mark.parametrize("way", ["reading", "writing"])
    def test_a_file_that_is_no_database_is_damaged(self, warehouse, content, way):
        """Other bytes are named as what they are, with what to do, and stay as they are."""
        warehouse.path.parent.mkdir(parents=True)
        warehouse.path.write_bytes(content)
        with pytest.raises(WarehouseDamagedError, match="`dateline rebuild` makes it again"), getattr(warehouse, way)():
            pass
        assert warehouse.path.read_bytes() == content

    def test_a_folder_whose_name_speaks_of_locks_changes_nothing(self, tmp_path):
        """A damaged file is not taken for a held one because of the words in its path."""
        path = tmp_path / "clocks and locks" / "dateline.duckdb"
        path.parent.mkdir()
        path.write_bytes(b"this is a letter, not a database\n" * 500)
        started = time.monotonic()
        with pytest.raises(WarehouseDamagedError), Warehouse(path, lock_wait=3).reading():
            pass
        assert time.monotonic() - started < 2

    def test_a_cut_file_is_an_error(self, made):
        """A database that lost its second half never answers with fewer rows: opening or reading it fails."""
        with made.writing() as connection:
            connection.execute(
                "INSERT INTO sources (source, kind, locator) SELECT 'a', 'file', range || 'x' FROM range(50000)"
            )
        with made.path.open("rb+") as file:
            file.truncate(made.path.stat().st_size // 2)
        with pytest.raises(WarehouseDamagedError, match="dateline rebuild"), made.reading() as connection:
            connection.execute("SELECT count(DISTINCT locator) FROM sources").fetchall()

    def test_a_damaged_block_is_told_when_a_question_meets_it(self, made):
        """A block that changed is damage, with its cure, also where it is met long after the file was opened."""
        with made.writing() as connection:
            connection.execute(
                "INSERT INTO sources (source, kind, locator) SELECT md5(range::VARCHAR), 'file', 'x' FROM range(200000)"
            )
        content = bytearray(made.path.read_bytes())
        for place in range(len(content) // 2, len(content) - 5000, 50_000):
            content[place] ^= 255
        made.path.write_bytes(content)
        with (
            pytest.raises(WarehouseDamagedError, match="`dateline rebuild` makes it again"),
            made.reading() as connection,
        ):
            connection.execute("SELECT count(DISTINCT source) FROM sources").fetchall()

    def test_a_folder_in_its_place_is_damaged(self, warehouse):
        """A folder where the file should be is no database."""
        warehouse.path.mkdir(parents=True)
        with pytest.raises(WarehouseDamagedError), warehouse.reading():
            pass

    @pytest.mark.parametrize("way", ["reading", "writing", "transaction"])
    def test_a_held_warehouse_names_its_holder(self, made, hold, way):
        """Another process that has the file open is named by its number, after the wait and not before."""
        child = hold("ever")
        impatient = Warehouse(made.path, lock_wait=0.3)
        started = time.monotonic()
        with (
            pytest.raises(WarehouseLockedError, match=f"held by process {child.pid};") as caught,
            getattr(impatient, way)(),
        ):
            pass
        assert caught.value.pid == child.pid
        assert 0.3 <= time.monotonic() - started < 5

    def test_who_waits_gets_in(self, made, hold):
        """A warehouse that is let go within the wait is opened."""
        hold("0.5")
        with Warehouse(made.path, lock_wait=20).writing() as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)

    def test_a_holder_that_died_holds_nothing(self, made, hold):
        """A lock ends with its process."""
        child = hold("ever")
        child.kill()
        child.wait()
        with Warehouse(made.path, lock_wait=5).writing():
            pass

    def test_two_readers_read_at_once(self, made):
        """Readers do not keep each other out."""
        script = (
            "import sys, duckdb; print(duckdb.connect(sys.argv[1], read_only=True).execute('FROM runs').fetchall())"
        )
        with made.reading():
            done = subprocess.run(
                [sys.executable, "-c", script, str(made.path)], capture_output=True, text=True, check=True
            )
        assert done.stdout == "[]\n"

    def test_threads_of_one_process_wait_for_each_other(self, made):
        """A thread that opens the file while another has it open waits for it, and tells if it waited too long."""
        impatient = replace(made, lock_wait=0.2)
        with made.writing():
            with pytest.raises(WarehouseLockedError, match=f"held by process {os.getpid()};"), impatient.writing():
                pass
            with pytest.raises(WarehouseLockedError), impatient.reading():
                pass
        entered = []

        def enter():
            with made.reading():
                entered.append(True)

        waiting = threading.Thread(target=enter)
        with made.writing():
            waiting.start()
            time.sleep(0.3)
            assert entered == []
        waiting.join(10)
        assert entered == [True]

    def test_nothing_is_held_between_two_pieces_of_work(self, made):
        """After its work the file is closed, and another process may write."""
        with made.writing():
            pass
        script = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('DELETE FROM runs')"
        assert subprocess.run([sys.executable, "-c", script, str(made.path)], check=False).returncode == 0


@pytest.mark.parametrize(
    ("given", "usual", "meanwhile"), [(None, "238.4 MiB", "GiB"), ("500MB", "476.8 MiB", "476.8 MiB")]
)
def test_what_brings_a_large_file_up_to_date_may_take_more_memory(made, monkeypatch, given, usual, meanwhile):
    """The limit is a share of the file while migrations run, and what it was after them; one that is set stays."""
    asked, seen = "SELECT current_setting('memory_limit')", []
    monkeypatch.setattr(
        "warehouse.database.index_backlog", lambda connection: seen.extend(connection.execute(asked).fetchone())
    )
    monkeypatch.setattr("warehouse.database._SHARE", made.path.stat().st_size / 2e9)
    with made.writing() as connection:
        connection.execute("UPDATE schema_migrations SET sha256 = 'another' WHERE version = 0")
    with replace(made, memory_limit=given).writing() as connection:
        assert connection.execute(asked).fetchone() == (usual,)
    assert [meanwhile in limit for limit in seen] == [True]
    with replace(made, memory_limit=given).reading() as connection:
        assert meanwhile in connection.execute(asked).fetchone()[0]


def test_what_takes_more_memory_than_the_limit_is_told(warehouse):
    """A piece of work that does not fit into DuckDB's memory says so, and which setting gives it more."""
    small = replace(warehouse, memory_limit="30MB")
    with (
        pytest.raises(WarehouseMemoryError, match=r"30MB that DuckDB may use.*DATELINE_MEMORY_LIMIT"),
        small.writing() as connection,
    ):
        connection.execute("SELECT list(range) FROM range(20_000_000)")
    with warehouse.reading() as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone() == (0,)
