"""The stretch of a text in which the words of a question stand, with the words marked."""

from __future__ import annotations

import re

_BEFORE, _AFTER = 80, 140
_FIELD = re.compile(r"\btitle:", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def make_snippet(text: str, sought: str) -> str:
    """Give some two hundred characters around the first word sought, with the words between `**` and `**`."""
    words = sorted(set(_WORD.findall(_FIELD.sub(" ", sought))), key=len, reverse=True)
    pattern = re.compile("|".join(map(_bounded, words)) or r"(?!)", re.IGNORECASE)
    found = pattern.search(text)
    start, stop = found.span() if found else (0, 0)
    begin, end = max(0, start - _BEFORE), min(len(text), stop + _AFTER)
    begin = _inward(text, begin, start) if begin else 0
    end = len(text) if end == len(text) else max(stop, text.rfind(" ", stop, end))
    shown = pattern.sub(lambda match: f"**{match.group()}**", text[begin:end])
    return f"{'… ' if begin else ''}{' '.join(shown.split())}{' …' if end < len(text) else ''}"


def _bounded(word: str) -> str:
    """Only whole words count, but where words have no spaces between them."""
    return word if _UNSPACED.search(word) else rf"(?<![^\W_]){word}(?![^\W_])"


def _inward(text: str, begin: int, start: int) -> int:
    space = text.find(" ", begin, start)
    return begin if space < 0 else space + 1
