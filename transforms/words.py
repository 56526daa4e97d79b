"""Words as questions count them: runs of letters and digits in lower case, and pairs of signs where no spaces stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Thai and Lao, Burmese, Khmer, kana, ideographs: written without spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Accents and vowel signs belong to the letters before them, though they are none.
_MARKS = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_IS_MARKED = re.compile(f"[{_MARKS}]")
_WORD = re.compile(r"\w+")
_MARKED_WORD = re.compile(rf"[\w{_MARKS}]+")
_TOKEN = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[\w{_MARKS}])+")


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters and digits where it stands in a text; `start` and `stop` count code points."""

    form: str
    start: int
    stop: int

    @property
    def is_unspaced(self) -> bool:
        """Whether it is of a script without spaces, so that it may hold many words."""
        return is_unspaced(self.form)

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.form[0].isupper()


def tokens(text: str) -> Iterator[Token]:
    """Yield the runs of letters and digits of a text, apart where the script changes to one without spaces."""
    return (Token(found[0], found.start(), found.end()) for found in _pattern(text).finditer(text))


def words_of(text: str) -> list[str]:
    """List the words of a text as they are counted, in its order."""
    text = text.lower()
    pattern, words = _pattern(text), list[str]()
    if pattern is not _TOKEN:
        return pattern.findall(text)
    for form in pattern.findall(text):
        words += pairs(form) if is_unspaced(form) else [form]
    return words


def pairs(run: str) -> list[str]:
    """Cut a run of signs into its pairs of neighbours; a single sign stays."""
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def is_unspaced(text: str) -> bool:
    """Tell whether some of a text is written without spaces between words."""
    return not text.isascii() and bool(_IS_UNSPACED.search(text))


def _pattern(text: str) -> re.Pattern[str]:
    """Give the quickest pattern that finds the words of a text."""
    if text.isascii():
        return _WORD
    if _IS_UNSPACED.search(text):
        return _TOKEN
    return _MARKED_WORD if _IS_MARKED.search(text) else _WORD
