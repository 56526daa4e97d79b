"""The rules that say what is litter, read from `boilerplate.toml` and compiled once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, get_args

Scope = Literal["line", "block", "prefix", "suffix", "inline"]
Place = Literal["head", "tail", "any"]

_FIELDS = {
    *("name", "scope", "pattern", "place", "languages", "longest", "flag"),
    *("seen", "cuts", "leaves", "replacement", "case", "needs"),
}
_LONGEST_UNNEEDING = 160
_GROUPS = {"dateline", "date", "credit"}


class MalformedRuleError(ValueError):
    """A rule that cannot be used; the message names it and says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One kind of litter: what it looks like, where it stands, and what becomes of it."""

    name: str
    scope: Scope
    pattern: re.Pattern[str]
    place: Place = "any"
    languages: frozenset[str] = frozenset()
    longest: int = 160
    needs: tuple[str, ...] = ()
    flag: str | None = None
    replacement: str = ""
    seen: str = ""
    cuts: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()

    def reads(self, language: str | None) -> bool:
        """Tell whether the rule is tried on a text of this language; a text of unknown language gets every rule."""
        return not self.languages or language is None or language in self.languages


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A set of rules by scope, and the SHA-256 of the file they came from. Two sets are equal when they are the same."""

    lines: tuple[Rule, ...] = ()
    blocks: tuple[Rule, ...] = ()
    prefixes: tuple[Rule, ...] = ()
    suffixes: tuple[Rule, ...] = ()
    inlines: tuple[Rule, ...] = ()
    sha256: str = ""

    def reading(self, language: str | None) -> Rules:
        """Give the rules that are tried on texts of this language."""
        return _reading(self, language)

    def __iter__(self) -> Iterator[Rule]:
        return iter((*self.lines, *self.blocks, *self.prefixes, *self.suffixes, *self.inlines))


def read_rules(toml: str) -> Rules:
    """Read rules from the text of a rule file; raises MalformedRuleError with the rule's name."""
    try:
        rows = tomllib.loads(toml).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise MalformedRuleError(f"the rule file is no TOML: {error}") from None
    rules = [_rule(row) for row in rows]

    def of(scope: Scope) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if rule.scope == scope)

    digest = hashlib.sha256(toml.encode()).hexdigest()
    return Rules(of("line"), of("block"), of("prefix"), of("suffix"), of("inline"), digest)


@lru_cache(maxsize=64)
def _reading(rules: Rules, language: str | None) -> Rules:
    def those(some: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in some if rule.reads(language))

    return Rules(
        those(rules.lines),
        those(rules.blocks),
        those(rules.prefixes),
        those(rules.suffixes),
        those(rules.inlines),
        rules.sha256,
    )


@cache
def shipped_rules() -> Rules:
    """Give the rules that Dateline ships."""
    return read_rules(resources.files("transforms").joinpath("boilerplate.toml").read_text("utf-8"))


def _rule(row: dict[str, Any]) -> Rule:
    name = row.get("name", "(without a name)")
    for needed in ("name", "scope", "pattern", "seen"):
        if not row.get(needed):
            raise MalformedRuleError(f"rule {name}: `{needed}` is missing")
    if strange := row.keys() - _FIELDS:
        raise MalformedRuleError(f"rule {name}: unknown field {', '.join(sorted(strange))}")
    if row["scope"] not in get_args(Scope):
        raise MalformedRuleError(f"rule {name}: scope {row['scope']!r} is none of {', '.join(get_args(Scope))}")
    if row.get("place", "any") not in get_args(Place):
        raise MalformedRuleError(f"rule {name}: place {row['place']!r} is none of {', '.join(get_args(Place))}")
    if "replacement" in row and row["scope"] != "inline":
        raise MalformedRuleError(f"rule {name}: only an inline rule has a replacement")
    if row.get("longest", 0) > _LONGEST_UNNEEDING and not row.get("needs"):
        raise MalformedRuleError(f"rule {name}: a rule for lines over {_LONGEST_UNNEEDING} characters needs `needs`")
    case_matters = row.get("case", row["scope"] == "inline")
    try:
        pattern = re.compile(row["pattern"], 0 if case_matters else re.IGNORECASE)
    except re.error as error:
        raise MalformedRuleError(f"rule {name}: the pattern is no regular expression: {error}") from None
    if strange := pattern.groupindex.keys() - _GROUPS:
        raise MalformedRuleError(f"rule {name}: unknown group {', '.join(sorted(strange))}")
    return Rule(
        name=name,
        scope=row["scope"],
        pattern=pattern,
        place=row.get("place", "any"),
        languages=frozenset(row.get("languages", ())),
        longest=row.get("longest", 160),
        needs=tuple(row.get("needs", ())),
        flag=row.get("flag"),
        replacement=row.get("replacement", ""),
        seen=row["seen"],
        cuts=tuple(row.get("cuts", ())),
        leaves=tuple(row.get("leaves", ())),
    )
