"""Whole lines told by their words, in one look-up each, so that a thousand prompts cost no more than one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from transforms.boilerplate import Rule, Rules

_HEAD = 80  # characters of a line that are read; no phrase is longer
_KEY = 4  # characters by which beginnings are filed
_QUOTES = frozenset("\"“”„«‘‚'")
_DASHES = frozenset("–—―")  # speech begins with them in several languages
_BULLETS = _DASHES | {"-", "*", "•"}
_SEPARATOR = re.compile(r" ?[:|>»›→▶►]| [–—-] ")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
# Accents, Arabic vowel signs and tatweel, and signs that are not seen.
_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f]+"
)
_LETTERS = str.maketrans({"\u0649": "\u064a", "\u0629": "\u0647", "’": "'", "‑": "-"})


def fold(words: str) -> str:
    """Give words without case, accents and hamza, every number as 0, with single spaces."""
    if not words.isascii():
        words = _MARKS.sub("", unicodedata.normalize("NFKD", words)).translate(_LETTERS)
    return _NUMBER.sub("0", " ".join(words.casefold().split()))


class PhraseBook:
    """Finds the rule whose phrase a line is, opens with or begins with."""

    def __init__(self, rules: Rules) -> None:
        self._phrases: dict[str, Rule] = {}
        self._openings: dict[str, Rule] = {}
        self._beginnings: dict[str, list[tuple[str, Rule]]] = {}
        for rule in rules.phrases:
            for phrase in (*rule.phrases, *rule.openings):
                self._phrases.setdefault(_trimmed(fold(phrase)), rule)
            for phrase in rule.openings:
                self._openings.setdefault(_trimmed(fold(phrase)), rule)
            for phrase in rule.beginnings:
                folded = (whole := fold(phrase))[_start(whole) :]
                self._beginnings.setdefault(folded[:_KEY], []).append((folded, rule))
        self._starts = {words[:3] for words in (*self._phrases, *self._openings, *self._beginnings)}
        self._longest = max([0, *(max(_HEAD, rule.longest) for rule in rules.phrases)])

    def find(self, line: str) -> Rule | None:
        """Give the rule that a trimmed line falls under, or None."""
        length, first = len(line), line[:3]
        if length > self._longest or (first.isascii() and first.isalpha() and first.casefold() not in self._starts):
            return None
        head = fold(line[:_HEAD])
        start = _start(head)
        body = head[start:]
        if not _BULLETS.isdisjoint(head[:start]) and (length > _HEAD or body[-1:] not in _BULLETS):
            return None  # an item of a list, or speech; a dash on both sides adorns a prompt
        if length <= _HEAD and (rule := self._phrases.get(_trimmed(body))):
            return rule
        if (cut := _SEPARATOR.search(body)) and (rule := self._openings.get(body[: cut.start()])):
            return rule if length <= rule.longest else None
        for words, rule in self._beginnings.get(body[:_KEY], ()):
            if length <= rule.longest and body.startswith(words) and _ends_word(body, len(words)):
                return rule
        return None


@lru_cache(maxsize=64)
def phrase_book(rules: Rules) -> PhraseBook:
    """Give the book of a set of rules, made once."""
    return PhraseBook(rules)


def _start(words: str) -> int:
    """Count the arrows, bullets, brackets and emoji before the first word; a quotation mark is none of them."""
    for place, sign in enumerate(words):
        if sign.isalnum() or sign in _QUOTES:
            return place
    return len(words)


def _trimmed(words: str) -> str:
    stop = len(words)
    while stop and not words[stop - 1].isalnum() and words[stop - 1] not in _QUOTES:
        stop -= 1
    return words[_start(words) : stop].replace(" :", "").replace(":", "")


def _ends_word(words: str, place: int) -> bool:
    """Tell whether a word ends here; where words are written without spaces, one always may."""
    return place >= len(words) or not words[place].isalnum() or max(words[place - 1], words[place]) >= "\u3000"
