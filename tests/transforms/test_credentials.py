from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.credentials import free_of_secrets, has_secret, masked, without_secrets
from transforms.identity import canonical_url
from transforms.records import Capture, Rejection

CLEAN = "https://n.example/a?x=1"


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://user:hunter2@n.example/a?x=1", CLEAN),
        ("https://user:hun@ter2@n.example/a?x=1", CLEAN),
        ("https:\\\\user:hunter2@n.example\\a?x=1", CLEAN),
        ("https:user:hunter2@n.example/a?x=1", CLEAN),
        ("https://n.example/a?access_token=hunter2&x=1", CLEAN),
        ("https://n.example/a?x=1&ACCESS%5FTOKEN=hunter2", CLEAN),
        ("https://n.example/a?x=1#id_token=hunter2", CLEAN),
        ("https://n.example/a?X-Amz-Signature=hunter2", "https://n.example/a"),
        (CLEAN, CLEAN),
        ("https://n.example/a?mail=a@b.example&key=news", "https://n.example/a?mail=a@b.example&key=news"),
        ("https://n.example/@ann/a", "https://n.example/@ann/a"),
    ],
)
def test_an_address_is_given_without_what_lets_its_bearer_in(url, clean):
    """However it is spelt; addresses without a secret keep their spelling."""
    assert without_secrets(url) == clean
    assert "hunter2" not in masked(url)
    assert "hunter2" not in (canonical_url(url) or "")
    assert masked(clean) == clean


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("cannot open https://u:p@h.example/?jwt=abc now", "cannot open https://***@h.example/?jwt=*** now"),
        ("see //u:p@h.example/", "see //***@h.example/"),
        ("mail ann@n.example, 3://4@5", "mail ann@n.example, 3://4@5"),
        ("a;password=x;b", "a;password=***;b"),
    ],
)
def test_messages_are_masked(text, plain):
    """Three stars stand where a secret was; an address of mail is none."""
    assert masked(text) == plain


def test_the_place_of_a_capture_lets_nobody_in():
    """Its locator and its address are freed; what it holds is as it came."""
    url = "https://u:hunter2@n.example/a?jwt=s3cr3t&x=1"
    capture = Capture("seeds", f"/f.rss#{url}", datetime(2024, 3, 1, tzinfo=UTC), "text/html", b"hunter2", url)
    freed = free_of_secrets(capture)
    assert (freed.locator, freed.url) == ("/f.rss#https://***@n.example/a?jwt=***&x=1", CLEAN)
    assert freed.payload == capture.payload
    rejection = Rejection("seeds", f"/f.rss#{url}", "read", "empty", "")
    assert free_of_secrets(rejection).locator == freed.locator
    plain = Rejection("seeds", "/f.rss", "read", "empty", "")
    assert free_of_secrets(plain) is plain


@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    """Whatever stands in an address or a message, it is masked without an error, and once is enough."""
    assert masked(masked(text)) == masked(text)
    without_secrets(text)
    has_secret(text)
