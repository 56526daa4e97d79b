"""Files of many kinds, made in code: what the tests of connectors read."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from backports import zstd

from connectors.kinds import read_file
from connectors.reading import Found

WRITTEN = datetime(2024, 3, 1, 12, tzinfo=UTC)
WORDS = [
    "the",
    "council",
    "met",
    "by",
    "the",
    "harbour",
    "and",
    "spoke",
    "of",
    "cranes",
    "ferries",
    "bread",
    "mills",
    "tickets",
    "rain",
    "and",
    "a",
    "good",
    "harvest",
    "for",
    "villages",
    "near",
    "the",
    "river",
    "where",
    "owners",
    "said",
    "on",
    "monday",
    "that",
    "prices",
    "would",
    "hold",
]


class Warc:
    """Makes WARC records and packs them."""

    @staticmethod
    def page(number: int, words: int = 120) -> bytes:
        """Give a page that no other number gives."""
        rng = random.Random(number)
        text = "".join(f"<p>{' '.join(rng.choices(WORDS, k=20))}.</p>\n" for _ in range(words // 20))
        return f"<!doctype html><html><head><title>Story {number}</title></head><body>{text}</body></html>".encode()

    @staticmethod
    def digest(content: bytes) -> str:
        """Give a SHA-1 as WARC fields hold it."""
        return "sha1:" + base64.b32encode(hashlib.sha1(content).digest()).decode()

    @classmethod
    def record(cls, number: int, payload: bytes, digests: str = "both", **fields: str | None) -> bytes:
        """Give a record; `digests` is both, block, payload or none, and `fields` stand over those of a response."""
        told: dict[str, str | None] = {
            "WARC-Type": "response",
            "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>",
            "WARC-Date": "2024-03-01T12:00:00Z",
            "WARC-Target-URI": f"https://news.example/{number}",
            "Content-Type": "application/http; msgtype=response",
            "http_status": "200 OK",
            "http_type": "text/html; charset=utf-8",
            "http_more": "",
        } | {name if name.startswith("http_") else name.replace("_", "-"): value for name, value in fields.items()}
        status, media_type, more = (told.pop(name) for name in ("http_status", "http_type", "http_more"))
        block = payload
        if told["WARC-Type"] in ("response", "revisit"):
            block = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{more}\r\n".encode() + payload
        if digests in ("both", "payload"):
            told.setdefault("WARC-Payload-Digest", cls.digest(payload))
        if digests in ("both", "block"):
            told.setdefault("WARC-Block-Digest", cls.digest(block))
        told.setdefault("Content-Length", str(len(block)))
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value is not None)
        return f"WARC/1.1\r\n{head}\r\n".encode() + block + b"\r\n\r\n"

    @staticmethod
    def pack(record: bytes, packing: str) -> bytes:
        """Pack a record as its own member or frame; `plain` leaves it."""
        if packing == "zstd":
            return zstd.compress(record, options={zstd.CompressionParameter.checksum_flag: 1})
        return gzip.compress(record, mtime=0) if packing == "gzip" else record


@pytest.fixture(scope="session")
def warc() -> type[Warc]:
    """Give a maker of WARC records."""
    return Warc


@pytest.fixture
def found() -> Callable[..., Found]:
    """Give a function that makes an open file of bytes."""

    def opened(content: bytes, name: str, limit: int = 1 << 20, columns: dict[str, str] | None = None) -> Found:
        return Found("seeds", f"/seeds/{name}", name, BytesIO(content), WRITTEN, limit, columns or {})

    return opened


@pytest.fixture
def read(found: Callable[..., Found]) -> Callable[..., list]:
    """Give a function that reads bytes as a file of a name."""

    def readed(content: bytes, name: str, limit: int = 1 << 20, columns: dict[str, str] | None = None) -> list:
        return list(read_file(found(content, name, limit, columns)))

    return readed
