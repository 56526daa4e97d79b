from __future__ import annotations

import asyncio
import itertools
import json
import threading
from dataclasses import replace

import pytest

from connectors.web.errors import HostPausedError
from connectors.web.hosts import HostBook
from connectors.web.limits import Manners
from tests.loopback import Hours, answer
from transforms.records import Capture

PAGE = b"<html><p>The ferries lay in the harbour until noon.</p></html>"
POLITE = Manners()


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "fetched"),
        (301, "fetched"),
        (400, "fetched"),
        (401, "fetched"),
        (403, "fetched"),
        (404, "fetched"),
        (410, "fetched"),
        (451, "fetched"),
        (429, "robots_unavailable"),
        (500, "robots_unavailable"),
        (502, "robots_unavailable"),
        (503, "robots_unavailable"),
    ],
)
def test_r2_what_the_answer_for_robots_means(web, fetch, status, outcome):
    """No robots.txt allows everything; one that could not be had allows nothing, after it was tried again."""
    web.pages["/robots.txt"] = answer(
        b"User-agent: *\nDisallow: /x\n", status, Location="/r" if status == 301 else None
    )
    web.pages["/r"] = answer(b"User-agent: *\nDisallow: /x\n")
    web.pages["/a"] = web.pages["/x"] = answer(PAGE)
    page, ruled = fetch(web.url("/a"), web.url("/x"))
    if outcome == "fetched":
        assert isinstance(page, Capture)
        assert isinstance(ruled, Capture) is (status >= 400)
        assert web.paths().count("/robots.txt") == 1
    else:
        assert (page.reason, ruled.reason) == (outcome, outcome)
        assert web.paths().count("/robots.txt") == 3
        assert "/a" not in web.paths()


@pytest.mark.parametrize(
    "pieces", [["reset"], [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser", "close"], [b"\0\0\r\n\r\n", "close"]]
)
def test_r2_a_robots_file_that_breaks_off_allows_nothing(web, fetch, pieces):
    """What was to come might have said no."""
    web.pages["/robots.txt"] = pieces
    web.pages["/a"] = answer(PAGE)
    assert fetch(web.url("/a")).reason in ("robots_unavailable", "connection_lost")
    assert "/a" not in web.paths()


def test_r2_five_redirects_of_a_robots_file_are_followed(web, fetch):
    """As RFC 9309 asks; behind more than that there is none."""
    for number in range(7):
        web.pages[f"/r{number}"] = answer(b"", 302, Location=f"/r{number + 1}")
    web.pages["/r5"] = answer(b"User-agent: *\nDisallow: /a\n")
    web.pages["/a"] = answer(PAGE)
    web.pages["/robots.txt"] = answer(b"", 302, Location="/r1")
    assert fetch(web.url("/a")).reason == "robots_denied"
    web.pages["/r5"] = answer(b"", 302, Location="/r6")
    assert isinstance(fetch(web.url("/a")), Capture)


def test_r2_half_a_mebibyte_of_rules_is_read(web, fetch):
    """Rules within the first 512 KiB hold; what lies behind them is not read, and half a line rules nothing."""
    filler = b"# " + b"x" * 97 + b"\n"
    early = filler * 5200 + b"Disallow: /a\n"
    web.pages["/robots.txt"] = answer(b"User-agent: *\n" + early + filler * 9000 + b"Disallow: /b\n")
    web.pages["/a"] = web.pages["/b"] = answer(PAGE)
    one, other = fetch(web.url("/a"), web.url("/b"))
    assert one.reason == "robots_denied"
    assert isinstance(other, Capture)
    body = b"User-agent: *\n" + b"#" * (512 * 1024 - 26) + b"\nAllow: /abc\nDisallow: /ab"
    web.pages["/robots.txt"] = answer(body)
    assert isinstance(fetch(web.url("/a")), Capture)


def test_r2_robots_are_asked_at_every_hop_and_once_a_day(web, fetch, setting):
    """A redirect is no way around a rule, and a site's rules are fetched once, until a day has passed."""
    web.pages["/a"] = answer(b"", 302, Location="/private/b")
    web.pages["/b"] = answer(PAGE)
    denied, *_ = fetch(web.url("/a"), web.url("/b"), web.url("/b"))
    assert denied.reason == "robots_denied"
    assert web.paths().count("/robots.txt") == 1
    clock = setting.clock
    web.pages["/b"] = lambda _head: setattr(clock, "at", clock.at + 90000) or answer(PAGE)
    fetch(web.url("/b"), web.url("/b"))
    assert web.paths().count("/robots.txt") == 3


def test_r4_requests_to_a_host_keep_their_distance(web, fetch, setting):
    """Three seconds at least between two requests, whichever pages they are for; other hosts are not held up."""
    setting.manners = replace(POLITE, gap_factor=0.0)
    setting.policy.refusal("127.0.0.1")

    async def everywhere(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    setting.resolver = everywhere
    for number in range(4):
        web.pages[f"/{number}"] = answer(PAGE)
    urls = [web.url(f"/{number}", host) for number in range(4) for host in ("a.example", "b.example")]
    assert all(isinstance(one, Capture) for one in fetch(*urls, at_once=True))
    for host in ("a.example", "b.example"):
        times = [at for name, at in web.times if name == host]
        assert len(times) == 5
        assert min(gaps(times)) >= 3.0
    first, last = min(at for _, at in web.times), max(at for _, at in web.times)
    assert last - first < 2 * 5 * 3.0


@pytest.mark.parametrize(("asked", "kept"), [("10", 10.0), ("0.5", 3.0), ("99999", 300.0)])
def test_r4_a_crawl_delay_is_kept_to_up_to_a_limit(web, fetch, setting, asked, kept):
    """What robots.txt asks for between two requests is what lies between them."""
    setting.manners = replace(POLITE, gap_factor=0.0)
    web.pages["/robots.txt"] = answer(f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    web.pages["/a"] = web.pages["/b"] = web.pages["/c"] = answer(PAGE)
    fetch(web.url("/a"), web.url("/b"), web.url("/c"))
    assert gaps([at for _, at in web.times])[1:] == pytest.approx([kept, kept])


def test_r4_a_slow_host_is_given_more_time(web, fetch, setting):
    """After an answer that took two seconds a host is left alone for five times as long, and for a minute at most."""
    setting.manners = POLITE
    clock = setting.clock

    def taking(seconds: float):
        return lambda _head: setattr(clock, "at", clock.at + seconds) or answer(PAGE)

    web.pages.update({"/a": taking(2), "/b": taking(40), "/c": answer(PAGE)})
    fetch(web.url("/a"), web.url("/b"), web.url("/c"))
    assert gaps([at for _, at in web.times]) == pytest.approx([3.0, 2 + 10.0, 40 + 60.0], abs=0.1)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("given", ["120", "Tue, 14 Nov 2023 22:15:20 GMT"])
def test_r4_retry_after_is_honoured(web, fetch, setting, status, given):
    """A server that asks for two minutes has them, whether it says so in seconds or as a date."""
    setting.manners = replace(POLITE, gap_factor=0.0)
    answers = iter([answer(b"", status, Retry_After=given), answer(PAGE)])
    web.pages["/a"] = lambda _head: next(answers)
    assert isinstance(fetch(web.url("/a")), Capture)
    assert gaps([at for _, at in web.times])[1] >= 115


def test_r4_a_long_pause_is_not_waited_for_but_kept(web, fetch, setting, tmp_path):
    """A host that asks for an hour is left alone by this run and by the next, until the hour is over."""
    setting.folder = tmp_path / "hosts"
    web.pages["/a"] = answer(b"", 429, Retry_After="3600")
    web.pages["/b"] = answer(PAGE)
    assert [one.reason for one in fetch(web.url("/a"), web.url("/b"))] == ["host_paused", "host_paused"]
    assert fetch(web.url("/b")).reason == "host_paused"
    assert web.paths() == ["/robots.txt", "/a"]
    setting.clock.at += 3600
    assert isinstance(fetch(web.url("/b")), Capture)


def test_r4_turns_survive_a_restart(tmp_path):
    """Whoever comes next, in whichever process, finds when a host may be asked again."""
    clock = Hours()
    first = HostBook(tmp_path, POLITE, clock)
    assert first.take("a.example") == 0.0
    assert HostBook(tmp_path, POLITE, clock).take("a.example") == pytest.approx(3.0)
    assert HostBook(tmp_path, POLITE, clock).take("b.example") == 0.0
    clock.at += 3.0
    assert HostBook(tmp_path, POLITE, clock).take("a.example") == 0.0
    (told,) = (json.loads(path.read_text()) for path in tmp_path.glob("*.json") if "a.example" in path.read_text())
    assert told["host"] == "a.example"


def test_r4_two_runs_share_the_turns_of_a_host(tmp_path):
    """Many at once take turns one by one: in the same moment only one of them has it."""
    clock = Hours()
    taken = []

    def taking() -> None:
        book = HostBook(tmp_path, POLITE, clock)
        taken.extend(book.take("a.example") for _ in range(20))

    threads = [threading.Thread(target=taking) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), taken.count(0.0)) == (80, 1)


def test_r4_a_clock_that_is_set_back_holds_nobody_up(tmp_path):
    """A turn noted by a clock that was an hour ahead is waited for no longer than any rule asks; a cut file is none."""
    clock = Hours()
    HostBook(tmp_path, POLITE, clock).take("a.example")
    clock.at -= 3600
    assert HostBook(tmp_path, POLITE, clock).take("a.example") <= 300
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(b'{"host":"a.exa')
    assert HostBook(tmp_path, POLITE, clock).take("a.example") == 0.0


def test_r4_a_clock_that_is_set_forward_brings_nobody_closer():
    """Within a run the distance is kept by a clock that nobody can set."""

    class Odd(Hours):
        steady_at = 0.0

        def steady(self) -> float:
            return self.steady_at

    clock = Odd()
    book = HostBook(None, POLITE, clock)
    assert book.take("a.example") == 0.0
    clock.at += 3600
    clock.steady_at += 1
    assert book.take("a.example") == pytest.approx(2.0)


def test_failures_weigh_and_an_answer_lifts_them():
    """A host is given up at a weight of failures in a row, hard ones counting for more."""
    book = HostBook(None, replace(POLITE, most_failures=6), Hours())
    for weight in (3, 1, 1):
        book.count("a.example", weight)
    book.check("a.example")
    book.count("a.example", 0)
    for _ in range(2):
        book.count("a.example", 3)
    with pytest.raises(HostPausedError, match="failed too often"):
        book.check("a.example")
    book.check("b.example")


def test_a_host_is_asked_one_thing_at_a_time(web, fetch):
    """However many pages of a host are wanted at once, one request is under way."""
    under_way, most = 0, 0

    def page(_head: bytes):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        yield 0.02
        under_way -= 1
        yield answer(PAGE)

    for number in range(6):
        web.pages[f"/{number}"] = page
    assert all(isinstance(one, Capture) for one in fetch(*(web.url(f"/{n}") for n in range(6)), at_once=True))
    assert most == 1


def test_waiting_is_done_by_the_clock(setting):
    """The tests' clock waits for nobody."""
    begun = setting.clock.at
    asyncio.run(setting.clock.sleep(3600))
    assert setting.clock.at == begun + 3600
