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
from functools import cache
from importlib import resources
from itertools import combinations
from typing import NamedTuple

KEPT = 24  # terms of an article
KEYED = 9  # of its weightest terms, any two of which make a key

_READ = 3000  # characters; news says first what it is about
_LEAD = 300  # characters
ZIPF = 5.5  # on the Zipf scale, the logarithm of occurrences in a billion words; where a word of no rarity would stand
RAREST = 2.6  # rarity of words that are not in the background
_NAME, _IN_LEAD, _IN_TITLE = 1.5, 1.5, 1.5
_FAINTEST = 0.8  # rarity that a word needs to be a term
_MOST = 50
_EMPHASES = [1 + 0.5 * math.log(count) for count in range(1, _MOST + 1)]
_WORD = re.compile(r"\w\w+")
_CAPITAL = re.compile(r"\b[^\W\d_a-zß-öø-ÿ]\w+")


class Term(NamedTuple):
    """A word, in lower case, and its share of what the article is about: the squares of all shares make one."""

    word: str
    weight: float
    is_name: bool


def find_terms(title: str | None, text: str, language: str | None) -> tuple[Term, ...]:
    """Find the terms of an article, the weightiest first; none in languages without a background."""
    rarities, common = background(language or "en")
    if not rarities:
        return ()
    head = text[:_READ]
    counts = Counter(_WORD.findall(head.lower()))
    names: dict[str, int] = {}
    for form, count in Counter(_CAPITAL.findall(head)).items():
        word = form.lower()
        names[word] = names.get(word, 0) + count
    in_title = set(_WORD.findall(title.lower())) if title else set()
    marked = in_title.union(_WORD.findall(head[:_LEAD].lower()))
    found = []
    for word in (counts.keys() | in_title) - common:
        count = counts.get(word, 0)
        weight = rarities.get(word, RAREST)
        is_name = word in names and names[word] >= 0.8 * count
        if is_name:
            weight *= _NAME
        if word in marked:
            weight *= _IN_LEAD
            if word in in_title:
                weight *= _IN_TITLE
                count += 1
        if count > 1:
            weight *= _EMPHASES[min(count, _MOST) - 1]
        found.append((-weight, word, is_name))
    found = sorted(found)[:KEPT]
    length = math.sqrt(sum(weight * weight for weight, *_ in found))
    return tuple(Term(word, -weight / length, is_name) for weight, word, is_name in found)


def story_keys(terms: Sequence[Term]) -> tuple[int, ...]:
    """Give 32 bits for each two of the weightiest terms: articles on one event have some of them in common."""
    words = sorted(term.word for term in terms[:KEYED])
    return tuple(zlib.crc32(f"{one} {other}".encode()) for one, other in combinations(words, 2))


@cache
def background(language: str) -> tuple[dict[str, float], frozenset[str]]:
    """Give how rare the words of a language are, and those too common to be terms; both empty where it is not known."""
    source = resources.files("transforms").joinpath(f"background/{language[:2].lower()}.json.gz")
    if not source.is_file():
        return {}, frozenset()
    steps: list[list[str]] = json.loads(gzip.decompress(source.read_bytes()))
    rarities = {word: ZIPF - 7.8 + step / 10 for step, words in enumerate(steps) for word in words}
    return rarities, frozenset(word for word, rarity in rarities.items() if rarity < _FAINTEST)
