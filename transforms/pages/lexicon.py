"""What words tell of a block: in the names of the boxes around it and at its own edges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WORD = re.compile(r"\w+")
PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
PART_OR_END = re.compile(rf"{PART.pattern}|\n")
LONGEST_NAMES, MOST_PARTS, MOST_REMEMBERED = 300, 8, 20_000  # in letters, words and names
NO_EDGES = (0.0, 0.0, 0.0, 0.0)
STRIPPED = ".,:;!?…\"'“”„«»‘’()[]|-–—•·>►▶→"


def fold(text: str) -> str:
    """Reduce to lower-case words with one space between."""
    return " ".join(WORD.findall(text.lower()))


_parts_of: dict[str, tuple[str, ...]] = {}


def learn_names(names: Iterable[str]) -> None:
    """Split the class names and ids of a page, all that are new in one go, for `name_words` to look up."""
    known = _parts_of
    if len(known) > MOST_REMEMBERED:
        known.clear()
    new = list({name for each in names for name in each[:LONGEST_NAMES].split()}.difference(known))
    if not new:
        return
    words: list[str] = []
    at = 0
    for part in PART_OR_END.findall("\n".join(new) + "\n"):
        if part != "\n":
            words.append(part.lower())
            continue
        del words[MOST_PARTS:]
        known[new[at]] = (*words, *[f"{one}_{other}" for one, other in pairwise(words)])
        words.clear()
        at += 1


def name_words(names: str) -> list[str]:
    """List the lower-case words in an element's names, and the pairs of neighbours inside one name."""
    return [word for name in names[:LONGEST_NAMES].split() for word in _parts_of[name]]


def edge_words(words: list[str]) -> tuple[str, str, str, str]:
    """Name the words at the edges of a short block in lower case: there prompts and labels give themselves away."""
    first, last = words[0], words[-1]
    if not first.isalnum():
        first = first.strip(STRIPPED)
    if not last.isalnum():
        last = last.strip(STRIPPED)
    if len(words) == 1:
        return f"^{first}", f"^{first}$", "", f"{last}$"
    second = words[1]
    if not second.isalnum():
        second = second.strip(STRIPPED)
    second = f"^{first} {second}"
    third = f"{second} {words[2].strip(STRIPPED)}" if len(words) > 2 else ""
    return f"^{first}", second, third, f"{last}$"


class Lexicon:
    """Learnt log-odds of being body text, by word; words never met say nothing."""

    def __init__(self, names: Mapping[str, float], edges: Mapping[str, float]) -> None:
        self.known_names, self.known_edges = names, edges
        self._weights: dict[str, tuple[float, ...]] = {}
        self._scores: dict[str, tuple[float, float, float]] = {}

    def names(self, names: list[str]) -> Floats:
        """Give the mean, highest and lowest log-odds of the words in each element's (learnt) names, shape (names, 3)."""
        if len(self._scores) > MOST_REMEMBERED:
            self._scores.clear()
            self._weights.clear()
        scores = self._scores
        for name in set(names).difference(scores):
            scores[name] = self._score(name)
        return np.array([scores[name] for name in names], np.float32).reshape(-1, 3)

    def _score(self, names: str) -> tuple[float, float, float]:
        known, weights = self.known_names, self._weights
        found: list[float] = []
        for name in names[:LONGEST_NAMES].split():
            if name not in weights:
                weights[name] = tuple([known[word] for word in _parts_of[name] if word in known])
            found += weights[name]
        return (sum(found) / len(found), max(found), min(found)) if found else (0.0, 0.0, 0.0)
