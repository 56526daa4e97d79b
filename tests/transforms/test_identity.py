from __future__ import annotations

import pytest

from transforms.identity import article_id, canonical_url, capture_id, hostname, sort_key


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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://e.org/2024/cranes-stand-still/amp/", "https://e.org/2024/cranes-stand-still"),
        ("https://e.org/news-123/amp", "https://e.org/news-123"),
        ("https://e.org/a-b.amp", "https://e.org/a-b"),
        ("https://e.org/a-b.amp.html", "https://e.org/a-b.html"),
        ("https://e.org/guitar/amp", "https://e.org/guitar/amp"),
        ("https://e.org/amp/", "https://e.org/amp/"),
        ("https://e.org/a-b/ampere", "https://e.org/a-b/ampere"),
        ("https://e.org/a?amp=1&id=3", "https://e.org/a?id=3"),
        ("https://e.org/a?outputType=amp", "https://e.org/a"),
        ("https://e.org/a?print=1", "https://e.org/a"),
        ("https://e.org/a?print=17", "https://e.org/a?print=17"),
        ("https://e.org/a?view=photos", "https://e.org/a?view=photos"),
        ("https://e-org.cdn.ampproject.org/c/s/e.org/a-1?amp", "https://e.org/a-1"),
        ("https://www.google.co.uk/amp/s/e.org/a-1/amp", "https://e.org/a-1"),
        ("https://www.google.com/amp/e.org/a-1", "http://e.org/a-1"),
    ],
)
def test_other_forms_of_a_page_have_its_address(given, expected):
    """AMP pages, their caches and print pages are the article; a page that is called so for another reason is not."""
    assert canonical_url(given) == expected


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/A/B/?z=1&a=2", "org,example)/a/b?a=2&z=1"),
        ("http://example.org", "org,example)/"),
        ("http://www2.example.co.uk:8080/x;y?", "uk,co,example:8080)/x;y"),
        ("http://127.0.0.1:8080/a//b", "1,0,0,127:8080)/a/b"),
        ("http://[::1]/x", "::1)/x"),
        ("no address", "no address"),
    ],
)
def test_addresses_sort_from_the_top_of_their_host_down(url, key):
    """The keys are those of other tools' indexes."""
    assert sort_key(url) == key
