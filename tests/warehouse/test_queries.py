from __future__ import annotations

import json
import shutil

import duckdb
import pytest

from transforms.records import Rejection
from warehouse.archive import ArchiveDamagedError
from warehouse.database import Warehouse, WarehouseMissingError, migrations
from warehouse.queries import (
    NoSuchArticleError,
    articles_of_run,
    ask,
    find_article,
    list_migrations,
    list_rejections,
    list_runs,
    list_stories,
    read_article,
    read_bytes,
    removed_by_run,
    search_articles,
)

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday."
SALT = "Salt from the old pans is on sale again, the harbour master said."
LITTER = "Read more: Five charts on the price of bread"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, take_into, capture) -> Warehouse:
    made = Warehouse(tmp_path_factory.mktemp("filled") / "dateline.duckdb")
    take_into(
        made,
        capture(BREAD, "/1", published="2024-02-02", title="Bread is cheaper"),
        capture(f"{SALT}\n\n{LITTER}\n", "/2"),
        Rejection("seeds", "/gone.txt", "read", "missing", "there is no such file"),
    )
    take_into(
        made,
        capture(
            f"{BREAD}\n\nBack to top ↑\n\nRolls too.", "/1", day=5, published="2024-02-03", title="Bread is cheaper"
        ),
        capture(SALT, "/3", day=5, published="2024-02"),
        capture(" ", "/4"),
    )
    return made


@pytest.fixture
def filled(untouched, warehouse) -> Warehouse:
    shutil.copytree(untouched.path.parent, warehouse.path.parent)
    return warehouse


@pytest.fixture
def article(rows):
    def named(locator: str) -> str:
        query = (
            "SELECT DISTINCT article_id FROM article_versions INNER JOIN captures USING (capture_id) WHERE locator = ?"
        )
        return rows(query, [locator])[0][0]

    return named


class TestFindArticle:
    def test_the_first_digits_are_enough(self, filled, article):
        """An article is found by the beginning of its id, in capitals too, and by all of it."""
        wanted = article("/1")
        assert find_article(filled, wanted[:12]) == wanted
        assert find_article(filled, wanted[:12].upper()) == wanted
        assert find_article(filled, wanted) == wanted

    def test_no_article_is_an_error(self, filled):
        """Digits that no id begins with are refused, with the way to find articles."""
        with pytest.raises(NoSuchArticleError, match="no article's id begins with 'xyz'; `dateline search`"):
            find_article(filled, "xyz")

    def test_several_articles_are_an_error(self, filled, article):
        """Digits that several ids begin with are refused, and the ids named."""
        with pytest.raises(NoSuchArticleError, match="several articles' ids begin with ''") as caught:
            find_article(filled, "")
        assert all(article(locator) in str(caught.value) for locator in ("/1", "/2", "/3"))

    def test_signs_of_patterns_stand_for_themselves(self, filled):
        """`%` and `_` match nothing but themselves."""
        for sign in ("%", "_", "'"):
            with pytest.raises(NoSuchArticleError, match="no article"):
                find_article(filled, sign)

    def test_a_missing_warehouse_says_so(self, warehouse):
        """Without a warehouse there is nothing to ask."""
        with pytest.raises(WarehouseMissingError):
            find_article(warehouse, "a")


class TestReadArticle:
    def test_the_current_version_comes_with_all_that_explains_it(self, filled, article):
        """Article, capture, versions, edits, claims and copies are rows of one answer."""
        answer = read_article(filled, article("/1"))
        assert (answer.article["version"], answer.article["text"]) == (2, f"{BREAD}\n\nRolls too.")
        assert answer.capture["locator"] == "/1"
        assert [(row["version"], row["valid_to"] is None) for row in answer.versions] == [(1, False), (2, True)]
        assert ("back-to-top", "") in [(row["rule"], row["replacement"]) for row in answer.edits]
        assert any("Back to top" in row["original"] for row in answer.edits)
        assert [(row["raw"], row["chosen"]) for row in answer.date_claims] == [("2024-02-03", True)]
        assert answer.copies == []

    def test_an_older_version_may_be_asked_for(self, filled, article):
        """A version by number comes with its own edits, claims and bytes."""
        answer = read_article(filled, article("/1"), 1)
        assert answer.article["text"] == BREAD
        assert [row["raw"] for row in answer.date_claims] == ["2024-02-02"]
        assert read_bytes(filled, answer) == BREAD.encode()

    def test_a_version_that_is_not_there_is_an_error(self, filled, article):
        """A number over the last one is refused, and how many there are is told."""
        with pytest.raises(NoSuchArticleError, match="has no version 3; it has 2"):
            read_article(filled, article("/1"), 3)

    def test_copies_are_named(self, filled, article):
        """An article with a copy names it, from either side."""
        assert [row["article_id"] for row in read_article(filled, article("/2")).copies] == [article("/3")]
        assert [row["article_id"] for row in read_article(filled, article("/3")).copies] == [article("/2")]

    def test_the_bytes_are_what_came(self, filled, article):
        """The kept bytes are those of the source, litter and all."""
        assert read_bytes(filled, read_article(filled, article("/2"))) == f"{SALT}\n\n{LITTER}\n".encode()

    def test_lost_bytes_are_damage(self, filled, article):
        """Where the archive is gone the bytes are not made up."""
        (filled.archive.folder / "dateline-000001.warc.gz").unlink()
        with pytest.raises(ArchiveDamagedError):
            read_bytes(filled, read_article(filled, article("/2")))

    def test_one_row_has_it_all(self, filled, article):
        """As one mapping an answer is the article's columns and its parts, and fit for JSON."""
        row = read_article(filled, article("/1")).as_dict()
        assert row["title"] == "Bread is cheaper"
        assert [edit["rule"] for edit in json.loads(json.dumps(row, default=str))["edits"]] == [
            edit["rule"] for edit in row["edits"]
        ]


class TestLists:
    def test_runs_come_latest_first(self, filled):
        """The latest run is the first, with its counts, and the limit holds."""
        latest, first = list_runs(filled, 10)
        assert (first["captures"], first["inserted"], first["rejected"]) == (3, 2, 1)
        assert (latest["captures"], latest["updated"], latest["duplicate"], latest["rejected"]) == (3, 1, 1, 1)
        assert (latest["flow"], latest["status"], latest["error"]) == ("ingest", "done", None)
        assert latest["seconds"] >= 0
        assert list_runs(filled, 1) == [latest]

    def test_rejections_of_a_run_say_why(self, filled):
        """What a run refused comes with stage, reason, place and words; other runs' refusals do not."""
        latest, first = list_runs(filled, 10)
        assert list_rejections(filled, first["run_id"], 10) == [
            {"stage": "read", "reason": "missing", "locator": "/gone.txt", "detail": "there is no such file"}
        ]
        assert [row["reason"] for row in list_rejections(filled, latest["run_id"], 10)] == ["empty"]

    def test_what_a_run_removed_is_counted_by_rule(self, filled):
        """Each rule of a run comes with its edits, their characters and an example."""
        found = {row["rule"]: row for row in removed_by_run(filled, list_runs(filled, 10)[1]["run_id"])}
        assert found["read-more"]["edits"] == 1
        assert LITTER in found["read-more"]["example"]
        assert found["read-more"]["characters"] >= len(LITTER)

    def test_articles_of_a_run_are_dated_no_finer_than_they_are(self, filled):
        """A run's articles come in order of publication; a month is a month, and days that a story leaves open a year."""
        latest, first = list_runs(filled, 10)
        assert [row["published"] for row in articles_of_run(filled, latest["run_id"], 10)] == ["2024-02", "2024-02-03"]
        assert [row["published"] for row in articles_of_run(filled, first["run_id"], 10)] == ["2024", "2024-02-02"]

    def test_stories_come_largest_first(self, filled, take, capture):
        """The story with most articles is the first."""
        take(*(capture("Rye is dear, a trader said.", f"/rye/{n}", published=f"2024-02-0{n}") for n in (1, 2, 3)))
        found = list_stories(filled, 10)
        assert [row["article_count"] for row in found] == [3, 2]
        assert found[0]["title"] == "Rye is dear, a trader said"
        assert len(list_stories(filled, 1)) == 1

    def test_migrations_are_listed(self, filled):
        """Each migration has its number, name, digest and time."""
        assert {(row["version"], row["name"]) for row in list_migrations(filled)} == {
            (one.version, one.name) for one in migrations()
        }

    def test_search_is_limited(self, filled, article):
        """The best matches come first, no more than asked for."""
        assert [row["article_id"] for row in search_articles(filled, "bread", 10)] == [article("/1")]
        assert len(search_articles(filled, "the", 1)) == 1


class TestAsk:
    def test_rows_come_as_mappings(self, filled):
        """A query's rows are mappings by column."""
        assert ask(filled, "SELECT count(*) AS n FROM articles", as_rows=True) == [{"n": 3}]

    def test_a_table_is_drawn(self, filled):
        """Without rows a table comes back to be printed."""
        drawn = ask(filled, "SELECT title FROM articles ORDER BY title LIMIT 1", as_rows=False)
        assert "Bread is cheaper" in drawn
        assert "title" in drawn

    @pytest.mark.parametrize(
        "query", ["DELETE FROM articles", "DROP TABLE runs", "INSERT INTO runs FROM runs", "nonsense"]
    )
    def test_nothing_can_be_changed(self, filled, rows, query):
        """Statements that would change something are errors, and change nothing."""
        before = rows("SELECT count(*) FROM article_versions")
        with pytest.raises(duckdb.Error):
            ask(filled, query, as_rows=True)
        assert rows("SELECT count(*) FROM article_versions") == before
