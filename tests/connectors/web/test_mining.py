from __future__ import annotations

import json

import pytest

from connectors.robots import Robots, read_robots
from connectors.web.mining import PATH, read_mining_rules, site_reservations
from tests.loopback import answer

PAGE = b"<html><head><title>A</title></head><body>A</body></html>"
RULES = [
    {"location": "/news/", "tdm-reservation": 1, "tdm-policy": "https://n.example/policy.json"},
    {"location": "/news/open/", "tdm-reservation": 0},
    {"location": "/*.pdf$", "tdm-reservation": 1},
]


def reserved(rules: object, path: str) -> bool:
    mining = read_mining_rules(json.dumps(rules).encode())
    return "reserved_by_tdmrep" in site_reservations(Robots(), mining, "dateline", f"https://n.example{path}")


class TestRules:
    @pytest.mark.parametrize(
        ("path", "is_reserved"),
        [
            ("/news/a", True),
            ("/news/open/a", False),
            ("/", False),
            ("/papers/a.pdf", True),
            ("/papers/a.pdf?x", False),
        ],
    )
    def test_a_place_is_reserved_by_the_longest_pattern(self, path, is_reserved):
        """Patterns are those of robots.txt; what none of them names is not spoken of."""
        assert reserved(RULES, path) is is_reserved

    @pytest.mark.parametrize(
        ("rules", "is_reserved"),
        [
            ({"location": "/", "tdm-reservation": "1"}, True),
            ([{"location": "/", "tdm-reservation": True}], False),
            ([None, 3, "x", {"location": 7, "tdm-reservation": 1}, {"location": "/"}], False),
            ([{"location": "", "tdm-reservation": 1}], False),
            ("no rules", False),
        ],
    )
    def test_rules_that_stray_from_the_form(self, rules, is_reserved):
        """One rule without a list and a number in quotes are read; what is no rule says nothing."""
        assert reserved(rules, "/a") is is_reserved

    @pytest.mark.parametrize("content", [b"", b"<html>none</html>", b"[" * 100_000, b"\xff\xfe", b'{"a": NaN}'])
    def test_what_is_no_file_of_rules_says_nothing(self, content):
        """Error pages and broken files reserve nothing."""
        assert read_mining_rules(content) == Robots()

    @pytest.mark.parametrize(
        ("robots", "is_reserved"),
        [
            (b"User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", True),
            (b"User-Agent: *\nContent-signal: search=yes,ai-input=no", True),
            (b"User-agent: *\nContent-Signal: search=no, ai-train=yes", False),
            (b"User-agent: *\nContent-Usage: train-ai=n", True),
            (b"Content-Usage: /news/ train-ai=n", True),
            (b"User-agent: dateline\nDisallow: /x\nContent-Signal: ai-train=no", True),
            (b"User-agent: other\nContent-Signal: ai-train=no\nDisallow: /\nUser-agent: *\nAllow: /", False),
            (b"# Content-Signal: ai-train=no", False),
        ],
    )
    def test_signals_of_robots_txt_reserve(self, robots, is_reserved):
        """What stands in the group of everyone, or of this crawler, is meant for this copy too; a search is no mining."""
        found = site_reservations(read_robots(robots), None, "dateline", "https://n.example/news/a")
        assert found == (("reserved_by_signal",) if is_reserved else ())


class TestFetching:
    def test_the_file_is_asked_for_once_a_site(self, web, fetch, setting):
        """What it says of each page is kept with it, beside what robots.txt says, and every page is still fetched."""
        setting.behave(mining_file=True)
        web.pages[PATH] = answer(json.dumps(RULES).encode())
        web.pages["/robots.txt"] = answer(b"User-agent: *\nContent-Signal: ai-train=no\n")
        web.pages.update(dict.fromkeys(("/news/a", "/news/open/b"), answer(PAGE)))
        one, other = fetch(web.url("/news/a"), web.url("/news/open/b"))
        assert one.reservations == ("reserved_by_signal", "reserved_by_tdmrep")
        assert other.reservations == ("reserved_by_signal",)
        assert web.paths() == ["/robots.txt", PATH, "/news/a", "/news/open/b"]
        assert [exchange.role for exchange in one.exchanges] == ["robots", "robots", "document"]

    @pytest.mark.parametrize("said", [answer(b"gone", 404), answer(b"", 500), ["reset"], answer(PAGE)])
    def test_a_file_that_cannot_be_had_keeps_nothing_back(self, web, fetch, setting, said):
        """An error there is no error of the page."""
        setting.behave(mining_file=True)
        web.pages[PATH], web.pages["/a"] = said, answer(PAGE)
        assert fetch(web.url("/a")).reservations == ()
        assert web.paths().count(PATH) == 1

    def test_the_file_is_left_where_robots_txt_forbids_it(self, web, fetch, setting):
        """Only robots.txt itself may be asked for without asking."""
        setting.behave(mining_file=True)
        web.pages["/robots.txt"], web.pages["/a"] = answer(b"User-agent: *\nDisallow: /.well-known/\n"), answer(PAGE)
        assert fetch(web.url("/a")).payload == PAGE
        assert web.paths() == ["/robots.txt", "/a"]

    @pytest.mark.parametrize(
        "said",
        [
            {"/robots.txt": answer(b"User-agent: GPTBot\nDisallow: /\n")},
            {PATH: answer(json.dumps([{"location": "/", "tdm-reservation": 1}]).encode())},
            {"/a": answer(PAGE, TDM_Reservation="1")},
        ],
    )
    def test_reserved_pages_are_left_out_where_the_settings_ask_for_it(self, web, fetch, setting, said):
        """By itself a reservation is recorded; heeding it is a choice."""
        web.pages["/a"] = answer(PAGE)
        web.pages.update(said)
        setting.behave(mining_file=True)
        assert fetch(web.url("/a")).payload == PAGE
        setting.behave(heed_reservations=True)
        assert fetch(web.url("/a")).reason == "reserved"

    @pytest.mark.parametrize(
        ("tag", "kind", "is_left"),
        [
            ('<meta name="robots" content="noimageai, noai">', "text/html; charset=utf-8", True),
            ('<meta name="tdm-reservation" content="1">', "application/xhtml+xml", True),
            ('<meta name="tdm-reservation" content="0">', "text/html", False),
            ('<meta name="robots" content="noindex, noarchive">', "text/html", False),
            ('<meta name="robots" content="noai">', "text/plain", False),
        ],
    )
    def test_pages_that_reserve_themselves_are_left_out_where_the_settings_ask_for_it(
        self, web, fetch, setting, tag, kind, is_left
    ):
        """What stands in a page's head counts as what its server says; a text that shows such a mark is no page."""
        page = PAGE.replace(b"<title>", tag.encode() + b"<title>")
        web.pages["/a"] = answer(page, Content_Type=kind)
        assert fetch(web.url("/a")).payload == page
        setting.behave(heed_reservations=True)
        told = fetch(web.url("/a"))
        assert getattr(told, "reason", None) == ("reserved" if is_left else None)
        assert not is_left or "reserved_by_meta" in told.detail
