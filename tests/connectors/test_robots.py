from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.robots import allowed, read_robots

SHARED = Path(__file__).parents[3] / "shared" / "data" / "robots" / "google-robotstxt.jsonl"
SIMPLE = re.compile(r"(?:[a-z]+[/.?]?)*")
SITE = "http://www.example.org"

# One line a case: robots.txt, path, whether `newsbot` may fetch it.
CASES = [
    ("", "/a", True),
    ("User-agent: *\nDisallow: /", "/a", False),
    ("User-agent: *\nDisallow:", "/a", True),
    ("Disallow: /", "/a", True),  # a rule before any agent
    ("User-agent: NewsBot\nDisallow: /a\nUser-agent: *\nDisallow: /", "/b", True),
    ("User-agent: newsbot-images\nDisallow: /", "/a", True),
    ("User-agent: newsbot/2.1\nDisallow: /", "/a", False),
    ("User-agent: *\nDisallow: /a\nUser-agent: newsbot\n", "/a", True),  # named, and nothing is asked of it
    (
        "User-agent: newsbot\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: newsbot\nDisallow: /b",
        "/b",
        False,
    ),
    ("User-agent: x\nUser-agent: newsbot\nDisallow: /", "/a", False),
    ("User-agent: newsbot\nSitemap: /s.xml\nUser-agent: *\nDisallow: /", "/a", False),  # no rule, so one group
    ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
    ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),  # equal patterns allow
    ("User-agent: *\nAllow: /\nDisallow: /a", "/a", False),
    ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf", False),
    ("User-agent: *\nDisallow: /*.pdf$", "/x.pdf?y", True),
    ("User-agent: *\nDisallow: /a*b*c", "/a--b--c--", False),
    ("User-agent: *\nDisallow: /a*b*c", "/a--c--b--", True),
    ("User-agent: *\nDisallow: *x$", "/yx", False),
    ("User-agent: *\nDisallow: /a$", "/a", False),
    ("User-agent: *\nDisallow: /a$", "/ab", True),
    ("User-agent: *\nDisallow: /a$b", "/a$b", False),  # a dollar sign that ends nothing is itself
    ("User-agent: *\nDisallow: /\nAllow: /n/index.html", "/n/", True),
    ("User-agent: *\nDisallow: /\nAllow: /n/index.html", "/n/x", False),
    ("User-agent: *\nDisallow: /caf\u00e9", "/caf%C3%A9", False),
    ("User-agent: *\nDisallow: /caf%c3%a9", "/caf%C3%A9", False),
    ("User-agent: *\nDisallow: /caf\u00e9", "/caf\u00e9", False),
    ("user-agent * \ndisallow /a", "/a", False),  # the colon forgotten
    ("user agent: *\ndisalow: /a # not here", "/a", False),
    ("\ufeffUser-agent: *\rDisallow: /a\r\nAllow: /a/b", "/a", False),
    ("User-agent: *\nDisallow: /" + "x" * 20000, "/" + "x" * 20000, False),  # what is over the longest line is dropped
    ("User-agent: *\0\nDisallow: /a\0b", "/ac", False),
]


@pytest.mark.parametrize(("robots", "path", "expected"), CASES)
def test_r1_rules_are_read_as_google_reads_them(robots, path, expected):
    """Groups join, the longest pattern wins, equal ones allow, and what is misspelt is understood."""
    assert allowed(robots.encode(), "newsbot", SITE + path) is expected


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://e.org", "/"),
        ("http://e.org/a#b", "/a"),
        ("http://e.org?a", "/?a"),
        ("http://e.org;a?b#c", "/;a?b"),
        ("//e.org/a", "/a"),
        ("e.org/a/b", "/a/b"),
        ("http://e.org/a?u=http://x/", "/a?u=http://x/"),
        ("http://e.org#a/b", "/"),
    ],
)
def test_rules_are_about_path_and_query(url, path):
    """Scheme, host and fragment of an address do not count."""
    assert not allowed(f"User-agent: *\nDisallow: {path}$".encode(), "x", url)
    assert allowed(b"User-agent: *\nDisallow: /nowhere$", "x", url)


def test_what_either_spelling_is_refused_for_is_refused():
    """An address that is not percent-encoded finds no way past a rule, and no rule that would let it in."""
    refused = "User-agent: *\nDisallow: /\u00fc".encode()
    assert not allowed(refused, "x", f"{SITE}/\u00fc")
    assert not allowed(refused, "x", f"{SITE}/%C3%BC")
    assert not allowed(refused, "x", f"{SITE}/%c3%bc")
    let_in = "User-agent: *\nDisallow: /\nAllow: /\u00fc".encode()
    assert allowed(let_in, "x", f"{SITE}/%C3%BC")
    assert not allowed(let_in, "x", f"{SITE}/\u00fc")
    assert not allowed(b"User-agent: *\nDisallow: /a", "x", f"{SITE}/b/../%61")
    assert not allowed(b"User-agent: *\nDisallow: /%61", "x", f"{SITE}/a")
    assert not allowed(b"User-agent: *\nDisallow: /\nAllow: /b/", "x", f"{SITE}/b/../a")
    assert allowed(b"User-agent: *\nDisallow: /%2a$", "x", f"{SITE}/b")


def test_delays_and_sitemaps_are_read():
    """A delay is for the agents named just before it; sitemaps are for all."""
    read = read_robots(
        b"User-agent: slow\nCrawl-delay: 120\n\nUser-agent: *\nCrawl-delay: 2.5\nDisallow: /x\n"
        b"Sitemap: https://example.org/a.xml\nUser-agent: named\nDisallow: /\nsite-map: /b.xml\n"
        b"User-agent: odd\nCrawl-delay: nan\nCrawl-delay: -1\nCrawl-delay: soon\nCrawl-delay: 4\nCrawl-delay: 1\n"
    )
    assert read.sitemaps == ("https://example.org/a.xml", "/b.xml")
    asked = {agent: read.crawl_delay(agent) for agent in ("SLOW", "anyone", "named", "odd")}
    assert asked == {"SLOW": 120.0, "anyone": 2.5, "named": None, "odd": 4.0}


def test_r1_the_public_cases_pass():
    """All of the cases of Google's own tests that are at hand."""
    if not SHARED.exists():
        pytest.skip("the public cases are not on this machine")
    for line in SHARED.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        robots = bytes.fromhex(case["robots_hex"]) if "robots_hex" in case else case["robots"].encode()
        assert allowed(robots, case["ua"], case["url"]) is case["allowed"], case


pieces = st.sampled_from(
    ["/", "a", "b", "*", "$", "%61", "%c3%BC", "\u00fc", "index.htm", "l", "?", ";", "#", ".", " ", "\t", "//", "&"]
)
values = st.lists(pieces, max_size=7).map("".join)
keys = st.sampled_from(
    ["user-agent", "User-Agent", "allow", "Disallow", "disalow", "sitemap", "crawl-delay", "x", "useragent", ""]
)
agents = st.sampled_from(["*", "* x", "foobot", "FooBot/1", "bar", "*a", "", "foo bar"])
lines = st.one_of(
    st.tuples(st.sampled_from(["User-agent", "user agent"]), st.just(": "), agents),
    st.tuples(keys, st.sampled_from([":", ": ", " ", " : ", ""]), values),
    st.tuples(st.sampled_from(["allow", "disallow"]), st.just(": /"), values),
).map("".join)
files = st.lists(lines, max_size=12).flatmap(
    lambda those: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(those))
)


@settings(max_examples=300, deadline=None)
@given(files, st.sampled_from(["foobot", "FooBot", "bar", "other"]), values)
def test_r1_nothing_is_allowed_that_the_reference_refuses(robots, agent, path):
    """Beside the C++ matcher: never more is allowed, and for addresses in one spelling exactly the same."""
    reference = pytest.importorskip("robotstxt", reason="fast-robotstxt is not installed").RobotsMatcher()
    url = f"{SITE}/{path}"
    theirs, ours = reference.is_allowed(robots, agent, url), allowed(robots.encode(), agent, url)
    assert theirs or not ours
    if SIMPLE.fullmatch(path) and "%" not in robots:
        assert ours == theirs


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.text(max_size=20), st.text(max_size=40))
def test_any_bytes_are_a_robots_file(robots, agent, url):
    """No input is an error."""
    assert allowed(robots, agent, url) in (True, False)
    read_robots(robots).crawl_delay(agent)


HALF_MEGABYTE = 512 * 1024
ATTACKS = {
    "rules": b"User-agent: *\n" + b"Allow:/\n" * 65000,
    "distinct rules": b"User-agent: *\n" + b"".join(b"Allow:/%d\n" % n for n in range(42000)),
    "groups": b"".join(b"user-agent:a%d\nallow:/\n" % n for n in range(100000)),
    "agents": b"".join(b"useragent:a%x\n" % n for n in range(15000)) + b"crawl-delay:1\n" * 20000,
    "everyone": b"useragent:*\nallow:/\n" * 25000,
    "wildcards": b"User-agent: *\n" + (b"Disallow: /" + b"*a" * 60 + b"b\n") * 4000,
    "one long wildcard": b"User-agent: *\n" + (b"Disallow: /" + b"*a" * 8000 + b"b\n") * 32,
    "stars": b"User-agent: *\n" + (b"Disallow: " + b"*" * 8000 + b"x$\n") * 60,
    "needles": b"User-agent: *\n" + (b"Disallow: *" + b"a" * 45 + b"b" + b"a" * 45 + b"\n") * 5000,
    "empty lines": b"\n" * HALF_MEGABYTE,
    "colons": b":" * HALF_MEGABYTE,
    "one line": b"x" * HALF_MEGABYTE,
    "escapes": b"User-agent: *\n" + (b"Disallow: /" + b"%aa" * 300 + b"\n") * 570,
    "spaces": b"User-agent: *\n" + (b"disallow" + b" " * 900 + b"/a b\n") * 560,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_r3_half_a_megabyte_is_read_and_matched_within_a_second(name):
    """No file of 512 KiB, however it is made, holds the crawler up."""
    robots = ATTACKS[name][:HALF_MEGABYTE]
    begun = time.process_time()
    allowed(robots, "a1", SITE + "/" + "a" * 2000)
    assert time.process_time() - begun < 1.0
