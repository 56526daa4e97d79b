"""Which language a page is written in: what it states, unless its text says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.language import likeliest_language

STATED = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_].*)?\s*")
LONG_CODES = {
    "ger": "de",
    "deu": "de",
    "eng": "en",
    "fre": "fr",
    "fra": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "rus": "ru",
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "in": "id",
}


def choose_language(stated: Iterable[str], text: str) -> str | None:
    """Give the first code stated that the text does not contradict, else what the text's letters and words say."""
    seen, sure = likeliest_language(text)
    for words in stated:
        match = STATED.fullmatch(words)
        if match:
            code = match[1].lower()
            code = LONG_CODES.get(code, code)
            if len(code) == 2 and not (sure and seen and seen != code and not _kin(seen, code)):
                return code
    return seen


def _kin(one: str, other: str) -> bool:
    return any(
        one in kin and other in kin
        for kin in (
            {"no", "da", "sv"},
            {"hr", "sr", "bs", "sl"},
            {"cs", "sk"},
            {"id", "ms"},
            {"es", "ca", "gl"},
            {"ar", "fa", "ur"},
            {"hi", "mr", "ne"},
            {"zh", "ja"},
            {"ru", "uk", "bg", "sr", "mk", "be"},
        )
    )
