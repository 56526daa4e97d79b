"""Which way a bare weekday or month points: back, as news tell, or forward."""

from __future__ import annotations

from transforms.dates.tokens import Tokens

LEFT, RIGHT = 30, 14  # Tokens looked at before and after an expression.
STOPS = frozenset(".!?;")


def direction(tokens: Tokens, start: int, stop: int) -> int:
    """Say 1 for the future, -1 for the past, 0 where nothing tells.

    The nearest verb or sign of tense before the expression in its sentence decides, then the nearest after it.
    """
    lexicon = tokens.lexicon
    led = tokens.word(start - 1).lower()
    if led in lexicon.led_ahead or led in lexicon.led_back:
        return 1 if led in lexicon.led_ahead else -1
    for index in range(start - 1, max(-1, start - 1 - LEFT), -1):
        word = tokens.word(index)
        if word in STOPS or word == "":
            break
        if word in lexicon.future or (lexicon.future_endings and word.endswith(lexicon.future_endings)):
            return 1
        if is_past(tokens, index, word):
            return -1
    for index in range(stop, min(len(tokens.words), stop + RIGHT)):
        word = tokens.word(index)
        if word in STOPS or word == "":
            break
        if word in lexicon.future_after:
            return 1
        if is_past(tokens, index, word):
            return -1
    return 0


def is_past(tokens: Tokens, index: int, word: str) -> bool:
    """Tell whether a word is a verb in the past; a participle after "be" is not."""
    lexicon = tokens.lexicon
    if word in lexicon.past:
        return True
    if len(word) <= 4 or not word.endswith(lexicon.past_endings) or not word.islower():
        return False
    return tokens.word(index - 1) not in lexicon.passive
