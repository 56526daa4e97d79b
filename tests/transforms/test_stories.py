from __future__ import annotations

import random

import numpy as np
import pytest

from transforms import stories
from transforms.stories import Text, Texts, group
from transforms.terms import Term


def text(name: str, words: str, day: int | None = 0) -> Text:
    found = words.split()
    return Text(name, day, tuple(Term(word, len(found) ** -0.5, word[0] in "NM") for word in found))


def grouped(texts: list[Text], copies) -> list[stories.Place]:
    return group(Texts.of(texts), np.zeros(len(texts), np.int64), copies)


def parts(texts: list[Text], copies=()) -> list[set[str]]:
    found: dict[int, set[str]] = {}
    for one, place in zip(texts, grouped(texts, copies), strict=True):
        found.setdefault(place.story, set()).add(one.name)
    return sorted(found.values(), key=sorted)


def test_texts_about_the_same_are_put_together():
    """Texts that share enough of their terms within three days are one story."""
    texts = [text("a", "N1 N2 x y"), text("b", "N1 N2 z w", 3), text("c", "q r s t"), text("d", "N1 N2 z w", 9)]
    assert parts(texts) == [{"a", "b"}, {"c"}, {"d"}]


def test_two_events_with_a_frame_in_common_are_parted():
    """Where two groups share a frame, but each much more within, they are two stories."""
    one = [text(f"a{n}", f"M league goal N1 N2 N3 x{n}") for n in range(4)]
    other = [text(f"b{n}", f"M league goal N4 N5 N6 y{n}") for n in range(4)]
    assert parts(one + other) == [{t.name for t in one}, {t.name for t in other}]


def test_copies_stay_together_whatever_their_days():
    """A copy belongs with its original, though it came out much later."""
    texts = [text("a", "N1 N2 x y"), text("b", "N1 N2 x y", 40)]
    assert parts(texts) == [{"a"}, {"b"}]
    assert parts(texts, {(0, 1)}) == [{"a", "b"}]


def test_the_reason_names_what_is_shared():
    """Names, words and days in common are the reason; the score is the mean similarity to the others."""
    one, other = grouped([text("a", "N1 N2 x y"), text("b", "N1 N2 x w", 2)], ())
    assert one.reason == "names N1, N2; words x; 2 days apart"
    assert other.similarity == pytest.approx(0.75)


def test_the_order_of_the_texts_does_not_matter():
    """However the texts are listed, the same are together, with the same scores and reasons."""
    rng = random.Random(1)
    words = [f"{'N' if n % 2 else 'w'}{n}" for n in range(14)]
    texts = [text(f"t{n:02}", " ".join(rng.sample(words, 5)), rng.randrange(5)) for n in range(40)]

    def by_name(listed: list[Text]) -> dict[str, tuple]:
        placed = grouped(listed, ())
        together = {
            p.story: min(t.name for t, q in zip(listed, placed, strict=True) if q.story == p.story) for p in placed
        }
        return {t.name: (together[p.story], p.similarity, p.reason) for t, p in zip(listed, placed, strict=True)}

    assert by_name(rng.sample(texts, 40)) == by_name(texts)


def test_too_many_that_are_all_but_the_same_are_one_story(monkeypatch):
    """What not even the strongest links tell apart is one story, and is not compared each with each."""
    monkeypatch.setattr(stories, "LARGEST", 3)
    texts = [text(f"t{n}", "Alpha beta gamma delta", 1) for n in range(4)]
    assert [(place.story, place.similarity) for place in grouped(texts, ())] == [(0, 1.0)] * 4
