"""The language a text is written in, as ISO 639-1, told by its script and its commonest small words."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from importlib import resources

_KNOWN = tomllib.loads(resources.files("transforms").joinpath("languages.toml").read_text("utf-8"))
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _KNOWN["words"].items()}
_LANGUAGES_OF = {
    word: tuple(language for language, small in _SMALL_WORDS.items() if word in small)
    for word in frozenset().union(*_SMALL_WORDS.values())
}
_SCRIPTS = {language: re.compile(f"[{letters}]") for language, letters in _KNOWN["scripts"].items()}
_MARKS = frozenset({"ja", "fa"})  # told by a few letters of their own among those of a neighbour
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\u0370-\u1fff\u3040-\ud7af]")
_SAMPLE, _SHORT_SAMPLE = 1500, 500
_FEWEST_LETTERS = 12


def detect_language(text: str) -> str | None:
    """Give the language of a text of at least a sentence, or None where it is unclear."""
    return likeliest_language(text[:_SHORT_SAMPLE])[0]


def likeliest_language(text: str) -> tuple[str | None, bool]:
    """Name the likeliest language of a text, and whether that is beyond doubt."""
    sample = text[:_SAMPLE]
    if not sample.isascii() and _FOREIGN.search(sample):
        letters = sum(map(str.isalpha, sample))
        for language, pattern in _SCRIPTS.items() if letters >= _FEWEST_LETTERS else ():
            share = len(pattern.findall(sample)) / letters
            if share > (0.04 if language in _MARKS else 0.3):
                return language, share > 0.3
    words = _WORD.findall(sample.lower())
    counts = Counter(language for word in words for language in _LANGUAGES_OF.get(word, ()))
    (language, best), (_, second) = (counts.most_common(2) + [("", 0)] * 2)[:2]
    fewest = 2 if best > 0.15 * len(words) else 3
    if best < max(fewest, 0.06 * len(words)) or best == second:
        return None, False
    return language, len(words) > 60 and best > 1.5 * second and best > 0.15 * len(words)


def small_words(language: str | None) -> frozenset[str]:
    """Give the commonest small words of a language; none of a language that is not known."""
    return _SMALL_WORDS.get((language or "")[:2].lower(), frozenset())
