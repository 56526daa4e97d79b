"""Texts that links hold together, in groups small enough to be put into stories, kept up by what changes alone.

A group is what hangs together by links of one strength: by any link where that is few enough, else by the least strength
at which it is. So a group is a function of all links there are, in whatever order they came. Yet it can be found by
looking around: the strength at which a text was grouped says that by weaker links it hangs together with too many, and
nobody need count them again.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

LARGEST = 600  # texts that are grouped at once
LONGEST = (
    14  # days on which the texts of a group came out: what goes on for longer hangs together by what is alike each day
)
# Strengths of links: a group of level n hangs together by those of LEVELS[n] and more.
LEVELS = np.round(np.concatenate([[0.0], np.arange(0.3, 0.96, 0.05)]), 2)

UNDATED = -(1 << 40)  # in the place of a day

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs of texts by their numbers, how similar they are, and whether one is a copy of the other in part."""

    one: Numbers
    other: Numbers
    similarity: Shares
    is_copy: npt.NDArray[np.bool_]

    def taken(self, chosen: npt.NDArray[Any]) -> Links:
        """Give some of the links, by a mask or by places."""
        return Links(self.one[chosen], self.other[chosen], self.similarity[chosen], self.is_copy[chosen])

    def levels(self) -> Numbers:
        """Give the highest level of groups that each link can hold together."""
        return np.searchsorted(LEVELS, self.similarity, side="right") - 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Texts that are in groups: their numbers, in order, with the lowest number of the group and its level."""

    numbers: Numbers
    groups: Numbers
    levels: Numbers


class Graph(Protocol):
    """All links, and the groups that stood before they changed."""

    def links(self, numbers: Numbers) -> Links:
        """Give all links that touch any of these texts, each once."""

    def standing(self, numbers: Numbers) -> Standing:
        """Give those of these texts that are in groups."""

    def members(self, groups: Numbers) -> Standing:
        """Give all texts of these groups."""

    def days(self, numbers: Numbers) -> Numbers:
        """Give the day of each of these texts, which are in order; UNDATED where it is not known."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a group may be: in texts, and in the days on which they came out."""

    texts: int = LARGEST
    days: int = LONGEST


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Region:
    """The part of a graph whose groups may be others now: its texts that have links, with their groups.

    `links` are those between them, `before` is how the texts of the region stood.
    """

    now: Standing
    links: Links
    before: Standing


def regroup(graph: Graph, changed: Numbers, parted: Numbers, gone: Numbers, bounds: Bounds = BOUNDS) -> Region:
    """Group anew what may be grouped otherwise after a change; all else stands as it did.

    `changed` are texts with new links or other ones than before, `parted` those that lost some, or have another day, and
    are still there, `gone` those that are not there any more, whose groups still name them.
    """
    floors = _loosened(graph, parted, bounds)
    loosened = np.fromiter(floors, np.int64, len(floors))
    begun = _union(changed, parted, loosened, graph.members(graph.standing(gone).groups).numbers)
    inside, links, before = _surroundings(graph, np.setdiff1d(begun, gone))
    one, other = np.searchsorted(inside, links.one), np.searchsorted(inside, links.other)
    has_one, has_other = np.isin(links.one, inside), np.isin(links.other, inside)
    known = np.zeros(len(inside), np.int64)
    kept = np.isin(before.numbers, inside)
    known[np.searchsorted(inside, before.numbers[kept])] = before.levels[kept]
    known[np.searchsorted(inside, loosened)] = list(floors.values())
    # What a link leads out to hangs together with too many by links of that strength, or it would be inside.
    outward = links.levels() + 1
    np.maximum.at(known, one[has_one & ~has_other], outward[has_one & ~has_other])
    np.maximum.at(known, other[has_other & ~has_one], outward[has_other & ~has_one])
    inner = has_one & has_other
    known = known.clip(max=len(LEVELS) - 1)
    labels, levels = pieces(graph.days(inside), one[inner], other[inner], links.similarity[inner], known, bounds)
    linked = np.zeros(len(inside), bool)
    linked[one[has_one]] = linked[other[has_other]] = True
    return Region(Standing(inside[linked], inside[labels][linked], levels[linked]), links.taken(inner), before)


def pieces(
    days: Numbers,
    one: Numbers,
    other: Numbers,
    similarity: Shares,
    floors: Numbers | None = None,
    bounds: Bounds = BOUNDS,
) -> tuple[Numbers, Numbers]:
    """Group texts, given by their days, by links of their places; gives the lowest place of the group of each, and its level.

    `floors` says for each text the lowest level at which it does not hang together with too many for all that is known. At
    the highest level a group may be of any size.
    """
    count = len(days)
    labels, levels = np.arange(count), np.zeros(count, np.int64)
    floors = np.zeros(count, np.int64) if floors is None else floors
    is_open = np.ones(count, bool)
    for level, least in enumerate(LEVELS):
        kept = (similarity >= least) & is_open[one] & is_open[other]
        one, other, similarity = one[kept], other[kept], similarity[kept]
        together = connected(count, one, other)
        known = np.zeros(count, np.int64)
        np.maximum.at(known, together, floors)
        fits = _fit(together, days, bounds) & (known <= level)
        fits = is_open & (fits[together] | (level == len(LEVELS) - 1))
        labels[fits], levels[fits] = together[fits], level
        is_open &= ~fits
        if not is_open.any():
            break
    return labels, levels


def _fit(labels: Numbers, days: Numbers, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Tell for each label whether its texts are few enough, and their days."""
    ordered = np.lexsort((days, labels))
    is_new = np.diff(labels[ordered], prepend=-1) != 0
    is_new |= np.diff(days[ordered], prepend=UNDATED) != 0
    dated = np.bincount(labels[ordered][is_new & (days[ordered] != UNDATED)], minlength=len(labels))
    return (np.bincount(labels, minlength=len(labels)) <= bounds.texts) & (dated <= bounds.days)


def connected(count: int, one: Numbers, other: Numbers) -> Numbers:
    """Label `count` numbers by the lowest of those that pairs connect with them."""
    labels = np.arange(count)
    while True:
        lowest = np.minimum(labels[one], labels[other])
        before = labels.copy()
        np.minimum.at(labels, labels[one], lowest)
        np.minimum.at(labels, labels[other], lowest)
        labels = labels[labels]
        if (labels == before).all():
            return labels


def _surroundings(graph: Graph, begun: Numbers) -> tuple[Numbers, Links, Standing]:
    """Take in the groups of some texts, and those that links lead to which are strong enough to belong to them."""
    inside, frontier = np.empty(0, np.int64), begun
    links: list[Links] = []
    standings: list[Standing] = []
    while len(frontier):
        groups = np.unique(graph.standing(frontier).groups)
        standings.append(graph.members(groups))
        arrived = np.setdiff1d(_union(frontier, standings[-1].numbers), inside)
        inside = _union(inside, arrived)
        links.append(graph.links(arrived))
        frontier = _drawn_in(graph, links[-1], inside)
    # Each group is whole in the round that took it in.
    columns = [np.concatenate([getattr(one, name) for one in standings] or [inside]) for name in Standing.__slots__]
    _, first = np.unique(columns[0], return_index=True)
    return inside, _joined(links), Standing(*(column[first] for column in columns))


def _drawn_in(graph: Graph, links: Links, inside: Numbers) -> Numbers:
    has_one, has_other = np.isin(links.one, inside), np.isin(links.other, inside)
    leads_out = has_one != has_other
    ends = np.where(has_one, links.other, links.one)[leads_out]
    standing = graph.standing(np.unique(ends))
    needed = dict(zip(standing.numbers.tolist(), standing.levels.tolist(), strict=True))
    strong = links.levels()[leads_out] >= np.array([needed.get(end, 0) for end in ends.tolist()], np.int64)
    return np.unique(ends[strong])


def _loosened(graph: Graph, parted: Numbers, bounds: Bounds) -> dict[int, int]:
    """Find texts that hang together with too many no more, each with the level from which that is so."""
    standing = graph.standing(parted)
    above = standing.levels > 0
    search = _Search(graph, bounds)
    walks = [
        search.sink(*text)
        for text in zip(standing.numbers[above].tolist(), standing.levels[above].tolist(), strict=True)
    ]
    if walks:
        search.learn(graph.members(np.unique(standing.groups[above])).numbers.tolist())
    while walks:  # all go on side by side, so that links are read for all at once
        wanted = [next(walk, None) for walk in walks]
        walks = [walk for walk, numbers in zip(walks, wanted, strict=True) if numbers is not None]
        search.learn({number for numbers in wanted if numbers for number in numbers})
    return search.floors


class _Search:
    """Looks around in a graph for what hangs together, until it is too many; `floors` is what it found to be few enough."""

    def __init__(self, graph: Graph, bounds: Bounds) -> None:
        self.graph, self.bounds = graph, bounds
        self.floors: dict[int, int] = {}
        self.days: dict[int, int] = {}
        self.near: dict[int, list[tuple[int, int]]] = {}  # neighbours of a text with the levels of the links
        self.crowded: dict[int, int] = {}  # texts with the highest level at which they were found among too many

    def sink(self, number: int, level: int) -> Iterator[Collection[int]]:
        """Find the lowest level at which a text of some level is among few enough; gives what has to be learnt for it."""
        for lower in range(level - 1, -1, -1):
            found = yield from self._within(number, lower)
            if not found:
                return
            self.floors |= {member: min(lower, self.floors.get(member, lower)) for member in found}

    def _within(self, number: int, level: int) -> Generator[Collection[int], None, set[int]]:
        """Find what hangs together with a text by links of a level, itself included; nothing if it is too many."""
        found, frontier, days = {number}, [number], set[int]()
        while frontier:
            if any(self.crowded.get(one, -1) >= level for one in frontier):
                return set()
            if unknown := [one for one in frontier if one not in self.near]:
                yield unknown
            days |= {self.days[one] for one in frontier} - {UNDATED}
            reached = {near for one in frontier for near, strength in self.near[one] if strength >= level}
            frontier = sorted(reached - found)
            found |= reached
            if len(found) > self.bounds.texts or len(days) > self.bounds.days:
                self.crowded |= {one: max(level, self.crowded.get(one, -1)) for one in found}
                return set()
        return found

    def learn(self, numbers: Iterable[int]) -> None:
        """Read what texts are linked to, and their days, of those that are not known yet."""
        unknown = sorted({number for number in numbers if number not in self.near})
        if not unknown:
            return
        self.near |= {number: [] for number in unknown}
        asked, array = set(unknown), np.array(unknown, np.int64)
        self.days |= dict(zip(unknown, self.graph.days(array).tolist(), strict=True))
        links = self.graph.links(array)
        for one, other, level in zip(links.one.tolist(), links.other.tolist(), links.levels().tolist(), strict=True):
            if one in asked:
                self.near[one].append((other, level))
            if other in asked:
                self.near[other].append((one, level))


def _joined(links: Collection[Links]) -> Links:
    """Put links together, each once."""
    kinds = (np.int64, np.int64, np.float64, np.bool_)
    columns = zip(Links.__slots__, kinds, strict=True)
    every = Links(
        *(np.concatenate([np.empty(0, kind), *(getattr(one, name) for one in links)]) for name, kind in columns)
    )
    order = np.lexsort((every.is_copy, every.other, every.one))
    every = every.taken(order)
    again = (np.diff(every.one) == 0) & (np.diff(every.other) == 0) & (np.diff(every.is_copy.astype(int)) == 0)
    return every.taken(np.concatenate([np.ones(min(1, len(order)), bool), ~again]))


def _union(*numbers: Numbers) -> Numbers:
    return np.unique(np.concatenate(numbers)).astype(np.int64)
