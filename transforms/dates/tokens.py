"""Text as tokens, each with its letter in the grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from transforms.dates.lexicon import Lexicon

# A token keeps the white space after it, so that the lengths add up to offsets. A blank line is a token of its own.
_SPACE = r"[^\S\n]*(?:\n(?!\s*\n)[^\S\n]*)?"
TOKEN = re.compile(
    rf"(?:[AaPp]\.\s?[Mm]\b\.?|[Aa]ujourd['’]hui|[dlDL]['’](?=\w)|week-end|[^\W\d_]+|\d{{4}}-\d\d-\d\d(?![\d-])"
    rf"|\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d\d)(?!/?\d)|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d\d)(?!\.?\d)|\d{{1,2}}:\d\d(?::\d\d)?(?!:?\d)"
    rf"|\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+\.\d+|\d+,\d{{1,2}}(?!\d)|\d+|[^\w\s]|_){_SPACE}|\s+"
)
NUMERIC = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")


@dataclass(slots=True)
class Tokens:
    """The tokens of a text: words (with the space after them), their letters and where each begins."""

    text: str
    lexicon: Lexicon
    words: list[str]
    letters: str
    starts: list[int] = field(default_factory=list)

    def word(self, index: int) -> str:
        """Give a token without its space; nothing outside the text."""
        return self.words[index].rstrip() if 0 <= index < len(self.words) else ""

    def value(self, index: int) -> Any:
        """Give what the lexicon says a token means."""
        return self.lexicon.values.get(self.word(index))

    def glued(self, index: int) -> bool:
        """Tell whether a token follows the one before it without space."""
        return index > 0 and bool(self.words[index - 1]) and not self.words[index - 1][-1].isspace()


def tokens_of(text: str, lexicon: Lexicon) -> Tokens:
    """Split a text and look every token up."""
    words: list[str] = TOKEN.findall(text)
    get = lexicon.letters.get
    letters = "".join([shape(word, get) if "0" <= word[0] <= "9" else get(word.rstrip(), "_") for word in words])
    return Tokens(text, lexicon, words, letters, [0, *accumulate(map(len, words))])


def shape(word: str, get: Any) -> str:
    """Give the letter of a token that begins with a digit: a number, a date in numbers, a time."""
    bare = word.rstrip()
    if len(bare) > 4:
        if ":" in bare:
            return "T"
        return "D" if NUMERIC.fullmatch(bare) else "_"
    found = get(bare, "_")
    if found == "_" and ":" in bare:
        return "T"
    return str(found)
