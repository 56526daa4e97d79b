"""Whole lines told by their words, in one look-up each, so that a thousand prompts cost no more than one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from transforms.boilerplate import Rule

_HEAD = 80  # characters of a line that are read; no phrase is longer
_SHORT_KEY, _LONG_KEY = 4, 10  # characters by which beginnings are filed
_GATE = 7  # characters by which nearly all lines of prose are told to be none
_QUOTES = frozenset("\"“”„«‘‚'")
_DASHES = frozenset("–—―")  # speech begins with them in several languages
_BULLETS = _DASHES | {"-", "*", "•"}
_SEPARATOR = re.compile(r" ?[:|>»›→▶►]| [–—-] ")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
# Accents, Arabic vowel signs and tatweel, and signs that are not seen.
_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f]+"
)


def fold(words: str) -> str:
    """Give words without case, accents and hamza, every number as 0, with single spaces."""
    if not words.isascii():
        words = _MARKS.sub("", unicodedata.normalize("NFKD", words))
        words = words.replace("’", "'").replace("\u0649", "\u064a").replace("\u0629", "\u0647")
    return _NUMBER.sub("0", " ".join(words.casefold().split()))


class PhraseBook:
    """Finds the rule whose phrase a line is, opens with or begins with."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._phrases: dict[str, Rule] = {}
        self._openings: dict[str, Rule] = {}
        self._beginnings: dict[str, list[tuple[str, Rule]]] = {}
        for rule in rules:
            for phrase in (*rule.phrases, *rule.openings):
                self._phrases.setdefault(_trimmed(fold(phrase)), rule)
            for phrase in rule.openings:
                self._openings.setdefault(_trimmed(fold(phrase)), rule)
            for phrase in rule.beginnings:
                folded = (whole := fold(phrase))[_start(whole) :]
                key = folded[: _SHORT_KEY if len(folded) < _LONG_KEY else _LONG_KEY]
                self._beginnings.setdefault(key, []).append((folded, rule))
        wanted = [*self._phrases, *(words for filed in self._beginnings.values() for words, _ in filed)]
        self._starts = {start[:_GATE] for words in wanted for start in (words, f"{words} ")}
        self._longest = max([0, *(max(_HEAD, rule.longest) for rule in rules)])

    def find(self, line: str) -> Rule | None:
        """Give the rule that a trimmed line falls under, or None."""
        length, first = len(line), line[:_GATE]
        plain = first.isascii() and first.replace(" ", "").isalpha()
        if length > self._longest or line[0] in _QUOTES or (plain and first.lower() not in self._starts):
            return None
        head = fold(line[:_HEAD])
        start = _start(head)
        body = head[start:]
        if not _BULLETS.isdisjoint(head[:start]) and (length > _HEAD or body[-1:] not in _BULLETS):
            return None  # an item of a list, or speech; a dash on both sides adorns a prompt
        if length <= _HEAD and (whole := self._phrases.get(_trimmed(body))):
            return whole
        if (cut := _SEPARATOR.search(body)) and (opened := self._openings.get(body[: cut.start()])):
            return opened if length <= opened.longest else None
        filed = (*self._beginnings.get(body[:_LONG_KEY], ()), *self._beginnings.get(body[:_SHORT_KEY], ()))
        begun: Rule
        for words, begun in filed:
            if length <= begun.longest and body.startswith(words) and _ends_word(body, len(words)):
                return begun
        return None


@lru_cache(maxsize=64)
def phrase_book(rules: tuple[Rule, ...]) -> PhraseBook:
    """Give the book of some phrase rules, made once."""
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
