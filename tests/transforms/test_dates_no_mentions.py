"""Words and numbers that look like dates and are none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from transforms.dates.mentions import find_mentions

LINES = [
    line
    for line in Path(__file__).with_name("no_dates.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_there_are_enough_lines() -> None:
    """At least two hundred lines of may, march, second, we, prices, scores, phones and street numbers."""
    assert len(LINES) >= 200
    assert len(set(LINES)) == len(LINES)


@pytest.mark.parametrize("line", LINES)
def test_a_line_without_a_date_gives_no_mention(line: str) -> None:
    """Nothing is found, on a working day of July or of March."""
    for published in (date(2022, 7, 20), date(2020, 3, 2), None):
        assert find_mentions(line, published=published, language="en") == ()


def test_neighbours_of_those_lines_do_speak_of_dates() -> None:
    """The same words are dates where a reader takes them for dates."""
    for line, timex in {
        "They will meet in May.": "2023-05",
        "They marched last March.": "2022-03",
        "The 2022 budget passed.": "2022",
        "It opened in 1950 on Main Street.": "1950",
        "He moved in fall 2021.": "2021-FA",
        "It grew in the second quarter.": "2022-Q2",
    }.items():
        assert [mention.timex for mention in find_mentions(line, published=date(2022, 7, 20))] == [timex], line
