from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.rebuild_warehouse import rebuild_warehouse
from flows.supervise_workers import Inline, Means, Work
from flows.walk_documents import settle, stage, walk
from transforms.boilerplate import shipped_rules
from transforms.records import OUTCOMES, Rejection
from warehouse.archive import Placement
from warehouse.checks import run_checks
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.runs import open_run

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday.\n"
SALT = "Salt from the old pans is on sale again, the harbour master said.\n"
OATS = "Oats were sown two weeks early on the hills above the town.\n"
MISSING = Rejection("seeds", "/gone.txt", "read", "missing", "there is no such file")
ADDRESS = "https://gazette.example/bread"


def instant(day: int) -> datetime:
    return datetime(2024, 3, day, 12, tzinfo=UTC)


def counted(**counts: int) -> LoadReport:
    return LoadReport(captures=sum(counts.values()), **counts)


class TestOutcomes:
    def test_new_texts_are_inserted(self, take, capture, rows):
        """Documents that were never seen are inserted, and the run says so."""
        assert take(capture(BREAD, "/1"), capture(SALT, "/2")) == counted(inserted=2)
        assert rows("SELECT count(*), count(DISTINCT article_id), max(version) FROM articles") == [(2, 2, 1)]
        assert rows("SELECT captures, inserted, status, error FROM runs") == [(2, 2, "done", None)]

    def test_what_is_known_is_unchanged(self, take, capture):
        """The same bytes at the same place are unchanged."""
        take(capture(BREAD, "/1"))
        assert take(capture(BREAD, "/1")) == counted(unchanged=1)

    def test_new_bytes_of_the_same_words_are_unchanged(self, take, capture, rows):
        """Bytes that change neither text, title nor date make no version, but their capture is kept."""
        take(capture(BREAD, "/1"))
        assert take(capture(BREAD + "\n\n", "/1", day=2)) == counted(unchanged=1)
        assert rows("SELECT count(*), max(version) FROM article_versions") == [(1, 1)]
        assert rows("SELECT count(*) FROM captures") == [(2,)]

    def test_new_words_are_an_update(self, take, capture, rows):
        """Other words at the same place are version 2; version 1 ends where it begins."""
        take(capture(BREAD, "/1"))
        assert take(capture(SALT, "/1", day=5)) == counted(updated=1)
        assert rows("SELECT version, valid_from, valid_to, text FROM article_versions ORDER BY version") == [
            (1, instant(1), instant(5), BREAD.strip()),
            (2, instant(5), None, SALT.strip()),
        ]
        assert rows("SELECT version, text FROM articles") == [(2, SALT.strip())]

    def test_a_new_title_is_an_update(self, take, capture, rows):
        """A title that changes makes a version, with the same text."""
        take(capture(BREAD, "/1", url=ADDRESS, title="Bread"))
        assert take(capture(BREAD, "/2", day=2, url=ADDRESS, title="Loaves")) == counted(updated=1)
        assert rows("SELECT count(DISTINCT text_sha256), max(version) FROM article_versions") == [(1, 2)]

    def test_a_new_date_alone_is_none(self, take, capture, rows):
        """An item that is only dated anew makes no version and keeps the date that it was first seen with."""
        take(capture(BREAD, "/1", url=ADDRESS, published="2024-02-02"))
        assert take(capture(BREAD, "/2", day=2, url=ADDRESS, published="2024-02-03")) == counted(unchanged=1)
        assert rows("SELECT version, published_at FROM article_versions") == [(1, datetime(2024, 2, 2, tzinfo=UTC))]
        assert rows("SELECT raw FROM date_claims") == [("2024-02-02",)]

    def test_a_first_date_is_taken(self, take, capture, rows):
        """What was seen without a date takes that of the first capture of the same words that tells one."""
        take(capture(BREAD, "/1", url=ADDRESS))
        assert take(capture(BREAD, "/2", day=2, url=ADDRESS, published="2024-02-03")) == counted(unchanged=1)
        assert rows("SELECT version, valid_from, published_at FROM article_versions") == [
            (1, instant(1), datetime(2024, 2, 3, tzinfo=UTC))
        ]
        assert rows("SELECT raw, chosen FROM date_claims") == [("2024-02-03", True)]
        assert rows("SELECT locator FROM articles INNER JOIN captures USING (capture_id)") == [("/2",)]
        assert rows("SELECT published_at FROM search_documents") == [(datetime(2024, 2, 3, tzinfo=UTC),)]

    def test_new_authors_are_no_update(self, take, capture, rows):
        """What is neither text, title nor date makes no version."""
        take(capture(BREAD, "/1", url=ADDRESS, title="Bread"))
        assert take(capture(BREAD, "/2", day=2, url=ADDRESS, title="Bread", authors=("Ann Oat",))) == counted(
            unchanged=1
        )
        assert rows("SELECT authors FROM articles") == [([],)]

    def test_another_copy_is_a_duplicate(self, take, capture, rows):
        """A known text under another name is an article of its own, paired with the first and in a story with it."""
        take(capture(BREAD, "/1"))
        assert take(capture(BREAD, "/2", day=2)) == counted(duplicate=1)
        first, second = (row[0] for row in rows("SELECT article_id FROM articles ORDER BY valid_from"))
        assert rows("SELECT article_id, other_id, similarity, containment, method FROM near_duplicates") == [
            (second, first, 1.0, 1.0, "exact")
        ]
        assert rows("SELECT article_id, role, similarity FROM story_articles ORDER BY role") == [
            (second, "copy", 1.0),
            (first, "original", 1.0),
        ]
        assert rows("SELECT article_count FROM stories") == [(2,)]

    def test_copies_in_one_batch_are_duplicates(self, take, capture, rows):
        """Of the copies that arrive together one is inserted and the others are duplicates."""
        assert take(*(capture(BREAD, f"/{number}") for number in range(4))) == counted(inserted=1, duplicate=3)
        assert rows("SELECT count(*), count(DISTINCT other_id) FROM near_duplicates") == [(3, 1)]
        assert rows("SELECT role, count(*) FROM story_articles GROUP BY role ORDER BY role") == [
            ("copy", 3),
            ("original", 1),
        ]

    def test_the_original_is_the_earliest_published(self, take, capture, rows):
        """The copy that was published first is the original, though it arrived last."""
        take(capture(BREAD, "/late", published="2024-02-05"), capture(BREAD, "/undated"))
        take(capture(BREAD, "/early", day=9, published="2024-02-01"))
        assert rows("""
            SELECT locator FROM story_articles INNER JOIN articles USING (article_id)
            INNER JOIN captures USING (capture_id) WHERE role = 'original'
        """) == [("/early",)]
        assert rows("SELECT first_published_at, last_published_at FROM stories") == [
            (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 2, 5, tzinfo=UTC))
        ]

    def test_a_copy_that_changes_leaves_its_story(self, take, capture, rows):
        """An article whose words change is no copy any more, and a story of one is none."""
        take(capture(BREAD, "/1"), capture(BREAD, "/2"))
        take(capture(SALT, "/1", day=2))
        assert rows("SELECT * FROM near_duplicates") == []
        assert rows("SELECT * FROM stories") == []
        assert rows("SELECT * FROM story_articles") == []

    def test_the_others_stay_paired_when_their_original_leaves(self, take, capture, rows):
        """When the original of three changes, the other two are still copies, of the earlier of them."""
        for number in (1, 2, 3):
            take(capture(BREAD, f"/{number}", day=number))
        take(capture(SALT, "/1", day=4))
        assert rows("SELECT count(*), count(DISTINCT other_id) FROM near_duplicates") == [(1, 1)]
        assert rows("SELECT article_count FROM stories") == [(2,)]

    def test_refusals_are_rows(self, take, capture, rows):
        """What a connector refuses and what the transforms refuse are counted and kept alike."""
        assert take(capture(BREAD, "/1"), MISSING, capture(" ", "/2")) == counted(inserted=1, rejected=2)
        assert rows("SELECT locator, stage, reason, payload_sha256 IS NULL FROM rejections ORDER BY locator") == [
            ("/2", "decode", "empty", False),
            ("/gone.txt", "read", "missing", True),
        ]
        assert rows("SELECT locator FROM captures") == [("/1",)]

    def test_every_run_has_its_own_refusals(self, take, rows):
        """A refusal that comes again is a row of each run."""
        take(MISSING)
        take(MISSING)
        assert rows("SELECT count(DISTINCT run_id), count(*) FROM rejections") == [(2, 2)]

    def test_counts_add_up(self, take, capture, rows):
        """A run of every outcome counts each capture once, over all its batches."""
        take(capture(BREAD, "/1"), capture(SALT, "/2"))
        report = take(
            capture(BREAD, "/1"),
            capture(OATS, "/2", day=2),
            capture("Rye.", "/3"),
            capture(BREAD, "/4"),
            MISSING,
            capture("", "/5"),
            documents=2,
        )
        assert report == counted(unchanged=1, updated=1, inserted=1, duplicate=1, rejected=2)
        columns = ", ".join(("captures", *OUTCOMES))
        assert rows(f"SELECT {columns} FROM runs ORDER BY run_id DESC LIMIT 1") == [(6, 1, 1, 1, 1, 2)]

    def test_nothing_to_take_is_a_run_of_nothing(self, take, rows):
        """A run without a capture is a row that says so."""
        assert take() == LoadReport()
        assert rows("SELECT captures, status FROM runs") == [(0, "done")]

    def test_a_failed_run_says_why(self, warehouse, capture, rows):
        """An error ends the run with its words; what was loaded before stays."""

        def breaking():
            yield capture(BREAD, "/1")
            yield capture(SALT, "/2")
            raise RuntimeError("the wire broke")

        failing = open_run(warehouse, "ingest", shipped_rules().sha256)
        with pytest.raises(RuntimeError, match="the wire broke"), failing as run:
            walk(warehouse, run, breaking(), documents=1, size=1 << 20, means=Means(jobs=0))
        ((status, error, captures),) = rows("SELECT status, error, captures FROM runs")
        assert (status, error) == ("failed", "RuntimeError: the wire broke")
        assert captures == rows("SELECT count(*) FROM captures")[0][0]


class TestRerun:
    def test_only_last_seen_moves(self, ingest, seeds, write, snapshot, rows, warehouse):
        """The same folder again changes no row but `last_seen_at`, and keeps no byte twice."""
        write("a.txt", BREAD)
        write("b.txt", BREAD)
        write("c.jsonl", json.dumps({"id": 1, "text": SALT, "url": ADDRESS, "published_at": "2024-02-02"}) + "\n")
        write("d.html", f"<html><head><title>Oats</title></head><body><p>{OATS * 9}</p></body></html>")
        write("e.txt.gz", b"not gzip")
        write("f.txt", "")
        write("g.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
        write("h.jsonl", "{}\n")
        ingest(seeds)
        seen_before = rows("SELECT capture_id, last_seen_at FROM captures ORDER BY ALL")
        before = snapshot(circumstances=True, ignoring=["last_seen_at"])
        kept = {path.name: path.stat().st_size for path in warehouse.archive.folder.glob("*.warc.gz")}
        assert ingest(seeds) == counted(unchanged=4, rejected=4)
        after = snapshot(circumstances=True, ignoring=["last_seen_at"])
        new_rejections = after.pop("rejections")
        assert len(new_rejections) == 2 * len(before.pop("rejections"))
        assert after == before
        seen_after = rows("SELECT capture_id, last_seen_at FROM captures ORDER BY ALL")
        assert [one for one, _ in seen_after] == [one for one, _ in seen_before]
        assert all(new > old for (_, new), (_, old) in zip(seen_after, seen_before, strict=True))
        assert {path.name: path.stat().st_size for path in warehouse.archive.folder.glob("*.warc.gz")} == kept

    def test_a_touched_file_is_unchanged(self, ingest, seeds, write, snapshot):
        """A file that was only written again, with the same bytes, changes nothing."""
        write("a.txt", BREAD)
        ingest(seeds)
        before = snapshot()
        write("a.txt", BREAD, instant(20))
        assert ingest(seeds) == counted(unchanged=1)
        assert snapshot() == before

    def test_an_edited_file_is_a_version(self, ingest, seeds, write, rows):
        """An edited file makes version 2, from its time of writing on, and ends version 1 there."""
        write("a.txt", BREAD, instant(1))
        ingest(seeds)
        write("a.txt", SALT, instant(3))
        assert ingest(seeds) == counted(updated=1)
        assert rows("SELECT version, valid_from, valid_to FROM article_versions ORDER BY version") == [
            (1, instant(1), instant(3)),
            (2, instant(3), None),
        ]

    def test_a_reverted_file_is_a_third_version(self, ingest, seeds, write, rows):
        """A file that is edited back makes version 3, with the words of version 1, and then nothing more."""
        for day, text in ((1, BREAD), (3, SALT), (5, BREAD)):
            write("a.txt", text, instant(day))
            report = ingest(seeds)
        assert report == counted(updated=1)
        assert ingest(seeds) == counted(unchanged=1)
        assert rows("SELECT version, valid_from, text FROM article_versions ORDER BY version") == [
            (1, instant(1), BREAD.strip()),
            (2, instant(3), SALT.strip()),
            (3, instant(5), BREAD.strip()),
        ]

    def test_an_edit_with_an_older_time_is_an_older_version(self, ingest, seeds, write, rows):
        """What was captured earlier and arrives later comes before what was there, with its own edits and claims."""
        write("a.txt", BREAD, instant(5))
        ingest(seeds)
        write("a.txt", f"date 2024-02-01 {SALT}", instant(2))
        assert ingest(seeds) == counted(updated=1)
        assert rows("SELECT version, valid_from, valid_to, text FROM article_versions ORDER BY version") == [
            (1, instant(2), instant(5), SALT.strip()),
            (2, instant(5), None, BREAD.strip()),
        ]
        assert rows("SELECT DISTINCT version FROM date_claims") == [(1,)]
        assert ingest(seeds) == counted(unchanged=1)

    @pytest.mark.parametrize("documents", [1, 1000])
    def test_lines_of_one_address_are_stable(self, ingest, write, rows, snapshot, documents):
        """Two lines of one address are two versions in their order, and stay so however often they are read."""
        told = [{"url": ADDRESS, "text": text} for text in (BREAD, SALT)]
        path = write("a.jsonl", "".join(json.dumps(one) + "\n" for one in told))
        assert ingest(path, documents=documents) == counted(inserted=1, updated=1)
        before = snapshot()
        for _ in range(2):
            assert ingest(path, documents=documents) == counted(unchanged=2)
        assert snapshot() == before
        assert rows("SELECT text FROM articles") == [(SALT.strip(),)]

    def test_lines_of_one_address_are_stable_when_the_file_is_touched(self, ingest, write, rows):
        """A file of versions that is only written again keeps its last line as the current version."""
        content = "".join(json.dumps({"url": ADDRESS, "text": text}) + "\n" for text in (BREAD, SALT))
        ingest(write("a.jsonl", content, instant(1)))
        ingest(write("a.jsonl", content, instant(2)))
        assert rows("SELECT text FROM articles") == [(SALT.strip(),)]

    def test_the_same_line_twice_is_one_capture(self, ingest, write, rows):
        """A line that stands in a file twice is one capture, one article and no duplicate."""
        one = json.dumps({"id": 7, "text": BREAD}) + "\n"
        assert ingest(write("a.jsonl", one + one)) == counted(inserted=1, unchanged=1)
        assert rows("SELECT count(*) FROM captures") == [(1,)]
        assert rows("SELECT count(*) FROM near_duplicates") == [(0,)]


class TestOrder:
    def distinct(self, capture) -> list:
        texts = [BREAD, SALT, OATS, BREAD, "Rye.", SALT, BREAD]
        made = [capture(text, f"/{n}", day=1 + n % 4) for n, text in enumerate(texts)]
        made[3] = capture(BREAD, "/3", published="2024-02-03", url=f"{ADDRESS}?n=3", publisher="Gazette")
        made[6] = capture(BREAD, "/6", published="2024-02-01", url=f"{ADDRESS}?n=6")
        return [*made, MISSING, capture(" ", "/empty")]

    @pytest.mark.parametrize(
        ("seed", "documents"), [pytest.param(0, 1, marks=pytest.mark.slow), (1, 4), (2, 1000), (3, 1000)]
    )
    def test_rows_do_not_hang_on_the_order_of_arrival(self, warehouse, capture, take, snapshot, seed, documents):
        """Distinct documents give the same rows in any order and in batches of any size."""
        items = self.distinct(capture)
        shuffled = random.Random(seed).sample(items, len(items))
        other = replace(warehouse, path=warehouse.path.with_name("other.duckdb"))
        first, second = take(*items), take(*shuffled, documents=documents, into=other)
        assert first == second == counted(inserted=4, duplicate=3, rejected=2)
        assert snapshot() == snapshot(other)

    def test_versions_in_one_batch_follow_their_times(self, take, capture, rows):
        """Versions of one address that arrive together are put in the order of their capture."""
        versions = [
            capture(text, f"/{text[:4]}", day=day, url=ADDRESS) for day, text in ((1, BREAD), (2, SALT), (3, OATS))
        ]
        orders = enumerate(itertools.permutations(versions))
        moved = [
            replace(one, url=f"{ADDRESS}/{number}", locator=f"/{number}{one.locator}")
            for number, order in orders
            for one in order
        ]
        assert take(*moved) == counted(inserted=1, duplicate=5, updated=12)
        found = rows(
            "SELECT list(text ORDER BY version), list(valid_from ORDER BY version) FROM article_versions GROUP BY article_id"
        )
        assert found == [([one.strip() for one in (BREAD, SALT, OATS)], [instant(1), instant(2), instant(3)])] * 6

    @pytest.mark.parametrize("seed", range(4))
    def test_versions_do_not_hang_on_the_order_of_arrival(self, capture, take, snapshot, rows, tmp_path, seed):
        """Captures of one address, some of them reverts, re-dated or in other bytes, give one chain in any order."""
        generator = random.Random(seed)
        texts = [generator.choice((BREAD, SALT, OATS)) for _ in range(9)]
        items = [
            capture(text + "\n" * (n % 3), f"/{n % 5}", day=1 + n, url=ADDRESS, published=f"2024-02-0{1 + n}")
            for n, text in enumerate(texts)
        ]
        items[3] = replace(items[3], claims=replace(items[3].claims, published=None))
        take(*items, documents=generator.choice((1, 3, 9)))
        expected = snapshot()
        shown = rows("SELECT text FROM article_versions ORDER BY version")
        assert [text for (text,) in shown] == [key.strip() for key, _ in itertools.groupby(texts)]
        other = Warehouse(tmp_path / "other" / "dateline.duckdb")
        take(*generator.sample(items, len(items)), documents=generator.choice((1, 2, 9)), into=other)
        assert snapshot(other) == expected
        rebuild_warehouse(other, Means(jobs=0))
        assert snapshot(other) == expected
        assert [one.name for one in run_checks(other) if one.required and not one.passed] == []

    def test_a_sighting_after_another_content_is_a_return(self, take, capture, rows):
        """Words that were seen on two days, with others between them that arrive last, are three versions."""
        take(capture(BREAD, "/1", day=1))
        take(capture(BREAD, "/1", day=3))
        assert rows("SELECT version FROM article_versions") == [(1,)]
        assert take(capture(SALT, "/1", day=2)) == counted(updated=1)
        assert rows("SELECT version, valid_from, text FROM article_versions ORDER BY version") == [
            (1, instant(1), BREAD.strip()),
            (2, instant(2), SALT.strip()),
            (3, instant(3), BREAD.strip()),
        ]

    def test_of_one_instant_the_later_in_line_is_the_later_version(self, take, capture, rows):
        """Captures of one address and one instant are versions in the order in which they came."""
        take(capture(BREAD, "/1", url=ADDRESS), capture(SALT, "/2", url=ADDRESS))
        assert rows("SELECT version, text, valid_to IS NULL FROM article_versions ORDER BY version") == [
            (1, BREAD.strip(), False),
            (2, SALT.strip(), True),
        ]


class TestAgain:
    """A batch whose load is tried again after it was committed, as a scheduler does when the answer is lost."""

    def staged(self, warehouse, run, items):
        return stage(warehouse, run, items, Inline(Work("flows.transform_batch:transform", {"mentions": True})))

    def test_settling_twice_changes_no_article(self, warehouse, capture, snapshot):
        """A batch that is loaded again changes no row of articles, captures and links."""
        items = [capture(BREAD, "/1"), capture(BREAD, "/2"), capture(SALT, "/3"), capture(" ", "/4"), MISSING]
        with open_run(warehouse, "ingest", "rules") as run:
            batch = self.staged(warehouse, run, items)
            settle(warehouse, batch)
            before = snapshot(circumstances=True, ignoring=["last_seen_at"])
            before.pop("rejections")
            settle(warehouse, batch)
        after = snapshot(circumstances=True, ignoring=["last_seen_at"])
        after.pop("rejections")
        assert after == before

    def test_settling_twice_makes_no_version(self, warehouse, capture, snapshot, rows):
        """A batch that holds two versions of one address may be loaded again too."""
        items = [capture(BREAD, "/1", url=ADDRESS), capture(SALT, "/2", url=ADDRESS, day=2)]
        with open_run(warehouse, "ingest", "rules") as run:
            batch = self.staged(warehouse, run, items)
            settle(warehouse, batch)
            before = snapshot()
            settle(warehouse, batch)
        assert snapshot() == before
        assert rows("SELECT max(version) FROM article_versions") == [(2,)]

    def test_settling_twice_counts_once(self, warehouse, capture, rows):
        """A batch that is loaded again is counted once, and its refusals are there once."""
        with open_run(warehouse, "ingest", "rules") as run:
            batch = self.staged(warehouse, run, [capture(BREAD, "/1"), MISSING])
            settle(warehouse, batch)
            settle(warehouse, batch)
        assert rows("SELECT captures, inserted, unchanged, rejected FROM runs") == [(2, 1, 0, 1)]
        assert rows("SELECT count(*) FROM rejections") == [(1,)]


class TestProvenance:
    def test_a_capture_says_where_its_bytes_are(self, take, capture, rows, warehouse):
        """File, offset and length of a capture lead to its bytes, and size and digest are theirs."""
        item = capture(BREAD, "/1", published="2024-02-02")
        take(item)
        (found,) = rows("SELECT warc_file, warc_offset, warc_length, payload_bytes, charset FROM captures")
        assert warehouse.archive.read(Placement(*found[:3])) == item
        assert found[3:] == (len(item.payload), "utf-8")

    def test_edits_and_claims_belong_to_their_version(self, take, capture, rows):
        """Each version keeps its own edits and claims."""
        more = "Read more: Five charts on the price of bread\n"
        take(capture(f"{BREAD}\n{more}", "/1", published="2024-02-02"))
        take(capture(SALT, "/1", day=2, published="2024-02-03"))
        assert rows("SELECT version, rule FROM edits ORDER BY ALL")[:1] == [(1, "read-more")]
        assert rows("SELECT version, raw, chosen FROM date_claims ORDER BY version") == [
            (1, "2024-02-02", True),
            (2, "2024-02-03", True),
        ]

    def test_accents_are_kept(self, take, capture, rows):
        """Places, titles and texts in any script come out of the warehouse and of the archive as they went in."""
        item = capture(
            "Die Bäckerei öffnet früh. 面包便宜了。", "/Müller/été 📰.txt", title="Brötchen für alle", url=ADDRESS
        )
        take(item)
        assert rows("SELECT locator, title, text FROM articles INNER JOIN captures USING (capture_id)") == [
            (item.locator, "Brötchen für alle", "Die Bäckerei öffnet früh. 面包便宜了。")
        ]

    def test_odd_words_of_a_source_are_stored(self, ingest, write, rows):
        """Control characters, quotes and very long words of a source do no harm."""
        told = {
            "id": "a\u0000b'\"; DROP TABLE runs; --\n",
            "text": BREAD,
            "title": "x" * 100_000,
            "publisher": "\u202e\ufeff",
        }
        assert ingest(write("a.jsonl", json.dumps(told) + "\n")) == counted(inserted=1)
        assert rows("SELECT length(title) FROM articles") == [(100_000,)]

    @pytest.mark.parametrize("year", [1, 1066, 9998])
    def test_any_year_of_the_calendar_is_stored(self, ingest, write, rows, year):
        """A capture may claim any time of the calendar."""
        when = datetime(year, 7, 1, tzinfo=UTC)
        told = {"text": BREAD, "captured_at": f"{year:04d}-07-01T00:00:00+00:00"}
        assert ingest(write("a.jsonl", json.dumps(told) + "\n")) == counted(inserted=1)
        assert rows("SELECT captured_at = ?, last_seen_at >= captured_at FROM captures", [when]) == [(True, True)]

    def test_no_instant_is_ahead_of_its_run(self, take, capture, rows):
        """A capture seen now was last seen when its run began, or when it was captured if that is later."""
        take(capture(BREAD, "/1"))
        assert rows("SELECT last_seen_at = started_at FROM captures INNER JOIN runs USING (run_id)") == [(True,)]
        ((began,),) = rows("SELECT started_at FROM runs")
        assert abs(datetime.now(UTC) - began) < timedelta(minutes=5)
