from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.edits import BrokenTrailError, apply, removed
from transforms.records import Edit


def test_no_edit_leaves_the_text_as_it_was() -> None:
    """A text without edits is its own source."""
    assert apply((), "as it was") == "as it was"


def test_edits_replace_what_they_name() -> None:
    """Each edit puts its replacement where its original stood."""
    edits = (Edit(0, 4, "The ", "", "lead"), Edit(8, 9, " ", "-", "join"))
    assert apply(edits, "The port gate") == "port-gate"
    assert removed(edits) == 4


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit(0, 4, "port", "", "x"), "expects 'port' and finds 'The '"),
        (Edit(5, 4, "", "", "x"), "out of order"),
        (Edit(0, 99, "The port", "", "x"), "out of the text of 8"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: Edit, reason: str) -> None:
    """A trail that does not fit its text is an error that says where."""
    with pytest.raises(BrokenTrailError, match=reason):
        apply([edit], "The port")


def test_overlapping_edits_are_refused() -> None:
    """Two edits never take the same character."""
    with pytest.raises(BrokenTrailError, match="out of order"):
        apply([Edit(0, 4, "The ", "", "x"), Edit(3, 5, " p", "", "y")], "The port")


@given(st.text(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10), st.text(max_size=3)), max_size=6))
def test_disjoint_edits_rebuild_piece_by_piece(source: str, cuts: list[tuple[int, int, str]]) -> None:
    """Applying disjoint edits equals joining what stands between them with their replacements."""
    at, edits, expected = 0, [], ""
    for gap, length, replacement in cuts:
        start = min(at + gap, len(source))
        stop = min(start + length, len(source))
        expected += source[at:start] + replacement
        edits.append(Edit(start, stop, source[start:stop], replacement, "x"))
        at = stop
    assert apply(edits, source) == expected + source[at:]
