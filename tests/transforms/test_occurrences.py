from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.hashes import number_hashes
from transforms.occurrences import find_occurrences, hash_words

LETTERS = st.sampled_from("aZé_ßİıſςσǅﬁ²ªжЖع中7 \n.'’-\u0307\u200d🙂")
TEXTS = st.lists(st.one_of(st.text(LETTERS, max_size=60), st.text(max_size=60)), max_size=6)


@given(TEXTS)
def test_words_are_what_a_pattern_finds_in_lower_case(texts):
    """Whatever the characters, the words of each text are its runs of two or more, and each is hashed as it is alone."""
    read, found = find_occurrences(texts)
    spelled = [read[start:stop] for start, stop in zip(found.starts, found.stops, strict=True)]
    expected = [(number, word) for number, text in enumerate(texts) for word in re.findall(r"\w\w+", text.lower())]
    assert list(zip(found.texts.tolist(), spelled, strict=True)) == expected
    assert np.array_equal(found.hashes, hash_words(spelled))


@given(TEXTS)
def test_capitals_are_told_where_words_begin(texts):
    """A word has a capital where the text has one; a word that a dotted capital I was cut into has none."""
    read, found = find_occurrences(texts)
    told = {}
    for number, start, stop, is_capital in zip(*found[:4], strict=True):
        told.setdefault((number, read[start:stop]), []).append(is_capital)
    for number, text in enumerate(texts):
        forms = re.findall(r"\b[^\W\d_a-zß-öø-ÿ]\w+", text)
        for word in {form.lower() for form in forms if "İ" not in form and "Σ" not in form}:
            assert sum(told[number, word]) == sum(form.lower() == word for form in forms)


@given(st.lists(st.integers(0, 40) | st.integers(0, 2**64 - 1), max_size=200))
def test_equal_hashes_have_one_number(values):
    """Numbers are given in the order of their places, and lead back to the hashes."""
    hashes = np.array(values, np.uint64)
    numbers, places = number_hashes(hashes)
    assert hashes[places][numbers].tolist() == values
    assert len(places) == len(set(values))
    assert places.tolist() == sorted(places)
    assert numbers[places].tolist() == list(range(len(places)))
