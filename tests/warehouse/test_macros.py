from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday."
SALT = "Salt from the old pans is on sale again, the harbour master said."


@pytest.fixture
def found(rows):
    """Give a function that searches and gives the places of what it finds."""

    def searched(words: str) -> list[str]:
        return [
            locator
            for (locator,) in rows(
                "SELECT locator FROM search(?) INNER JOIN articles USING (article_id) "
                "INNER JOIN captures USING (capture_id) ORDER BY score DESC, article_id",
                [words],
            )
        ]

    return searched


@pytest.fixture
def article(rows):
    def named(locator: str) -> str:
        query = (
            "SELECT DISTINCT article_id FROM article_versions INNER JOIN captures USING (capture_id) WHERE locator = ?"
        )
        return rows(query, [locator])[0][0]

    return named


class TestSearch:
    def test_all_the_words_are_needed(self, take, capture, found):
        """An article is found by words that it has all of, in any case and order."""
        take(capture(BREAD, "/bread"), capture(SALT, "/salt"))
        assert found("harbour SALT") == ["/salt"]
        assert found("bread salt") == []
        assert sorted(found("the")) == ["/bread", "/salt"]

    def test_only_whole_words_count(self, take, capture, found):
        """A word inside another is not that word."""
        take(capture(BREAD, "/bread"))
        assert found("loaf") == ["/bread"]
        assert found("oaf") == []
        assert found("bake") == []

    def test_the_title_counts_more(self, take, capture, found):
        """Of two articles with a word, the one with the word in its title comes first."""
        take(
            capture("The mill was sold, and salt with it.", "/text", title="A sale"),
            capture("The mill was sold in spring.", "/title", title="Salt"),
        )
        assert found("salt") == ["/title", "/text"]

    def test_more_of_a_word_counts_more(self, take, capture, found):
        """Of two articles with a word, the one that has it more often comes first."""
        take(
            capture("One oat among the rye, they said.", "/once", title="A"),
            capture("Oat and oat and oat, they said.", "/often", title="B"),
        )
        assert found("oat") == ["/often", "/once"]

    def test_words_of_any_script_are_found(self, take, capture, found):
        """Words with accents and of other scripts are words."""
        texts = {
            "порта": "Рабочие порта начали забастовку в понедельник.",
            "öffnet": "Die Bäckerei öffnet um fünf Uhr.",
            "café": "Le café de la gare ferme tôt.",
            "الميناء": "بدأ عمال الميناء إضرابا يوم الاثنين",
            "λιμάνι": "Η απεργία στο λιμάνι συνεχίζεται.",
        }
        take(capture(BREAD, "/bread"), *(capture(text, f"/{word}") for word, text in texts.items()))
        assert {word: found(word) for word in texts} == {word: [f"/{word}"] for word in texts}

    def test_no_words_find_nothing(self, take, capture, found):
        """Without a word there is nothing to look for."""
        take(capture(BREAD, "/1"))
        assert [found(words) for words in ("", "  ", "!?", "%", "'")] == [[]] * 5

    def test_signs_of_patterns_stand_for_themselves(self, take, capture, found):
        """Signs between words only part them."""
        take(capture(BREAD, "/1"))
        assert found("(loaf).* [Monday]") == ["/1"]
        assert found("l.af") == []

    def test_former_words_are_not_found(self, take, capture, found):
        """Only current versions are searched."""
        take(capture(BREAD, "/1"))
        take(capture(SALT, "/1", day=2))
        assert found("loaf") == []
        assert found("salt") == ["/1"]

    def test_a_hit_says_what_it_is(self, take, capture, rows, article):
        """A hit comes with score, id, date, publisher and title."""
        take(capture(BREAD, "/1", url="https://www.gazette.example/1", published="2024-02-02", title="Loaves"))
        assert [row[1:] for row in rows("FROM search('loaf')")] == [
            (article("/1"), datetime(2024, 2, 2, tzinfo=UTC), "gazette.example", "Loaves")
        ]
        assert rows("FROM search('loaf')")[0][0] > 0


class TestLinks:
    @pytest.fixture
    def copies(self, take, capture):
        take(
            capture(BREAD, "/late", published="2024-02-05", publisher="Gazette"),
            capture(BREAD, "/undated"),
            capture(BREAD, "/early", published="2024-02-01", publisher="Herald"),
            capture(SALT, "/other"),
        )

    @pytest.mark.usefixtures("copies")
    def test_similar_articles_are_named_from_either_side(self, rows, article):
        """A copy names its original, and the original its copies."""
        assert rows("SELECT article_id, similarity, containment, method FROM similar_to(?)", [article("/late")]) == [
            (article("/early"), 1.0, 1.0, "exact")
        ]
        named = rows("SELECT article_id FROM similar_to(?)", [article("/early")])
        assert {one for (one,) in named} == {article("/late"), article("/undated")}
        assert rows("FROM similar_to(?)", [article("/other")]) == []

    @pytest.mark.usefixtures("copies")
    def test_a_timeline_is_in_order_of_publication(self, rows, article):
        """A story's articles come as they were published or may have been, each with its part in the story."""
        ((story,),) = rows("SELECT story_id FROM stories")
        assert rows("SELECT article_id, role, publisher FROM story_timeline(?)", [story]) == [
            (article("/early"), "original", "Herald"),
            (article("/undated"), "copy", None),
            (article("/late"), "copy", "Gazette"),
        ]

    @pytest.mark.usefixtures("copies")
    def test_of_copies_one_is_distinct(self, rows, article):
        """`distinct_articles` has each text once, by its earliest article."""
        found = {one for (one,) in rows("SELECT article_id FROM distinct_articles")}
        assert found == {article("/early"), article("/other")}


class TestTime:
    def test_articles_are_as_they_were(self, take, capture, rows):
        """At any instant the version that was current then is given; a version begins at its first instant."""
        take(capture(BREAD, "/1", day=2))
        take(capture(SALT, "/1", day=4))

        def at(instant: str) -> list[tuple]:
            return rows("SELECT version FROM articles_as_of(CAST(? AS TIMESTAMPTZ))", [instant])

        assert at("2024-03-02 11:59:59Z") == []
        assert at("2024-03-02 12:00:00Z") == [(1,)]
        assert at("2024-03-04 11:59:59Z") == [(1,)]
        assert at("2024-03-04 12:00:00Z") == [(2,)]
        assert at("2999-01-01 00:00:00Z") == [(2,)]

    def test_an_instant_may_be_a_string(self, take, capture, rows):
        """People who type SQL write a date in quotes."""
        take(capture(BREAD, "/1", day=2))
        assert rows("SELECT count(*) FROM articles_as_of('2024-03-03')") == [(1,)]
        assert rows("SELECT count(*) FROM articles_as_of('2024-03-01')") == [(0,)]

    def test_coverage_is_by_the_page_s_own_day(self, take, capture, rows):
        """Days count articles, distinct texts and publishers; what has no exact day is left out."""
        take(
            capture(BREAD, "/1", published="2024-02-02T23:30:00-05:00", publisher="Gazette"),
            capture(BREAD, "/2", published="2024-02-02", publisher="Herald"),
            capture(SALT, "/3", published="2024-02-01", publisher="Herald"),
            capture("Rye is dear.", "/4", published="2024-02"),
            capture("Oats are not.", "/5"),
        )
        assert rows("FROM coverage_by_day") == [(date(2024, 2, 1), 1, 1, 1), (date(2024, 2, 2), 2, 1, 2)]

    def test_undated_articles_show_what_was_not_believed(self, take, capture, rows, article):
        """An article without a date comes with the words that gave none."""
        take(
            capture(BREAD, "/1", published="when the tide turns"),
            capture(SALT, "/2", published="2024-02-02"),
            capture("Rye is dear.", "/3"),
        )
        found = dict(rows("SELECT article_id, claims FROM undated_articles"))
        assert found == {article("/1"): ["source: when the tide turns"], article("/3"): None}


class TestCounts:
    def test_boilerplate_is_counted_by_rule(self, take, capture, rows):
        """A rule comes with its edits, articles and characters in the current versions, and an example."""
        litter = "Read more: Five charts on the price of bread"
        take(
            capture(f"{BREAD}\n\n{litter}\n", "/1"),
            capture(f"{SALT}\n\n{litter}\n", "/2"),
            capture("Rye is dear.", "/3"),
        )
        ((edits, articles, characters, example),) = rows(
            "SELECT edits, articles, characters, example FROM boilerplate_by_rule WHERE rule = 'read-more'"
        )
        assert (edits, articles) == (2, 2)
        assert characters >= 2 * len(litter)
        assert litter in example
        take(capture("Salt is dear.", "/2", day=2))
        assert rows("SELECT edits FROM boilerplate_by_rule WHERE rule = 'read-more'") == [(1,)]

    def test_runs_come_with_how_long_they_took(self, take, capture, rows):
        """The history of runs begins with the latest, with counts and seconds."""
        take(capture(BREAD, "/1"))
        take(capture(BREAD, "/1"))
        history = rows("SELECT flow, status, captures, inserted, unchanged, seconds >= 0 FROM run_history")
        assert history == [("ingest", "done", 1, 0, 1, True), ("ingest", "done", 1, 1, 0, True)]
