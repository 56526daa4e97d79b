"""A language's words of time: from each token to its letter in the grammar and its value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transforms.dates.words import table

Entry = tuple[str, Any]
LANGUAGES = ("en", "de", "fr", "es")
# Languages that write months and weekdays with a capital only.
CAPITALS = ("en", "de")
PLAIN = {
    "last": "l", "past": "L", "previous": "l", "next": "x", "following": "X", "this": "i", "that": "z",
}  # fmt: skip
SMALL = {
    "the": "t", "a": "a", "of": "o", "in": "I", "ago": "g", "earlier": "b", "later": "r", "before": "<", "after": ">",
    "early": "e", "edge": "E", "every": "Q", "fiscal": "F", "from": "f", "to": "w", "and": "&", "between": "H",
    "more": "+", "long": "~", "o_clock": "O",
}  # fmt: skip
PUNCTUATION: dict[str, Entry] = {
    ",": (",", None), ".": ("!", None), "-": ("-", None), "–": ("-", None), "'": ("'", None), "’": ("'", None),
    "/": ("/", None), "%": ("%", None), ":": (":", None), "(": ("(", None),
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1000, 2100
WORD_LISTS = (
    "future", "past", "future_after", "led_ahead", "led_back", "passive", "before_month", "counted", "counted_days",
    "streets", "numbering", "doubtful", "short_months", "before_time", "led_unit", "led_season",
    "not_deictic_after", "articles", "led_vague", "led_per", "after_names", "led_old_year", "led_decade",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the tagger knows of one language."""

    letters: dict[str, str]
    values: dict[str, Any]
    future: frozenset[str]
    past: frozenset[str]
    future_after: frozenset[str]
    led_ahead: frozenset[str]
    led_back: frozenset[str]
    passive: frozenset[str]
    past_endings: tuple[str, ...]
    future_endings: tuple[str, ...]
    before_month: frozenset[str]
    counted: frozenset[str]
    counted_days: frozenset[str]
    streets: frozenset[str]
    numbering: frozenset[str]
    doubtful: frozenset[str]
    short_months: frozenset[str]
    before_time: frozenset[str]
    month_first: bool
    led_unit: frozenset[str]
    led_season: frozenset[str]
    hours: dict[str, int]
    not_deictic_after: frozenset[str]
    articles: frozenset[str]
    led_vague: frozenset[str]
    led_per: frozenset[str]
    after_names: frozenset[str]
    led_old_year: frozenset[str]
    led_decade: frozenset[str]


def cases(word: str) -> tuple[str, ...]:
    """Write a word as text may have it: small, with a capital, in capitals."""
    return word, word[:1].upper() + word[1:], word.upper()


def capitals(word: str) -> tuple[str, ...]:
    """Write a word that counts only with a capital."""
    return word, word.upper()


def numerals() -> Iterator[tuple[str, Entry]]:
    """List the numbers that dates and counts are made of, as their digits are written."""
    for number in range(1000):
        letter = "n" if 1 <= number <= 31 else "N"
        yield str(number), (letter, number)
        if number < 10:
            yield f"0{number}", (letter, number)
        yield f"{number:04d}", ("N", number)  # the military 0800
    for number in range(LAST_YEAR, 2360):
        yield str(number), ("N", number)
    for number in range(FIRST_YEAR, LAST_YEAR):
        yield str(number), ("Y", number)


def words_of(entries: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    """List a language's words with letters and values; later ones give way to earlier ones."""
    spell = capitals if entries["language"] in CAPITALS else cases
    for index, row in enumerate(entries["proper"]["months"], 1):
        yield from ((form, ("M", index)) for word in row for form in spell(word))
    for index, row in enumerate(entries["proper"]["weekdays"]):
        yield from ((form, ("W", index)) for word in row for form in spell(word))
    for index, row in enumerate(entries["proper"]["weekly"], 1):
        yield from ((word, ("A", f"XXXX-WXX-{index}")) for word in row)
    for letter, key in (("k", "holiday_heads"), ("K", "holiday_tails"), ("j", "quarters"), ("Z", "zones")):
        yield from ((word, (letter, word)) for word in entries["proper"][key])
    yield from ((word, ("B", era)) for era, words in entries["proper"]["eras"].items() for word in words)
    yield from ((form, entry) for word, entry in common_words(entries) for form in cases(word))


def common_words(entries: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    """List the words that count in any case."""
    for half in ("am", "pm"):
        yield from ((word, ("m", half)) for word in entries["small"][half])
    for unit, (singular, plural) in entries["units"].items():
        clock = unit in ("hour", "minute", "second")
        one = "q" if unit in ("quarter", "half") else "v" if clock else "u"
        yield from ((word, (one, unit)) for word in singular)
        yield from ((word, ("V" if clock else "U", unit)) for word in plural)
    for letter, key in (("p", "parts"), ("S", "seasons"), ("P", "references"), ("C", "references_of_accounts")):
        yield from ((word, (letter, value)) for value, words in entries[key].items() for word in words)
    for row in entries["deictic"].values():
        yield from ((word, ("d", (row["days"], row.get("part")))) for word in row["words"])
    for name, letter in (("last", "1"), ("next", "2")):
        yield from ((word, (letter, name)) for word in entries["turned"][name])
    yield from ((word, ("s", None)) for word in entries["small"]["decade_marks"])
    for name, words in entries["relative"].items():
        yield from ((word, (PLAIN[name], name)) for word in words)
    yield from ((word, ("N", count)) for word, count in entries["counts"]["words"].items())
    yield from ((word, ("c", None)) for word in entries["counts"]["vague"])
    yield from ((word, ("R", number)) for word, number in entries["counts"]["ordinals"].items())
    yield from ((word, ("h", None)) for word in entries["counts"]["ordinal_endings"])
    yield from ((word, ("J", decade)) for word, decade in entries["decades"]["words"].items())
    yield from ((word, ("A", value)) for value, words in entries["small"]["adverbial"].items() for word in words)
    for name, letter in SMALL.items():
        yield from ((word, (letter, word)) for word in entries["small"][name])
    yield from ((word, ("G", None)) for word in entries["counts"]["approximate"])


def load_lexicon(language: str) -> Lexicon:
    """Read one language's table."""
    entries = table(f"mention_words/{language}.toml")
    letters: dict[str, str] = {}
    values: dict[str, Any] = {}
    for word, (letter, value) in (*words_of(entries), *numerals(), *PUNCTUATION.items()):
        if word not in letters:
            letters[word], values[word] = letter, value
    given = {**entries["tense"], **entries["small"], **entries["proper"]}
    return Lexicon(
        letters=letters,
        values=values,
        past_endings=tuple(given["past_endings"]),
        future_endings=tuple(given["future_endings"]),
        month_first=bool(entries["month_first"]),
        hours=dict(given["hours"]),
        **{name: frozenset(given[name]) for name in WORD_LISTS},
    )
