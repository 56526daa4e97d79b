from __future__ import annotations

import shutil

import pytest

from transforms.records import Rejection
from warehouse.archive import LEDGER
from warehouse.checks import run_checks
from warehouse.database import Warehouse
from warehouse.statements import list_sql

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday."
SALT = "Salt from the old pans is on sale again, the harbour master said."
LITTER = "Read more: Five charts on the price of bread"

# What breaks each check: statements on a good warehouse, in which `$a` is the article of `/1`, and a piece of the row
# that the check then names. A check may have several; a check that has none fails a test.
CORRUPTIONS = {
    "chosen_claim_is_the_date": [
        ("UPDATE date_claims SET chosen = false WHERE article_id = $a", {"article_id": "$a"}),
        (
            "UPDATE article_versions SET published_at = '1999-01-01' WHERE article_id = $a AND version = 2",
            {"version": 2},
        ),
        ("INSERT INTO date_claims FROM date_claims WHERE article_id = $a AND version = 2", {"article_id": "$a"}),
    ],
    "claims_are_intervals": [
        ("UPDATE date_claims SET latest = earliest WHERE article_id = $a AND version = 1", {"version": 1}),
        ("UPDATE date_claims SET latest = NULL WHERE article_id = $a AND version = 2", {"version": 2}),
        (
            "UPDATE article_versions SET published_at = '1999-01-01' WHERE article_id = $a AND version = 1",
            {"version": 1},
        ),
    ],
    "copies_are_paired": [("DELETE FROM near_duplicates", {"text_sha256": "$copied"})],
    "counts_balance": [("UPDATE runs SET inserted = inserted + 1 WHERE inserted = 3", {"inserted": 4})],
    "dates_are_there": [
        ("UPDATE article_versions SET published_at = NULL WHERE article_id = $a", {"article_id": "$a"}),
    ],
    "details_have_versions": [
        ("INSERT INTO edit_spans VALUES ($a, 9, 1, 0, 1, '', 'x')", {"relation": "edit_spans", "version": 9}),
        ("UPDATE date_claims SET version = 9 WHERE article_id = $a", {"relation": "date_claims", "version": 9}),
        (
            "INSERT INTO date_mentions VALUES ('f00d', 1, 1, 0, 1, 'x', 'P1D', NULL, NULL, 'day')",
            {"relation": "date_mentions", "article_id": "f00d"},
        ),
    ],
    "edits_are_in_order": [
        ("UPDATE edit_spans SET stop = 100000 WHERE article_id = $a AND version = 2", {"stop": 100000}),
        ("UPDATE edit_spans SET start = -1 WHERE article_id = $a AND version = 2", {"start": -1}),
        (
            (
                "INSERT INTO edit_spans SELECT article_id, version, ordinal + 1, start, stop, '', 'again' FROM edit_spans "
                "WHERE article_id = $a AND version = 2"
            ),
            {"article_id": "$a"},
        ),
    ],
    "edits_rebuild_text": [
        ("UPDATE article_versions SET text = text || '!' WHERE article_id = $a AND version = 1", {"version": 1}),
        (
            "UPDATE article_versions SET source_text = 'Oh ' || source_text WHERE article_id = $a AND version = 2",
            {"version": 2},
        ),
        ("UPDATE edit_spans SET replacement = 'x' WHERE article_id = $a AND version = 2", {"version": 2}),
        ("DELETE FROM edit_spans WHERE article_id = $a AND version = 2", {"article_id": "$a", "version": 2}),
    ],
    "ids_are_unique": [
        ("INSERT INTO captures FROM captures WHERE locator = '/1'", {"relation": "captures", "rows": 2}),
        (
            "INSERT INTO article_versions FROM article_versions WHERE article_id = $a AND version = 1",
            {"relation": "article_versions", "id": "$a/1"},
        ),
        ("INSERT INTO runs FROM runs WHERE inserted = 3", {"relation": "runs", "rows": 2}),
    ],
    "inferred_dates_rest_on_members": [
        (
            "UPDATE article_versions SET published_origin = 'story' WHERE article_id = $a AND version = 2",
            {"version": 2},
        ),
        (
            (
                "INSERT INTO date_claims SELECT article_id, version, 'published', '', 'story', NULL, NULL, NULL, NULL, "
                "false, 'by nobody' FROM articles WHERE article_id = $a"
            ),
            {"article_id": "$a", "note": "by nobody"},
        ),
    ],
    "mentions_match_text": [
        ("INSERT INTO date_mentions VALUES ($a, 2, 7, 0, 4, 'Monday', 'P1D', NULL, NULL, 'day')", {"ordinal": 7}),
    ],
    "one_current_version": [
        ("UPDATE article_versions SET valid_to = NULL WHERE article_id = $a", {"current_versions": 2}),
        ("UPDATE article_versions SET valid_to = now() WHERE article_id = $a", {"current_versions": 0}),
    ],
    "pairs_are_ordered": [
        ("UPDATE near_duplicates SET article_id = other_id, other_id = article_id", {"method": "exact"}),
        ("INSERT INTO near_duplicates FROM near_duplicates", {"method": "twice"}),
        ("UPDATE near_duplicates SET aligned = 1.5", {"method": "exact"}),
        ("UPDATE near_duplicates SET other_id = 'f00d'", {"other_id": "f00d"}),
    ],
    "rejections_are_counted": [
        ("DELETE FROM rejections", {"rejected": 1, "rows": 0}),
        ("INSERT INTO rejections FROM rejections", {"rejected": 1, "rows": 2}),
    ],
    "search_is_fresh": [
        ("DELETE FROM search_documents WHERE article_id = $a", {"article_id": "$a", "documents": 0}),
        ("INSERT INTO search_documents FROM search_documents", {"article_id": "$a", "documents": 2}),
        ("INSERT INTO search_documents VALUES (99, 'f00d', 0, NULL, NULL, NULL)", {"article_id": "f00d"}),
        ("UPDATE article_versions SET title = 'Unheard' WHERE article_id = $a", {"article_id": "$a"}),
        ("DELETE FROM search_postings", {"article_id": "$a", "documents": 1}),
    ],
    "search_terms_are_counted": [
        ("INSERT INTO search_terms VALUES (7, 2, 255, 0)", {"term": 7, "documents": 2, "postings": 0}),
    ],
    "stories_add_up": [
        ("UPDATE stories SET article_count = 7", {"article_count": 7}),
        ("DELETE FROM story_articles", {"articles": None}),
        (
            "INSERT INTO story_articles SELECT 'f00d', article_id, 1, 'copy', '', NULL FROM story_articles",
            {"story_id": "f00d"},
        ),
    ],
    "texts_are_told_apart": [("UPDATE texts_state SET digest = 7", {"digest": 7})],
    "texts_are_current": [
        ("DELETE FROM texts", {"text_sha256": "$copied"}),
        ("UPDATE texts SET article_id = 'f00d'", {"article_id": "f00d"}),
    ],
    "titles_are_there": [
        ("UPDATE article_versions SET title = NULL WHERE article_id = $a", {"article_id": "$a"}),
    ],
    "versions_are_a_chain": [
        ("UPDATE article_versions SET version = 3 WHERE article_id = $a AND version = 2", {"version": 3}),
        (
            "UPDATE article_versions SET valid_to = '2024-03-01 13:00:00Z' WHERE article_id = $a AND version = 1",
            {"version": 1},
        ),
        ("UPDATE article_versions SET valid_from = '2024-04-01' WHERE article_id = $a AND version = 2", {"version": 1}),
    ],
    "versions_were_seen": [
        ("DELETE FROM sightings WHERE article_id = $a", {"article_id": "$a", "version": 1}),
        ("UPDATE article_versions SET valid_from = '2024-02-01' WHERE article_id = $a AND version = 1", {"version": 1}),
        ("INSERT INTO sightings VALUES ($a, '2024-05-01', 99, 'x', 1, true, 1, 1, 1)", {"version": 2}),
    ],
    "versions_have_captures": [
        ("DELETE FROM captures WHERE locator = '/1'", {"article_id": "$a", "version": 1}),
    ],
}
CASES = [(name, *case) for name, cases in CORRUPTIONS.items() for case in cases]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, take_into, capture) -> Warehouse:
    """Take articles with versions, edits, claims, copies and a refusal, once for all cases."""
    made = Warehouse(tmp_path_factory.mktemp("good") / "dateline.duckdb")
    take_into(
        made,
        capture(BREAD, "/1", published="2024-02-02"),
        capture(SALT, "/2", published="2024-02-02"),
        Rejection("seeds", "/gone.txt", "read", "missing", "there is no such file"),
        capture("Oats were sown early, a farmer said.", "/4", published="2024-02"),
    )
    take_into(
        made,
        capture(f"{BREAD}\n{SALT}\n\n{LITTER}\n", "/1", day=3, published="2024-02-03"),
        capture(SALT, "/5", published="2024-02-09"),
    )
    return made


@pytest.fixture
def good(untouched, warehouse) -> Warehouse:
    shutil.copytree(untouched.path.parent, warehouse.path.parent)
    return warehouse


def results(warehouse) -> dict:
    return {one.name: one for one in run_checks(warehouse)}


def test_a_good_warehouse_passes_every_check(good):
    """On a warehouse that nobody touched no check names a row, and each says what it promises."""
    found = results(good)
    assert {name: one.offending for name, one in found.items() if not one.passed} == {}
    assert set(found) == {name.removeprefix("checks/") for name in list_sql("checks")} | {
        "bytes_are_kept",
        "ledger_is_whole",
        "litter_is_gone",
    }
    assert all(one.promise and one.failures == 0 for one in found.values())


def test_every_check_has_a_corruption():
    """A check that no case here breaks is a check that nobody knows to work."""
    assert {name.removeprefix("checks/") for name in list_sql("checks")} == set(CORRUPTIONS)


def test_only_missing_dates_and_titles_may_be_borne(good):
    """All checks are required but those of what a source may not have told."""
    advisory = {name for name, one in results(good).items() if not one.required}
    assert advisory == {"dates_are_there", "litter_is_gone", "titles_are_there"}


@pytest.mark.parametrize(("name", "statement", "named"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_corruption_is_named(good, rows, name, statement, named):
    """The check fails on what was broken, and gives the row."""
    article = rows(
        "SELECT DISTINCT article_id FROM captures INNER JOIN article_versions USING (capture_id) WHERE locator = '/1'"
    )[0][0]
    (copied,) = rows("SELECT DISTINCT text_sha256 FROM articles GROUP BY ALL HAVING count(*) > 1")[0]
    with good.transaction() as connection:
        connection.execute(statement, {"a": article} if "$a" in statement else None)
    found = results(good)[name]
    assert not found.passed
    wanted = {
        key: value.replace("$copied", copied).replace("$a", article) if isinstance(value, str) else value
        for key, value in named.items()
    }
    assert any(row.items() >= wanted.items() for row in found.offending), found.offending


def test_litter_that_was_left_is_named(good):
    """A text that the rules would still cut is named, with the rule and the words."""
    with good.transaction() as connection:
        connection.execute(f"UPDATE article_versions SET text = text || '\n\n{LITTER}' WHERE text = '{SALT}'")
    found = results(good)["litter_is_gone"]
    assert {(row["rule"], LITTER in row["original"]) for row in found.offending} == {("read-more", True)}


def test_many_failures_are_counted_and_the_first_shown(good):
    """A check that fails on very many rows counts them all and gives twenty."""
    with good.transaction() as connection:
        connection.execute("""
            INSERT INTO runs BY NAME
            SELECT 'x' || range AS run_id, 'x' AS flow, now() AS started_at, 'done' AS status, 1 AS captures,
                0 AS inserted, 0 AS updated, 0 AS unchanged, 0 AS duplicate, 0 AS rejected
            FROM range(50)
        """)
    found = results(good)["counts_balance"]
    assert (found.failures, len(found.offending)) == (50, 20)


def test_lost_bytes_are_named(good):
    """A capture whose bytes are not in the archive any more is named, with its place and what is wrong."""
    path = good.archive.folder / "dateline-000001.warc.gz"
    content = bytearray(path.read_bytes())
    with good.reading() as connection:
        offset, length = connection.execute(
            "SELECT warc_offset, warc_length FROM captures WHERE locator = '/2'"
        ).fetchone()
    content[offset + length // 2] ^= 16
    path.write_bytes(content)
    found = results(good)["bytes_are_kept"]
    (row,) = found.offending
    assert (row["locator"], row["warc_offset"]) == ("/2", offset)
    assert "dateline-000001.warc.gz at" in row["error"]


def test_a_damaged_ledger_is_named(good):
    """A ledger with a line that changed is named, with the byte where it begins."""
    path = good.archive.folder / LEDGER
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b"sha256", b"sha512") + b"".join(lines[2:]))
    (row,) = results(good)["ledger_is_whole"].offending
    assert row == {"error": f"{LEDGER} at byte {len(lines[0])}: a line whose checksum does not hold"}


def test_what_the_warehouse_has_not_loaded_is_named(good, capture):
    """Records that are kept and not loaded are a gap, with its place in the ledger."""
    appended = good.archive.append([capture("Rye.", "/9")], "0" * 32)
    (row,) = results(good)["ledger_is_whole"].offending
    assert (row["gap_start"], row["gap_stop"]) == (appended.ledger_start, appended.ledger_stop)
