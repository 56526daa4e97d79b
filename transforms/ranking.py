"""Documents ranked by the words of a question: Okapi BM25, whose rarities come from the documents that are ranked.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with k1 = 1.2 and b = 0.75.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.words import words_of

_K1, _B = 1.2, 0.75


@dataclass(slots=True)
class Ranking:
    """Takes documents one after the other and keeps of each only what the words of the question need."""

    weights: Mapping[str, float]
    _lengths: list[int] = field(default_factory=list, init=False)
    _counts: list[dict[str, int]] = field(default_factory=list, init=False)

    def add(self, text: str) -> None:
        """Take a document; it is known by its number, from 0."""
        words = words_of(text)
        held = Counter(words)
        self._lengths.append(len(words))
        self._counts.append({word: held[word] for word in self.weights if word in held})

    def best(self, most: int | None = None) -> list[tuple[int, float]]:
        """Give the numbers and scores of the documents that have any of the words, the best first."""
        documents = len(self._lengths)
        if not documents:
            return []
        average = max(1.0, sum(self._lengths) / documents)
        holders: dict[str, int] = {}
        for counts in self._counts:
            for word in counts:
                holders[word] = holders.get(word, 0) + 1
        worth = {
            word: self.weights[word] * math.log(1 + (documents - held + 0.5) / (held + 0.5))
            for word, held in holders.items()
        }
        scores = []
        for number, (length, counts) in enumerate(zip(self._lengths, self._counts, strict=True)):
            if counts:
                norm = _K1 * (1 - _B + _B * length / average)
                score = sum(worth[word] * count * (_K1 + 1) / (count + norm) for word, count in counts.items())
                scores.append((-score, number))
        return [(number, round(-score, 6)) for score, number in sorted(scores)[:most]]
