"""The words of dates in all languages, read from the tables beside this module."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


def table(name: str) -> dict[str, Any]:
    """Read a data file of this package by its path below it."""
    return tomllib.loads(files(__package__).joinpath(*name.split("/")).read_text(encoding="utf-8"))


def one_of(words: list[str] | tuple[str, ...]) -> str:
    """Build the body of a pattern that matches any of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@dataclass(frozen=True, slots=True)
class Words:
    """What the languages call months (by number), the halves of a day, and the acts of publishing and changing."""

    months: dict[str, int]
    am: frozenset[str]
    pm: frozenset[str]
    hour_marks: tuple[str, ...]
    published: tuple[str, ...]
    modified: tuple[str, ...]
    weekdays: tuple[str, ...]


LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "ar", "zh", "more")


def load_words() -> Words:
    """Gather the tables of all languages into one; no month name means different months in two of them."""
    tables = [table(f"languages/{language}.toml") for language in LANGUAGES]

    def gather(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.lower() for each in tables for word in each[key]))

    months = {
        name.lower(): number for each in tables for number, names in enumerate(each["months"], 1) for name in names
    }
    weekdays = tuple(dict.fromkeys(name for each in tables for names in each["weekdays"] for name in names))
    return Words(
        months,
        frozenset(gather("am")),
        frozenset(gather("pm")),
        gather("hour_marks"),
        gather("published"),
        gather("modified"),
        weekdays,
    )


WORDS = load_words()
MARKS = table("marks.toml")
DIGITS = {zero + digit: str(digit) for zero in MARKS["digit_zeros"] for digit in range(10)}


OTHER_DIGIT = re.compile(f"[{''.join(map(chr, DIGITS))}]")


def plain_digits(text: str) -> str:
    """Write every digit of another script as its ASCII digit; the length stays the same."""
    return text.translate(DIGITS) if OTHER_DIGIT.search(text) else text
