from __future__ import annotations

import pytest

from transforms.identity import article_id, canonical_url, capture_id, hostname


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Www.Paper.example:443/a?utm_source=x&b=1#top", "https://www.paper.example/a?b=1"),
        ("https://paper.example/a?fbclid=1", "https://paper.example/a"),
        ("https://paper.example/a?", "https://paper.example/a"),
        ("https://paper.example/a?b=1&c=%20d", "https://paper.example/a?b=1&c=%20d"),
        (" https://paper.example/ü ", "https://paper.example/%C3%BC"),
        ("https://user:secret@paper.example/", "https://paper.example/"),
        ("ftp://paper.example/a", None),
        ("paper.example/a", None),
        ("https://", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_has_one_spelling(url: str | None, canonical: str | None) -> None:
    """Spellings of one address become one, without fragment, credentials and tracking; others are no address."""
    assert canonical_url(url) == canonical


def test_the_host_is_told_without_www() -> None:
    """A host is named without its `www.`."""
    assert hostname("https://www.paper.example/a") == "paper.example"
    assert hostname(None) is None


def test_an_article_is_its_address_wherever_it_was_seen() -> None:
    """The same canonical address is the same article in every source; without one the place decides."""
    assert article_id("https://paper.example/a", "seeds", "x") == article_id("https://paper.example/a", "feed", "y")
    assert article_id(None, "seeds", "x") != article_id(None, "seeds", "y")


def test_ids_are_lower_case_hex_and_do_not_run_into_each_other() -> None:
    """Parts of an id are kept apart, so that moving a letter between them makes another id."""
    assert capture_id("a", "bc", "d") != capture_id("ab", "c", "d")
    assert len(capture_id("a", "b", "c")) == 32
    assert set(capture_id("a", "b", "c")) <= set("0123456789abcdef")
