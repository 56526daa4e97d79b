"""What in a text may be asked for: names, told by their capitals; phrases that come again; and single words.

Where a script has no capitals there are no names to tell, and what comes again has to do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from transforms.words import Token, pairs, tokens

_LONGEST_NAME, _LONGEST_RUN = 5, 8
_TITLED = 0.7  # share of capitals from which a line is a headline, in which capitals tell no names
_ENDS = ".!?:;…。！？"  # of a sentence, behind which a capital tells nothing
_OPENING = " \u00a0\t\"'“”‘’«»()[]¿¡"
_BETWEEN = re.compile(r"[ \u00a0]|-|['’]")
_INITIAL = 2  # letters of an initial or a title, behind which a full stop ends no sentence
_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "della", "der", "di", "do", "dos", "du", "el", "la", "of", "van", "von")
)


def find_candidates(
    text: str, is_telling: Callable[[str], bool], is_small: Callable[[str], bool]
) -> dict[str, tuple[int, bool]]:
    """Count what may be asked for: names, repeated phrases, and single words; the value says whether it is a name."""
    found: dict[str, tuple[int, bool]] = {}
    names = _shortened(_names(text, is_small))
    named = {token.lower() for name in names for token in name.split()}
    plain: list[Token] = list(tokens(text))
    for name, count in names.items():
        found[name] = (count, True)
    spaced = [token for token in plain if not token.is_unspaced]
    for word, count in Counter(token.form.lower() for token in spaced).items():
        if word not in named and len(word) > 2 and not word.isdigit():
            found.setdefault(word, (count, False))
    together = Counter(
        f"{one.form} {other.form}".lower() for one, other in pairwise(spaced) if text[one.stop : other.start] == " "
    )
    for phrase, count in together.items():
        if count > 1 and named.isdisjoint(phrase.split()) and all(map(is_telling, phrase.split())):
            found.setdefault(phrase, (count, False))
    for run, count in _runs([token.form for token in plain if token.is_unspaced]).items():
        found[run] = (count, False)
    return found


def _names(text: str, is_small: Callable[[str], bool]) -> Counter[str]:
    """Count the runs of capitalised words that no sentence begins with, and those that it does where they come again."""
    sure: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    plain = {token.form for token in tokens(text) if not token.is_capital}
    for line in text.split("\n"):
        words = [token for token in tokens(line) if not token.is_unspaced]
        if not words or sum(token.is_capital for token in words) > _TITLED * len(words) > 2:
            continue
        for run in _runs_of_capitals(line, words):
            begins = _begins_sentence(line, run[0].start)
            first = run[0].form.lower()
            if begins and (first in plain or is_small(first)):
                del run[0]
                begins = False
            if run:
                (unsure if begins else sure)[line[run[0].start : run[-1].stop]] += 1
    surnames = {name.rpartition(" ")[2] for name in [*sure, *unsure] if " " in name}
    for name, count in unsure.items():
        if name in sure or " " in name or name in surnames:
            sure[name] += count
    return sure


def _shortened(names: Counter[str]) -> Counter[str]:
    """Count a name with its titles and first names for the name that it ends with, where that stands alone too."""
    short: Counter[str] = Counter()
    for name, count in names.items():
        words = name.split()
        endings = (" ".join(words[place:]) for place in range(1, len(words)))
        short[next((ending for ending in endings if ending in names), name)] += count
    return short


def _runs_of_capitals(line: str, words: Sequence[Token]) -> Iterator[list[Token]]:
    run: list[Token] = []
    for token in [*words, None]:
        goes_on = run and token and len(run) < _LONGEST_NAME and (token.is_capital or token.form in _PARTICLES)
        if token and goes_on and _is_joined(line, run[-1], token):
            run.append(token)
            continue
        while run and not run[-1].is_capital:
            run.pop()
        if run and max(len(one.form) for one in run) > 1:
            yield run
        run = [token] if token and token.is_capital else []


def _is_joined(line: str, one: Token, other: Token) -> bool:
    between = line[one.stop : other.start]
    return bool(_BETWEEN.fullmatch(between)) or (between == ". " and len(one.form) <= _INITIAL)


def _begins_sentence(line: str, start: int) -> bool:
    before = line[:start].rstrip(_OPENING)
    return not before or before[-1] in _ENDS


def _runs(signs: Sequence[str]) -> Counter[str]:
    """Count the runs of signs that come again, each as long as it comes as often; and single pairs where none does."""
    counts: Counter[str] = Counter()
    for run in signs:
        for length in range(2, _LONGEST_RUN + 1):
            counts.update(run[place : place + length] for place in range(len(run) - length + 1))
    again = {run: count for run, count in counts.items() if count > 1}
    kept = Counter(again)
    for run, count in again.items():
        for part in (run[1:], run[:-1]):
            if again.get(part) == count:
                kept.pop(part, None)
    return kept or Counter(pair for run in signs for pair in pairs(run))
