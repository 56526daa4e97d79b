from __future__ import annotations

import random
import re

import pytest

from warehouse.checks import run_checks
from warehouse.database import Warehouse
from warehouse.statements import read_sql, run_sql

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday."
SALT = "Salt from the old pans is on sale again, the harbour master said."
WORDS = ("bread", "salt", "oats", "rye", "harbour", "mill", "the", "a", "Straße", "λόγος")


@pytest.fixture
def found(rows):
    """Give a function that searches and gives the places of what it finds."""

    def searched(words: str, **narrowed: str) -> list[str]:
        given = "".join(f", {name} := ${name}" for name in narrowed)
        query = f"SELECT locator FROM search($words{given}) AS hits INNER JOIN articles USING (article_id) INNER JOIN captures USING (capture_id) ORDER BY hits.score DESC, article_id"
        return [locator for (locator,) in rows(query, {"words": words, **narrowed})]

    return searched


def terms(rows) -> list[tuple]:
    """Give what the index holds, by article; how it is laid out in segments is left out."""
    return rows("""
        SELECT term, article_id, weight, positions
        FROM search_postings
        INNER JOIN search_documents USING (document)
        ORDER BY ALL
    """)


def forget(warehouse: Warehouse) -> None:
    """Empty the index, as if the archive were older than it."""
    with warehouse.transaction() as connection:
        for name in ("documents", "postings", "segments", "retired", "terms"):
            connection.execute(f"DELETE FROM search_{name}")
        connection.execute("DELETE FROM schema_migrations WHERE version = 0")


class TestWords:
    @pytest.mark.parametrize(
        ("written", "words"),
        [
            ("Salt, SALT; sAlt", ["salt", "salt", "salt"]),
            ("the harbour-master's", ["the", "harbour", "master", "s"]),
            ("STRASSE Straße STRAẞE", ["strasse"] * 3),
            ("ΛΌΓΟΣ λόγος", ["λόγοσ"] * 2),
            ("cafe\u0301 café", ["café"] * 2),
            ("ﬁnd ＡＢ１２", ["find", "ab12"]),
            ("港口罢工2024年", ["港口", "口罢", "罢工", "2024", "年"]),
            ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
            ("ميناء 2022", ["ميناء", "2022"]),
            ("—!?…", [""]),
        ],
    )
    def test_words_are_told_without_regard_to_their_form(self, take, rows, written, words):
        """Case, ligatures, wide letters and combining marks make no other word; signs without spaces go in pairs."""
        take()
        assert rows("SELECT words_in(spaced(?))", [written]) == [(words,)]


FERRY = """The ferry Sligo ran aground off Port Ellen in fog on Tuesday with 212 passengers aboard. Captain Iseult Farran said
the engines failed as the ship neared the harbour. Lifeboats from Islay and Jura took everyone to shore before noon, the coast
guard said. Calmac has sent an inspector from Glasgow, and the Sligo will be towed to Greenock."""


class TestInferredDates:
    def test_a_date_from_a_story_narrows_too(self, take, capture, found):
        """What its story dates later is found by that day at once, and no more when the story has no date for it."""
        told = FERRY.replace("in fog on Tuesday", "in thick fog") + " Passengers waited on deck for two hours."
        take(capture(FERRY, "/undated"))
        assert found("sligo") == ["/undated"]
        assert found("sligo", since="2024-02-06") == []
        take(capture(told, "/dated", published="2024-02-06"))
        assert set(found("sligo", since="2024-02-06", until="2024-02-07")) == {"/undated", "/dated"}
        assert found("sligo", since="2024-02-07") == found("sligo", until="2024-02-06") == []
        take(capture("Oats were sown early on the hills, and rye is dear.", "/dated", published="2024-02-06", day=2))
        assert found("sligo") == ["/undated"]
        assert found("sligo", since="2024-02-06", until="2024-02-07") == []


class TestQuestions:
    def test_a_phrase_stands_together(self, take, capture, found):
        """Words in quotes are needed in their order, one after the other, in text or headline."""
        take(
            capture("The harbour master said so.", "/together", title="A"),
            capture("The master of the harbour said so.", "/apart", title="B"),
            capture("He said so.", "/title", title="Harbour master"),
            capture("harbour: master!", "/signs", title="C"),
        )
        assert set(found('"harbour master"')) == {"/together", "/title", "/signs"}
        assert set(found("harbour master")) == {"/together", "/apart", "/title", "/signs"}
        assert found('"harbour master" said title:a') == ["/together"]
        assert found('"arbour master"') == []

    def test_words_of_a_phrase_may_be_the_same(self, take, capture, found):
        """A word that stands in a phrase several times is needed at each of its places."""
        take(
            capture("He asked: to be or not to be?", "/whole"),
            capture("To be, it seems, is not to be or to be.", "/apart"),
            capture("Be or not to be to.", "/turned"),
        )
        assert found('"to be or not to be"') == ["/whole"]
        assert set(found('"not to be" "or to be"')) == {"/apart"}

    def test_a_phrase_ends_with_the_headline(self, take, capture, found):
        """No phrase goes from the headline into the text."""
        take(capture("Master of the port.", "/parted", title="The harbour"), capture("The harbour master.", "/one"))
        assert found('"harbour master"') == ["/one"]
        assert set(found("harbour master")) == {"/parted", "/one"}

    def test_a_phrase_among_many_that_fit_better(self, take, capture, found):
        """The phrase is found in the one article that has it, where a thousand others have its words more often."""
        words = "Salt and oats. " * 3
        take(
            *(capture(f"{words} Number {n}.", f"/{n}") for n in range(1100)),
            capture(f"Here oats and salt are sold. {'So it goes on and on. ' * 40}", "/here"),
            documents=300,
        )
        assert found('"oats and salt are"') == ["/here"]
        assert found('"oats and salt"', most="3") == ["/here"]

    def test_a_word_of_the_headline(self, take, capture, found):
        """`title:` finds in headlines alone, a phrase too."""
        take(
            capture("Salt is cheap.", "/text", title="A sale"),
            capture("It is cheap.", "/title", title="Salt from the pans"),
            capture("title:salt was printed here.", "/odd", title="A mistake"),
        )
        assert found("title:salt") == ["/title"]
        assert found("Title:SALT cheap") == ["/title"]
        assert found('title:"from the pans"') == ["/title"]
        assert found('title:"from pans"') == []

    def test_chinese_is_found_by_parts_of_its_text(self, take, capture, found):
        """Where no spaces part words, a run of signs is found inside a longer one."""
        take(capture("中国港口工人星期一开始罢工。", "/port"), capture("中国工人港。", "/other"))
        assert found("港口工人") == ["/port"]
        assert found('"工人星期一"') == ["/port"]
        assert found("罢工 港口") == ["/port"]

    def test_dates_and_publishers_narrow(self, take, capture, found):
        """A span of publication is half-open, and a publisher is its name or host, in any case."""
        take(
            capture("Salt.", "/1", published="2024-02-01", publisher="The Gazette"),
            capture("Salt!", "/2", published="2024-02-02", url="https://www.herald.example/2"),
            capture("Salt?", "/3"),
        )
        assert set(found("salt")) == {"/1", "/2", "/3"}
        assert found("salt", since="2024-02-02") == ["/2"]
        assert found("salt", until="2024-02-02") == ["/1"]
        assert set(found("salt", since="2024-02-01", until="2024-02-03")) == {"/1", "/2"}
        assert found("salt", from_publisher="the gazette") == ["/1"]
        assert found("salt", from_publisher="Herald.example") == ["/2"]
        assert found("salt", from_publisher="herald") == []

    def test_the_best_are_the_first_of_all(self, take, capture, rows):
        """The best few are the first of all that match, whatever is tied."""
        take(*(capture(f"Salt and oats and number {n}.", f"/{n}", title="Same") for n in range(30)))
        every = rows("SELECT article_id FROM search('salt oats')")
        assert len(every) == 30
        assert rows("SELECT article_id FROM search('salt oats', most := 7)") == every[:7]
        assert rows("SELECT article_id FROM search_with_text('salt oats')") == every


class TestCommonWords:
    """Words that many articles have are counted beforehand, and read after the others."""

    @pytest.mark.parametrize(
        ("bound", "other"),
        [("", ""), ("<= 100_000", "<= 0"), ("LIMIT 10_000", "LIMIT 3")],
        ids=["usual", "no phrase is put off", "phrases among the best first"],
    )
    @pytest.mark.parametrize("share", [0.3, 0.6, 1])
    def test_they_are_found_as_all_others(self, take, capture, warehouse, share, bound, other):
        """Whichever words are counted: every question has the same answer."""
        rng = random.Random(3)
        texts = [" ".join(rng.choices(WORDS, weights=range(10, 0, -1), k=rng.randrange(3, 30))) for _ in range(90)]
        take(*(capture(text, f"/{n % 80}", title=text[:20], day=1 + n // 80) for n, text in enumerate(texts)))
        asked = [" ".join(rng.choices(WORDS, k=rng.randrange(1, 5))) for _ in range(30)]
        asked += [f'"{words}"' for words in asked] + [f'title:{words} "{words}" mill' for words in asked[:10]]
        with warehouse.writing() as connection:

            def answers(most):
                query = f"SELECT score, article_id FROM search($asked, most := {most})"
                return [connection.execute(query, {"asked": words}).fetchall() for words in asked]

            wanted = {most: answers(most) for most in (2, 1000)}
            assert sum(map(bool, wanted[2])) > 30
            connection.execute("BEGIN")
            counted = connection.execute(
                "SELECT term, count(*), max(weight) FROM search_postings GROUP BY term ORDER BY term"
            ).fetchall()
            connection.executemany(
                "INSERT INTO search_terms VALUES (?, ?, ?, ?)",
                [
                    (term, documents, rng.choice([highest, 255]), rng.choice([0, rng.randrange(1, highest + 1)]))
                    for term, documents, highest in rng.sample(counted, round(share * len(counted)))
                ],
            )
            macro = read_sql("macros/search")
            assert bound in macro
            connection.execute(macro.replace(bound, other) if bound else macro)
            for most, given in wanted.items():
                assert answers(most) == given
            connection.execute("ROLLBACK")

    def test_they_are_counted_as_they_come_and_go(self, take, capture, rows, warehouse, monkeypatch):
        """What a large segment has often is counted from then on, through new versions and merges."""
        monkeypatch.setattr("warehouse.search._FINAL", 300)
        monkeypatch.setattr("warehouse.search._AMPLE", 2)
        rng = random.Random(5)
        for day in range(1, 9):
            texts = [f"{' '.join(rng.choices(WORDS, k=12))} n{n} d{day}" for n in range(0, 20, day)]
            take(*(capture(text, f"/{n}", day=day) for n, text in enumerate(texts)), documents=3)
            assert [check.name for check in run_checks(warehouse) if check.required and not check.passed] == []
        assert rows("SELECT count(*) > 5, count(*) FILTER (ample > 0) > 3 FROM search_terms") == [(True, True)]


class TestPlan:
    def test_parts_of_a_question_are_worked_out_once(self, take, capture, warehouse):
        """What DuckDB keeps of a stored macro makes no part of it run as often as it is named."""
        take(capture(BREAD, "/1"))
        with warehouse.reading() as connection:
            plan = connection.execute("EXPLAIN (FORMAT json) FROM search('loaf')").fetchall()[0][1]
        names = re.findall(r'"CTE Name": "(\w+)"', plan)
        assert len(names) == len(set(names))
        assert {"ranked", "rare", "worths", "lead", "two", "matched", "scored", "reach", "others", "every"} <= set(
            names
        )

    def test_a_question_needs_no_windows(self, take, capture, warehouse):
        """Windows over a few rows fail now and then, in DuckDB 1.5.5 with two threads."""
        take(capture(BREAD, "/1"))
        with warehouse.reading() as connection:
            ((_, plan),) = connection.execute("EXPLAIN FROM search('title:loaf \"a loaf\"')").fetchall()
        assert "TABLE_SCAN" in plan or "SEQ_SCAN" in plan
        assert not re.search(r"\bWINDOW\b", plan.replace("STREAMING_WINDOW", ""))


class TestUpkeep:
    def items(self, capture) -> list:
        generator = random.Random(7)
        return [
            capture(
                f"{' '.join(generator.choices(WORDS, k=12))} n{n}", f"/{n % 40}", day=1 + n // 40, title=f"Title {n}"
            )
            for n in range(120)
        ]

    def test_the_index_does_not_hang_on_batches_and_merges(self, take, capture, rows, tmp_path):
        """One batch, or sixty with merges among them, with versions replaced meanwhile: the index is the same."""
        items = self.items(capture)
        take(*items, documents=2)
        ((segments, postings),) = rows("SELECT count(*), sum(postings) FROM search_segments")
        assert segments < 32
        merged = terms(rows)
        other = Warehouse(tmp_path / "other" / "dateline.duckdb")
        take(*items, into=other)
        with other.reading() as connection:
            assert terms(lambda query: connection.execute(query).fetchall()) == merged
        assert rows("SELECT count(DISTINCT article_id), count(*) FROM search_documents") == [(40, 40)]
        assert postings >= len(merged)

    def test_what_was_replaced_is_found_no_more(self, take, capture, found, rows):
        """A new version takes the words of the former out, before and after a merge."""
        take(capture(BREAD, "/1"))
        take(capture(SALT, "/1", day=2))
        assert (found("loaf"), found("salt")) == ([], ["/1"])
        assert rows("SELECT count(*) FROM search_retired") == [(1,)]
        like_size = (" ".join(f"rye{n}and{word}" for word in range(25)) for n in range(16))
        take(*(capture(text, f"/rye/{n}") for n, text in enumerate(like_size)), documents=1)
        assert rows("SELECT count(*) FROM search_retired") == [(0,)]
        assert (found("loaf"), found("salt")) == ([], ["/1"])
        assert rows("SELECT count(*) FROM search_postings WHERE term = md5_number_lower('loaf')") == [(0,)]

    def test_an_archive_older_than_the_index_is_indexed(self, take, capture, found, warehouse):
        """Articles that were there before the index are in it as soon as the schema is brought up to date."""
        take(*(capture(f"Salt {n}", f"/{n}") for n in range(5)))
        forget(warehouse)
        with warehouse.writing():
            pass
        assert len(found("salt")) == 5

    def test_an_index_that_is_made_anew_is_gone_on_with(self, take, capture, rows, warehouse, monkeypatch):
        """What ends the making of an index loses what was not kept yet; the next who opens the file finishes it."""
        take(*(capture(f"Salt {n}", f"/{n}") for n in range(7)))
        before = terms(rows)
        forget(warehouse)
        monkeypatch.setattr("warehouse.search._BACKLOG", 3)
        calls = iter([None, None, ZeroDivisionError])

        def fail_at_the_third(connection, name, values=None):
            if name == "search/add" and (error := next(calls, None)):
                raise error
            return run_sql(connection, name, values)

        with monkeypatch.context() as patched:
            patched.setattr("warehouse.search.run_sql", fail_at_the_third)
            with pytest.raises(ZeroDivisionError), warehouse.writing():
                pass
        assert rows("SELECT count(*) FROM search_documents") == [(6,)]
        with warehouse.writing():
            pass
        assert terms(rows) == before

    def test_an_index_of_the_former_form_is_made_anew(self, take, capture, found, rows, warehouse):
        """An archive whose index held lists of postings gets one of rows, with the places of words."""
        take(*(capture(f"Salt from the old pans {n}", f"/{n}") for n in range(5)))
        before = terms(rows)
        with warehouse.transaction() as connection:
            for name in ("documents", "postings", "segments", "retired"):
                connection.execute(f"DROP TABLE search_{name}")
            run_sql(connection, "migrations/0004_search")
            connection.execute("ALTER TABLE search_documents ADD COLUMN article_key UBIGINT")
            connection.execute("INSERT INTO search_documents SELECT 1, article_id, NULL, NULL, 0 FROM articles")
            connection.execute("INSERT INTO search_postings VALUES (1, 1, [257])")
            connection.execute("INSERT INTO search_segments VALUES (1, 5, 1)")
            connection.execute("INSERT INTO search_retired VALUES (4)")
            connection.execute("DELETE FROM schema_migrations WHERE version IN (0, 11)")
        with warehouse.writing():
            pass
        assert terms(rows) == before
        assert len(found('"the old pans"')) == 5

    def test_a_load_that_fails_leaves_the_index_as_it_was(self, take, capture, found, rows, monkeypatch):
        """The index changes with the articles, in one transaction, or not at all."""
        take(capture(BREAD, "/1"))
        before = terms(rows)
        monkeypatch.setattr("warehouse.load.link", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take(capture(SALT, "/2"))
        assert terms(rows) == before
        assert found("salt") == []
