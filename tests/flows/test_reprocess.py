from __future__ import annotations

import pytest

from flows.reprocess_archive import drop_shadow, make_shadow, promote_shadow
from flows.supervise_workers import Means
from warehouse.checks import run_checks
from warehouse.database import WarehouseMissingError

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday."
LITTER = "Read more: Five charts on the price of bread"
HERE = Means(jobs=0)


@pytest.fixture
def aged(ingest, write, seeds, warehouse):
    """Give a warehouse whose articles are as other rules once made them."""
    write("a.txt", f"{BREAD}\n\n{LITTER}\n")
    write("b.txt", "Salt is dear, a trader said.\n")
    ingest(seeds)
    with warehouse.transaction() as connection:
        connection.execute(
            "UPDATE article_versions SET text = source_text, text_sha256 = md5('old') WHERE text = ?", [BREAD]
        )
        connection.execute("DELETE FROM edit_spans WHERE rule = 'read-more'")
        connection.execute("UPDATE article_versions SET title = 'Of old' WHERE text LIKE 'Salt%'")
    return warehouse


def test_a_shadow_tells_what_would_change(aged, rows):
    """What the rules of today make of the kept bytes is compared by source and rule; the warehouse stays as it is."""
    before = rows("SELECT title, text FROM articles ORDER BY ALL")
    found = make_shadow(aged, HERE)
    (source,) = found.by_source
    wanted = {"source": "seeds", "articles": 2, "new": 0, "gone": 0, "text": 1, "title": 1, "date": 0, "other": 0}
    assert source == wanted
    ((rule, was, will_be, articles),) = [tuple(one.values())[:4] for one in found.by_rule if one["rule"] == "read-more"]
    assert (rule, was, will_be, articles) == ("read-more", 0, 1, 1)
    assert rows("SELECT title, text FROM articles ORDER BY ALL") == before
    assert make_shadow(aged, HERE, "elsewhere").by_source == []


def test_a_shadow_is_promoted_with_what_came_since(aged, ingest, write, seeds, rows):
    """Promoting puts the shadow in the warehouse's place, with what was ingested in between, and keeps the one before."""
    make_shadow(aged, HERE)
    write("c.txt", "Oats are here.\n")
    ingest(seeds)
    promote_shadow(aged, HERE)
    assert rows("SELECT text FROM articles ORDER BY text") == [
        (BREAD,),
        ("Oats are here.",),
        ("Salt is dear, a trader said.",),
    ]
    assert rows("SELECT count(*) FROM runs WHERE flow = 'reprocess'") == [(1,)]
    assert [one.name for one in run_checks(aged) if one.required and not one.passed] == []
    assert aged.path.with_name("dateline.duckdb.replaced").exists()
    assert not drop_shadow(aged)
    with pytest.raises(WarehouseMissingError, match="no shadow"):
        promote_shadow(aged, HERE)


def test_a_shadow_may_be_dropped(aged, rows):
    """A dropped shadow leaves nothing behind but its run, which the ledger has too."""
    make_shadow(aged, HERE)
    assert rows("SELECT count(*) FROM runs WHERE flow = 'reprocess'") == [(1,)]
    assert [check.failures for check in run_checks(aged) if check.name == "ledger_is_whole"] == [0]
    assert drop_shadow(aged)
    assert not [path for path in aged.path.parent.iterdir() if "shadow" in path.name]
