"""The language a text is written in, told by its script and its most frequent words."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

_SAMPLE = 500
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\u0370-\u1fff\u3040-\ud7af]+")
_FEWEST_WORDS = 3
_SCRIPT_SHARE = 0.3


def detect_language(text: str) -> str | None:
    """Give the ISO 639-1 code of the language of a text of at least a sentence or two, or None where it is unclear."""
    words, scripts = _tables()
    sample = text[:_SAMPLE]
    if not sample.isascii() and (code := _script(sample, scripts)):
        return code
    found = [word for word in _WORD.findall(sample.lower()) if word in words]
    scores: dict[str, int] = {}
    for word in found:
        for code in words[word]:
            scores[code] = scores.get(code, 0) + 1
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < _FEWEST_WORDS:
        return None
    clear = len(ranked) == 1 or ranked[0][1] > 1.2 * ranked[1][1]
    return ranked[0][0] if clear else None


def _script(sample: str, scripts: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    foreign = "".join(_FOREIGN.findall(sample))
    if len(foreign) < _SCRIPT_SHARE / 2 * len(sample):
        return None
    letters = max(1, sum(map(str.isalpha, sample)))
    return next((code for code, signs in scripts if len(signs.findall(foreign)) > _SCRIPT_SHARE * letters), None)


@cache
def _tables() -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, re.Pattern[str]], ...]]:
    table = tomllib.loads(resources.files("transforms").joinpath("languages.toml").read_text("utf-8"))
    words: dict[str, tuple[str, ...]] = {}
    for code, listed in table["words"].items():
        for word in listed:
            words[word] = (*words.get(word, ()), code)
    return words, tuple((code, re.compile(signs)) for code, signs in table["scripts"].items())
