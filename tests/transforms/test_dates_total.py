"""Whatever the words, the functions answer."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from transforms.dates.claims import explain, make_claims, publication
from transforms.dates.mentions import find_mentions
from transforms.dates.reading import read_date

PIECES = ["2022", "19", "07", "31", "13", "0", "99", "24:00", "25:61", "1998", "'98", "1990s", "480", "BC", "AD", "July", "Feb.", "May", "Montag", "mardi", "enero", "年", "月", "日", "上午", "uhr", "the", "of", "last", "next", "this", "that", "year", "week", "day", "days", "century", "decade", "quarter", "half", "second", "first", "3rd", "22nd", "T", "Z", "+02:00", "-99:99", "ET", "BST", "a.m.", "p.m.", "ago", "later", "earlier", "before", "after", "from", "to", "between", "and", "or", "-", "/", ".", ",", ":", ";", "|", "(", ")", "'", '"', "today", "yesterday", "morning", "night", "spring", "fall", "winter", "every", "daily", "few", "several", "a", "an", "two", "twenty", "Q3", "FY", "Christmas", "Eve", "New", "Year's", "Day", "Easter", "noon", "midnight", "end", "early", "mid", "il", "y", "a", "hace", "vor", "dernier", "pasado", "00", "000", "0000", "9999", "10000", "١٩", "٢٠٢٢", "二〇二二年"]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_random_words_never_raise(seed: int) -> None:
    """Four hundred words of dates in no order: readings, claims and mentions hold their invariants."""
    dice = random.Random(seed)
    words = [dice.choice(PIECES) + dice.choice(("", " ", " ", "\n", "\n\n", "\u00a0")) for _ in range(400)]
    text = "".join(words)
    published = dice.choice((None, date(2022, 7, 20), date(1, 1, 1), date(9999, 12, 31)))
    for language in ("en", "de", "fr", "es"):
        mentions = find_mentions(text, published=published, language=language)
        for mention in mentions:
            assert mention.raw == text[mention.start : mention.stop] != ""
            assert (mention.earliest is None) == (mention.latest is None)
            assert mention.earliest is None or mention.latest is None or mention.earliest < mention.latest
        assert all(one.stop <= other.start for one, other in pairwise(mentions))
    raws = [("published", "".join(words[at : at + 6]), "byline:near") for at in range(0, 400, 6)]
    address = "https://news.example/" + words[0].strip()
    claims = make_claims(raws, url=address, captured_at=datetime(2023, 1, 1, tzinfo=UTC))
    assert sum(claim.chosen for claim in claims) <= 2
    assert explain(claims).why
    publication(claims)
    for raw in words:
        reading = read_date(raw)
        assert reading.earliest is None or reading.latest is None or reading.earliest < reading.latest
