"""How each of many short texts is written: letters, digits and marks counted for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
UPPER, DIGIT, STOP, QUOTE, MARK, LETTER, WIDE, COMMA = (1 << n for n in range(8))
MARKED = (
    (",،、，", COMMA),
    (".!?…。！？؟।۔", STOP),
    ("\"'“”„«»‘’」』)", QUOTE),
    ("|©@#*•·▶►»>→+/:", MARK),
)
WIDE_RANGES = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0x0E00, 0x0EFF))
CHUNK = 64  # so few texts that no multiplication starts threads
LETTERS_A_WIDE_WORD = 2.5  # how many letters make a word where none are set apart


@cache
def _kinds() -> NDArray[np.uint8]:
    """Tabulate the kind of every code point of the first plane; the rest count as its last."""
    table = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        char = chr(code)
        if char.isdigit():
            table[code] = DIGIT | LETTER
        elif char.isalpha():
            table[code] = LETTER | (UPPER if char.isupper() else 0)
    for low, high in WIDE_RANGES:
        table[low : high + 1] |= np.where(table[low : high + 1] & LETTER, WIDE, 0).astype(np.uint8)
    for chars, bit in MARKED:
        for char in chars:
            table[ord(char)] |= bit
    return table


@cache
def _bits() -> Floats:
    """Tell of each kind which bits it has, shape (kinds, bits)."""
    return ((np.arange(256)[:, None] >> np.arange(8)) & 1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Letters:
    """Counts of each text, shape (texts,): characters, words, whether a sentence ends it; `shape` (counts, texts)."""

    chars: Floats
    words: Floats
    ends: Floats
    shape: Floats


def table_of(rows: Sequence[NDArray[Any]]) -> Floats:
    """Lay rows of numbers of any kind below one another: by far the fastest way where the kinds differ."""
    table = np.empty((len(rows), len(rows[0])), np.float32)
    for number, row in enumerate(rows):
        table[number] = row
    return table


def count_letters(texts: list[str]) -> Letters:
    """Count the letters of each text, none of them empty."""
    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "replace"), np.uint32)
    kinds = _kinds().take(codes, mode="clip")
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    stops = np.cumsum(lengths + 1) - 2
    starts = stops - lengths + 1
    chars = lengths.astype(np.float32)
    # A letter counts where a word opens, so that one table of kinds by text holds all counts.
    counted = kinds.copy()
    counted[1:] &= ~(kinds[:-1] & LETTER)
    lengths[:-1] += 1
    place = np.repeat(np.arange(0, 256 * len(texts), 256), lengths)
    place += counted
    full = -(-len(texts) // CHUNK) * CHUNK
    table = np.bincount(place, minlength=256 * full).astype(np.float32).reshape(-1, CHUNK, 256)
    counts = (table @ _bits()).reshape(full, 8)[: len(texts)]
    upper, digit, stop, quote, mark, opening, wide, comma = counts.T
    words = opening + wide / LETTERS_A_WIDE_WORD
    head, last, second = kinds[starts], kinds[stops], kinds[np.maximum(stops - 1, starts)]
    ends = ((last & STOP) | np.where(last & QUOTE, second & STOP, 0)) != 0
    least = np.maximum(words, 1)
    shape = [
        upper / chars, digit / chars, comma / least * 5, np.log1p(stop), np.log1p(mark), np.log1p(quote),
        wide / chars, chars / least, (head & UPPER) != 0, (head & (MARK | STOP)) != 0,
        (head & DIGIT) != 0, (head & QUOTE) != 0, codes[stops] == ord(":"),
    ]  # fmt: skip
    return Letters(chars, words, ends.astype(np.float32), table_of(shape))
