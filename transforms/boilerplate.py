"""The rules that say what is litter, read from the files in `litter` and compiled once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, get_args

Scope = Literal["line", "phrase", "block", "prefix", "suffix", "inline"]
Place = Literal["head", "tail", "any"]

_FILES = ("any", "en", "de", "fr", "es", "it", "pt", "ru", "ar", "zh")
_LISTS = ("phrases", "openings", "beginnings")
_FIELDS = {
    *("name", "scope", "pattern", "place", "languages", "longest", "flag"),
    *("seen", "cuts", "leaves", "replacement", "case", "needs", *_LISTS),
    *("keep", "sites"),
}
_LONGEST_UNNEEDING = 160
_LONGEST_PHRASE, _SHORTEST_BEGINNING = 80, 4
_NOTHING = re.compile(r"(?!)")
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
    phrases: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    sites: frozenset[str] = frozenset()

    def reads(self, language: str | None) -> bool:
        """Tell whether the rule is tried on a text of this language; a text of unknown language gets every rule."""
        return not self.languages or language is None or language in self.languages

    def stands_on(self, site: str | None) -> bool:
        """Tell whether the rule is tried on what comes from this site."""
        return not self.sites or site in self.sites


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A set of rules by scope, and the SHA-256 of the files they came from. Two sets are equal when they are the same."""

    lines: tuple[Rule, ...] = ()
    phrases: tuple[Rule, ...] = ()
    blocks: tuple[Rule, ...] = ()
    prefixes: tuple[Rule, ...] = ()
    suffixes: tuple[Rule, ...] = ()
    inlines: tuple[Rule, ...] = ()
    sha256: str = ""

    def reading(self, language: str | None) -> Rules:
        """Give the rules that are tried on texts of this language."""
        return _reading(self, language)

    def __iter__(self) -> Iterator[Rule]:
        return iter((*self.lines, *self.phrases, *self.blocks, *self.prefixes, *self.suffixes, *self.inlines))


def read_rules(*tomls: str) -> Rules:
    """Read rules from the texts of rule files, in order, but those of `keep = false`.

    Raises MalformedRuleError with the rule's name.
    """
    try:
        rows = [row for toml in tomls for row in tomllib.loads(toml).get("rule", [])]
    except tomllib.TOMLDecodeError as error:
        raise MalformedRuleError(f"the rule file is no TOML: {error}") from None
    rules = [_rule(row) for row in rows if row.get("keep", True)]

    def of(scope: Scope) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if rule.scope == scope)

    return Rules(of("line"), of("phrase"), of("block"), of("prefix"), of("suffix"), of("inline"), _digest(tomls))


def _digest(tomls: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(tomls).encode()).hexdigest()


@lru_cache(maxsize=64)
def _reading(rules: Rules, language: str | None) -> Rules:
    def those(some: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in some if rule.reads(language))

    return Rules(
        those(rules.lines),
        those(rules.phrases),
        those(rules.blocks),
        those(rules.prefixes),
        those(rules.suffixes),
        those(rules.inlines),
        rules.sha256,
    )


@cache
def shipped_rules(*further: str) -> Rules:
    """Give the rules that Dateline ships and those of further rule files; raises MalformedRuleError for the latter."""
    folder = resources.files("transforms").joinpath("litter")
    return read_rules(*(folder.joinpath(f"{name}.toml").read_text("utf-8") for name in _FILES), *further)


def _rule(row: dict[str, Any]) -> Rule:
    name = row.get("name", "(without a name)")
    _check(name, row)
    return Rule(
        name=name,
        scope=row["scope"],
        pattern=_pattern(name, row),
        place=row.get("place", "any"),
        languages=frozenset(row.get("languages", ())),
        longest=row.get("longest", 160),
        needs=tuple(row.get("needs", ())),
        flag=row.get("flag"),
        replacement=row.get("replacement", ""),
        seen=row["seen"],
        cuts=tuple(row.get("cuts", ())),
        leaves=tuple(row.get("leaves", ())),
        phrases=tuple(row.get("phrases", ())),
        openings=tuple(row.get("openings", ())),
        beginnings=tuple(row.get("beginnings", ())),
        sites=frozenset(row.get("sites", ())),
    )


def _check(name: str, row: dict[str, Any]) -> None:
    if missing := [needed for needed in ("name", "scope", "seen") if not row.get(needed)]:
        raise MalformedRuleError(f"rule {name}: `{missing[0]}` is missing")
    if strange := row.keys() - _FIELDS:
        raise MalformedRuleError(f"rule {name}: unknown field {', '.join(sorted(strange))}")
    if row["scope"] not in get_args(Scope):
        raise MalformedRuleError(f"rule {name}: scope {row['scope']!r} is none of {', '.join(get_args(Scope))}")
    if row.get("place", "any") not in get_args(Place):
        raise MalformedRuleError(f"rule {name}: place {row['place']!r} is none of {', '.join(get_args(Place))}")
    if row["scope"] == "phrase":
        _check_phrases(name, row)
    else:
        _check_pattern(name, row)


def _check_pattern(name: str, row: dict[str, Any]) -> None:
    if row.get("sites") and not (row["scope"] == "line" and row.get("needs")):
        raise MalformedRuleError(f"rule {name}: a rule for some sites is a line rule with `needs`")
    if "replacement" in row and row["scope"] != "inline":
        raise MalformedRuleError(f"rule {name}: only an inline rule has a replacement")
    if not row.get("pattern"):
        raise MalformedRuleError(f"rule {name}: `pattern` is missing")
    if listed := row.keys() & set(_LISTS):
        raise MalformedRuleError(f"rule {name}: only a phrase rule has {', '.join(sorted(listed))}")
    if row.get("longest", 0) > _LONGEST_UNNEEDING and not row.get("needs"):
        raise MalformedRuleError(f"rule {name}: a rule for lines over {_LONGEST_UNNEEDING} characters needs `needs`")


def _check_phrases(name: str, row: dict[str, Any]) -> None:
    if strange := row.keys() & {"pattern", "needs", "case", "sites", "replacement"}:
        raise MalformedRuleError(f"rule {name}: a phrase rule has no {', '.join(sorted(strange))}")
    phrases = [phrase for listed in _LISTS for phrase in row.get(listed, ())]
    if not phrases:
        raise MalformedRuleError(f"rule {name}: one of {', '.join(_LISTS)} is missing")
    if long := next((phrase for phrase in phrases if len(phrase) > _LONGEST_PHRASE), None):
        raise MalformedRuleError(f"rule {name}: {long!r} is longer than {_LONGEST_PHRASE} characters")
    if short := next((words for words in row.get("beginnings", ()) if len(words) < _SHORTEST_BEGINNING), None):
        raise MalformedRuleError(
            f"rule {name}: the beginning {short!r} is shorter than {_SHORTEST_BEGINNING} characters"
        )


def _pattern(name: str, row: dict[str, Any]) -> re.Pattern[str]:
    if row["scope"] == "phrase":
        return _NOTHING
    case_matters = row.get("case", row["scope"] == "inline")
    try:
        pattern = re.compile(row["pattern"], 0 if case_matters else re.IGNORECASE)
    except re.error as error:
        raise MalformedRuleError(f"rule {name}: the pattern is no regular expression: {error}") from None
    if strange := pattern.groupindex.keys() - _GROUPS:
        raise MalformedRuleError(f"rule {name}: unknown group {', '.join(sorted(strange))}")
    return pattern
