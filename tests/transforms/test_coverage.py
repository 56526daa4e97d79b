from __future__ import annotations

import pytest

from transforms.coverage import match
from transforms.questions import Clue
from transforms.stories import DAYS, Text
from transforms.terms import Term

CLUES = (
    Clue("Port Ellen", ("port", "ellen"), 9.0, is_name=True),
    Clue("night shifts", ("night", "shifts"), 7.0, is_name=False),
    Clue("Rotterdam", ("rotterdam",), 5.0, is_name=True),
)
CONTENT = "In Port Ellen the night was long. Night shifts are."


def text(name: str, day: int | None, **weights: float) -> Text:
    return Text(name, day, tuple(Term(word, weight, is_name=False) for word, weight in weights.items()))


ONE = text("a", 100, strike=0.6, ferry=0.8)
ALIKE = {"strike": 0.6, "bread": 0.8}


def test_a_match_says_what_both_have():
    """Names and phrases are those of the question that stand in the text, words those that both are about."""
    found = match(ONE, text("b", 101, **ALIKE), CONTENT, CLUES)
    assert found.is_match
    assert (found.reason, found.score, found.days_apart) == ("alike", pytest.approx(0.36), 1)
    assert (found.names, found.phrases, found.words) == (("Port Ellen",), ("night shifts",), ("strike",))


@pytest.mark.parametrize(
    ("day", "weights", "flags", "reason"),
    [
        (100, ALIKE, {"is_copy": True}, "copy"),
        (900, {"bread": 1.0}, {"is_copy": True}, "copy"),
        (100, ALIKE, {"same_story": True}, "story"),
        (100 + DAYS, ALIKE, {}, "alike"),
        (101 + DAYS, ALIKE, {}, "other_days"),
        (None, ALIKE, {}, "alike"),
        (None, {"strike": 0.4, "bread": 0.9}, {}, "unlike"),
        (100, {"strike": 0.4, "bread": 0.9}, {}, "alike"),
        (100, {"strike": 0.3, "bread": 0.9}, {}, "unlike"),
        (100, {}, {}, "no_terms"),
    ],
)
def test_reasons_follow_the_numbers_of_stories(day, weights, flags, reason):
    """Undated texts need more in common, days that are too far apart part the like, and copies need neither."""
    assert match(ONE, text("b", day, **weights), "", (), **flags).reason == reason
