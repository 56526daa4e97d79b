"""Articles that tell of one event, put together: by what they are about, when they came out, and what they copied.

The result depends on the articles alone, and not on their order: every tie is broken by the texts themselves.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import fastcluster
import numpy as np
import numpy.typing as npt

from transforms.groups import LARGEST, Numbers, Shares
from transforms.terms import Term

LINKED = 0.2  # similarity of two texts of known days that brings their groups together
LINKED_UNDATED = 0.25  # the same where the day of one is not known
DAYS = 3  # between two texts of one story
JOINED = 0.16  # mean similarity between two parts of one story
DISTINCT = 0.68  # of two parts of three texts or more that belong together, the least: between them for within them

_COPY = 1.0
_SHOWN = 4
_NOTHING = 1e-6  # what sums of shares may differ by for the way they were added up


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be grouped: its name, which decides ties, the day it came out (a count of days), what it is about."""

    name: str
    day: int | None
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Many texts in columns: the terms of the n-th are those from starts[n] to starts[n + 1].

    `words` are places in `vocabulary`, which is in order; `days` of undated texts are not numbers.
    """

    names: Sequence[str]
    days: Shares
    starts: Numbers
    words: Numbers
    weights: Shares
    are_names: npt.NDArray[np.bool_]
    vocabulary: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[Text]) -> Texts:
        """Lay texts out in columns."""
        terms = [term for text in texts for term in text.terms]
        vocabulary = sorted({term.word for term in terms})
        ranks = {word: rank for rank, word in enumerate(vocabulary)}
        return cls(
            [text.name for text in texts],
            np.array([math.nan if text.day is None else text.day for text in texts], float),
            np.cumsum([0, *(len(text.terms) for text in texts)]),
            np.array([ranks[term.word] for term in terms], np.int64),
            np.array([term.weight for term in terms], float),
            np.array([term.is_name for term in terms], bool),
            vocabulary,
        )

    def taken(self, places: Numbers) -> Texts:
        """Give some of the texts, in the order of their places."""
        sizes = np.diff(self.starts)[places]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        terms = np.repeat(self.starts[places] - starts[:-1], sizes) + np.arange(starts[-1])
        names = [self.names[place] for place in places.tolist()]
        columns = (self.words[terms], self.weights[terms], self.are_names[terms])
        return Texts(names, self.days[places], starts, *columns, self.vocabulary)

    def between(self, first: int, last: int) -> Texts:
        """Give neighbouring texts, from the first up to the last, which is left out."""
        terms = slice(self.starts[first], self.starts[last])
        return Texts(
            self.names[first:last],
            self.days[first:last],
            self.starts[first : last + 1] - self.starts[first],
            self.words[terms],
            self.weights[terms],
            self.are_names[terms],
            self.vocabulary,
        )

    def owners(self) -> Numbers:
        """Give for each term the place of its text."""
        return np.repeat(np.arange(len(self.names)), np.diff(self.starts))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text belongs: the number of its story, how similar it is to the others there, and why."""

    story: int
    similarity: float
    reason: str


def group(texts: Texts, apart: Numbers, copies: Collection[tuple[int, int]]) -> list[Place]:
    """Put texts together that tell of one event; gives the place of each.

    Texts with different numbers in `apart` are not compared; `copies` are pairs of places in `texts`. More than `LARGEST`
    that are to be compared are not told apart: they were brought together because they are all but the same.
    """
    count = len(texts.names)
    by_name = np.array(sorted(range(count), key=texts.names.__getitem__), np.int64)
    order = by_name[np.argsort(apart[by_name], kind="stable")]
    ordered, ranks = texts.taken(order), np.argsort(order)
    ends = np.sort(ranks[np.array(sorted(copies), np.int64).reshape(-1, 2)], axis=1)
    stories, scores = np.zeros(count, np.int64), np.ones(count)
    edges = np.flatnonzero(np.diff(apart[order], prepend=-1, append=-1)).tolist()
    for first, last in pairwise(edges):
        inside = ends[(ends[:, 0] >= first) & (ends[:, 0] < last)] - first
        found = _stories(ordered.between(first, last), inside[inside[:, 1] < last - first])
        stories[first:last], scores[first:last] = first + found[0], found[1]
    copied = np.zeros(count, bool)
    copied[ends[stories[ends[:, 0]] == stories[ends[:, 1]]]] = True
    reasons = _reasons(ordered, stories, copied)
    return [Place(int(stories[rank]), float(scores[rank]), reasons[rank]) for rank in ranks.tolist()]


def _stories(texts: Texts, copies: Numbers) -> tuple[Numbers, Shares]:
    """Part texts, which are in order of their names, into stories; gives numbers of these, and similarities."""
    count = len(texts.names)
    if count > LARGEST:
        rest = np.bincount(texts.words, texts.weights)[texts.words] - texts.weights
        shared = np.bincount(texts.owners(), texts.weights * rest, count)
        return np.zeros(count, np.int64), np.round(shared / (count - 1), 6)
    similar = similarities(texts, copies.tolist())
    stories, scores = np.zeros(count, np.int64), np.ones(count)
    for number, members in enumerate(_parts(similar)):
        stories[members] = number
        if len(members) > 1:  # nothing is similar to itself: the diagonal is zero
            scores[members] = similar[np.ix_(members, members)].sum(axis=1) / (len(members) - 1)
    return stories, np.round(scores, 6)


def similarities(texts: Texts, copies: Collection[tuple[int, int]]) -> Shares:
    """Measure each text by each: the cosine of their terms, nothing where they came out too far apart, 1 for copies."""
    _, words, times = np.unique(texts.words, return_inverse=True, return_counts=True)
    shared = times > 1  # what only one text has makes nothing similar
    kept = shared[words]
    weights = np.zeros((len(texts.names), max(1, int(shared.sum()))))
    weights[texts.owners()[kept], (np.cumsum(shared) - 1)[words[kept]]] = texts.weights[kept]
    similar = np.round(weights @ weights.T, 6)
    similar[np.abs(texts.days[:, None] - texts.days) > DAYS] = 0.0
    for one, other in copies:
        similar[one, other] = similar[other, one] = _COPY
    np.fill_diagonal(similar, 0.0)
    return similar


def _parts(similar: Shares) -> list[list[int]]:
    """Join the two most similar parts until none are similar enough, then part again what is of two minds."""
    return [sorted(leaves) for leaves in _Tree(similar).cut()] if len(similar) > 1 else [[0]]


class _Tree:
    """Average linkage of a similarity matrix, and the parts that it falls into."""

    def __init__(self, similar: Shares) -> None:
        count = len(similar)
        self.leaves: list[list[int]] = [[leaf] for leaf in range(count)]
        self.children: dict[int, tuple[int, int, float]] = {}
        self.within = [0.0] * count  # sums of the similarities inside
        self.roots = set(range(count))
        distances = 1.0 - similar[~np.tri(count, dtype=bool)]
        for one, other, distance, _ in fastcluster.linkage(distances, "average", preserve_input=False).tolist():
            mean = round(1.0 - distance, 9)
            if mean < JOINED:
                break  # all that would be joined from here on would be parted again
            self._join(int(one), int(other), mean)

    def _join(self, first: int, second: int, mean: float) -> None:
        self.roots -= {first, second}
        self.roots.add(len(self.leaves))
        self.children[len(self.leaves)] = (first, second, mean)
        size = len(self.leaves[first]) * len(self.leaves[second])
        self.within.append(self.within[first] + self.within[second] + mean * size)
        self.leaves.append(self.leaves[first] + self.leaves[second])

    def cut(self) -> list[list[int]]:
        """Give the parts: from the root down, until a part holds together."""
        parts, open_nodes = [], sorted(self.roots)
        while open_nodes:
            node = open_nodes.pop()
            if node in self.children and not self._holds(node):
                open_nodes += self.children[node][:2]
            else:
                parts.append(self.leaves[node])
        return sorted(parts, key=min)

    def _holds(self, node: int) -> bool:
        first, second, between = self.children[node]
        if min(len(self.leaves[first]), len(self.leaves[second])) < 3:
            return True
        return between >= DISTINCT * min(self._cohesion(first), self._cohesion(second))

    def _cohesion(self, node: int) -> float:
        size = len(self.leaves[node])
        return self.within[node] / (size * (size - 1) / 2)


def _reasons(texts: Texts, stories: Numbers, copied: npt.NDArray[np.bool_]) -> list[str]:
    """Say what each text has in common with the rest of its story; `copied` tells which have copies there."""
    owners = texts.owners()
    _, kinds = np.unique(stories[owners] * (len(texts.vocabulary) + 1) + texts.words, return_inverse=True)
    rest = np.bincount(kinds, texts.weights, minlength=1)[kinds] - texts.weights
    kept = np.flatnonzero(rest > _NOTHING)
    scores = np.round(texts.weights[kept] * rest[kept], 9)
    lists = 2 * owners[kept] + ~texts.are_names[kept]  # names and words of each text
    order = np.lexsort((texts.words[kept], -scores, lists))
    _, begun = np.unique(lists[order], return_index=True)
    place = np.arange(len(order)) - np.repeat(begun, np.diff(np.append(begun, len(order))))
    order = order[place < _SHOWN]
    told: list[list[str]] = [[] for _ in range(2 * len(texts.names))]
    for number, word in zip(lists[order].tolist(), texts.words[kept][order].tolist(), strict=True):
        told[number].append(texts.vocabulary[word])
    days: dict[int, list[float]] = defaultdict(list)
    for number in np.lexsort((texts.days, stories)).tolist():
        if not math.isnan(texts.days[number]):
            days[int(stories[number])].append(float(texts.days[number]))
    sizes = np.bincount(stories, minlength=1)[stories].tolist()
    reasons = []
    for number, (story, day, size) in enumerate(zip(stories.tolist(), texts.days.tolist(), sizes, strict=True)):
        parts = ["copy"] if copied[number] else []
        for label, words in zip(("names", "words"), told[2 * number : 2 * number + 2], strict=True):
            parts += [f"{label} {', '.join(words)}"] if words else []
        reasons.append("; ".join([*parts, _when(day, days[story])]) if size > 1 else "alone")
    return reasons


def _when(day: float, days: Sequence[float]) -> str:
    """Say how far a day is from the nearest of the others; `days` has them in order, and this one too."""
    if math.isnan(day):
        return "undated"
    if len(days) == 1:
        return "the others are undated"
    at = bisect(days, day) - 1
    before = day - days[at - 1] if at else math.inf
    after = days[at + 1] - day if at + 1 < len(days) else math.inf
    apart = int(min(before, after))
    return "same day" if not apart else f"{apart} day{'s' * (apart > 1)} apart"
