"""Which language a text is written in, as ISO 639-1."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files

_KNOWN = tomllib.loads(files("transforms.pages").joinpath("data/languages.toml").read_text("utf-8"))
SMALL_WORDS = {language: frozenset(words.split()) for language, words in _KNOWN["words"].items()}
LANGUAGES_OF = {
    word: tuple(language for language, small in SMALL_WORDS.items() if word in small)
    for word in frozenset().union(*SMALL_WORDS.values())
}
SCRIPTS = {language: re.compile(f"[{letters}]") for language, letters in _KNOWN["scripts"].items()}
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
WORD = re.compile(r"[^\W\d_]+")
SAMPLE = 1_500


def choose_language(stated: Iterable[str], text: str) -> str | None:
    """Give the first code stated that the text does not contradict, else what the text's letters and words say."""
    seen, sure = detect_language(text)
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


def detect_language(text: str) -> tuple[str | None, bool]:
    """Name the likeliest language of `text`, and whether that is beyond doubt."""
    sample = text[:SAMPLE]
    letters = sum(map(str.isalpha, sample))
    if letters < 20:
        return None, False
    for language, pattern in SCRIPTS.items():
        share = len(pattern.findall(sample)) / letters
        if share > (0.04 if language in {"ja", "fa"} else 0.3):
            return language, share > 0.3
    words = WORD.findall(sample.lower())
    counts = Counter(language for word in words for language in LANGUAGES_OF.get(word, ()))
    (language, best), (_, second) = (counts.most_common(2) + [("", 0)] * 2)[:2]
    if best < 0.06 * len(words) or best < 3:
        return None, False
    return language, len(words) > 60 and best > 1.5 * second and best > 0.15 * len(words)
