"""What an article is about, in a few weighted words: those that are rare in its language and stand out in it.

How rare a word is comes from `background.json.gz`, counts of general language and the same for every archive, so that
what an article is about does not depend on what else is there.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations

KEPT = 24  # terms of an article
KEYED = 9  # of its weightest terms, any two of which make a key

_READ = 3000  # characters; news says first what it is about
_LEAD = 300  # characters
_CEILING = 5.5  # on the Zipf scale, the logarithm of occurrences in a billion words; more common words are no terms
_RAREST = 2.6  # rarity of words that are not in the background
_NAME, _IN_LEAD, _IN_TITLE = 1.5, 1.5, 1.5
_FAINTEST = 0.8  # rarity that a word needs to count when it stands in the text but once
_MOST = 50
_EMPHASES = [1 + 0.5 * math.log(count) for count in range(1, _MOST + 1)]
_WORD = re.compile(r"\w\w+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, in lower case, and its share of what the article is about: the squares of all shares make one."""

    word: str
    weight: float
    is_name: bool


def find_terms(title: str | None, text: str, language: str | None) -> tuple[Term, ...]:
    """Find the terms of an article, the weightiest first; none in languages without a background."""
    rarities = background(language or "en")
    if not rarities:
        return ()
    head = text[:_READ]
    counts: dict[str, int] = {}
    names: dict[str, int] = {}
    for form, count in Counter(_WORD.findall(head)).items():
        word = form.lower()
        counts[word] = counts.get(word, 0) + count
        if form != word:
            names[word] = names.get(word, 0) + count
    in_title = set(_WORD.findall(title.lower())) if title else set()
    marked = in_title.union(_WORD.findall(head[:_LEAD].lower()))
    for word in in_title.difference(counts):
        counts[word] = 0
    found = []
    for word, count in counts.items():
        weight = rarities.get(word, _RAREST)
        if weight < _FAINTEST and (not weight or (count < 2 and word not in marked)):
            continue
        if word in marked:
            weight *= _IN_LEAD
            if word in in_title:
                weight *= _IN_TITLE
                count += 1  # noqa: PLW2901  (the title says it once more)
        if count > 1:
            weight *= _EMPHASES[min(count, _MOST) - 1]
        is_name = names.get(word, 0) >= 0.8 * counts[word] > 0
        found.append((-weight * _NAME if is_name else -weight, word, is_name))
    found = sorted(found)[:KEPT]
    length = math.sqrt(sum(weight * weight for weight, *_ in found))
    return tuple(Term(word, -weight / length, is_name) for weight, word, is_name in found)


def story_keys(terms: Sequence[Term]) -> tuple[int, ...]:
    """Give 32 bits for each two of the weightiest terms: articles on one event have some of them in common."""
    words = sorted(term.word for term in terms[:KEYED])
    return tuple(zlib.crc32(f"{one} {other}".encode()) for one, other in combinations(words, 2))


@cache
def background(language: str) -> dict[str, float]:
    """Give how rare the words of a language are, 0 for what every text has; empty where that is not known."""
    source = resources.files("transforms").joinpath(f"background/{language[:2].lower()}.json.gz")
    if not source.is_file():
        return {}
    steps: list[list[str]] = json.loads(gzip.decompress(source.read_bytes()))
    return {word: max(0.0, _CEILING - 7.8 + step / 10) for step, words in enumerate(steps) for word in words}
