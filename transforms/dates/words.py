"""The words of dates in all languages, read from the tables beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Read a data file of this package by its path below it."""
    return tomllib.loads(files(__package__).joinpath(*name.split("/")).read_text(encoding="utf-8"))


def one_of(words: list[str] | tuple[str, ...]) -> str:
    """Build the body of a pattern that matches any of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


def any_of(words: Iterable[str]) -> str:
    """Build the body of a pattern like `one_of`, as a tree of common beginnings: many words cost as much as one."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for sign in word:
            branch = branch.setdefault(sign, {})
        branch[""] = {}
    return grown(tree)


def grown(tree: dict[str, Any]) -> str:
    """Write a tree of signs as a pattern, longer words before shorter ones."""
    branches = [re.escape(sign) + grown(rest) for sign, rest in sorted(tree.items()) if sign]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and "" not in tree else f"(?:{'|'.join(branches)})"
    return f"{body}?" if "" in tree else body


@dataclass(frozen=True, slots=True)
class Words:
    """What the languages call months (by number), the parts of a day, and the acts of publishing and changing.

    `halves` gives the part (am, pm, noon, night) that a word means; words of `after_only` mean it right after a time
    with minutes and nowhere else.
    """

    months: dict[str, int]
    halves: dict[str, str]
    after_only: frozenset[str]
    hour_marks: tuple[str, ...]
    published: tuple[str, ...]
    modified: tuple[str, ...]


LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "ar", "zh", "el", "more")
HALVES = ("am", "pm", "noon", "night")


def load_words() -> Words:
    """Gather the tables of all languages into one; no name of a month or of a part of the day means two things."""
    tables = [table(f"languages/{language}.toml") for language in LANGUAGES]

    def gather(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.lower() for each in tables for word in each.get(key, ())))

    months = {
        name.lower(): number for each in tables for number, names in enumerate(each["months"], 1) for name in names
    }
    return Words(
        months,
        {word: half for half in HALVES for word in gather(half)},
        frozenset(gather("after_only")),
        gather("hour_marks"),
        gather("published"),
        gather("modified"),
    )


WORDS = load_words()
MARKS = table("marks.toml")
DIGITS = {zero + digit: str(digit) for zero in MARKS["digit_zeros"] for digit in range(10)}


def small_letters(text: str) -> str:
    """Write a text in lower case where that keeps its length, so that offsets hold."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


OTHER_DIGIT = re.compile(f"[{''.join(map(chr, DIGITS))}]")


def plain_digits(text: str) -> str:
    """Write every digit of another script as its ASCII digit; the length stays the same."""
    return text.translate(DIGITS) if OTHER_DIGIT.search(text) else text
