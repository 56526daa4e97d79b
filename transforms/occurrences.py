"""The words of some texts at once, as columns: where each stands and its hash, with none made a string.

A word is two or more letters, digits or low lines on end. Words that differ in case alone are one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.hashes import MULTIPLIER, Hashes, Numbers, hash_stretches

Flags = npt.NDArray[np.bool_]

_SHORTEST = 2
_CHARACTERS = 0x40000  # above these there is no letter or digit, and the last is none
_SMALL = (range(0x61, 0x7B), range(0xDF, 0xF7), range(0xF8, 0x100))  # of ASCII and Latin-1
_DOTTED = re.compile(r"\w*İ\w*")  # the one letter that is two in lower case


class Occurrences(NamedTuple):
    """Words in their order: number of the text, places in the texts as read, whether it has a capital, and hash.

    In scripts other than ASCII and Latin-1 it is not known what is a capital, and each word is taken to have one.
    """

    texts: Numbers
    starts: Numbers
    stops: Numbers
    are_capital: Flags
    hashes: Hashes


def find_occurrences(texts: Sequence[str]) -> tuple[str, Occurrences]:
    """Find the words of texts; gives the texts as read, one string in lower case, and the words."""
    small = [text.lower() for text in texts]
    read, forms = ("\n".join(["", *lines, ""]) for lines in (small, texts))
    if len(read) != len(forms):
        forms = _DOTTED.sub(lambda word: "0" * len(word[0].lower()), forms)
    letters = _codes(read)
    in_word, is_capital = _kinds()
    inside = in_word.take(letters, mode="clip")
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, stops = edges[::2], edges[1::2]
    words = np.flatnonzero(stops - starts >= _SHORTEST)
    starts, stops = starts[words], stops[words]
    ends = np.cumsum([len(text) + 1 for text in small], dtype=np.int64)
    numbers = np.repeat(np.arange(len(small)), np.diff(np.searchsorted(starts, ends), prepend=0))
    capitals = is_capital.take(_codes(forms)[starts], mode="clip")
    return read, Occurrences(numbers, starts, stops, capitals, _spread(hash_stretches(letters, starts, stops)))


def hash_words(words: Collection[str]) -> Hashes:
    """Hash words in lower case as they are hashed where they stand in texts."""
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    stops = np.cumsum(lengths)
    return _spread(hash_stretches(_codes("".join(words)), stops - lengths, stops))


def _spread(hashes: Hashes) -> Hashes:
    """Let the first letter of words reach the first bits of their hashes."""
    return hashes * np.uint64(MULTIPLIER)


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _kinds() -> tuple[Flags, Flags]:
    """Tell of each character whether it can be in a word, and whether it can be the capital of one."""
    characters = np.arange(_CHARACTERS, dtype=np.uint32).view("U1")
    in_word = np.strings.isalnum(characters)
    is_capital = in_word & ~np.strings.isdecimal(characters)
    in_word[ord("_")] = True
    for small in _SMALL:
        is_capital[small.start : small.stop] = False
    return in_word, is_capital
