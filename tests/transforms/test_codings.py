from __future__ import annotations

import gzip
import resource
import sys
import time
import zlib
from collections import deque

import brotli
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.codings import (
    PIECE,
    DamagedCodingError,
    Decoding,
    TooLargeError,
    TruncatedCodingError,
    UnknownCodingError,
    decode_body,
    zstd,
)

LIMIT = 32 * 1024 * 1024
TEXT = b"The ferries lay in the harbour until noon. " * 400


def bare(content: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(content) + deflate.flush()


CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("name", CODERS)
@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=2000), step=st.integers(1, 700))
@example(content=b"bread and salt " * 100_000, step=500)
@example(content=b"bread and salt " * 100_000, step=1_000_000)
def test_what_was_coded_comes_back(name, content, step):
    """Any bytes, in whatever pieces they arrive."""
    coded = CODERS[name](content)
    decoding = Decoding(name, LIMIT)
    pieces = [piece for at in range(0, len(coded), step) for piece in decoding.feed(coded[at : at + step])]
    decoding.close()
    assert b"".join(pieces) == content


@pytest.mark.parametrize("name", CODERS)
def test_pieces_are_small(name):
    """However much a few bytes decode to, it comes in pieces."""
    content = b"a" * (10 * PIECE + 1)
    pieces = list(Decoding(name, LIMIT).feed(CODERS[name](content)))
    assert max(map(len, pieces)) <= 4 * PIECE  # brotli holds to it loosely
    assert b"".join(pieces) == content


def test_codings_are_undone_from_the_last_to_the_first():
    """A header names codings in the order in which they were put on."""
    assert decode_body(brotli.compress(gzip.compress(TEXT)), "gzip, br", LIMIT) == TEXT
    assert decode_body(TEXT, None, LIMIT) == decode_body(TEXT, "identity", LIMIT) == TEXT


def test_an_empty_body_needs_no_end_mark():
    """A body of no bytes is empty, whatever its header says."""
    assert all(decode_body(b"", name, LIMIT) == b"" for name in CODERS)


@pytest.mark.parametrize("name", CODERS)
def test_n7_a_truncated_body_is_no_body(name):
    """Wherever a coded body is cut, the end is missed."""
    coded = CODERS[name](TEXT)
    for cut in sorted({1, 2, 5, len(coded) // 2, len(coded) - 9, len(coded) - 1}):
        with pytest.raises(TruncatedCodingError, match="before its end"):
            decode_body(coded[:cut], name, LIMIT)


def test_n7_every_member_is_decoded():
    """Gzip members and zstd frames that follow each other are one body; zeros after them are padding."""
    assert decode_body(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 512, "gzip", LIMIT) == b"one two"
    assert decode_body(zstd.compress(b"one ") + zstd.compress(b"two"), "zstd", LIMIT) == b"one two"


@pytest.mark.parametrize("name", CODERS)
def test_n7_bytes_after_the_end_are_damage(name):
    """What follows the end of a coded body is no part of it, and no reason to trust it."""
    with pytest.raises(DamagedCodingError):
        decode_body(CODERS[name](TEXT) + b"garbage after the end", name, LIMIT)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_n7_a_damaged_body_is_told(name):
    """A body that is not in its coding, or in which a byte was changed, is not decoded to something else."""
    with pytest.raises((DamagedCodingError, TruncatedCodingError)):
        decode_body(b"<html>no coding at all</html>", name, LIMIT)
    coded = bytearray(CODERS[name](TEXT))
    coded[len(coded) // 2] ^= 0xFF
    try:
        assert decode_body(bytes(coded), name, LIMIT) != TEXT
    except (DamagedCodingError, TruncatedCodingError):
        return
    assert name in ("br", "zstd"), "a checksum was not looked at"


@pytest.mark.parametrize("header", ["gzip, gzip, gzip", "compress", "aes128gcm", "gzip, exi"])
def test_codings_that_are_not_read_are_told(header):
    """Three codings are one too many, and an unknown one is named."""
    with pytest.raises(UnknownCodingError):
        Decoding(header, LIMIT)


def bomb(name: str) -> bytes:
    block = b"\0" * (1 << 20)
    if name == "br":
        coder = brotli.Compressor(quality=5)
        return b"".join([coder.process(block) for _ in range(256)]) + coder.finish()
    if name == "zstd":
        coder = zstd.ZstdCompressor()
        return b"".join([coder.compress(block) for _ in range(256)]) + coder.flush()
    deflate = zlib.compressobj(9, wbits=31)
    coded = b"".join([deflate.compress(block) for _ in range(256)]) + deflate.flush()
    return gzip.compress(coded) if name == "gzip, gzip" else coded


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gzip", "br", "zstd", "gzip, gzip"])
def test_n6_a_bomb_is_left_at_the_limit(name):
    """A quarter of a gibibyte in a small body costs less than 100 MB and five seconds."""
    coded = bomb(name)
    before, begun = _peak(), time.perf_counter()
    with pytest.raises(TooLargeError, match="more than 33554432 bytes"):
        deque(Decoding(name, LIMIT).feed(coded), maxlen=0)
    assert time.perf_counter() - begun < 5
    assert _peak() - before < 100e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
