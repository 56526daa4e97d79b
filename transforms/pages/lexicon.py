"""What words tell of a block: in the names of the boxes around it and at its own edges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WORD = re.compile(r"\w+")
PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
LONGEST_NAME, MOST_PARTS, MOST_REMEMBERED = 100, 8, 50_000
NO_EDGES = (0.0, 0.0, 0.0, 0.0)
STRIPPED = ".,:;!?…\"'“”„«»‘’()[]|-–—•·>►▶→"


def fold(text: str) -> str:
    """Reduce to lower-case words with one space between."""
    return " ".join(WORD.findall(text.lower()))


def name_parts(name: str) -> tuple[str, ...]:
    """Split one class name or id into lower-case words and its pairs of neighbours."""
    words = [part.lower() for part in PART.findall(name[:LONGEST_NAME])][:MOST_PARTS]
    if len(words) < 2:
        return tuple(words)
    return (*words, *[f"{a}_{b}" for a, b in pairwise(words)])


def edge_words(words: list[str]) -> tuple[str, str, str, str]:
    """Name the words at the edges of a short block in lower case: there prompts and labels give themselves away."""
    head = [word.strip(STRIPPED) for word in words[:3]]
    second = f"^{head[0]} {head[1]}" if len(head) > 1 else f"^{head[0]}$"
    third = f"{second} {head[2]}" if len(head) > 2 else ""
    return f"^{head[0]}", second, third, f"{words[-1].strip(STRIPPED)}$"


class Lexicon:
    """Learnt log-odds of being body text, by word; words never met say nothing."""

    def __init__(self, names: Mapping[str, float], edges: Mapping[str, float]) -> None:
        self.known_names, self.known_edges = names, edges
        self._weights = lru_cache(maxsize=MOST_REMEMBERED)(self._weigh)

    def names(self, names: list[str]) -> Floats:
        """Give the mean, highest and lowest log-odds of the words in each element's names, shape (names, 3)."""
        numbers = {"": 0}
        rows = [0.0, 0.0, 0.0]
        for name in names:
            if name not in numbers:
                numbers[name] = len(numbers)
                found: list[float] = []
                for word in name.split():
                    found += self._weights(word)
                rows += (sum(found) / len(found), max(found), min(found)) if found else (0.0, 0.0, 0.0)
        return np.array(rows, np.float32).reshape(-1, 3)[[numbers[name] for name in names]]

    def _weigh(self, word: str) -> tuple[float, ...]:
        known = self.known_names
        return tuple([known[part] for part in name_parts(word) if part in known])

    def edges(self, words: tuple[str, str, str, str]) -> tuple[float, float, float, float]:
        """Give the log-odds of what `edge_words` named."""
        get = self.known_edges.get
        first, second, third, last = words
        return get(first, 0.0), get(second, 0.0), get(third, 0.0), get(last, 0.0)
