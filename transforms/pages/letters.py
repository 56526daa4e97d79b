"""How each of many short texts is written: letters, digits and marks counted for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
UPPER, DIGIT, COMMA, STOP, QUOTE, MARK, WIDE, LETTER = (1 << n for n in range(8))
MARKED = (
    (",،、，", COMMA),
    (".!?…。！？؟।۔", STOP),
    ("\"'“”„«»‘’」』)", QUOTE),
    ("|©@#*•·▶►»>→+/:", MARK),
)
WIDE_RANGES = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0x0E00, 0x0EFF))
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


@dataclass(frozen=True, slots=True)
class Letters:
    """Counts of each text, shape (texts,): characters, words, whether a sentence ends it; `shape` has the rest."""

    chars: Floats
    words: Floats
    ends: Floats
    shape: Floats


def count_letters(texts: list[str]) -> Letters:
    """Count the letters of each text, none of them empty."""
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    kinds = _kinds()[np.minimum(codes, 0xFFFF)]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]])
    stops = starts + lengths - 1
    chars = lengths.astype(np.float32)
    letter = kinds & LETTER
    opening = letter.copy()
    opening[1:] &= ~letter[:-1]
    marks = np.empty((7, len(kinds)), np.uint8)
    for row, bit in enumerate((UPPER, DIGIT, COMMA, STOP, QUOTE, MARK, WIDE)):
        np.not_equal(kinds & bit, 0, out=marks[row])
    upper, digit, comma, stop, quote, mark, wide = np.add.reduceat(marks, starts, axis=1, dtype=np.int32)
    words = np.add.reduceat(opening != 0, starts, dtype=np.int32) + wide / LETTERS_A_WIDE_WORD
    head, last, second = kinds[starts], kinds[stops], kinds[np.maximum(stops - 1, starts)]
    ends = ((last & STOP) | np.where(last & QUOTE, second & STOP, 0)) != 0
    shape = [
        upper / chars, digit / chars, comma / np.maximum(words, 1) * 5, np.log1p(stop), np.log1p(mark), np.log1p(quote),
        wide / chars, chars / np.maximum(words, 1), (head & UPPER) != 0, (head & (MARK | STOP)) != 0,
        (head & DIGIT) != 0, (head & QUOTE) != 0, codes[stops] == ord(":"),
    ]  # fmt: skip
    return Letters(chars, words.astype(np.float32), ends.astype(np.float32), np.stack(shape, axis=1, dtype=np.float32))
