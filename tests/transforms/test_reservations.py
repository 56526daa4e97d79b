from __future__ import annotations

import pytest

from transforms.reservations import header_reservations, mining_agents, page_reservations, undecoded_reservations


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (("TDM-Reservation", "1"), True),
        (("tdm-reservation", "0"), False),
        (("X-Robots-Tag", "noindex, noai"), True),
        (("X-Robots-Tag", "otherbot: noindex, NoImageAI"), True),
        (("X-Robots-Tag", "noindex"), False),
        (("Content-Usage", "train-ai=n"), True),
        (("Content-Usage", "train-ai=y"), False),
        (("Content-Signal", "search=yes, ai-train=no"), True),
        (("content-signal", "search=no, ai-input=yes, ai-train=yes"), False),
        (("X-Other", "noai"), False),
    ],
)
def test_header_fields_reserve(header, found):
    """A server says it for every kind of page."""
    assert header_reservations((header,)) == (("reserved_by_header",) if found else ())


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ('<meta name="tdm-reservation" content="1">', True),
        ("<META CONTENT='1' NAME=tdm-reservation>", True),
        ('<meta name="tdm-reservation" content="0">', False),
        ('<meta name="robots" content="index, noai">', True),
        ('<meta name="robots" content="noindex">', False),
        ('<meta name="description" content="noai">', False),
    ],
)
def test_pages_reserve(tag, found):
    """A page says it in its head, which reads alike before and after it is decoded."""
    head = f"<html><head><title>Größe 港口</title>{tag}</head>"
    assert page_reservations(head) == (("reserved_by_meta",) if found else ())
    for charset in ("utf-8", "gb18030", "utf-16", "utf-16-be"):
        assert undecoded_reservations(head.encode(charset)) == page_reservations(head), charset


def test_crawlers_that_mine_are_known():
    """The list has those that are turned away most."""
    assert {"GPTBot", "CCBot", "Google-Extended", "ClaudeBot"} <= set(mining_agents())
