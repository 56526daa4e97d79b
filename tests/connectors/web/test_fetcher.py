from __future__ import annotations

import gzip
from datetime import UTC, datetime

import brotli
import pytest

from connectors.web.fetcher import Known
from tests.loopback import answer
from transforms.http_messages import read_response
from transforms.records import Capture, Rejection

PAGE = b"<html><title>Ferries stay in port</title><p>The ferries lay in the harbour until noon.</p></html>"


def test_a_page_is_captured_as_it_came(web, fetch):
    """Status, header fields, address, time and body are the server's, and the wire is kept beside them."""
    web.pages["/a"] = answer(
        gzip.compress(PAGE), Content_Encoding="gzip", X_Odd="Yes", Content_Type="text/html; charset=utf-8"
    )
    capture = fetch(web.url("/a#part"))
    assert isinstance(capture, Capture)
    assert (capture.source, capture.locator, capture.url) == ("web", web.url("/a"), web.url("/a"))
    assert (capture.http_status, capture.media_type, capture.payload) == (200, "text/html; charset=utf-8", PAGE)
    assert ("X-Odd", "Yes") in capture.http_headers
    assert capture.captured_at == datetime.fromtimestamp(1_700_000_000, UTC)
    robots, page = capture.exchanges
    assert (robots.role, robots.url, page.role, page.url) == (
        "robots",
        web.url("/robots.txt"),
        "document",
        web.url("/a"),
    )
    assert page.response == web.pages["/a"]
    assert page.request == web.asked[-1][1]
    assert page.request.startswith(b"GET /a HTTP/1.1\r\n")
    assert (page.address, page.protocol, page.truncated) == ("127.0.0.1", "http/1.1", None)


def test_an_honest_name_is_given(web, fetch, setting):
    """The User-Agent says what this is and whom to write to; no cookie and no referrer is sent."""
    setting.behave(contact="https://example.org/bot")
    web.pages["/a"] = answer(PAGE)
    fetch(web.url("/a"))
    head = web.asked[-1][1]
    assert b"User-Agent: dateline/0 (news archive; https://example.org/bot)\r\n" in head
    assert b"Accept-Encoding: gzip, br\r\n" in head
    assert b"cookie" not in head.lower()


def test_chunks_and_brotli_are_kept_as_they_came(web, fetch):
    """The payload is without its codings; the wire with them."""
    coded = brotli.compress(PAGE)
    chunks = b"5\r\n" + coded[:5] + b"\r\n%x\r\n" % len(coded[5:]) + coded[5:] + b"\r\n0\r\n\r\n"
    web.pages["/a"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunks
    )
    capture = fetch(web.url("/a"))
    assert capture.payload == PAGE
    assert capture.exchanges[-1].response == web.pages["/a"]


def test_redirects_are_followed_one_by_one(web, fetch):
    """Every hop is kept; the capture's place is where it was asked for, its address where it was found."""
    web.pages["/a"] = answer(b"moved", 301, Location="/b?x=1")
    web.pages["/b"] = answer(b"", 302, Location=web.url("/c"))
    web.pages["/c"] = answer(PAGE)
    capture = fetch(web.url("/a"))
    assert (capture.locator, capture.url, capture.payload) == (web.url("/a"), web.url("/c"), PAGE)
    assert [one.role for one in capture.exchanges] == ["robots", "redirect", "redirect", "document"]
    assert [one.url for one in capture.exchanges][1:] == [web.url("/a"), web.url("/b?x=1"), web.url("/c")]


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (410, 1), (403, 1), (500, 3), (503, 3), (429, 3)])
def test_an_answer_that_is_no_document_is_a_rejection(web, fetch, status, tries):
    """The status is the reason, the body is kept, and what may pass is tried again."""
    web.pages["/a"] = answer(b"gone fishing", status)
    rejection = fetch(web.url("/a"))
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.reason) == ("read", f"http_{status}")
    assert rejection.payload == b"gone fishing"
    assert web.paths().count("/a") == tries
    assert [one.role for one in rejection.exchanges] == ["robots", *["attempt"] * (tries - 1), "document"]


def test_a_failure_that_passes_is_made_good(web, fetch):
    """A server that stumbles twice is asked a third time, after a pause."""
    answers = iter([["reset"], answer(b"", 502), answer(PAGE)])
    web.pages["/a"] = lambda _head: next(answers)
    assert fetch(web.url("/a")).payload == PAGE


def test_what_has_not_changed_is_not_sent_again(web, fetch):
    """With the validators of an earlier run the server may say that nothing has changed."""
    web.pages["/a"] = lambda head: answer(b"", 304, Content_Length=None, ETag='"1"') if b'"1"' in head else answer(PAGE)
    kept = (("ETag", '"1"'), ("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT"), ("Cache-Control", "max-age=5"))
    known = Known(web.url("/a"), "ab" * 32, "text/html", kept)
    capture = fetch(web.url("/a"), known=known)
    assert (capture.http_status, capture.payload, capture.payload_sha256) == (304, b"", "ab" * 32)
    # What the answer leaves out is still true of what is kept, and is asked with the next time.
    assert dict(capture.http_headers) | {"Content-Type": ""} == dict(kept) | {"Content-Type": ""}
    head = web.asked[-1][1]
    assert b'If-None-Match: "1"\r\n' in head
    assert b"If-Modified-Since: Sat, 01 Jan 2022 00:00:00 GMT\r\n" in head
    assert fetch(web.url("/a")).payload == PAGE


def test_not_modified_of_another_state_is_asked_for_as_a_whole(web, fetch):
    """A 304 with another tag says nothing of what is kept, so that the page is fetched once more without a condition."""
    web.pages["/a"] = lambda head: (
        answer(b"", 304, Content_Length=None, ETag='"2"') if b"If-None-Match" in head else answer(PAGE, ETag='"3"')
    )
    capture = fetch(web.url("/a"), known=Known(web.url("/a"), "ab" * 32, "text/html", (("ETag", '"1"'),)))
    assert (capture.http_status, capture.payload, capture.payload_sha256) == (200, PAGE, None)
    assert [one.role for one in capture.exchanges] == ["robots", "attempt", "document"]


def test_not_modified_without_a_condition_is_no_document(web, fetch):
    """A server that says 304 to who did not ask has sent nothing."""
    web.pages["/a"] = answer(b"", 304, Content_Length=None)
    assert fetch(web.url("/a")).reason == "http_304"


def test_reservations_by_robots_are_recorded(web, fetch):
    """A site that turns a training crawler away by name is fetched, if it lets us, and what it said is kept."""
    web.pages["/robots.txt"] = answer(b"User-agent: GPTBot\nDisallow: /a\n")
    web.pages["/a"] = web.pages["/b"] = answer(PAGE)
    one, other = fetch(web.url("/a"), web.url("/b"))
    assert (one.reservations, other.reservations) == (("reserved_by_robots",), ())


def test_a_hopeless_host_is_given_up(web, fetch, setting):
    """After several failures in a row a host is not asked again in this run; others are."""
    setting.behave(most_failures=6)
    for number in range(5):
        web.pages[f"/{number}"] = answer(b"", 500)
    reasons = [one.reason for one in fetch(*(web.url(f"/{number}") for number in range(5)))]
    assert reasons == ["http_500", "http_500", "host_paused", "host_paused", "host_paused"]
    assert len(web.paths()) == 1 + 6


def test_the_media_type_is_guessed_where_there_is_none(web, fetch):
    """A page is a page without a header that says so."""
    web.pages["/a"] = answer(PAGE, Content_Type=None)
    web.pages["/b"] = answer(b"\x89PNG", Content_Type=None)
    assert [one.media_type for one in fetch(web.url("/a"), web.url("/b"))] == ["text/html", "application/octet-stream"]


class TestHttp2:
    @pytest.fixture
    def over(self, setting, http2_web):
        """Give the server, to which the fetcher may talk."""

        async def everywhere(_host: str, _port: int) -> list[str]:
            return ["127.0.0.1"]

        setting.resolver, setting.trust = everywhere, http2_web.trusted
        setting.ports = frozenset((http2_web.port,))
        return http2_web

    def test_it_is_spoken_where_it_is_offered(self, over, fetch):
        """A page comes over HTTP/2, and the archive has it as HTTP/1.1 would say it."""
        over.pages["/a"] = (
            [(":status", "200"), ("content-type", "text/html"), ("content-encoding", "gzip")],
            gzip.compress(PAGE),
        )
        capture = fetch(over.url("/a", "localhost"))
        assert (capture.payload, capture.http_status, capture.media_type) == (PAGE, 200, "text/html")
        exchange = capture.exchanges[-1]
        assert exchange.protocol == "h2"
        assert exchange.request.startswith(b"GET /a HTTP/1.1\r\nHost: localhost")
        assert exchange.request.endswith(b"\r\n\r\n")
        message = read_response(exchange.response)
        assert (message.status, message.header("content-encoding"), gzip.decompress(message.body)) == (
            200,
            "gzip",
            PAGE,
        )

    def test_its_answers_have_the_same_limits(self, over, fetch, setting):
        """Bytes, fields and resets are judged over HTTP/2 too."""
        setting.limit(wire_bytes=40_000)
        plain = (":status", "200")
        over.pages["/large"] = ([plain], b"a" * 60_000)
        over.pages["/many"] = ([plain, *((f"x-{number}", "1") for number in range(120))], PAGE)
        over.pages["/big"] = ([plain, ("x-big", "a" * 70_000)], PAGE)
        over.pages["/reset"] = ([plain], "reset")
        over.pages["/a"] = ([plain], PAGE)
        found = fetch(*(over.url(path, "localhost") for path in ("/large", "/many", "/big", "/reset", "/a")))
        reasons = [one.reason for one in found[:4]]
        assert reasons[:2] == ["body_too_large", "protocol_violation"]
        assert set(reasons[2:]) <= {"protocol_violation", "connection_lost"}
        assert found[4].payload == PAGE
