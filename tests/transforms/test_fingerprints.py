from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from transforms.fingerprints import KEPT, SEQUENCE, fingerprints

WORDS = [
    f"{a}{b}{c}" for a in ("ba", "ko", "ri", "mu") for b in ("len", "tos", "var", "dim") for c in ("a", "er", "is")
]


def prose(seed: int, words: int) -> str:
    picked = random.Random(seed).choices(WORDS, k=words)
    return " ".join(picked)


def marks(*texts: str) -> list[set[int]]:
    numbers, hashes = fingerprints(texts)
    return [set(hashes[numbers == number].tolist()) for number in range(len(texts))]


def mark(text: str) -> set[int]:
    return marks(text)[0]


class TestFingerprints:
    def test_about_one_sequence_in_eight_is_kept(self):
        """A text of n words has about n / 8 fingerprints."""
        assert 0.8 * 4000 / KEPT < len(mark(prose(1, 4000))) < 1.2 * 4000 / KEPT

    def test_less_than_a_sequence_has_none(self):
        """A text of fewer words than a sequence has no fingerprint, and neither has an empty one."""
        assert marks("", "one two three", " ", "…") == [set(), set(), set(), set()]
        assert SEQUENCE == 4

    def test_case_signs_and_spaces_do_not_count(self):
        """The same words in other case, with other quotes, dashes and line ends, have the same fingerprints."""
        text = prose(2, 400)
        words = text.split()
        dressed = "“" + "—".join(words[:100]) + "”\n\n" + " ‘".join(words[100:200]) + "…\u00a0" + ", ".join(words[200:])
        assert mark(dressed.upper()) == mark(text) != set()

    def test_letters_with_accents_count(self):
        """Words of any script are hashed by their letters, whatever their case and composition."""
        one, other = "ñandú élan öffnet über " * 40, "nandu elan offnet uber " * 40
        assert mark(one) != mark(other)
        long = " ".join(f"é{word}" for word in prose(3, 400).split())
        assert mark(long.upper()) == mark(long) == mark(long.replace("é", "e\u0301")) != set()

    def test_characters_without_spaces_are_words(self):
        """A sentence of ideographs is found in a longer one, though there is no space between the words."""
        rng = random.Random(4)
        inner = "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(200))
        shared = mark(inner) & mark(f"北京。{inner}，天气很好。")
        assert len(shared) > 10
        assert mark(inner) <= mark(f"北京。{inner}，天气很好。")

    def test_a_cut_copy_has_a_part_of_the_fingerprints(self):
        """What is left of a text has the fingerprints that it had there, and no other."""
        text = prose(5, 1000)
        half = " ".join(text.split()[:500])
        assert mark(half) < mark(text)

    def test_a_sequence_does_not_run_from_one_text_into_the_next(self):
        """Texts that are hashed together have the fingerprints that they have alone."""
        texts = [prose(seed, 3 * seed) for seed in range(60)]
        assert marks(*texts) == [mark(text) for text in texts]

    @given(st.lists(st.text(max_size=300), max_size=6))
    def test_any_texts_can_be_hashed_together(self, texts):
        """Whatever the characters, hashing never fails, and a neighbour never matters."""
        assert marks(*texts) == [mark(text) for text in texts]

    def test_texts_larger_than_a_chunk_are_hashed_whole(self):
        """A text of a megabyte keeps its sequences to the end."""
        text = prose(6, 100_000)
        tail = " ".join(text.split()[-1000:])
        assert mark(tail) <= mark(text)
