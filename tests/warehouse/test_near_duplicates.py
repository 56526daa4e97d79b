from __future__ import annotations

import random
from dataclasses import replace

import pytest

from flows.rebuild_warehouse import rebuild_warehouse
from flows.supervise_workers import Means
from warehouse.checks import run_checks
from warehouse.database import Warehouse

WORDS = [
    f"{a}{b}{c}" for a in ("ba", "ko", "ri", "mu") for b in ("len", "tos", "var", "dim") for c in ("a", "er", "is")
]
LITTER = "All that is said on these pages belongs to the gazette and must not be told on without its leave in writing. "


def prose(seed: int, words: int = 300) -> str:
    """Make up a report: sentences of ten words, the same for the same seed."""
    picked = random.Random(seed).choices(WORDS, k=words)
    return " ".join(" ".join(picked[at : at + 10]).capitalize() + "." for at in range(0, words, 10))


def reworded(text: str, share: float, seed: int = 0) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) if rng.random() < share else word for word in text.split())


def outlets(count: int, seed: int = 1) -> list[str]:
    """Give a wire story as outlets run it: whole, cut to its first half, and within lines of their own."""
    text = prose(seed)
    sentences = text.split(". ")
    forms = []
    for number in range(count):
        cut = ". ".join(sentences[: 15 if number % 3 == 1 else 30]) + "."
        forms.append(f"{prose(1000 + seed + number, 40)} {cut} {prose(2000 + seed + number, 30)}")
    return forms


@pytest.fixture
def pairs(rows):
    """Give a function that reads the pairs, as places and what was asked of them."""

    def read(columns: str = "method") -> list[tuple]:
        return rows(f"""
            SELECT DISTINCT later.locator, earlier.locator, {columns}
            FROM near_duplicates AS pairs
            INNER JOIN articles AS a ON pairs.article_id = a.article_id
            INNER JOIN articles AS b ON pairs.other_id = b.article_id
            INNER JOIN captures AS later ON a.capture_id = later.capture_id
            INNER JOIN captures AS earlier ON b.capture_id = earlier.capture_id
            ORDER BY ALL
        """)

    return read


def families(found: list[tuple]) -> list[set[str]]:
    """Give the groups that pairs connect."""
    groups: list[set[str]] = []
    for one, other, *_ in found:
        touched = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touched] + [{one, other}.union(*touched)]
    return sorted(groups, key=sorted)


def failed(warehouse: Warehouse) -> list:
    return [(one.name, one.offending) for one in run_checks(warehouse) if one.required and not one.passed]


class TestPairs:
    def test_a_copy_cut_to_half_under_another_headline_is_found(self, take, capture, pairs):
        """What is left of a report is a copy of it: contained as a whole, similar by half."""
        text = prose(1)
        take(
            capture(text, "/whole", title="Port closes", published="2024-02-01"),
            capture(text[: len(text) // 2], "/half", title="Ships wait", published="2024-02-02"),
        )
        ((later, earlier, similarity, containment, aligned),) = pairs("similarity, containment, aligned")
        assert (later, earlier) == ("/half", "/whole")
        assert containment > 0.95
        assert aligned > 0.95
        assert 0.4 < similarity < 0.6

    def test_aligned_is_the_share_of_the_later_one(self, take, capture, pairs):
        """Of a later article that takes in an earlier one and goes on, the aligned share is the part that was there."""
        text = prose(1, 600)
        take(
            capture(text[: len(text) // 3], "/flash", published="2024-02-01"),
            capture(text, "/report", published="2024-02-02"),
        )
        ((later, _, containment, aligned),) = pairs("containment, aligned")
        assert later == "/report"
        assert containment > 0.95
        assert 0.2 < aligned < 0.45

    def test_a_reworded_copy_is_found(self, take, capture, pairs):
        """A copy of which every third word is another is still a copy."""
        text = prose(1, 600)
        take(capture(text, "/1"), capture(reworded(text, 0.3), "/2"), capture(prose(2, 600), "/3"))
        assert families(pairs()) == [{"/1", "/2"}]

    def test_articles_without_a_sentence_in_common_are_no_pair(self, take, capture, pairs):
        """The same words in another order are another text."""
        take(*(capture(prose(seed), f"/{seed}") for seed in range(30)))
        assert pairs() == []

    def test_litter_that_all_carry_pairs_nothing(self, take, capture, pairs):
        """Lines that a whole site carries make no pairs, neither of long articles nor of short ones."""
        take(*(capture(prose(seed, 60 + 20 * seed) + "\n\n" + LITTER * 2, f"/{seed}") for seed in range(40)))
        assert pairs() == []

    @pytest.mark.parametrize("documents", [7, 1000, pytest.param(1, marks=pytest.mark.slow)])
    def test_a_wire_story_of_forty_outlets_is_found_whole(self, warehouse, take, capture, pairs, documents):
        """Forty outlets' forms of one story, cut and framed, are one family, among others and site litter."""
        forms = [f"{text} {LITTER}" for text in outlets(40)]
        take(
            *(capture(text, f"/wire/{number}") for number, text in enumerate(forms)),
            *(capture(f"{prose(500 + seed)} {LITTER}", f"/other/{seed}") for seed in range(20)),
            documents=documents,
        )
        assert families(pairs()) == [{f"/wire/{number}" for number in range(40)}]
        assert failed(warehouse) == []

    @pytest.mark.parametrize("seed", [1, 2])
    def test_a_wire_story_that_every_outlet_edits_is_found_whole(self, take, capture, pairs, seed):
        """Of forty outlets most reword, cut or bring up to date one story: they are one family."""
        text = prose(seed, 400)
        words = text.split()
        forms = [reworded(text, 0.15, number) for number in range(12)]
        forms += [f"{text} {prose(600 + number, 12)}" for number in range(4)]
        forms += [" ".join(words[: 120 + 20 * number]) for number in range(12)]
        forms += [" ".join(words[:240]) + " " + prose(700 + number, 160) for number in range(12)]
        take(
            *(capture(form, f"/wire/{number}") for number, form in enumerate(random.Random(seed).sample(forms, 40))),
            *(capture(prose(500 + number), f"/other/{number}") for number in range(20)),
            documents=25,
        )
        assert families(pairs()) == [{f"/wire/{number}" for number in range(40)}]

    def test_exact_copies_hang_on_one_of_them(self, take, capture, pairs):
        """Of a text that three outlets ran word for word only the earliest is paired with the text's other forms."""
        text = prose(1)
        take(
            *(capture(text, f"/{n}", published=f"2024-02-0{n}") for n in (1, 2, 3)),
            capture(f"{text} {prose(2, 50)}", "/4", published="2024-02-04"),
        )
        assert pairs() == [
            ("/2", "/1", "exact"),
            ("/3", "/1", "exact"),
            ("/4", "/1", "fingerprints"),
        ]

    def test_pairs_follow_the_earliest_copy(self, take, capture, pairs):
        """When an earlier article with the text arrives, it takes the place of the one before in every pair."""
        text = prose(1)
        take(
            capture(text, "/2", published="2024-02-02"), capture(f"{text} {prose(2, 50)}", "/3", published="2024-02-03")
        )
        assert pairs() == [("/3", "/2", "fingerprints")]
        take(capture(text, "/1", published="2024-02-01"))
        assert pairs() == [("/2", "/1", "exact"), ("/3", "/1", "fingerprints")]

    def test_a_rewritten_article_leaves_its_pairs(self, warehouse, take, capture, pairs):
        """A version with other words is paired by them and no longer by those of the version before."""
        take(capture(prose(1), "/1"), capture(f"{prose(1)} More.", "/2"), capture(prose(3), "/3"))
        assert families(pairs()) == [{"/1", "/2"}]
        take(capture(f"{prose(3)} More.", "/2", day=2))
        assert families(pairs()) == [{"/2", "/3"}]
        assert failed(warehouse) == []


class TestOrder:
    """What is paired depends on the texts that there are, and on nothing else."""

    @pytest.fixture
    def collection(self, capture):
        """Give articles with families large and small, litter, turns of phrase, rewordings and exact copies."""
        phrases = [prose(seed, 30) for seed in range(300, 306)]
        texts = [f"{text} {LITTER}" for text in outlets(9)] + [reworded(prose(1), 0.25, seed) for seed in range(3)]
        texts += [f"{prose(seed, 80)} {phrases[seed % 6]} {prose(seed + 50, 60)}" for seed in range(400, 430)]
        texts += [reworded(texts[-1], 0.2), texts[-1], texts[0], prose(1)[:900], prose(401, 80)]
        return [
            capture(text, f"/{number}", published=f"2024-02-{1 + number % 20:02}") for number, text in enumerate(texts)
        ]

    @pytest.mark.parametrize(("seed", "documents"), [(1, 1000), (2, 13), pytest.param(3, 1, marks=pytest.mark.slow)])
    def test_order_and_batches_change_nothing(self, take, snapshot, collection, tmp_path, seed, documents):
        """The same articles in another order and in other batches have the same pairs, with the same shares."""
        take(*collection)
        other = Warehouse(tmp_path / "other" / "dateline.duckdb")
        shuffled = random.Random(seed).sample(collection, len(collection))
        take(*shuffled, into=other, documents=documents)
        wanted = snapshot()["near_duplicates"]
        assert len(wanted) > 15
        assert snapshot(other)["near_duplicates"] == wanted
        assert failed(other) == []

    @pytest.mark.parametrize(
        "seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
    )
    def test_a_text_that_came_and_went_leaves_no_trace(self, warehouse, take, snapshot, collection, tmp_path, seed):
        """Articles that had other words for a while are paired as if they had always had those of now."""
        rng = random.Random(seed)
        later = [replace(item, captured_at=item.captured_at.replace(day=9)) for item in collection]
        drafts = rng.sample(collection, len(collection))
        take(
            *(
                replace(item, payload=source.payload)
                for item, source in zip(collection, drafts, strict=True)
                if item.payload != source.payload
            ),
            documents=20,
        )
        take(*later, documents=9)
        fresh = Warehouse(tmp_path / "fresh" / "dateline.duckdb")
        take(*later, into=fresh)
        assert snapshot()["near_duplicates"] == snapshot(fresh)["near_duplicates"]
        assert failed(warehouse) == []

    @pytest.mark.slow
    def test_what_more_than_a_hundred_share_is_order_free(self, take, capture, snapshot, tmp_path):
        """Litter of a hundred and twenty texts, of which some lose it again, makes the same pairs in any order."""
        rng = random.Random(5)
        texts = [f"{prose(number, 40 + number)} {LITTER * 2}" for number in range(120)] + outlets(8)
        items = [capture(text, f"/{number}") for number, text in enumerate(texts)]
        later = [replace(item, captured_at=item.captured_at.replace(day=9)) for item in items]
        changed = [replace(item, payload=prose(900 + number).encode()) for number, item in enumerate(later[:40])]
        take(*items, documents=50)
        take(*changed)
        other = Warehouse(tmp_path / "other" / "dateline.duckdb")
        take(*rng.sample(changed + items, len(changed) + len(items)), into=other, documents=33)
        assert snapshot()["near_duplicates"] == snapshot(other)["near_duplicates"]

    def test_a_rebuild_gives_the_same_pairs(self, warehouse, take, snapshot, collection):
        """A warehouse made again in other batches has the pairs that it had."""
        take(*collection, documents=16)
        wanted = snapshot()["near_duplicates"]
        rebuild_warehouse(warehouse, Means(jobs=0))
        assert snapshot()["near_duplicates"] == wanted
