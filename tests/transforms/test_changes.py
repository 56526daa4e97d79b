from __future__ import annotations

import time
import tomllib
from importlib import resources

import pytest

from transforms.changes import Change, Told, find_changes
from transforms.sentences import split_sentences

BODY = "The port was closed on Monday. Some 1,200 workers stayed at home. “We are ready to talk,” said Ms. Ann Oat."
NOTES = tomllib.loads(resources.files("transforms").joinpath("changes.toml").read_text("utf-8"))["note"]


def changes(before: str, after: str) -> list[tuple[str, str, str]]:
    return [(one.kind, one.before, one.after) for one in find_changes(Told("T", None, before), Told("T", None, after))]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (BODY, BODY.replace(". ", ".|").replace("Ms.|", "Ms. ").split("|")),
        ("One line\nanother line", ["One line", "another line"]),
        ("Es war zu. Danach nicht!", ["Es war zu.", "Danach nicht!"]),
        ("港口关闭。工人罢工。", ["港口关闭。", "工人罢工。"]),
        ("He met Dr.", ["He met Dr."]),
        ("", []),
    ],
)
def test_a_text_is_split_into_sentences(text, sentences):
    """Stops, quotation marks, abbreviations and line ends tell where a sentence ends; no word is lost."""
    assert split_sentences(text) == sentences


def test_the_same_text_has_no_changes():
    """What is equal did not change."""
    assert changes(BODY, BODY) == []


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("number", "Some 1,200 workers", "Some 1,250 workers"),
        ("date", "on Monday.", "on Tuesday."),
        ("quote", "“We are ready to talk,”", "“We are not ready to talk,”"),
        ("wording", "stayed at home", "were at home"),
    ],
)
def test_a_changed_sentence_has_a_kind(kind, old, new):
    """A sentence of which only figures, a date or quoted words differ is told apart from other wording."""
    ((found, before, after),) = changes(BODY, BODY.replace(old, new))
    assert (found, old in before, new in after) == (kind, True, True)


def test_sentences_are_added_and_removed():
    """A sentence that has no likeness on the other side was added or removed; with words in quotes it is a quote."""
    assert changes(BODY, f"{BODY} Ships wait outside.") == [("added", "", "Ships wait outside.")]
    assert changes(f"Ships wait outside. {BODY}", BODY) == [("removed", "Ships wait outside.", "")]
    assert changes(BODY, f"{BODY}\n“No,” he said.") == [("quote", "", "“No,” he said.")]


@pytest.mark.parametrize("words", [words for note in NOTES for words in note["words"]])
def test_a_correction_is_seen(words):
    """Every note of the table is one, at the beginning of a sentence that was added."""
    note = f"({words.capitalize()}: the name of a ship was wrong"
    assert changes(BODY, f"{BODY}\n{note}") == [("correction", "", note)]


def test_title_and_date_come_first():
    """What stands above the text is told before what stands in it."""
    before, after = Told("Strike", "2024-02-01", BODY), Told("Strike ends", "2024-02-02", f"{BODY} It is over.")
    assert find_changes(before, after) == [
        Change("title", "Strike", "Strike ends"),
        Change("date", "2024-02-01", "2024-02-02"),
        Change("added", "", "It is over."),
    ]


def test_a_rewritten_long_text_is_compared_in_time():
    """Two long texts without a sentence in common take seconds, not minutes."""
    begun = time.perf_counter()
    one, other = (" ".join(f"Word {n} of {name} came {n * 7} times." for n in range(1500)) for name in ("salt", "rye"))
    assert changes(one, other)
    assert time.perf_counter() - begun < 20
