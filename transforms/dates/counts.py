"""Tell numbers that count, price or address from numbers of days and years."""

from __future__ import annotations

from transforms.dates.grammar import View
from transforms.dates.tokens import Tokens

OPENING_SIGNS = ("-", "–", "—", "(", "[", "'", "’", "/", '"', "“", "‘")


def counted(view: View, words: frozenset[str]) -> bool:
    """Tell whether what follows makes a number a count, a price or a score."""
    after = view.after()
    if after in words or after in ("%", "°"):
        return True
    beyond = view.stop + 1
    return bool(after) and after in ".:" and view.tokens.word(beyond).isdigit() and view.tokens.glued(beyond)


def numbered(tokens: Tokens, start: int) -> bool:
    """Tell whether a sign or word before a number makes it a price, a page or a part of a longer number."""
    before = tokens.word(start - 1)
    if before == ".":
        before = tokens.word(start - 2)
    numbering = tokens.lexicon.numbering
    return before in numbering or before.lower() in numbering or (before.isdigit() and tokens.letters[start] == "Y")


def street(tokens: Tokens, index: int) -> bool:
    """Tell whether a number leads an address ("1999 Oak Road")."""
    name = tokens.word(index + 1)
    return name[:1].isupper() and tokens.word(index + 2) in tokens.lexicon.streets


def stands_alone(tokens: Tokens, index: int) -> bool:
    """Tell whether nothing is glued to a number that makes it a part of a name or of another number."""
    before, after = tokens.word(index - 1), tokens.word(index + 1)
    if tokens.glued(index):
        if before not in OPENING_SIGNS:
            return False
        if before in "/-" and tokens.word(index - 2).isdigit() and len(tokens.word(index - 2)) < 4:
            return False
    if not tokens.glued(index + 1) or not after:
        return True
    if after[0].isalnum() or after in ("%", "/", "@", "°", "_", "$"):
        return False
    beyond = tokens.word(index + 2)
    part = (
        after == "-"
        and tokens.glued(index + 2)
        and (len(beyond) == 1 or (beyond.isdigit() and tokens.letters[index + 2] not in "YnN"))
    )
    return not part and not (after == "-" and len(beyond) == 3 and beyond.isdigit())
