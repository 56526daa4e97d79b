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
        ("[[rule]]\nname = 'a'\nscope = 'page'\npattern = 'b'\nseen = 'c'", "scope 'page' is none of line, phrase"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = '('\nseen = 'c'", "no regular expression"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\ncolour = 'red'", "unknown field colour"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = '(?P<x>b)'\nseen = 'c'", "unknown group x"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\nreplacement = 'd'", "only an inline rule"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\nplace = 'foot'", "place 'foot' is none of"),
        ("[[rule]]\nname = 'a'\nscope = 'phrase'\nseen = 'c'", "one of phrases, openings, beginnings is missing"),
        ("[[rule]]\nname = 'a'\nscope = 'phrase'\nseen = 'c'\nbeginnings = ['b']", "shorter than 4 characters"),
        ("[[rule]]\nname = 'a'\nscope = 'phrase'\nseen = 'c'\nphrases = ['b']\nneeds = ['b']", "has no needs"),
        ("[[rule]]\nname = 'a'\nscope = 'line'\npattern = 'b'\nseen = 'c'\nphrases = ['b']", "only a phrase rule has"),
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
    line = "Lesen Sie auch Der neue Kran"
    german = next(rule for rule in RULES if "de" in rule.languages and rule.name == "read-more")
    assert german.reads("de")
    assert german.reads(None)
    assert not german.reads("en")
    assert line in clean(f"{BODY}\n\n{line}", shipped_rules(), language="en").text


PHRASES = """[[rule]]
name = "prompt"
scope = "phrase"
phrases = ["Mehr lesen", "12 Kommentare", "Größe"]
openings = ["Siehe auch"]
beginnings = ["Wir verwenden Cookies"]
longest = 60
flag = "prompted"
seen = "a test"
"""


@pytest.mark.parametrize(
    "line",
    ["MEHR LESEN", "» Mehr  lesen …", "👉 mehr lesen", "- Mehr lesen -", "[Mehr lesen]", "7 Kommentare", "1.204 Kommentare", "Grosse", "Siehe auch: Der neue Kran", "Siehe auch – Der Kran", "→ Siehe auch | Der Kran", "Siehe auch:", "Wir verwenden Cookies, um zu"],
)  # fmt: skip
def test_a_phrase_is_read_without_case_accents_numbers_and_adornment(line: str) -> None:
    """What sites put around a prompt, and how they write it, makes no difference; its flag is set."""
    cleaned = clean(f"{BODY}\n\n{line}", read_rules(PHRASES))
    assert (cleaned.text, cleaned.flags) == (BODY, {"prompted"})


@pytest.mark.parametrize(
    "line",
    ["Mehr lesen wollte niemand.", "„Mehr lesen“", "– Siehe auch: der Kran, sagte er.", "- Mehr lesen", "Siehe auch den Kran", "Wir verwenden Cookiesorten", "Siehe auch: " + "x" * 60, "Wir verwenden Cookies " + "x" * 60],
)  # fmt: skip
def test_a_line_that_only_begins_like_a_phrase_stays(line: str) -> None:
    """Speech, an item of a list, a longer sentence and a line past the bound are no prompts."""
    cleaned = clean(f"{BODY}\n\n{line}", read_rules(PHRASES))
    assert (cleaned.text, cleaned.flags) == (f"{BODY}\n\n{line}", frozenset())


def test_no_flag_is_set_by_what_a_rule_leaves() -> None:
    """The prose that the rules leave reveals nothing about the article."""
    flagged = {example for rule, example in LEAVES if rule.flag if clean(f"{BODY}\n\n{example}", shipped_rules()).flags}
    assert not flagged


@pytest.mark.parametrize(
    ("end", "flag"),
    [("… [+2345 chars]", "truncated"), ("\n\nThe post Kran appeared first on Press.", "syndicated"), ("\n\nLIVEBLOG BEENDET", "live_blog")],
)  # fmt: skip
def test_what_a_rule_reveals_becomes_a_flag(end: str, flag: str) -> None:
    """The sign goes and the flag stays, at the end of a line too."""
    cleaned = clean(f"{BODY}{end}", shipped_rules())
    assert (cleaned.text, cleaned.flags) == (BODY, {flag})


def test_the_shipped_rules_are_of_nine_languages() -> None:
    """Every language of the archive has a file of phrases, and the digest covers all files."""
    assert len({rule.phrases for rule in shipped_rules().phrases}) > 200
    assert read_rules("", PHRASES).sha256 != read_rules(PHRASES, "").sha256
