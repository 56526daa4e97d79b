from __future__ import annotations

import random

import pytest

from flows.rebuild_warehouse import rebuild_warehouse
from flows.supervise_workers import Means
from warehouse.checks import run_checks
from warehouse.database import Warehouse
from warehouse.prints import Prints

# Two reports of one event without a sentence in common, and two matches of one league on one weekend.
FERRY = """The ferry Corriemore ran aground off Kilbrennan on Tuesday with 140 passengers on board, the coastguard said.
Two lifeboats from Tarrich took the passengers of the Corriemore to Kilbrennan harbour. Captain Morag Sinclair was
questioned by investigators, who spoke of a failed rudder. Nobody was hurt."""
FERRY_AGAIN = """Investigators are looking at the rudder of the Corriemore after she struck the rocks near Kilbrennan.
All 140 people were brought ashore by Tarrich lifeboats, as owner Hebrid Lines confirmed, and the skipper, Morag
Sinclair, has told the coastguard what happened. Engineers want to float the Corriemore at Thursday's spring tide."""
MATCH = """Dunmore Rovers beat Castlebeg 3-1 in the Premier League on Saturday. Striker Paul Henshaw scored twice for the
home side before half-time, and goalkeeper Ian Moffat saved a penalty. Manager Liz Tarrant praised her defenders after
the match at Quarry Park."""
OTHER_MATCH = """Port Aird United drew 0-0 with Inverlochan in the Premier League on Saturday. Winger Tom Adeyemi hit the
post and defender Callum Rae was sent off after an hour. Manager Gordon Pryce blamed the referee after the match at
Harbour Road."""


@pytest.fixture
def stories(rows):
    """Give a function that reads the stories as sets of places."""

    def read() -> list[set[str]]:
        found: dict[str, set[str]] = {}
        for story, locator in rows("""
            SELECT story_id, locator FROM story_articles
            INNER JOIN articles USING (article_id) INNER JOIN captures USING (capture_id)
        """):
            found.setdefault(story, set()).add(locator)
        return sorted(found.values(), key=sorted)

    return read


@pytest.fixture
def dated(rows):
    """Give a function that reads the date of the article at a place."""

    def read(locator: str) -> tuple:
        ((*found,),) = rows(
            """
            SELECT CAST(published_local AS VARCHAR)[:10], published_precision, published_origin
            FROM articles INNER JOIN captures USING (capture_id) WHERE locator = ?
            """,
            [locator],
        )
        return tuple(found)

    return read


def failed(warehouse: Warehouse) -> list:
    return [(one.name, one.offending) for one in run_checks(warehouse) if one.required and not one.passed]


class TestStories:
    def test_one_event_in_other_words_is_one_story(self, take, capture, stories, rows):
        """Two reports without a sentence in common are one story, with what they share as the reason."""
        take(
            capture(FERRY, "/1", published="2024-02-06"),
            capture(FERRY_AGAIN, "/2", published="2024-02-07"),
            capture(MATCH, "/3", published="2024-02-06"),
        )
        assert stories() == [{"/1", "/2"}]
        for role, similarity, reason in rows("SELECT role, similarity, reason FROM story_articles"):
            assert role == "coverage"
            assert 0.2 < similarity < 1
            assert "corriemore" in reason
            assert "kilbrennan" in reason
            assert reason.endswith("1 day apart")

    def test_two_matches_of_one_weekend_are_two_stories(self, take, capture, stories):
        """Reports on different matches of the same league are not one story, though they share their words."""
        take(capture(MATCH, "/1", published="2024-02-03"), capture(OTHER_MATCH, "/2", published="2024-02-03"))
        assert stories() == []

    def test_what_lies_weeks_apart_is_another_story(self, take, capture, stories):
        """The same names a month later are a story of their own."""
        take(capture(FERRY, "/1", published="2024-02-06"), capture(FERRY_AGAIN, "/2", published="2024-01-07"))
        assert stories() == []

    def test_roles_tell_who_copied(self, take, capture, rows):
        """Of articles with the same words the first is the original, the others are copies; the rest is coverage."""
        take(
            capture(FERRY, "/wire", published="2024-02-06"),
            capture(FERRY, "/same", published="2024-02-07"),
            capture(FERRY_AGAIN, "/own", published="2024-02-07"),
        )
        assert rows("""
            SELECT locator, role FROM story_articles
            INNER JOIN articles USING (article_id) INNER JOIN captures USING (capture_id) ORDER BY 1
        """) == [("/own", "coverage"), ("/same", "copy"), ("/wire", "original")]

    def test_a_story_keeps_its_id_as_it_grows(self, take, capture, rows):
        """What comes later joins the story under the id that it has."""
        take(capture(FERRY, "/1", published="2024-02-06"), capture(FERRY, "/2", published="2024-02-06"))
        before = rows("SELECT story_id FROM stories")
        take(capture(FERRY_AGAIN, "/3", published="2024-02-07", day=2))
        assert rows("SELECT story_id, article_count FROM stories") == [(*before[0], 3)]
        assert rows("SELECT * FROM story_changes") == []

    def test_a_story_that_ends_is_told_of(self, warehouse, take, capture, rows, stories):
        """When an article is rewritten so that its story is none any more, the change is kept."""
        take(capture(FERRY, "/1", published="2024-02-06"), capture(FERRY_AGAIN, "/2", published="2024-02-07"))
        ((story,),) = rows("SELECT story_id FROM stories")
        take(capture(MATCH, "/2", published="2024-02-07", day=2))
        assert stories() == []
        assert rows("SELECT DISTINCT story_id, became FROM story_changes") == [(story, None)]
        assert failed(warehouse) == []


class TestInferredDates:
    @pytest.mark.parametrize("order", [("/1", "/2"), ("/2", "/1")])
    @pytest.mark.parametrize("documents", [1, 2])
    def test_an_undated_article_takes_the_day_of_its_story(
        self, warehouse, take, capture, dated, rows, order, documents
    ):
        """In either order, in one run or in two, the undated article has the day that the dated one names."""
        items = {"/1": capture(FERRY, "/1"), "/2": capture(FERRY_AGAIN, "/2", published="2024-02-06")}
        for locator in order:
            take(items[locator], documents=documents)
        assert dated("/1") == ("2024-02-06", "day", "story")
        ((note, rests_on),) = rows("""
            SELECT note, other.article_id FROM date_claims, articles AS other
            WHERE origin = 'story' AND other.published_origin <> 'story'
        """)
        assert rests_on in note
        assert note.endswith("its own words fit: Tuesday")
        assert rows("SELECT max(version) FROM article_versions") == [(1,)]
        assert failed(warehouse) == []

    def test_its_own_words_narrow_the_range(self, take, capture, dated):
        """Of the days of its story the article that speaks of Tuesday has the Tuesday."""
        take(
            capture(FERRY, "/1"),
            capture(FERRY_AGAIN, "/2", published="2024-02-05"),
            capture(FERRY_AGAIN + " More follows.", "/3", published="2024-02-07"),
        )
        assert dated("/1") == ("2024-02-06", "day", "story")

    def test_without_such_words_the_range_stays(self, take, capture, dated):
        """An article that names no day has the whole range, and says so."""
        take(
            capture(FERRY.replace(" on Tuesday", ""), "/1"),
            capture(FERRY_AGAIN, "/2", published="2024-02-05"),
            capture(FERRY_AGAIN + " More follows.", "/3", published="2024-02-07"),
        )
        assert dated("/1") == ("2024-02-05", "range", "story")

    def test_inferred_dates_date_nothing(self, take, capture, dated):
        """A story without an article that dates itself gives no date."""
        take(capture(FERRY, "/1"), capture(FERRY_AGAIN, "/2"))
        assert dated("/1") == dated("/2") == (None, None, None)

    def test_the_date_goes_with_its_evidence(self, warehouse, take, capture, dated, rows):
        """When the dated article is rewritten to be about something else, the inferred date is withdrawn."""
        take(capture(FERRY, "/1"), capture(FERRY_AGAIN, "/2", published="2024-02-06"))
        take(capture(MATCH, "/2", published="2024-02-06", day=2))
        assert dated("/1") == (None, None, None)
        assert rows("SELECT * FROM date_claims WHERE origin = 'story'") == []
        assert failed(warehouse) == []

    def test_a_document_that_still_has_no_date_makes_no_version(self, take, capture, rows):
        """An undated article that was dated by its story is unchanged when other bytes say the same."""
        take(capture(FERRY, "/1"), capture(FERRY_AGAIN, "/2", published="2024-02-06"))
        report = take(capture(FERRY + "\n", "/1", day=2))
        assert (report.unchanged, report.updated) == (1, 0)
        assert rows("SELECT count(*) FROM article_versions") == [(2,)]

    def test_show_explains_it(self, take, capture, rows, runner_output):
        """`show --explain` says that no place of the article dates it, and on which articles the date rests."""
        take(capture(FERRY, "/1"), capture(FERRY_AGAIN, "/2", published="2024-02-06"))
        ((undated,),) = rows("SELECT article_id FROM articles WHERE published_origin = 'story'")
        ((other,),) = rows("SELECT article_id FROM articles WHERE published_origin <> 'story'")
        printed = " ".join(runner_output("show", undated, "--explain").split())
        assert "The date is that of other articles on its story." in printed
        assert other in printed


@pytest.fixture
def runner_output(warehouse, monkeypatch):
    """Give a function that runs a command on the test's warehouse and gives what it prints."""
    from click.testing import CliRunner  # noqa: PLC0415

    from flows.run_commands import main  # noqa: PLC0415

    def run(*arguments: str) -> str:
        monkeypatch.setenv("DATELINE_WAREHOUSE", str(warehouse.path))
        return CliRunner().invoke(main, list(arguments)).output

    return run


class TestOrder:
    @pytest.fixture
    def collection(self, capture):
        """Give articles on a few events, with copies, undated ones, and the same names weeks later."""
        texts = [FERRY, FERRY_AGAIN, MATCH, OTHER_MATCH, FERRY_AGAIN, FERRY.replace("140", "135")]
        days = [
            "2024-02-06",
            "2024-02-07",
            "2024-02-03",
            "2024-02-03",
            None,
            None,
            "2024-01-07",
            "2024-01-08",
            "2024-02-04",
        ]
        texts += [FERRY + " A month has passed.", FERRY_AGAIN + " A month has passed.", MATCH]
        return [
            capture(text, f"/{number}", **({"published": day} if day else {}))
            for number, (text, day) in enumerate(zip(texts, days, strict=True))
        ]

    @pytest.mark.parametrize(("seed", "documents"), [(1, 1000), (2, 3), pytest.param(3, 1, marks=pytest.mark.slow)])
    def test_order_and_batches_change_nothing(self, warehouse, take, snapshot, collection, tmp_path, seed, documents):
        """The same articles in another order and in other batches have the same stories, roles, reasons and dates."""
        take(*collection)
        other = Warehouse(tmp_path / "other" / "dateline.duckdb")
        take(*random.Random(seed).sample(collection, len(collection)), into=other, documents=documents)
        wanted = snapshot()
        assert len(wanted["stories"]) >= 2
        assert snapshot(other) == wanted
        assert failed(other) == failed(warehouse) == []

    @pytest.mark.parametrize("few", [-(10**6), -5, 10_000])
    @pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 3))])
    def test_what_texts_were_and_when_leaves_no_trace(
        self, warehouse, take, capture, snapshot, rows, tmp_path, monkeypatch, seed, few
    ):
        """Texts that went, came again and stood on other days are grouped as if all had come at once.

        What they left in the tables is taken out after each batch, after some, or never.
        """
        monkeypatch.setattr("warehouse.link._FEW", few)
        rng, warehouse = random.Random(seed), Warehouse(warehouse.path, prints=Prints(patience=2))
        texts = [FERRY, FERRY_AGAIN, FERRY.replace("140", "135"), MATCH, OTHER_MATCH, "Rain.", FERRY + " Tow begins."]
        dates = [{}, {"published": "2024-02-10"}, {"published": "2024-02-11"}, {"published": "2024-02-28"}]
        places = [f"/{number}" for number in range(9)]
        batches = [
            [capture(rng.choice(texts), place, day, **rng.choice(dates)) for place in rng.sample(places, 4)]
            for day in range(1, 9)
        ]
        for batch in batches:
            take(*batch, into=warehouse)
        fresh = Warehouse(tmp_path / "fresh" / "dateline.duckdb")
        take(*(item for batch in batches for item in batch), into=fresh)
        for table in ("near_duplicates", "stories", "story_articles"):
            assert snapshot()[table] == snapshot(fresh)[table]
        for table in ("fingerprints", "text_terms", "story_keys"):
            assert (
                rows(f"FROM {table} ANTI JOIN texts USING (text_number) ANTI JOIN retired_texts USING (text_number)")
                == []
            )
        assert failed(warehouse) == failed(fresh) == []

    def test_a_rebuild_gives_the_same_stories(self, warehouse, take, snapshot, collection):
        """A warehouse made again in other batches has the stories and inferred dates that it had."""
        take(*collection, documents=2)
        wanted = snapshot()
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert snapshot() == wanted

    @pytest.mark.slow
    @pytest.mark.parametrize("published", ["2024-02-06", None])
    def test_words_that_more_than_a_hundred_share_are_order_free(self, take, capture, snapshot, tmp_path, published):
        """What so many texts have that it speaks for no event brings none together, however they came."""
        rng = random.Random(4)
        names = [
            f"{a}{b}" for a in ("Corrie", "Kilb", "Tarr", "Hebri", "Moray") for b in ("more", "rannan", "ich", "dale")
        ]
        texts = [
            f"{' '.join(names[:5])} {' '.join(rng.sample(names[5:], 6))} in report {number}." for number in range(130)
        ]
        items = [capture(text, f"/{number}", published=published) for number, text in enumerate(texts)]
        items += [
            capture(FERRY, "/ferry", published="2024-02-06"),
            capture(FERRY_AGAIN, "/again", published="2024-02-07"),
        ]
        take(*items)
        other = Warehouse(tmp_path / "other" / "dateline.duckdb")
        take(*rng.sample(items, len(items)), into=other, documents=40)
        assert snapshot()["story_articles"] == snapshot(other)["story_articles"]
        assert failed(other) == []
