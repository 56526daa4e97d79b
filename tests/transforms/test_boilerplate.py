from __future__ import annotations

import pytest

from transforms.boilerplate import MalformedRuleError, Rule, read_rules, shipped_rules
from transforms.cleaning import clean
from transforms.literals import literal_finder

BODY = "The council met in the old town hall on Monday and spoke for three hours about the harbour and its cranes."
RULES = list(shipped_rules())
CUTS = [(rule, example) for rule in RULES for example in rule.cuts]
LEAVES = [(rule, example) for rule in RULES for example in rule.leaves]


def cleaned(rule: Rule, example: str) -> tuple[str, ...]:
    """Clean a document in which the example stands where its rule looks, by all rules; gives the rules that cut."""
    head, tail = (f"{example}\n\n", "") if rule.scope == "prefix" or rule.place == "head" else ("", f"\n\n{example}")
    document = f"{head}{BODY}{tail}"
    language = min(rule.languages, default="en")
    return tuple(edit.rule for edit in clean(document, shipped_rules(), language=language).edits)


@pytest.mark.parametrize(("rule", "example"), CUTS, ids=lambda value: getattr(value, "name", str(value)[:40]))
def test_a_rule_cuts_its_examples(rule: Rule, example: str) -> None:
    """Each example that a rule says it cuts is cut, by that rule."""
    assert rule.name in cleaned(rule, example)


@pytest.mark.parametrize(("rule", "example"), LEAVES, ids=lambda value: getattr(value, "name", str(value)[:40]))
def test_a_rule_leaves_its_examples(rule: Rule, example: str) -> None:
    """Each example that a rule says it leaves stays, whatever the other rules are."""
    assert rule.name not in cleaned(rule, example)
    assert example in clean(f"{BODY}\n\n{example}\n\n{BODY}", shipped_rules()).text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_where_it_was_seen_and_shows_both_sides(rule: Rule) -> None:
    """No rule comes without a place where it was seen, an example that it cuts and one that it leaves."""
    assert rule.seen
    assert rule.cuts
    assert rule.leaves


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.needs], ids=lambda rule: rule.name)
def test_what_a_rule_needs_stands_in_all_it_cuts(rule: Rule) -> None:
    """The literals that save time never make a rule miss its own examples."""
    assert all(rule in literal_finder(shipped_rules()).find(example) for example in rule.cuts)


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[[rule]]\nname = 'a'\nscope = 'line'\nseen = 'b'", "rule a: `pattern` is missing"),
        ("[[rule]]\nname = 'a'\nscope = 'page'\npattern = 'b'\nseen = 'c'", "scope 'page' is none of line, block"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = '('\nseen = 'c'", "no regular expression"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\ncolour = 'red'", "unknown field colour"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = '(?P<x>b)'\nseen = 'c'", "unknown group x"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\nreplacement = 'd'", "only an inline rule"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\nplace = 'foot'", "place 'foot' is none of"),
        ("[[rule", "no TOML"),
    ],
)
def test_a_malformed_rule_is_named_with_its_fault(toml: str, reason: str) -> None:
    """A mistake in the rule file is told by rule and by what is wrong."""
    with pytest.raises(MalformedRuleError, match=reason):
        read_rules(toml)


def test_a_rule_is_added_without_code() -> None:
    """A new rule in a file is all that it takes to cut a new kind of line."""
    rules = read_rules("[[rule]]\nname = 'weather'\nscope = 'line'\npattern = 'Weather: .*'\nseen = 'a test'")
    assert clean(f"{BODY}\n\nWeather: fair", rules).text == BODY


def test_a_rule_is_read_in_its_languages_and_in_texts_of_none() -> None:
    """A rule for German leaves an English text alone, and is tried where the language is unknown."""
    line = "Mehr zum Thema"
    german = next(rule for rule in RULES if "de" in rule.languages and rule.name == "read-more")
    assert german.reads("de")
    assert german.reads(None)
    assert not german.reads("en")
    assert line in clean(f"{BODY}\n\n{line}", shipped_rules(), language="en").text
