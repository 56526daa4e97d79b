"""Articles that tell of one event, put together: by what they are about, when they came out, and what they copied.

The result depends on the articles alone, and not on their order: every tie is broken by the texts themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.terms import Term

LINKED = 0.2  # similarity of two texts of known days that brings their groups together
LINKED_UNDATED = 0.25  # the same where the day of one is not known
DAYS = 3  # between two texts of one story
JOINED = 0.16  # mean similarity between two parts of one story
DISTINCT = 0.68  # of two parts of three texts or more that belong together, the least: between them for within them
LARGEST = 600  # texts that are grouped at once

_Matrix = npt.NDArray[np.float64]
_Numbers = npt.NDArray[np.int64]
_COPY = 1.0
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be grouped: its name, which decides ties, the day it came out (a count of days), what it is about."""

    name: str
    day: int | None
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text belongs: the number of its story, how similar it is to the others there, and why."""

    story: int
    similarity: float
    reason: str


def group(texts: Sequence[Text], copies: Collection[tuple[int, int]]) -> list[Place]:
    """Put texts together that tell of one event; `copies` are pairs of their places in `texts`."""
    order = sorted(range(len(texts)), key=lambda number: texts[number].name)
    ranks = {number: rank for rank, number in enumerate(order)}
    ordered = [texts[number] for number in order]
    pairs = {(min(ranks[a], ranks[b]), max(ranks[a], ranks[b])) for a, b in copies}
    similar = similarities(ordered, pairs)
    places: list[Place] = [Place(0, 1.0, "")] * len(texts)
    stories = _parts(similar)
    for number, members in enumerate(stories):
        for rank in members:
            others = [other for other in members if other != rank]
            score = float(similar[rank, others].mean()) if others else 1.0
            places[order[rank]] = Place(number, score, _reason(ordered, rank, others, pairs))
    return places


def similarities(texts: Sequence[Text], copies: set[tuple[int, int]]) -> _Matrix:
    """Measure each text by each: the cosine of their terms, nothing where they came out too far apart, 1 for copies."""
    words: dict[str, int] = {}
    for text in texts:
        for term in text.terms:
            words.setdefault(term.word, len(words))
    weights = np.zeros((len(texts), max(1, len(words))))
    for row, text in enumerate(texts):
        for term in text.terms:
            weights[row, words[term.word]] = term.weight
    days = np.array([np.nan if text.day is None else text.day for text in texts], float)
    similar = np.round(weights @ weights.T, 6)
    similar[np.abs(days[:, None] - days) > DAYS] = 0.0
    for one, other in copies:
        similar[one, other] = similar[other, one] = _COPY
    np.fill_diagonal(similar, 0.0)
    return similar


def connected(count: int, one: _Numbers, other: _Numbers) -> _Numbers:
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


def pieces(count: int, one: _Numbers, other: _Numbers, similarity: _Matrix) -> _Numbers:
    """Label numbers by what hangs together; where that is more than can be grouped, the weaker links are cut first."""
    labels = connected(count, one, other)
    least = 0.3
    while least < 1.0:
        sizes = np.bincount(labels, minlength=count)
        large = sizes[labels[one]] > LARGEST
        if not large.any():
            break
        kept = ~large | (similarity >= least)
        one, other, similarity = one[kept], other[kept], similarity[kept]
        labels = connected(count, one, other)
        least = round(least + 0.05, 2)
    return labels


def _parts(similar: _Matrix) -> list[list[int]]:
    """Join the two most similar parts until none are similar enough, then part again what is of two minds."""
    return [sorted(leaves) for leaves in _Tree(similar).cut()] if len(similar) > 1 else [[0]]


class _Tree:
    """Average linkage of a similarity matrix, and the parts that it falls into."""

    def __init__(self, similar: _Matrix) -> None:
        count = len(similar)
        self.leaves: list[list[int]] = [[leaf] for leaf in range(count)]
        self.children: dict[int, tuple[int, int, float]] = {}
        self.within = [0.0] * count  # sums of the similarities inside
        self.roots = self._grow(similar.copy())

    def _grow(self, between: _Matrix) -> list[int]:
        np.fill_diagonal(between, -1.0)
        count = len(between)
        nodes = list(range(count))
        sizes = np.ones(count)
        best = between.max(axis=1)
        for _ in range(count - 1):
            one = int(best.argmax())
            if best[one] <= 0:
                break
            other = int(between[one].argmax())
            one, other = min(one, other), max(one, other)
            self._join(nodes, one, other, float(between[one, other]))
            joint = (between[one] * sizes[one] + between[other] * sizes[other]) / (sizes[one] + sizes[other])
            joint[(between[one] < 0) | (between[other] < 0)] = -1.0
            sizes[one] += sizes[other]
            stale = np.flatnonzero((between[:, one] >= best) | (between[:, other] >= best))
            between[one] = between[:, one] = np.round(joint, 9)
            between[other] = between[:, other] = -1.0
            between[one, one] = -1.0
            nodes[other] = -1
            best[stale] = between[stale].max(axis=1)
            best[[one, other]] = between[one].max(), -1.0
            best = np.maximum(best, between[one])
        return [node for node in nodes if node >= 0]

    def _join(self, nodes: list[int], one: int, other: int, mean: float) -> None:
        first, second = nodes[one], nodes[other]
        nodes[one] = len(self.leaves)
        self.children[nodes[one]] = (first, second, mean)
        self.within.append(
            self.within[first] + self.within[second] + mean * len(self.leaves[first]) * len(self.leaves[second])
        )
        self.leaves.append(self.leaves[first] + self.leaves[second])

    def cut(self) -> list[list[int]]:
        """Give the parts: from the root down, until a part holds together."""
        parts, open_nodes = [], list(self.roots)
        while open_nodes:
            node = open_nodes.pop()
            if node in self.children and not self._holds(node):
                open_nodes += self.children[node][:2]
            else:
                parts.append(self.leaves[node])
        return sorted(parts, key=min)

    def _holds(self, node: int) -> bool:
        first, second, between = self.children[node]
        if between < JOINED:
            return False
        if min(len(self.leaves[first]), len(self.leaves[second])) < 3:
            return True
        return between >= DISTINCT * min(self._cohesion(first), self._cohesion(second))

    def _cohesion(self, node: int) -> float:
        size = len(self.leaves[node])
        return self.within[node] / (size * (size - 1) / 2)


def _reason(texts: Sequence[Text], rank: int, others: Sequence[int], copies: set[tuple[int, int]]) -> str:
    """Say what a text has in common with the rest of its story."""
    if not others:
        return "alone"
    shared: dict[tuple[str, bool], float] = {}
    for other in others:
        theirs = {term.word: term.weight for term in texts[other].terms}
        for term in texts[rank].terms:
            if term.word in theirs:
                key = (term.word, term.is_name)
                shared[key] = shared.get(key, 0.0) + term.weight * theirs[term.word]
    found = sorted(shared, key=lambda key: (-shared[key], key))
    names = [word for word, is_name in found if is_name][:_SHOWN]
    words = [word for word, is_name in found if not is_name][:_SHOWN]
    parts = ["copy"] if any((min(rank, o), max(rank, o)) in copies for o in others) else []
    parts += [f"names {', '.join(names)}"] if names else []
    parts += [f"words {', '.join(words)}"] if words else []
    return "; ".join([*parts, _when(texts[rank].day, [texts[other].day for other in others])])


def _when(day: int | None, others: Sequence[int | None]) -> str:
    dated = [other for other in others if other is not None]
    if day is None:
        return "undated"
    if not dated:
        return "the others are undated"
    apart = min(abs(day - other) for other in dated)
    return "same day" if not apart else f"{apart} day{'s' * (apart > 1)} apart"
