"""The compiled grammar, and a view of one match of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from transforms.dates.meaning import Meaning
from transforms.dates.tokens import Tokens
from transforms.dates.words import table

NEVER_FIRST = ",!%:wo&hsm<>~O"  # Letters that begin no expression.
REACH = 14  # Letters before the first word of time in an expression, at most.


def compiled() -> tuple[re.Pattern[str], frozenset[str]]:
    """Join the rules into one pattern; the groups of a rule carry its name before theirs."""
    grammar = table("grammar.toml")
    parts = grammar["parts"]
    forms = []
    for rule in grammar["rules"]:
        form = rule["form"]
        for name, part in parts.items():
            form = form.replace("{" + name + "}", part)
        form = form.replace("(?P<", f"(?P<{rule['name']}__")
        forms.append(f"(?P<{rule['name']}>{form})")
    # Every rule needs a word of time within its first letters: asking first spares trying them all.
    near = f"(?=[^{NEVER_FIRST}])(?=.{{0,{REACH}}}(?:[{grammar['core']}]|'[nN]|[nN]s|[nN]O))"
    return re.compile(near + "(?:" + "|".join(forms) + ")"), frozenset(grammar["core"])


GRAMMAR, CORE_LETTERS = compiled()
CORE = re.compile(f"[{''.join(sorted(CORE_LETTERS))}]|'[nN]|[nN]s|[nN]O")
RUN = re.compile("[^_]+")


@dataclass(slots=True)
class View:
    """A match of a rule, seen as tokens: `start` and `stop` are indexes of tokens and may be moved by the rule.

    A rule that finds two expressions in one match leaves the second in `more`. `lends` is the year
    of a date right after the match that holds for the match too; `beside` is the day that a time of day belongs to.
    """

    tokens: Tokens
    match: re.Match[str]
    rule: str
    start: int
    stop: int
    more: tuple[tuple[int, int, Meaning], ...] = ()
    lends: int | None = None
    beside: View | None = None

    def at(self, name: str) -> int:
        """Give the index of the token that a group begins with; -1 where it is absent."""
        try:
            return self.match.start(f"{self.rule}__{name}")
        except IndexError:
            return -1

    def has(self, name: str) -> bool:
        """Tell whether a group took part."""
        return self.at(name) >= 0

    def value(self, *names: str) -> Any:
        """Give the value of the first of the groups that took part."""
        for name in names:
            index = self.at(name)
            if index >= 0:
                return self.tokens.value(index)
        return None

    def words(self, name: str) -> list[str]:
        """List the words of a group."""
        start, stop = self.match.span(f"{self.rule}__{name}")
        return [self.tokens.word(index) for index in range(start, stop)] if start >= 0 else []

    def letters(self, name: str = "") -> str:
        """Give the letters of a group, or of the whole match."""
        return (self.match[f"{self.rule}__{name}"] or "") if name else self.match[self.rule]

    def before(self, back: int = 1) -> str:
        """Give the word some tokens before the match."""
        return self.tokens.word(self.start - back)

    def after(self, ahead: int = 0) -> str:
        """Give the word some tokens after the match."""
        return self.tokens.word(self.stop + ahead)
