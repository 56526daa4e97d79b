from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice

import pytest

from connectors.web.addresses import AddressPolicy
from connectors.web.connector import WebConnector
from connectors.web.limits import Manners
from connectors.web.wire import Wire
from tests.loopback import Hours, answer
from transforms.records import Capture, Rejection

PAGE = b"<html><p>The ferries lay in the harbour until noon.</p></html>"
HASTY = Manners(gap=0.0, gap_factor=0.0, backoff=0.0)


async def everywhere(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def connect(web):
    """Give a function that makes a connector for paths of hosts, all of which are the server."""

    def connected(*urls: str, **more) -> WebConnector:
        wire = Wire(
            manners=more.pop("manners", HASTY),
            policy=AddressPolicy.of(["127.0.0.0/8"]),
            ports=frozenset((80, web.port)),
            resolver=everywhere,
        )
        pause = more.pop("pause", 30.0)
        return WebConnector(urls, wire=replace(wire, **more), pause=pause)

    return connected


def test_every_address_ends_once(web, connect):
    """Each is a capture or a rejection; one that is named twice, or is none, as well."""
    web.pages["/a"] = web.pages["/b"] = answer(PAGE)
    urls = [web.url("/a", "a.example"), web.url("/b", "b.example"), web.url("/a", "a.example"), "https://", "ftp://x/"]
    connector = connect(*urls, web.url("/none", "a.example"))
    found = list(connector.captures())
    assert sorted(type(one).__name__ for one in found) == ["Capture"] * 2 + ["Rejection"] * 3
    assert sorted(one.reason for one in found if isinstance(one, Rejection)) == [
        "http_404",
        "malformed_url",
        "scheme_blocked",
    ]
    assert all(one.source == connector.name for one in found)
    told = {one.host: (one.pages, one.captured, one.rejected, one.left) for one in connector.standings()}
    assert told["a.example"] == (2, 1, 1, 0)
    assert told["b.example"] == (1, 1, 0, 0)


def test_hosts_are_fetched_side_by_side_and_a_host_in_order(web, connect):
    """A slow host holds up no other, and the pages of a host come in the order of the list."""
    web.pages["/slow"] = [0.5, answer(PAGE)]
    for number in range(5):
        web.pages[f"/{number}"] = answer(PAGE)
    urls = [web.url("/slow", "slow.example"), *(web.url(f"/{n}", "quick.example") for n in range(5))]
    found = [one.url.rpartition("/")[2] for one in connect(*urls).captures()]
    assert found == ["0", "1", "2", "3", "4", "slow"]


def test_fetching_ends_when_nobody_takes_any_more(web, connect):
    """Closing the stream ends the thread, and what was not fetched is not."""
    for number in range(50):
        web.pages[f"/{number}"] = [0.02, answer(PAGE)]
    stream = connect(*(web.url(f"/{number}", "a.example") for number in range(50))).stream()
    assert len(list(islice(stream, 2))) == 2
    stream.close()
    asked = len(web.asked)
    time.sleep(0.2)
    assert len(web.asked) <= asked + 1 < 40


def test_a_stop_hands_over_what_was_fetched(web, connect):
    """After a stop the pages that lie ready still come, and the connector knows that some are left."""
    for number in range(50):
        web.pages[f"/{number}"] = [0.02, answer(PAGE)]
    connector = connect(*(web.url(f"/{number}", "a.example") for number in range(50)))
    found = []
    for item in connector.stream():
        found.append(item)
        if len(found) == 3:
            connector.stop()
    assert 3 <= len(found) < 50
    assert connector.stopped
    assert sum(one.captured for one in connector.standings()) == len(found)


def test_a_pause_is_told(web, connect):
    """Where nothing comes for a while the stream says so, that a batch can be closed."""
    web.pages["/a"] = [0.4, answer(PAGE)]
    items = list(connect(web.url("/a", "a.example"), pause=0.1).stream())
    assert items[0] is None
    assert isinstance(items[-1], Capture)


def test_fetching_waits_for_room(web, connect, monkeypatch):
    """What lies ready is bounded: a reader that is slow is not run over."""
    monkeypatch.setattr("connectors.web.connector._HELD_BYTES", 3000)
    for number in range(20):
        web.pages[f"/{number}"] = answer(PAGE + b" " * 1000)
    stream = connect(*(web.url(f"/{number}", "a.example") for number in range(20))).stream()
    assert isinstance(next(stream), Capture)
    time.sleep(0.5)
    assert len(web.asked) < 10
    assert len(list(stream)) == 19


def test_an_error_of_our_own_is_not_swallowed(web, connect):
    """Whatever breaks in the fetching thread is raised where the pages are taken."""
    web.pages["/a"] = answer(PAGE)
    broken = connect(web.url("/a", "a.example"), manners=replace(HASTY, connections=-1))
    with pytest.raises(ValueError, match="Semaphore"):
        list(broken.captures())


def test_a_page_leads_to_others(web, connect):
    """What is added while a page is taken is fetched too, on hosts new and old, until nothing is added any more."""
    for number in range(6):
        web.pages[f"/{number}"] = answer(PAGE)
    connector = connect(web.url("/0", "a.example"))
    found = []
    for item in connector.stream():
        found.append(item.locator.rpartition("/")[2])
        if len(found) == 1:
            connector.add([web.url("/1", "a.example"), web.url("/2", "b.example")])
        elif len(found) < 4:
            connector.add([web.url(f"/{len(found) + 1}", "c.example")])
    assert sorted(found) == ["0", "1", "2", "3", "4"]
    assert {one.host: one.captured for one in connector.standings()} == {"a.example": 2, "b.example": 1, "c.example": 2}


def test_what_is_added_after_a_stop_is_left(web, connect):
    """A stop ends the fetching whatever is added; the connector knows that it is left."""
    web.pages["/a"] = answer(PAGE)
    connector = connect(web.url("/a", "a.example"))
    for _ in connector.stream():
        connector.stop()
        connector.add([web.url("/b", "a.example")])
    assert connector.stopped
    assert [one.left for one in connector.standings()] == [1]
    assert "/b" not in web.paths()


def test_the_seconds_that_a_host_was_left_alone_are_told(web, connect):
    """A gap between two requests to a host is waited for, and counted for that host."""
    web.pages["/a"] = web.pages["/b"] = answer(PAGE)
    connector = connect(
        web.url("/a", "a.example"), web.url("/b", "a.example"), manners=replace(HASTY, gap=20.0), clock=Hours()
    )
    assert len(list(connector.captures())) == 2
    (standing,) = connector.standings()
    assert 38.0 <= standing.waited <= 41.0, "robots.txt and two pages have two gaps between them"
