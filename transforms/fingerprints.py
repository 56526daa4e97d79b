"""What tells copies of a text apart from other texts: hashes of its word sequences, a fixed share of them kept by value.

Two texts that share a sentence share about an eighth of its sequences of four words, in whatever text the sentence
stands, so that copies are found by joining, and how much they share by counting. The words of many texts are hashed at
once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from transforms.hashes import MULTIPLIER, Hashes, Numbers, hash_stretches

SEQUENCE = 4  # words
KEPT = 8  # one in so many hashes

_Letters = npt.NDArray[np.uint8]
_CHUNK = 1 << 16  # bytes hashed at a time, so that what is in work stays in the processor's cache
_LONGEST = 1 << 20  # bytes of one text that count
_MIXERS = np.array([0xD6E8FEB86659FD93, 0xFF51AFD7ED558CCD], np.uint64)
_PLACES = np.array([0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3], np.uint64)
_SPACE = 32
_FOLDED = bytes(
    c + 32 if 65 <= c <= 90 else c if 48 <= c <= 57 or 97 <= c <= 122 or c >= 128 else _SPACE for c in range(256)
)
# Scripts written without spaces, as ranges of the first and second byte of their characters, which are three bytes
# long: Thai and Lao, Burmese, Khmer, kana and ideographs.
_UNSPACED = (
    (0xE0, 0xE0, 0xB8, 0xBB),
    (0xE1, 0xE1, 0x80, 0x82),
    (0xE1, 0xE1, 0x9E, 0x9F),
    (0xE3, 0xE9, 0x80, 0xBF),
    (0xEF, 0xEF, 0xA4, 0xAB),
)


def fingerprints(texts: Sequence[str]) -> tuple[Numbers, npt.NDArray[np.uint32]]:
    """Give the fingerprints of texts: the number of the text and the hash, each pair once, in order."""
    found = [_keys(first, bodies) for first, bodies in _chunks(texts)]
    keys = np.concatenate(found) if found else np.empty(0, np.uint64)
    return (keys >> np.uint64(32)).astype(np.int64), keys.astype(np.uint32)


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, list[bytes]]]:
    first, bodies, size = 0, list[bytes](), 0
    for number, text in enumerate(texts):
        if size > _CHUNK:
            yield first, bodies
            first, bodies, size = number, [], 0
        body = _folded(text)[:_LONGEST]
        bodies.append(body)
        size += len(body)
    if bodies:
        yield first, bodies


def _folded(text: str) -> bytes:
    """Bring a text to one case and one spelling of each letter, with its ASCII signs made spaces."""
    if text.isascii():
        return text.encode().translate(_FOLDED)
    plain = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    return plain.lower().encode("utf-8", "ignore").translate(_FOLDED)


def _keys(first: int, bodies: list[bytes]) -> Hashes:
    """Hash the sequences of a chunk; a key is the number of the text above 32 bits of the hash."""
    letters = np.frombuffer(bytearray(b" ".join([b"", *bodies, b""])), np.uint8)
    _blank_signs(letters)
    starts, stops = _words(letters)
    if len(starts) < SEQUENCE:
        return np.empty(0, np.uint64)
    words = _mixed(hash_stretches(_LETTERS.take(letters), starts, stops))
    ends = np.searchsorted(starts, np.cumsum([len(body) + 1 for body in bodies]))
    texts = np.repeat(np.arange(first, first + len(bodies)), np.diff(ends, prepend=0))
    count = len(words) - SEQUENCE + 1
    sums = words[:count] * _PLACES[0]
    for place in range(1, SEQUENCE):
        sums += words[place : place + count] * _PLACES[place]
    hashes = _mixed(sums)
    kept = np.flatnonzero((hashes % np.uint64(KEPT) == 0) & (texts[:count] == texts[SEQUENCE - 1 :]))
    keys = np.sort(texts[kept].astype(np.uint64) << np.uint64(32) | hashes[kept] >> np.uint64(32))
    distinct = np.ones(len(keys), bool)
    distinct[1:] = keys[1:] != keys[:-1]
    return keys[distinct]


def _blank_signs(letters: _Letters) -> None:
    """Make spaces of the signs beyond ASCII: Latin-1 signs but ª µ º, General Punctuation, CJK punctuation."""
    leads = np.flatnonzero(letters >= 0xC2)
    lead, following = letters[leads], letters[leads + 1]
    signs = leads[(lead == 0xC2) & (following != 0xAA) & (following != 0xB5) & (following != 0xBA)]
    letters[signs] = letters[signs + 1] = _SPACE
    signs = leads[((lead == 0xE2) & (following <= 0x81)) | ((lead == 0xE3) & (following == 0x80))]
    letters[signs] = letters[signs + 1] = letters[signs + 2] = _SPACE


def _words(letters: _Letters) -> tuple[Numbers, Numbers]:
    """Find where words start and stop; each character of a script without spaces is a word."""
    inside = letters != _SPACE
    if not (letters > 0xE2).any() and not ((letters == 0xE0) | (letters == 0xE1)).any():
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        return edges[::2], edges[1::2]
    begins = np.zeros(len(letters), bool)
    leads = np.flatnonzero(letters >= 0xE0)
    lead, following = letters[leads], letters[leads + 1]
    for low, high, first, last in _UNSPACED:
        alone = leads[(lead >= low) & (lead <= high) & (following >= first) & (following <= last)]
        begins[alone] = begins[alone + 3] = True
    starts = np.flatnonzero(inside[1:] & (begins[1:] | ~inside[:-1])) + 1
    return starts, np.flatnonzero(inside[:-1] & (begins[1:] | ~inside[1:])) + 1


def _mixed(hashes: Hashes) -> Hashes:
    """Spread the bits of hashes evenly: shifts and odd multipliers, as the finishers of non-cryptographic hashes do."""
    for multiplier in _MIXERS:
        hashes ^= hashes >> np.uint64(32)
        hashes *= multiplier
    return hashes ^ (hashes >> np.uint64(29))


_LETTERS = _mixed(np.arange(1, 257, dtype=np.uint64) * np.uint64(MULTIPLIER)) | np.uint64(1)
