from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.codings import DamagedCodingError, TooLargeError, TruncatedCodingError, UnknownCodingError
from transforms.stored_bodies import read_body, read_chunks

LIMIT = 1 << 20
PAGE = b"<html><p>The mill ground wheat until noon.</p></html>" * 40
CODERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}


class TestContentCodings:
    @pytest.mark.parametrize("name", CODERS)
    def test_a_coded_body_is_decoded(self, name):
        """What is in its coding comes out, and nothing is said of it."""
        read = read_body(CODERS[name](PAGE), name, LIMIT)
        assert (read.whole(), read.fault, read.oddities) == (PAGE, None, ())

    @pytest.mark.parametrize("name", CODERS)
    def test_a_body_that_was_decoded_before_is_said_to_be(self, name):
        """A header that outlived its coding costs nothing but a word."""
        read = read_body(PAGE, name, LIMIT)
        assert (read.whole(), read.oddities) == (PAGE, (f"it is not in {name}, as its header says",))

    @pytest.mark.parametrize("name", ["gzip", "deflate", "zstd"])
    def test_bytes_behind_the_end_are_left_and_said(self, name):
        """What follows the end of a coding is no part of the body, and none the worse for it."""
        read = read_body(CODERS[name](PAGE) + b"behind the end", name, LIMIT)
        assert read.whole() == PAGE
        assert "bytes follow" in read.oddities[0]

    @pytest.mark.parametrize("name", CODERS)
    def test_a_cut_body_is_given_as_far_as_it_goes(self, name):
        """The bytes before a cut are there for who wants them, with the fault that they end in."""
        read = read_body(CODERS[name](PAGE)[:-3], name, LIMIT)
        assert PAGE.startswith(read.content)
        assert isinstance(read.fault, TruncatedCodingError)
        with pytest.raises(TruncatedCodingError):
            read.whole()

    def test_damage_in_a_coding_is_a_fault(self):
        """A checksum that fails is no oddity."""
        coded = bytearray(gzip.compress(PAGE))
        coded[-6] ^= 1
        assert isinstance(read_body(bytes(coded), "gzip", LIMIT).fault, DamagedCodingError)

    @pytest.mark.parametrize("name", [*CODERS, "identity"])
    def test_a_large_body_is_cut_at_the_limit(self, name):
        """More than the limit is a fault, in a coding or without."""
        read = read_body(CODERS.get(name, bytes)(bytes(50_000)), name, 10_000)
        assert isinstance(read.fault, TooLargeError)
        assert name == "identity" or len(read.content) == 10_000

    @pytest.mark.parametrize("header", ["compress", "gzip, gzip, gzip"])
    def test_codings_that_are_not_read_leave_the_body_as_it_is(self, header):
        """An unknown coding, or one too many, is named, and the bytes stay."""
        read = read_body(PAGE, header, LIMIT)
        assert (read.content, type(read.fault)) == (PAGE, UnknownCodingError)

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br", "none", "x, y"]))
    def test_any_bytes_are_read(self, body, header):
        """No body raises, whatever its header says."""
        assert read_body(body, header, 200) is not None


class TestChunks:
    @pytest.mark.parametrize(
        ("body", "content", "fault"),
        [
            (b"4\r\nbake\r\n3;x=y\r\nrs!\r\n0\r\nTrailer: x\r\n\r\n", b"bakers!", None),
            (b"4\nbake\n0\n\n", b"bake", None),
            (b"4\r\nbake\r\n8\r\nrs", b"bakers", "truncated"),
            (b"4\r\nbake\r\n", b"bake", "truncated"),
            (b"4\r\nbake\r\nzz\r\nrs", b"bake", "malformed"),
            (b"ffffffffffffffff\r\nbake", b"bake", "truncated"),
            (b"<html>", b"<html>", None),
        ],
    )
    def test_chunks_are_put_together_as_far_as_they_go(self, body, content, fault):
        """A chunk that is cut, or is none, is where the content ends; a body without chunks is its own content."""
        read = read_chunks(body)
        assert (read.content, read.fault and read.fault.reason) == (content, fault)
        assert bool(read.oddities) == (body == b"<html>")

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=200))
    def test_any_bytes_are_read(self, body):
        """No body raises."""
        assert len(read_chunks(body).content) <= len(body)
