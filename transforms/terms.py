"""What an article is about, in a few weighted words: those that are rare in its language and stand out in it.

How rare a word is comes from `background/*.json.gz`, counts of general language and the same for every archive, so that
what an article is about does not depend on what else is there. The words of many articles are weighed at once, as
columns; the few that may be terms are all that is made strings.
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.hashes import MULTIPLIER, Hashes, Numbers, number_hashes
from transforms.occurrences import Flags, Occurrences, find_occurrences, hash_words

KEPT = 24  # terms of an article
KEYED = 9  # of its weightest terms, any two of which make a key

_READ = 3000  # characters; news says first what it is about
_LEAD = 300  # characters
ZIPF = 5.5  # on the Zipf scale, the logarithm of occurrences in a billion words; where a word of no rarity would stand
RAREST = 2.6  # rarity of words that are not in the background
_NAME, _IN_LEAD, _IN_TITLE = 1.5, 1.5, 1.5
_FAINTEST = 0.8  # rarity that a word needs to be a term
_MOST = 50
_EMPHASES = np.array([1 + 0.5 * math.log(count) for count in range(1, _MOST + 1)])
_CHUNK = 32  # articles weighed at a time, so that what is in work stays in the processor's cache
_BUCKETS = 16  # bits
_TITLE, _OPENING, _HEAD = range(3)  # the parts of an article that are read

_Weights = npt.NDArray[np.float64]
_Described = tuple[str | None, str, str | None]  # title, text and language of an article


class Term(NamedTuple):
    """A word, in lower case, and its share of what the article is about: the squares of all shares make one."""

    word: str
    weight: float
    is_name: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of articles as columns, the weightiest of each first; `counts` tells how many each article has."""

    counts: Numbers
    words: list[str]
    weights: _Weights
    are_names: Flags


class _Candidates(NamedTuple):
    """Words that may be terms, once for each article that they are in, article after article."""

    articles: Numbers
    places: Numbers  # of an occurrence, among all words of the articles
    weights: _Weights
    are_names: Flags

    def taken(self, which: Numbers) -> _Candidates:
        """Take those at some places out of all columns."""
        return _Candidates(self.articles[which], self.places[which], self.weights[which], self.are_names[which])


class _Background(NamedTuple):
    """Rarities by hashes in order, the last of which is never passed, and where those with the same first bits begin."""

    hashes: Hashes
    rarities: _Weights
    buckets: Numbers


def find_terms(articles: Sequence[_Described]) -> Terms:
    """Find the terms of articles, given title, text and language of each; none in languages without a background."""
    chunks = [_find(articles[at : at + _CHUNK]) for at in range(0, max(1, len(articles)), _CHUNK)]
    return Terms(
        np.concatenate([chunk.counts for chunk in chunks]),
        [word for chunk in chunks for word in chunk.words],
        np.concatenate([chunk.weights for chunk in chunks]),
        np.concatenate([chunk.are_names for chunk in chunks]),
    )


def story_keys(terms: Terms) -> tuple[Numbers, npt.NDArray[np.uint32]]:
    """Give 32 bits for each two of an article's weightiest terms: articles on one event have some of them in common.

    How many each article has comes first.
    """
    keys, start = list[int](), 0
    for count in terms.counts.tolist():
        words = sorted(word.encode() for word in terms.words[start : start + min(count, KEYED)])
        keys += map(zlib.crc32, map(b" ".join, combinations(words, 2)))
        start += count
    keyed = terms.counts.clip(max=KEYED)
    return keyed * (keyed - 1) // 2, np.array(keys, np.uint32)


@cache
def background(language: str) -> dict[str, float]:
    """Give how rare the words of a language are; empty where that is not known."""
    source = resources.files("transforms").joinpath(f"background/{language[:2].lower()}.json.gz")
    if not source.is_file():
        return {}
    steps: list[list[str]] = json.loads(gzip.decompress(source.read_bytes()))
    return {word: ZIPF - 7.8 + step / 10 for step, words in enumerate(steps) for word in words}


def _find(articles: Sequence[_Described]) -> Terms:
    languages = [(language or "en")[:2].lower() for *_, language in articles]
    read, words = find_occurrences(
        [
            part
            for (title, text, _), language in zip(articles, languages, strict=True)
            for part in ((title or "", text[:_LEAD], text[:_READ]) if background(language) else ("", "", ""))
        ]
    )
    found = _foremost(_weighed(words, languages), len(articles))
    starts, stops = words.starts[found.places].tolist(), words.stops[found.places].tolist()
    spelled = [read[start:stop] for start, stop in zip(starts, stops, strict=True)]
    ranks = {word: rank for rank, word in enumerate(sorted(set(spelled)))}
    alphabetical = np.array([ranks[word] for word in spelled], np.int64)
    order = np.lexsort((alphabetical, -found.weights, found.articles))
    order = order[_positions(found.articles) < KEPT]
    terms = found.taken(order)
    counts = np.bincount(terms.articles, minlength=len(articles))
    squares = _table(terms, terms.weights * terms.weights, len(articles))
    lengths = np.sqrt(np.cumsum(squares, axis=1)[:, -1])
    return Terms(counts, [spelled[at] for at in order], terms.weights / lengths[terms.articles], terms.are_names)


def _weighed(words: Occurrences, languages: Sequence[str]) -> _Candidates:
    """Weigh each word of each article but the common ones."""
    articles, parts = np.divmod(words.texts, 3)
    pairs, places = number_hashes(words.hashes ^ articles.astype(np.uint64) * np.uint64(MULTIPLIER))

    def counted(where: Flags) -> Numbers:
        return np.bincount(pairs[where], minlength=len(places))

    in_head, in_title = parts == _HEAD, counted(parts == _TITLE) > 0
    counts, capitals = counted(in_head), counted(in_head & words.are_capital)
    are_names = (capitals > 0) & (capitals >= 0.8 * counts)
    weights = _rarities(words.hashes[places], articles[places], languages)
    # The last word of the lead may be half of one.
    kept = np.flatnonzero((weights >= _FAINTEST) & ((counts > 0) | in_title))
    weights[are_names] *= _NAME
    weights[in_title | (counted(parts == _OPENING) > 0)] *= _IN_LEAD
    weights[in_title] *= _IN_TITLE
    weights *= _EMPHASES[(counts + in_title).clip(1, _MOST) - 1]
    return _Candidates(articles[places], places, weights, are_names).taken(kept)


def _foremost(found: _Candidates, count: int) -> _Candidates:
    """Keep what weighs as much as the last term of its article, or more."""
    least = np.partition(_table(found, found.weights, count), -KEPT, axis=1)[:, -KEPT]
    return found.taken(np.flatnonzero(found.weights >= least[found.articles]))


def _table(found: _Candidates, values: _Weights, count: int) -> _Weights:
    """Lay values of words out with a line for each article, filled up with zeros."""
    positions = _positions(found.articles)
    table = np.zeros((count, max(KEPT, positions.max(initial=0) + 1)))
    table[found.articles, positions] = values
    return table


def _positions(articles: Numbers) -> Numbers:
    """Number the words of each article from zero, given the articles of words in order."""
    return np.arange(len(articles)) - np.searchsorted(articles, articles)


def _rarities(hashes: Hashes, articles: Numbers, languages: Sequence[str]) -> _Weights:
    """Look up how rare words are in the languages of their articles."""
    rarities = np.empty(len(hashes))
    for language in set(languages):
        asked = np.flatnonzero(np.array([one == language for one in languages])[articles])
        wanted, known = hashes[asked], _hashed(language)
        places = known.buckets.take((wanted >> np.uint64(64 - _BUCKETS)).view(np.int64))
        behind = np.flatnonzero(known.hashes.take(places) < wanted)
        while len(behind):
            places[behind] += 1
            behind = behind[known.hashes.take(places[behind]) < wanted[behind]]
        rarities[asked] = np.where(known.hashes.take(places) == wanted, known.rarities.take(places), RAREST)
    return rarities


@cache
def _hashed(language: str) -> _Background:
    known = background(language)
    hashes = np.append(hash_words(known), np.uint64((1 << 64) - 1))
    order = np.argsort(hashes)
    buckets = np.searchsorted(hashes[order], np.arange(1 << _BUCKETS, dtype=np.uint64) << np.uint64(64 - _BUCKETS))
    return _Background(hashes[order], np.append(np.array(list(known.values())), RAREST)[order], buckets)
