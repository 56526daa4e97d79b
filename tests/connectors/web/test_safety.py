from __future__ import annotations

import asyncio
import gzip
import ipaddress
import itertools
import logging
import resource
import socket
import time

import brotli
import pytest

from connectors.web.addresses import AddressPolicy
from connectors.web.errors import AddressBlockedError, FetchError
from connectors.web.network import JudgedBackend
from connectors.web.urls import parse_url, shown
from tests.loopback import answer
from transforms.codings import zstd
from transforms.http_messages import read_response
from transforms.records import Capture, Rejection

PAGE = b"<html><p>The ferries lay in the harbour until noon.</p></html>"
LOOPBACK_V4 = ("127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0")


def _digits(first: int) -> dict[int, str]:
    """Map the ten digits to others that Unicode has from a place on."""
    return {ord("0") + digit: chr(first + digit) for digit in range(10)}


def spelled(address: str) -> list[str]:
    """Write an IPv4 address in the ways that one parser or another reads as it."""
    parts = [int(part) for part in address.split(".")]
    number = int(ipaddress.IPv4Address(address))
    tail2, tail3 = parts[2] << 8 | parts[3], parts[1] << 16 | parts[2] << 8 | parts[3]
    mapped = f"{parts[0] << 8 | parts[1]:x}:{tail2:x}"
    circled = str.maketrans("0123456789.", "⓪①②③④⑤⑥⑦⑧⑨。")
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    plain = [
        address,
        f"{address}.",
        str(number),
        f"{number:#x}",
        f"{number:#X}",
        f"{number:#o}".replace("0o", "0"),
        ".".join(f"{part:#x}" for part in parts),
        ".".join(f"0{part:o}" for part in parts),
        ".".join(f"000{part:o}" for part in parts),
        f"{parts[0]:#x}.{parts[1]}.0{parts[2]:o}.{parts[3]}",
        f"{parts[0]}.{parts[1]}.{tail2}",
        f"{parts[0]}.{tail3}",
        f"{parts[0]:#x}.{tail3:#x}",
        f"0{parts[0]:o}.{tail3}",
        f"{parts[0]}.{parts[1]}.{tail2:#x}",
        address.translate(circled),
        address.translate(wide),
        address.replace(".", "%2e"),
        address.replace(".", "。"),
        "%31" + address[1:] if address[0] == "1" else address,
        "%25%33%31" + address[1:] if address[0] == "1" else address,
        address.replace(".", ".\t"),
        address.replace(".", ".\n"),
        address.replace(".", "․"),
        address.replace(".", "．"),
        address.replace(".", "｡"),
        address.replace(".", "%E3%80%82"),
        address.replace(".", ".\u00ad"),
        address.replace(".", "\u200b."),
        address.replace(".", ".."),
        f"{address}..",
        f"{address}%00",
        f"{address}%20",
        f"{address}.example",
        f"{number}.",
        f"{number:#x}.",
        f"{number + 2**32}",
        f"{number:#034x}",
        f"{parts[0]}.{tail3:#x}.",
        f"0x{parts[0]:08x}.{parts[1]}.{parts[2]}.{parts[3]}",
        f"{parts[0] + 256}.{parts[1]}.{parts[2]}.{parts[3]}",
        *(address.translate(_digits(first)) for first in (0x1D7CE, 0x1D7D8, 0x1D7F6, 0x0660, 0x0966, 0x2080)),
        address.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    ]
    wrapped = [
        f"[::ffff:{address}]",
        f"[::ffff:{mapped}]",
        f"[::{address}]",
        f"[::{mapped}]",
        f"[::ffff:0:{address}]",
        f"[64:ff9b::{mapped}]",
        f"[64:ff9b:1::{mapped}]",
        f"[2002:{mapped}::]",
        f"[2002:{mapped}::1]",
        f"[2001:0:{mapped}::1]",
        f"[0:0:0:0:0:ffff:{mapped}]",
        f"[::FFFF:{mapped.upper()}]",
        f"[::ffff:{address}%25eth0]",
        f"[::ffff:{address}%eth0]",
        "[::%31]",
        f"[::ffff:{'.'.join(f'{part:#x}' for part in parts)}]",
        f"[::ffff:{address}.]",
        f"[64:ff9b::{address}]",
        f"[64:ff9b:1:ffff::{address}]",
        f"[2002:{mapped}:0:0:0:0:0]",
        f"[fe80::5efe:{address}]",
        f"[fe80::{mapped}%25lo]",
        f"%5B::ffff:{mapped}%5D",
        f"［::ffff:{mapped}］",
    ]
    return [*plain, *wrapped]


OTHERS = [
    "localhost", "LOCALHOST", "localhost.", "ⓛocalhost", "loc%61lhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::0001]",
    "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]",
    "[100::1]", "[2001:10::1]", "[2001:20::1]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "169.254.169.254", "0xa9fea9fe", "2852039166", "100.64.0.1", "100.100.100.200", "168.63.129.16",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "0", "00", "0x0", "0x", "127.1", "127.0.1", "0x7f.1", "0177.1",
    "localhost%00", "localhost%2e", "locаlhost", "ｌocalhost", "𝐥ocalhost", "localhoſt", "loc\u00adalhost", "l\tocalhost",
    "a.localhost", "localhost.localdomain", "ip6-localhost", "[::1%25lo]", "[::1%lo]", "[::%25]", "[fe80::1%25eth0]",
    "[fe80::1%eth0]", "[0:0::0:1]", "[::0.0.0.1]", "[::ffff:0:0]", "[::ffff:0a00:1]", "[2001::1]", "[2001:0:7f00:1::]",
    "[2002::]", "[2620:4f:8000::1]", "[4000::1]", "[ff0e::1]", "[64:ff9b::]", "[::ffff:169.254.169.254]", "metadata.google.internal",
]  # fmt: skip
SPELLINGS = list(
    dict.fromkeys(
        [*itertools.chain.from_iterable(map(spelled, [*LOOPBACK_V4, "10.0.0.1", "169.254.169.254"])), *OTHERS]
    )
)


async def literal(host: str, port: int) -> list[str]:
    """Resolve as a resolver would that knows every name as loopback, and literals as themselves."""
    try:
        return [entry[4][0] for entry in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]
    except (OSError, UnicodeError):
        return ["127.0.0.1"]


def test_n1_there_are_spellings_enough():
    """The list is as long as the one that other clients failed on."""
    assert len(SPELLINGS) >= 400


def test_n1_no_spelling_of_an_inner_address_is_reached(web, fetch, setting):
    """Whatever an address is written as, it is judged by where it leads, and nothing is connected to."""
    setting.policy, setting.resolver = AddressPolicy(), literal
    setting.ports = frozenset((80, 443, web.port))
    for host, rejection in zip(SPELLINGS, fetch(*(f"http://{host}:{web.port}/" for host in SPELLINGS)), strict=True):
        assert isinstance(rejection, Rejection), host
        assert rejection.reason in ("address_blocked", "malformed_url"), (host, rejection)
    assert web.connections == 0


# Whole addresses that one parser takes to the first host and another to the second.
TRICKS = [
    "http://outside.example@{inner}/", "http://outside.example:80@{inner}/", "http://{inner}@outside.example@{inner}/",
    "http://outside.example\\@{inner}/", "http://{inner}\\@outside.example/", "http://{inner}\\.outside.example/",
    "http://{inner}#@outside.example/", "http://{inner}?@outside.example/", "http://{inner}/@outside.example/",
    "http://{inner};@outside.example/", "http://outside.example%40{inner}/", "http://outside.example%2f@{inner}/",
    "http:{inner}/", "http:/{inner}/", "http:///{inner}/", "http:////{inner}/", "http:\\\\{inner}/", "http:/\\{inner}/",
    "\thttp://{inner}/", "ht\ntp://{inner}/", "http://\t{inner}/", "http:// {inner}/", "http://{inner} /", "HTTP://{inner}/",
    "http://outside.example\t@{inner}/", "http://{inner}%23.outside.example/", "http://{inner}%5c.outside.example/",
    "http://{inner}\u2044@outside.example/", "http://outside.example\uff20{inner}/", "http://{inner}\uff0foutside.example/",
    "http://{inner}\u2100outside.example/", "http://[{inner}]/", "http://{inner}:/", "http://{inner}:0{port}/",
    "http://outside.example:{port}#@{inner}:{port}/../", "//{inner}:{port}/", "\\\\{inner}:{port}/", "http://{inner}:{port}\\@outside.example/",
]  # fmt: skip


def test_n1_no_trick_of_an_address_reaches_an_inner_one(web, fetch, setting):
    """Userinfo, backslashes, slashes too few and too many, signs that look like others: every parser has to agree, or nobody asks."""
    setting.policy, setting.resolver = AddressPolicy(), literal
    setting.ports = frozenset((80, 443, web.port))
    inner = [f"127.0.0.1:{web.port}", "127.0.0.1", "[::1]", "2130706433"]
    urls = [trick.format(inner=one, port=web.port) for trick in TRICKS for one in inner]
    for url, rejection in zip(urls, fetch(*urls), strict=True):
        assert isinstance(rejection, Rejection), url
        assert rejection.reason in ("address_blocked", "malformed_url", "credentials", "port_blocked"), (url, rejection)
    assert web.connections == 0


def test_n2_no_trick_of_a_redirect_reaches_an_inner_address(web, fetch, setting):
    """The same where a page of the open web leads there."""
    setting.policy = AddressPolicy.of(["127.9.9.9/32"])

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.9.9.9"] if host == "outside.example" else await literal(host, port)

    setting.resolver = resolver
    web.listen_on("127.9.9.9")
    tricks = [
        trick.format(inner=f"127.0.0.1:{web.port}", port=web.port)
        for trick in TRICKS
        if trick.startswith(("h", "/", "\\"))
    ]
    for number, url in enumerate(tricks):
        web.pages[f"/{number}"] = answer(b"", 302, Location=_ascii(url).replace("\n", "").replace("\t", ""))
    found = fetch(*(web.url(f"/{number}", "outside.example") for number in range(len(tricks))))
    for url, rejection in zip(tricks, found, strict=True):
        # Some lead back to the open web, where there is nothing at that place.
        assert isinstance(rejection, Rejection), url
        assert rejection.reason in (
            "address_blocked",
            "malformed_url",
            "credentials",
            "port_blocked",
            "http_404",
            "connect_failed",
        ), (
            url,
            rejection,
        )
    assert all(b"Host: outside.example" in head for _, head in web.asked)


def test_n2_no_redirect_leads_to_an_inner_address(web, fetch, setting):
    """A page of the open web may redirect to any spelling; every hop is judged anew."""
    opened = AddressPolicy.of(["127.9.9.9/32"])
    setting.policy = opened

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.9.9.9"] if host == "outside.example" else await literal(host, port)

    setting.resolver = resolver
    hops = [host for host in SPELLINGS if host != "127.9.9.9" and "\n" not in host]
    for number, host in enumerate(hops):
        web.pages[f"/{number}"] = answer(b"", 302, Location=_ascii(f"http://{host}:{web.port}/in"))
    web.listen_on("127.9.9.9")
    found = fetch(*(web.url(f"/{number}", "outside.example") for number in range(len(hops))))
    assert {one.reason for one in found} <= {"address_blocked", "malformed_url"}
    assert sum(one.reason == "address_blocked" for one in found) > 200
    assert "/in" not in web.paths()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "scheme_blocked"),
        ("gopher://127.0.0.1:70/x", "scheme_blocked"),
        ("ftp://127.0.0.1/x", "scheme_blocked"),
        ("data:text/html,x", "scheme_blocked"),
        ("javascript:alert(1)", "scheme_blocked"),
        ("http://127.0.0.1:22/", "port_blocked"),
        ("http://user:word@127.0.0.1/", "credentials"),
        ("http://[::1", "malformed_url"),
        ("/loop", "too_many_redirects"),
    ],
)
def test_n2_redirects_lead_nowhere_else(web, fetch, target, reason):
    """Schemes, ports, credentials and circles: each hop is held to what an address given by hand is held to."""
    web.pages["/a"] = answer(b"", 302, Location=target)
    web.pages["/loop"] = answer(b"", 302, Location="/loop?again")
    rejection = fetch(web.url("/a"))
    assert rejection.reason == reason
    assert [one.role for one in rejection.exchanges][:2] == ["robots", "redirect"]


def test_n2_ten_redirects_are_followed_and_no_more(web, fetch):
    """Both sides of the limit."""
    for number in range(12):
        web.pages[f"/{number}"] = answer(b"", 302, Location=f"/{number + 1}")
    web.pages["/12"] = answer(PAGE)
    assert isinstance(fetch(web.url("/2")), Capture)
    assert fetch(web.url("/1")).reason == "too_many_redirects"


def test_n3_a_host_is_looked_up_once_a_connection(web, fetch, setting):
    """A resolver that changes its mind between judging and connecting is not asked a second time."""
    asked = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    setting.resolver = rebinding
    web.pages["/a"] = answer(PAGE)
    assert fetch(web.url("/a", "rebound.example")).payload == PAGE
    assert asked == ["rebound.example"]
    assert web.connections == 1


def test_n3_one_inner_address_among_several_is_enough(web, fetch, setting):
    """A host that is also at an inner address is not connected to at all."""

    async def mixed(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1", "10.0.0.1"]

    setting.resolver = mixed
    assert fetch(web.url("/a", "mixed.example")).reason == "address_blocked"
    assert web.connections == 0


def test_n4_the_environment_is_not_trusted(web, fetch, monkeypatch, tmp_path):
    """Neither a proxy nor a netrc nor a certificate file of the environment has a say."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password hunter2\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(netrc))
    web.pages["/a"] = answer(PAGE)
    assert fetch(web.url("/a")).payload == PAGE
    assert all(b"authorization" not in head.lower() for _, head in web.asked)


def test_n4_sockets_of_the_machine_are_refused():
    """The backend opens no unix socket."""
    with pytest.raises(AddressBlockedError):
        asyncio.run(JudgedBackend(AddressPolicy()).connect_unix_socket("/run/docker.sock"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", None),
        ("https://example.org:443/", None),
        ("http://example.org:443/", None),
        ("http://example.org:22/", "port_blocked"),
        ("http://example.org:0/", "port_blocked"),
        ("http://example.org:6379/", "port_blocked"),
        ("http://example.org:99999/", "malformed_url"),
        ("http://user@example.org/", "credentials"),
        ("http://user:word@example.org/", "credentials"),
        ("http://:word@example.org/", "credentials"),
        ("http://example.org/?API_KEY=x", "credentials"),
        ("http://example.org/?a=b&X-Amz-Signature=x", "credentials"),
        ("http://example.org/?token_count=3", None),
        ("ftp://example.org/", "scheme_blocked"),
        ("//example.org/", "malformed_url"),
        ("example.org", "malformed_url"),
        ("http://", "malformed_url"),
        ("http://exa mple.org/", "malformed_url"),
        ("http://example.org/" + "x" * 9000, "malformed_url"),
    ],
)
def test_n5_ports_and_credentials(url, reason):
    """Only the web's own ports, and no password or key in an address."""
    try:
        parse_url(url)
        found = None
    except FetchError as error:
        found = error.reason
    assert found == reason


def _bomb(coding: str, size: int = 256 << 20) -> bytes:
    block = b"\0" * (1 << 20)
    if coding == "br":
        coder = brotli.Compressor(quality=5)
        return b"".join([coder.process(block) for _ in range(size >> 20)]) + coder.finish()
    if coding == "zstd":
        frames = zstd.ZstdCompressor()
        return b"".join([frames.compress(block) for _ in range(size >> 20)]) + frames.flush()
    return gzip.compress(block * 64) * (size >> 26)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip, gzip"])
def test_n6_a_bomb_is_left_at_the_limit(web, fetch, coding):
    """A small body that decodes to hundreds of megabytes is a rejection, in little time and memory."""
    coded = _bomb(coding.split(",")[0])
    web.pages["/bomb"] = answer(gzip.compress(coded) if "," in coding else coded, Content_Encoding=coding)
    web.pages["/b"] = answer(PAGE)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    rejection, other = fetch(web.url("/bomb"), web.url("/b"))
    assert rejection.reason == "body_too_large"
    assert rejection.exchanges[-1].truncated == "length"
    assert rejection.payload == read_response(web.pages["/bomb"]).body[: len(rejection.payload)]
    assert isinstance(other, Capture)
    assert time.perf_counter() - begun < 5
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 100e6


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_n6_a_body_over_the_limit_is_kept_up_to_it(web, fetch, setting, framing):
    """Bytes on the wire are bounded, whoever says how many there will be; what came is kept, and said to be a part."""
    setting.limit(wire_bytes=50_000)
    body = b"a" * 60_000
    head = {"length": "Content-Length: 60000", "chunked": "Transfer-Encoding: chunked", "close": "Connection: close"}[
        framing
    ]
    sent = b"ea60\r\n" + body + b"\r\n0\r\n\r\n" if framing == "chunked" else body
    web.pages["/a"] = [f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + sent, "close"]
    rejection = fetch(web.url("/a"))
    assert rejection.reason == "body_too_large"
    assert rejection.exchanges[-1].truncated == "length"
    assert 40_000 < len(rejection.payload) <= 50_000
    web.pages["/b"] = answer(b"a" * 50_000)
    assert isinstance(fetch(web.url("/b")), Capture)


def test_n6_three_codings_are_one_too_many(web, fetch):
    """No more than two codings are undone."""
    body = gzip.compress(gzip.compress(gzip.compress(PAGE)))
    web.pages["/a"] = answer(body, Content_Encoding="gzip, gzip, gzip")
    assert fetch(web.url("/a")).reason == "unknown_coding"


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_n7_a_truncated_body_is_no_article(web, fetch, coding):
    """A coded body without its end is a rejection, though the length that the server gives is right."""
    body = {
        "gzip": gzip.compress,
        "br": brotli.compress,
        "zstd": zstd.compress,
        "deflate": __import__("zlib").compress,
    }[coding](PAGE * 50)
    web.pages["/a"] = answer(body[:-6], Content_Encoding=coding)
    rejection = fetch(web.url("/a"))
    assert (rejection.reason, rejection.payload) == ("body_truncated", body[:-6])
    assert rejection.exchanges[-1].truncated == "disconnect"
    assert web.paths().count("/a") == 3


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + PAGE, "close"], PAGE),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbake\r\n8\r\nrs", "close"], b"bakers"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + PAGE, 0.05, "reset"], PAGE),
    ],
)
def test_n7_a_body_that_stops_is_no_article(web, fetch, pieces, kept):
    """Short lengths, cut chunks and resets: what came is kept, and said to be a part."""
    web.pages["/a"] = pieces
    rejection = fetch(web.url("/a"))
    assert (rejection.reason, rejection.payload) == ("body_truncated", kept)
    assert rejection.exchanges[-1].truncated == "disconnect"


def test_n7_members_and_garbage(web, fetch):
    """Every gzip member is the body; what follows the last one and is none is damage."""
    web.pages["/a"] = answer(gzip.compress(PAGE) + gzip.compress(b"<p>more</p>"), Content_Encoding="gzip")
    web.pages["/b"] = answer(gzip.compress(PAGE) + b"garbage", Content_Encoding="gzip")
    web.pages["/c"] = answer(PAGE, Content_Encoding="gzip")
    whole, garbage, none = fetch(web.url("/a"), web.url("/b"), web.url("/c"))
    assert whole.payload == PAGE + b"<p>more</p>"
    assert (garbage.reason, none.reason) == ("body_damaged", "body_damaged")
    assert none.payload == PAGE


@pytest.mark.parametrize("place", ["head", "body"])
def test_n8_slow_answers_end_at_the_deadline(web, fetch, setting, place):
    """A byte now and then does not keep a fetch alive beyond its deadline."""
    setting.limit(deadline=0.6)
    setting.behave(attempts=1)
    whole = answer(PAGE)
    cut = 30 if place == "head" else len(whole) - 30
    pieces = [whole[:cut], *itertools.chain.from_iterable((0.05, whole[at : at + 1]) for at in range(cut, len(whole)))]
    web.pages["/a"] = pieces
    begun = time.perf_counter()
    rejection = fetch(web.url("/a"))
    assert rejection.reason == "deadline_exceeded"
    assert time.perf_counter() - begun < 2
    assert rejection.exchanges[-1].truncated == ("time" if rejection.exchanges[-1].role == "document" else None)


def test_n8_silence_ends_at_the_read_timeout(web, fetch, setting):
    """A server that says nothing at all is left after the read timeout."""
    setting.limit(read_timeout=0.3)
    setting.behave(attempts=1)
    web.pages["/a"] = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 3]
    begun = time.perf_counter()
    assert fetch(web.url("/a")).reason == "deadline_exceeded"
    assert time.perf_counter() - begun < 2


def test_n8_a_resolver_that_hangs_ends_at_the_connect_timeout(fetch, setting):
    """Looking up a host is part of connecting."""

    async def hanging(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(30)
        return []

    setting.resolver = hanging
    setting.limit(connect_timeout=0.2)
    setting.behave(attempts=1)
    assert fetch("http://slow.example/").reason == "robots_unavailable"


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"a" * 70_000 + b"\r\n",
        b"".join(b"X-%d: 1\r\n" % number for number in range(101)),
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: three\r\n",
        b"no colon here\r\n",
    ],
    ids=["big", "many", "length and chunks", "two lengths", "no number", "no field"],
)
def test_n9_heads_that_no_honest_server_sends(web, fetch, head):
    """Floods of header fields and two lengths for one body are violations; what came is kept."""
    web.pages["/a"] = [b"HTTP/1.1 200 OK\r\n" + head + b"\r\nabc", "close"]
    web.pages["/b"] = answer(PAGE)
    rejection, other = fetch(web.url("/a"), web.url("/b"))
    assert rejection.reason == "protocol_violation"
    assert rejection.exchanges[-1].response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(rejection.exchanges[-1].response) <= 65536
    assert isinstance(other, Capture)


def test_n9_interim_answers_are_counted(web, fetch):
    """Twenty hints before an answer are many; twenty-one are a flood."""
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    web.pages["/a"] = hint * 20 + answer(PAGE)
    web.pages["/b"] = [hint * 200_000, 5]
    some, flood = fetch(web.url("/a"), web.url("/b"))
    assert some.payload == PAGE
    assert some.exchanges[-1].response == answer(PAGE)
    assert flood.reason == "protocol_violation"


@pytest.mark.parametrize("sent", [b"\0\1\2\3" * 100, b"SSH-2.0-x\r\n\r\n", b"HTTP/9.9 abc\r\n\r\n", b"\r\n\r\n"])
def test_n9_what_is_no_http_is_a_violation(web, fetch, sent):
    """A server that speaks another language is told from one that does not answer."""
    web.pages["/a"] = [sent, "close"]
    assert fetch(web.url("/a")).reason in ("protocol_violation", "connection_lost")


def test_n10_nothing_crosses_origins(web, fetch, setting):
    """Cookies are not kept, and what lets us in at one origin is not shown to another, nor written down."""
    other = type(web)()
    try:
        setting.ports = frozenset((*setting.ports, other.port))
        setting.credentials = {f"http://127.0.0.1:{web.port}": "Basic c2VjcmV0"}
        web.pages["/a"] = answer(b"", 302, Location=other.url("/b"), Set_Cookie="session=1; Path=/")
        other.pages["/b"] = answer(PAGE, Set_Cookie="session=2")
        capture = fetch(web.url("/a"))
        assert capture.payload == PAGE
        assert all(b"Authorization: Basic c2VjcmV0" in head for _, head in web.asked)
        assert all(b"uthorization" not in head for _, head in other.asked)
        assert all(b"ookie:" not in head for _, head in (*web.asked, *other.asked))
        assert all(b"c2VjcmV0" not in one.request for one in capture.exchanges)
        assert capture.exchanges[1].request.startswith(b"GET /a HTTP/1.1\r\n")
    finally:
        other.close()


def test_tls_is_verified(fetch, setting, tls_web):
    """A certificate of nobody's is refused; one that is trusted for this host is taken, and with it HTTP/2 if offered."""
    trusted, url = setting.trust, tls_web.url("/a", "localhost")
    tls_web.pages["/a"] = answer(PAGE)
    setting.ports = frozenset((443, tls_web.port))
    setting.resolver = literal
    setting.trust = None
    refused = fetch(url)
    assert (refused.reason, len(tls_web.asked)) == ("tls_failed", 0)
    setting.trust = trusted or tls_web.trusted
    assert fetch(url).payload == PAGE
    assert fetch(tls_web.url("/a", "other.example")).reason == "tls_failed"


def test_d2_nothing_breaks_out_of_a_line_and_no_secret_is_shown(web, fetch, caplog):
    """Addresses and messages stand on one line, without passwords and keys, in rejections and in logs."""
    caplog.set_level(logging.DEBUG)
    rejection = fetch("http://user:hunter2@127.0.0.1/?x\r\nINFO all is well")
    assert "hunter2" not in repr(rejection)
    assert "\n" not in rejection.locator + rejection.detail
    keyed = fetch(web.url("/a?access_token=hunter2&b=c"))
    assert keyed.reason == "credentials"
    assert keyed.locator.endswith("/a?access_token=***&b=c")
    assert "hunter2" not in caplog.text
    assert shown("a\x1b[31m\u2028b\u202ehttps://u:p@h/") == "a\\x1b[31m\\u2028b\\u202ehttps://***@h/"


def _ascii(url: str) -> str:
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in url
    )
