"""Hashes of many stretches of letters at once, as columns."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

MULTIPLIER = 0x9E3779B97F4A7C15
_INVERSE = pow(MULTIPLIER, -1, 1 << 64)
_FEWEST = 1 << 17  # letters for which powers are ready


def hash_stretches(letters: npt.NDArray[np.unsignedinteger], starts: Numbers, stops: Numbers) -> Hashes:
    """Hash stretches of letters, none of which is 0: equal stretches alike, wherever they are.

    The prefix sums of a polynomial over all letters give that of any stretch.
    """
    ready = max(_FEWEST, 1 << len(letters).bit_length())
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(letters * _powers(MULTIPLIER, ready)[: len(letters)], out=sums[1:])
    return (sums[stops] - sums[starts]) * _powers(_INVERSE, ready)[starts]


def number_hashes(hashes: Hashes) -> tuple[Numbers, Numbers]:
    """Number distinct hashes by where they are; gives the number of each hash, and a place for each number.

    Equal hashes meet in a slot. Others that do, but the one which was put there last, try another one.
    """
    bits = max(1, len(hashes).bit_length())
    slots = np.empty(1 << bits, np.int64)
    alike = np.empty(len(hashes), np.int64)
    left, mixed = np.arange(len(hashes)), hashes
    while len(left):
        mixed = mixed * np.uint64(MULTIPLIER)
        slot = (mixed >> np.uint64(64 - bits)).view(np.int64)
        slots[slot] = left
        alike[left] = met = slots.take(slot)
        others = np.flatnonzero(hashes.take(met) != hashes.take(left))
        left, mixed = left.take(others), mixed.take(others)
    places = np.flatnonzero(alike == np.arange(len(hashes)))
    numbers = np.empty(len(hashes), np.int64)
    numbers[places] = np.arange(len(places))
    return numbers[alike], places


@cache
def _powers(base: int, count: int) -> Hashes:
    powers = np.ones(count, np.uint64)
    done = 1
    while done < count:
        step = min(done, count - done)
        powers[done : done + step] = powers[:step] * np.uint64(pow(base, done, 1 << 64))
        done += step
    return powers
