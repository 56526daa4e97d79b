"""Groups of texts, kept up by what changes."""

from __future__ import annotations

import random

import numpy as np
import pytest

from transforms.groups import LEVELS, UNDATED, Bounds, Links, Standing, connected, pieces, regroup

FEW = Bounds(texts=5, days=3)  # in place of hundreds, and of two weeks


class Archive:
    """A graph in memory that counts how many texts it was asked for."""

    def __init__(self) -> None:
        self.held: dict[tuple[int, int], float] = {}
        self.placed: dict[int, tuple[int, int]] = {}
        self.dates: dict[int, int] = {}
        self.asked = 0

    def links(self, numbers):
        self.asked += len(numbers)
        touched = set(numbers.tolist())
        found = [(a, b, s) for (a, b), s in self.held.items() if a in touched or b in touched]
        one, other, similarity = zip(*found, strict=True) if found else ((), (), ())
        return Links(
            np.array(one, np.int64), np.array(other, np.int64), np.array(similarity, float), np.zeros(len(one), bool)
        )

    def standing(self, numbers):
        return self._standing(number for number in numbers.tolist() if number in self.placed)

    def members(self, groups):
        wanted = set(groups.tolist())
        return self._standing(number for number, (group, _) in self.placed.items() if group in wanted)

    def days(self, numbers):
        return np.array([self.dates.get(number, UNDATED) for number in numbers.tolist()], np.int64)

    def _standing(self, numbers):
        found = sorted(numbers)
        columns = ([self.placed[number][place] for number in found] for place in (0, 1))
        return Standing(*(np.array(column, np.int64) for column in (found, *columns)))

    def change(self, links, gone=(), dates=None):
        """Let links come, and texts go with theirs, and have other days; a link of no strength goes."""
        self.dates |= dates or {}
        lost = {pair for pair in self.held if set(pair) & set(gone)} | {pair for pair, s in links.items() if not s}
        weaker = {pair for pair in self.held if links.get(pair, 1) < self.held[pair]}
        parted = {end for pair in (lost & self.held.keys()) | weaker for end in pair} - set(gone)
        parted |= (dates or {}).keys() - set(gone)
        self.held = {pair: s for pair, s in (self.held | links).items() if pair not in lost}
        changed = {end for pair in links for end in pair} | parted
        region = regroup(self, *(np.array(sorted(ends), np.int64) for ends in (changed - set(gone), parted, gone)), FEW)
        for number in {*region.before.numbers.tolist(), *gone}:
            self.placed.pop(number, None)
        now = region.now
        places = zip(now.groups.tolist(), now.levels.tolist(), strict=True)
        self.placed |= dict(zip(now.numbers.tolist(), places, strict=True))

    def groups(self):
        """Group everything at once."""
        numbers = np.unique(np.array(list(self.held), np.int64).reshape(-1))
        ends = np.searchsorted(numbers, np.array(list(self.held), np.int64).reshape(-1, 2))
        similarity = np.array(list(self.held.values()))
        labels, levels = pieces(self.days(numbers), ends[:, 0], ends[:, 1], similarity, bounds=FEW)
        return {int(n): (int(numbers[g]), int(level)) for n, g, level in zip(numbers, labels, levels, strict=True)}


@pytest.mark.parametrize("seed", range(80))
def test_what_is_kept_up_equals_what_is_made_at_once(seed):
    """Whatever comes and goes, in whatever batches, the groups are those of all links together."""
    rng = random.Random(seed)
    archive, size, alive = Archive(), rng.choice([12, 30, 60]), set()
    for _ in range(rng.randrange(4, 14)):
        gone = {number for number in alive if rng.random() < rng.choice([0, 0.05])}
        links = {}
        for _ in range(rng.randrange(1, size // 2)):
            one, other = sorted(rng.sample(range(size), 2))
            if not {one, other} & gone:
                links[one, other] = rng.choice([0, 0.2, 0.31, 0.36, 0.5, 0.7, 0.97])
        dates = {number: rng.choice([*range(6), UNDATED]) for number in range(size) if rng.random() < 0.2}
        archive.change(links, sorted(gone), dates)
        alive = {end for pair in archive.held for end in pair}
        assert archive.placed == archive.groups()


def test_the_far_side_of_a_long_chain_is_not_looked_at():
    """What a text joins in a chain of thousands costs what is near it, and no more."""
    archive = Archive()
    chain = {(n, n + 1): 0.5 if n % 4 else 0.25 for n in range(4000)}
    archive.change(chain)
    archive.asked = 0
    archive.change({(2001, 9000): 0.45})
    assert archive.placed == archive.groups()
    assert archive.asked < 20
    archive.asked = 0
    archive.change({}, [2001])
    assert archive.placed == archive.groups()
    assert archive.asked < 60


def test_what_is_alike_throughout_is_one_group():
    """Where even the strongest links hold too many together, these are one group of the highest level."""
    archive = Archive()
    archive.change({(one, other): 1.0 for one in range(9) for other in range(one + 1, 9)})
    assert archive.placed == dict.fromkeys(range(9), (0, len(LEVELS) - 1))


def test_too_much_is_cut_at_its_weakest_links():
    """What hangs together in too large a number is parted where the links are weakest."""
    one, other = np.array([0, 1, 2, 3, 4]), np.array([1, 2, 3, 4, 5])
    similarity = np.array([0.8, 0.8, 0.25, 0.8, 0.8])
    assert connected(6, one, other).tolist() == [0] * 6
    labels, levels = pieces(np.full(6, UNDATED), one, other, similarity, bounds=Bounds(texts=3))
    assert labels.tolist() == [0, 0, 0, 3, 3, 3]
    assert set(levels.tolist()) == {1}


def test_what_goes_on_for_long_is_cut_at_its_weakest_links():
    """What hangs together day by day for too long is parted, however few tell of it; a late copy does not make it long."""
    one, other = np.array([0, 1, 2, 3, 4]), np.array([1, 2, 3, 4, 5])
    similarity = np.array([0.8, 0.8, 0.25, 0.8, 0.8])
    days = np.arange(6)
    assert pieces(days, one, other, similarity, bounds=Bounds(days=3))[0].tolist() == [0, 0, 0, 3, 3, 3]
    assert pieces(days, one, other, similarity, bounds=Bounds(days=6))[0].tolist() == [0] * 6
    late = np.array([0, 0, 1, 1, UNDATED, 900])
    assert pieces(late, one, other, similarity, bounds=Bounds(days=3))[0].tolist() == [0] * 6
