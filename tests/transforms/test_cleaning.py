from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.boilerplate import Rules, read_rules, shipped_rules
from transforms.cleaning import clean
from transforms.edits import apply
from transforms.records import Cut

SAMPLES = Path(__file__).parents[2] / "samples" / "seeds"
ONE = "The council met in the old town hall on Monday and spoke for three hours about the harbour."
TWO = "A second meeting is planned for the week after, when the mediator is back from the capital."

WORDS = st.sampled_from(
    ["The council met.", "Read more: a story", "Advertisement", "  ", "", "LISBON, Portugal – ", "date 2022-07-19 ", "a . b", "x. ,",
     "the end. .", "“quoted “.", "Back to top button", "contact us at [email protected]", "\u00a0", "\t", "© 2022 A. All rights reserved."]
)  # fmt: skip
DOCUMENTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=12).flatmap(
    lambda lines: st.lists(
        st.sampled_from(["\n", "\n\n", "\n\n\n", " ", ""]), min_size=len(lines), max_size=len(lines)
    ).map(lambda gaps: "".join(line + gap for line, gap in zip(lines, gaps, strict=True)))
)
PATTERN = st.sampled_from(["the .*", ".*met.*", r"\w+", ".{1,4}", "[A-Z].*", r"a\b.*", ".*", "x+"])


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Make up a rule file: any scope, any pattern, any place."""
    lines = []
    for number in range(draw(st.integers(0, 4))):
        scope = draw(st.sampled_from(["line", "block", "prefix", "suffix", "inline"]))
        pattern = draw(st.sampled_from(["a", "e ", r" +", r"\w\w"]) if scope == "inline" else PATTERN)
        place = draw(st.sampled_from(["head", "tail", "any"]))
        replacement = f'replacement = "{draw(st.sampled_from(["", "-", "aa"]))}"' if scope == "inline" else ""
        lines.append(
            f"[[rule]]\nname='r{number}'\nscope='{scope}'\npattern='{pattern}'\nplace='{place}'\nseen='x'\n{replacement}"
        )
    return read_rules("\n".join(lines))


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS, rule_sets(), st.booleans())
def test_edits_lead_from_source_to_text_for_any_document_and_rules(source: str, rules: Rules, titled: bool) -> None:
    """Whatever the document and the rules, the edits rebuild the text to the character, in order and disjoint."""
    cleaned = clean(source, rules, has_title_line=titled)
    assert apply(cleaned.edits, source) == cleaned.text
    assert all(edit.original != edit.replacement for edit in cleaned.edits)


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS, st.sampled_from(["en", "de", None]))
def test_the_shipped_rules_keep_the_trail_and_tidy_the_white_space(source: str, language: str | None) -> None:
    """Under the shipped rules too; and a clean text begins and ends with words and has no gap of three lines."""
    cleaned = clean(source, shipped_rules(), language=language, has_title_line=True)
    assert apply(cleaned.edits, source) == cleaned.text
    assert cleaned.text == cleaned.text.strip()
    assert "\n\n\n" not in cleaned.text


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.data())
def test_lines_that_others_judged_go_for_their_reason(source: str, data: st.DataObject) -> None:
    """Cuts from outside take whole lines, and the trail holds with them."""
    lines = [match.span() for match in re.finditer(r"\S(?:[^\n]*\S)?", source)]
    chosen = [span for span in lines if data.draw(st.booleans())]
    cleaned = clean(source, read_rules(""), cuts=[Cut(start, stop, "page:aside") for start, stop in chosen])
    assert apply(cleaned.edits, source) == cleaned.text
    kept = [source[start:stop] for start, stop in lines if (start, stop) not in chosen]
    assert cleaned.text.split() == " ".join(kept).split()


def test_a_first_line_that_reads_like_a_headline_is_the_title() -> None:
    """A short first line without a full stop, apart from the text, is the title and no part of the text."""
    cleaned = clean(f"Council meets again\n\n{ONE}\n\n{TWO}", shipped_rules(), has_title_line=True)
    assert (cleaned.title, cleaned.text) == ("Council meets again", f"{ONE}\n\n{TWO}")
    assert [edit.rule for edit in cleaned.edits] == ["title-line"]


@pytest.mark.parametrize(
    "first", [ONE, "LISBON – The council met again after a week", "LISBON, July 3 (AP) --", "Advertisement", "x" * 201]
)
def test_a_first_line_that_does_not_is_not(first: str) -> None:
    """A sentence, a dateline, litter or an endless line is no title."""
    assert clean(f"{first}\n\n{ONE}\n\n{TWO}", shipped_rules(), has_title_line=True).title is None


def test_a_repeated_headline_goes() -> None:
    """Where the title is known, a first line that repeats it goes, whatever its case."""
    cleaned = clean(f"COUNCIL  MEETS\n\n{ONE}\n\n{TWO}", shipped_rules(), known_title="Council meets")
    assert cleaned.text == f"{ONE}\n\n{TWO}"
    assert cleaned.edits[0].rule == "headline-repeat"


def test_prefixes_come_off_one_after_another() -> None:
    """A date and a dateline at the beginning go each with an edit, the white space before with the first."""
    cleaned = clean(f"  date 2022-07-19 PORTO, Portugal – {ONE}", shipped_rules())
    assert cleaned.text == ONE
    assert (cleaned.date_words, cleaned.dateline) == (("2022-07-19",), "PORTO, Portugal")
    assert [(edit.start, edit.original, edit.rule) for edit in cleaned.edits] == [
        (0, "  date 2022-07-19 ", "date-prefix"),
        (18, "PORTO, Portugal – ", "dateline"),
    ]


def test_a_prefix_that_is_all_there_is_stays() -> None:
    """A dateline without a text after it is left: an article is never cut to nothing by its prefix."""
    assert clean("PORTO, Portugal – ", shipped_rules()).text == "PORTO, Portugal –"


def test_neighbours_that_go_for_one_reason_are_one_edit() -> None:
    """Lines cut by one rule in a row are one edit, and paragraphs stay apart where they stood."""
    cleaned = clean(f"{ONE}\nRead more: a\n\nRead more: b\n{TWO}", shipped_rules(), language="en")
    assert cleaned.text == f"{ONE}\n\n{TWO}"
    assert [(edit.rule, edit.replacement) for edit in cleaned.edits] == [("read-more", "\n\n")]


def test_a_block_goes_whole() -> None:
    """A block rule takes the paragraph that its pattern stands in, and not the next one."""
    rules = read_rules("[[rule]]\nname = 'box'\nscope = 'block'\npattern = 'opening hours'\nseen = 'x'")
    source = f"{ONE}\n\nTown hall\nopening hours: nine to five\nclosed on Sunday\n\n{TWO}"
    assert clean(source, rules).text == f"{ONE}\n\n{TWO}"


def test_a_suffix_comes_off_the_last_line() -> None:
    """A suffix rule takes the end of the last line only."""
    rules = read_rules("[[rule]]\nname = 'agency'\nscope = 'suffix'\npattern = '\\(VP\\)'\nseen = 'x'")
    cleaned = clean(f"{ONE} (VP)\n\n{TWO} (VP)", rules)
    assert cleaned.text == f"{ONE} (VP)\n\n{TWO}"


def test_a_place_bounds_a_rule() -> None:
    """A copyright line goes at the foot and stays at the head of a long text."""
    line = "© 2022 Valley Press. All rights reserved."
    body = "\n\n".join(f"{ONE} Paragraph {number}." for number in range(12))
    assert clean(f"{body}\n\n{line}", shipped_rules()).text == body
    assert clean(f"{line}\n\n{body}", shipped_rules()).text.startswith(line)


def test_the_credit_line_is_kept_beside_the_text() -> None:
    """What a credit line says is not lost: it is given beside the text that it was cut from."""
    line = "Marlow reported from Lisbon. Valley Press writers Ana Duarte in Porto, Portugal, and Tom Reed in London contributed."
    cleaned = clean(f"{ONE}\n\n{line}", shipped_rules())
    assert (cleaned.text, cleaned.credit) == (ONE, line)


@pytest.mark.parametrize(
    ("dirty", "mended"),
    [
        ("facing the region. , including the war", "facing the region, including the war"),
        ("the White House has claimed. .", "the White House has claimed."),
        ("from collapsing . With no relief", "from collapsing. With no relief"),
        ("“a strategic partnership “.", "“a strategic partnership”."),
        ("and then . . . nothing came", "and then . . . nothing came"),
        ("costs 3 .5 million", "costs 3 .5 million"),
    ],
)
def test_typographic_litter_is_mended(dirty: str, mended: str) -> None:
    """Stray stops, spaces and quotes are mended; what is meant stays."""
    assert clean(f"{ONE}\n\nHe said it was {dirty}", shipped_rules(), language="en").text.endswith(mended)


@pytest.mark.parametrize(
    "unit", ["Read more: ", "a . ", "“ ", ". , ", "\n", " ", "© ", "translated automatically ", "A. "]
)
def test_hostile_repetition_costs_no_more_than_its_length(unit: str) -> None:
    """A megabyte of one repeated sign is cleaned in seconds, on one line and on many."""
    begun = time.monotonic()
    clean(unit * (1_000_000 // len(unit)), shipped_rules())
    clean((unit + "\n") * (100_000 // len(unit)), shipped_rules())
    assert time.monotonic() - begun < 20
