"""The literals that rules need, all found in one pass over a text."""

from __future__ import annotations

from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from transforms.boilerplate import Rule, Rules


class LiteralFinder:
    """Finds which rules of a set a text may match, and where."""

    def __init__(self, rules: Rules) -> None:
        wanted: dict[str, list[Rule]] = {}
        for rule in rules:
            for literal in rule.needs:
                wanted.setdefault(literal, []).append(rule)
        self._rules = list(wanted.values())
        self._search = AhoCorasick(list(wanted)) if wanted else None

    def find(self, text: str) -> dict[Rule, list[int]]:
        """Give the rules whose literals stand in a text, whatever their case, each with the places where they begin."""
        if self._search is None:
            return {}
        lowered = text.lower()
        if len(lowered) != len(text):
            # A letter became two in lower case, and places no longer agree. Such letters are rare, and kept as they are.
            lowered = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
        found: dict[Rule, list[int]] = {}
        for number, start, _ in self._search.find_matches_as_indexes(lowered, overlapping=True):
            for rule in self._rules[number]:
                found.setdefault(rule, []).append(start)
        return found


@lru_cache(maxsize=64)
def literal_finder(rules: Rules) -> LiteralFinder:
    """Give the finder of a set of rules, made once."""
    return LiteralFinder(rules)
