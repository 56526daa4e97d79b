from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from transforms.coverage import Match
from warehouse.coverage import (
    HitOutcome,
    Place,
    RequestOutcome,
    compare,
    count_words,
    find_known,
    find_refused,
    last_coverage,
    read_coverage,
    read_subject,
    save_coverage,
)
from warehouse.queries import NoSuchArticleError

ONE = "Dockers of Port Ellen stopped work on Tuesday. Isla Mackay of the union said no ferry would be unloaded before Friday."
TWO = "No ferry is unloaded in Port Ellen, where dockers stopped work, said Isla Mackay of the union to the paper on Wednesday."


@pytest.fixture
def ids(write, ingest, rows) -> dict[str, str]:
    """Give the ids of two loaded articles by what their lines call them."""
    lines = [
        {
            "id": "one",
            "url": "https://a.example/1?utm_source=x",
            "published_at": "2024-03-05",
            "title": "Dockers",
            "text": ONE,
        },
        {"id": "two", "published_at": "2024-03", "title": "Ferry", "text": TWO},
        {"id": "none", "text": ""},
    ]
    ingest(write("a.jsonl", "".join(json.dumps(line) + "\n" for line in lines), datetime(2024, 5, 1, tzinfo=UTC)))
    return dict(rows("SELECT locator.split('#')[2], article_id FROM articles INNER JOIN captures USING (capture_id)"))


def test_a_subject_has_the_interval_of_its_date(warehouse, ids):
    """A day is a day long and a month a month; what is not there is told."""
    spans = {name: read_subject(warehouse, ids[name]).published for name in ("one", "two")}
    assert {name: (until - since).days for name, (since, until) in spans.items()} == {"one": 1, "two": 31}
    with pytest.raises(NoSuchArticleError, match="there is no article beef"):
        read_subject(warehouse, "beef")


@pytest.mark.usefixtures("ids")
def test_words_are_counted_by_articles(warehouse):
    """How often a word stands in an article makes no difference."""
    archive = count_words(warehouse, ["ferry", "dockers", "tuesday", "bread"])
    assert (archive.documents, archive.frequencies) == (2, {"ferry": 2, "dockers": 2, "tuesday": 1})


def test_what_is_known_is_told_by_address_place_and_bytes(warehouse, ids, rows):
    """One spelling of an address, a place that was read, and bytes that were seen are each enough."""
    (digest,) = {sha for sha, at in rows("SELECT payload_sha256, locator FROM captures") if at.endswith("#two")}
    (locator,) = {at for (at,) in rows("SELECT locator FROM captures") if at.endswith("#two")}
    places = [
        Place("https://a.example/1#top", "web", "https://a.example/1"),
        Place(None, "seeds", locator),
        Place(None, "papers", "elsewhere", digest),
        Place("https://a.example/2", "web", "https://a.example/2"),
    ]
    assert find_known(warehouse, places) == {0: ids["one"], 1: ids["two"], 2: ids["two"]}
    assert find_known(warehouse, []) == {}


def test_refusals_are_found_by_place(warehouse, ids, rows):
    """What a run refused has its reason."""
    assert "two" in ids
    ((run_id,),) = rows("SELECT run_id FROM runs")
    ((_, (reason, detail)),) = find_refused(warehouse, run_id).items()
    assert (reason, bool(detail)) == ("empty", True)


def test_articles_are_compared_by_what_stories_are_made_of(warehouse, ids):
    """The score is that of the terms in the warehouse; a month is no day."""
    (found,) = compare(warehouse, ids["one"], [ids["two"]], ()).values()
    assert found.score > 0.4
    assert found.days_apart is None
    assert {"dockers", "ferry", "mackay"} <= set(found.words)


def test_what_came_of_it_is_kept_and_replaced_by_the_same_run(warehouse, ids):
    """A run's rows are its own: kept twice they are there once, and matches come first."""
    found = Match("alike", 0.5, ("Isla Mackay",), (), ("ferry",), 1)
    hits = [
        HitOutcome("papers", None, "p#1", "A", "2024", 0.2, None, is_known=False, reason="http_404", detail="gone"),
        HitOutcome("papers", None, "p#2", "B", None, 0.1, ids["two"], is_known=True, reason="", match=found),
    ]
    asked = [
        RequestOutcome("papers", None, 2, None, ""),
        RequestOutcome("gdelt", "https://g.example", 0, "refused", "no"),
    ]
    with pytest.raises(NoSuchArticleError, match="no run has looked"):
        last_coverage(warehouse, ids["one"])
    for _ in range(2):
        save_coverage(warehouse, "r1", ids["one"], asked, hits)
    assert last_coverage(warehouse, ids["one"]) == "r1"
    requests, offered = read_coverage(warehouse, "r1")
    assert [(row["provider"], row["reason"]) for row in requests] == [("papers", None), ("gdelt", "refused")]
    assert [(row["locator"], row["is_match"], row["reason"], row["score"]) for row in offered] == [
        ("p#2", True, "alike", 0.5),
        ("p#1", False, "http_404", None),
    ]
    assert offered[0]["shared_names"] == ["Isla Mackay"]
    assert offered[0]["article_title"] == "Ferry"
