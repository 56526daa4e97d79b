from __future__ import annotations

import pytest

from transforms.snippets import make_snippet


@pytest.mark.parametrize(
    ("text", "sought", "shown"),
    [
        ("One. " * 60 + "The Harbour master\nsaid. " + "Two. " * 60, "harbour", "The **Harbour** master said."),
        ("Salt salt,SALT; basalt", "salt", "**Salt** **salt**,**SALT**; basalt"),
        ("The harbour master spoke.", 'title:"harbour master"', "The **harbour** **master** spoke."),
        ("中国港口工人罢工。", "罢工", "中国港口工人**罢工**。"),
        ("λόγος", "ΛΌΓΟΣ", "**λόγος**"),
        ("Nothing here.", "salt", "Nothing here."),
        ("Nothing here.", "", "Nothing here."),
        ("", "salt", ""),
    ],
)
def test_a_snippet_shows_the_words(text, sought, shown):
    """The stretch around the first word sought comes with the words marked, and is short."""
    snippet = make_snippet(text, sought)
    assert shown in snippet
    assert len(snippet) < 300


def test_what_is_left_out_is_shown():
    """A snippet from the middle of a text has a sign at each end."""
    snippet = make_snippet("before " * 50 + "salt " + "after " * 50, "salt")
    assert snippet.startswith("… before ")
    assert snippet.endswith(" after …")
    assert "**salt**" in snippet
