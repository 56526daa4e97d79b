"""Whether a text is coverage of what another tells, and why: by the numbers that put texts into stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from transforms.questions import Clue
from transforms.stories import DAYS, LINKED, LINKED_UNDATED, Text, Texts, similarities
from transforms.words import words_of

Reason = Literal["copy", "story", "alike", "unlike", "other_days", "no_terms"]

_MATCHED = frozenset(("copy", "story", "alike"))
_MOST = 8


@dataclass(frozen=True, slots=True)
class Match:
    """What two texts have in common. `score` is the cosine of their terms, 1 for copies; days are whole ones.

    `names` and `phrases` are the clues of the question that the other text has, `words` the terms that both have.
    """

    reason: Reason
    score: float
    names: tuple[str, ...]
    phrases: tuple[str, ...]
    words: tuple[str, ...]
    days_apart: int | None

    @property
    def is_match(self) -> bool:
        """Whether it is coverage of the same."""
        return self.reason in _MATCHED


def match(
    one: Text, other: Text, content: str, clues: Sequence[Clue], *, is_copy: bool = False, same_story: bool = False
) -> Match:
    """Compare a text with another, whose words are in `content`; `clues` are those of the question about the first."""
    pair = (Text(one.name, None, one.terms), Text(other.name, None, other.terms))
    score = float(similarities(Texts.of(pair), [(0, 1)] if is_copy else [])[0, 1])
    apart = None if one.day is None or other.day is None else abs(one.day - other.day)
    theirs = {term.word: term.weight for term in other.terms}
    shared = sorted((-term.weight * theirs[term.word], term.word) for term in one.terms if term.word in theirs)
    told = f" {' '.join(words_of(content))} "
    held = [clue for clue in clues if f" {' '.join(clue.words)} " in told]
    return Match(
        _reason(one, other, score, apart, is_copy=is_copy, same_story=same_story),
        score,
        tuple(clue.text for clue in held if clue.is_name)[:_MOST],
        tuple(clue.text for clue in held if clue.is_phrase and not clue.is_name)[:_MOST],
        tuple(word for _, word in shared)[:_MOST],
        apart,
    )


def _reason(one: Text, other: Text, score: float, apart: int | None, *, is_copy: bool, same_story: bool) -> Reason:
    if is_copy:
        return "copy"
    if same_story:
        return "story"
    if not one.terms or not other.terms:
        return "no_terms"
    if score < (LINKED_UNDATED if apart is None else LINKED):
        return "unlike"
    return "other_days" if apart is not None and apart > DAYS else "alike"
