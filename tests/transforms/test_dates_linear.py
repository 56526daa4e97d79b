"""Hostile text costs no more than its length."""

from __future__ import annotations

import time
from datetime import date

import pytest

from transforms.dates.claims import make_claims
from transforms.dates.mentions import find_mentions
from transforms.dates.page_claims import page_claims
from transforms.dates.reading import read_date
from transforms.pages.parsed import parse_page

PIECES = [
    "the ", "early of the end of ", "more than about ", "1", "1 2 3 ", "1998-", "'90 ", "1.1.", "1/1/", "11:11",
    "of the the ", "a few of a ", "last next this that same ", "3 and 4 or 5 to 6 - 7 ", "New New Year's ",
    "first second third of ", "\n \n", "é̈日 ", " ", "a.m. p.m. ", "-", "de la del ",
]  # fmt: skip


def seconds(work: object, *arguments: object, **named: object) -> float:
    """Time a call on the process clock."""
    start = time.process_time()
    work(*arguments, **named)  # type: ignore[operator]
    return time.process_time() - start


@pytest.mark.parametrize("piece", PIECES)
def test_mentions_take_linear_time(piece: str) -> None:
    """Four times the text takes about four times as long, and never long."""
    short, long = (piece * (size // len(piece)) for size in (25_000, 100_000))
    base = seconds(find_mentions, short, published=date(2022, 7, 20), language="en")
    assert seconds(find_mentions, long, published=date(2022, 7, 20), language="en") < max(12 * base, 1.0)


@pytest.mark.parametrize("piece", PIECES)
def test_reading_a_long_string_is_cheap(piece: str) -> None:
    """Only the head of a string can be a date's words."""
    assert seconds(read_date, piece * 200_000) < 0.5


def test_a_page_of_dates_is_cheap() -> None:
    """Ten thousand dated elements are a list, not a headline."""
    html = (
        "<h1>Dates of all kinds</h1>"
        + '<div class="date"><time datetime="2022-07-19">19 July 2022</time></div>' * 10_000
    )
    page = parse_page(html)
    start = time.process_time()
    make_claims(page_claims(page), url=None)
    assert time.process_time() - start < 1.0


def test_deep_pages_do_not_hang() -> None:
    """Thousands of nested elements around a date."""
    html = "<h1>A deep page of dates</h1>" + "<div>" * 5_000 + "19 July 2022" + "</div>" * 5_000
    page = parse_page(html)
    start = time.process_time()
    page_claims(page)
    assert time.process_time() - start < 1.0
