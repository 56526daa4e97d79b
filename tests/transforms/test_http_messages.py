from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.http_messages import read_response


def test_a_response_is_read_as_it_came():
    """Status, fields in their order and spelling, and the body."""
    message = read_response(b"HTTP/1.1 200 OK\r\nServer: x\r\nX-A: 1\r\nx-a:  2\r\n folded \r\n\r\nbody\r\n\r\nmore")
    assert message.status == 200
    assert message.headers == (("Server", "x"), ("X-A", "1"), ("x-a", "2 folded"))
    assert message.header("X-a") == "1, 2 folded"
    assert message.body == b"body\r\n\r\nmore"
    assert message.header("none") is None


@pytest.mark.parametrize(
    ("coded", "plain"),
    [
        (b"4\r\nbake\r\n3;x=y\r\nrs!\r\n0\r\nTrailer: x\r\n\r\n", b"bakers!"),
        (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"4\r\nbake\r\n8\r\nrs", b"bakers"),  # cut
        (b"zz\r\n", b""),
        (b"", b""),
    ],
)
def test_chunks_are_put_together(coded, plain):
    """The chunked coding is undone as far as it goes."""
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n"
    assert read_response(head + coded).body == plain


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(block):
    """What is no response has status 0 or what it says, and never raises."""
    assert read_response(block).status >= 0


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", ""),
        (b"<html>", "no HTTP status line"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 101 + b"\r\n", "101 header fields, more than 100"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", "more than 65536 bytes of header fields"),
    ],
)
def test_what_is_wrong_with_a_head_is_told(block, fault):
    """A head that is none, or a flood, does not raise: it says what it is."""
    assert read_response(block).fault == fault


def test_a_response_may_lie_in_other_bytes():
    """A stretch of bytes is read as if it stood alone."""
    block = b"HTTP/1.1 200 OK\nServer: x\n\nbody"
    assert read_response(b"before\n\n" + block + b"after", 8, 8 + len(block)) == read_response(block)
