"""How fast WARC files are read, and in how much memory: the bare reader, the reader of records, the captures.

    python benchmarks/intake.py [MEGABYTES] [warc.gz | warc.zst | warc]

Makes a WARC of that size in a temporary folder, as a crawler of news does: a request, a response (a page of 30 to 150 kB)
and metadata for each address, each a member of its own, with digests of block and payload. Each way of reading runs in a
process of its own, in turn, seven times; the best processor time counts, for others may be busy, and the median of the
ratios to FastWARC with digests verified in the same turn.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from backports import zstd
from fastwarc.warc import ArchiveIterator

# The reader of pages is loaded when the first WARC is met, which is not what is measured.
import connectors.warcs.pages  # noqa: F401
from connectors.seeds import SeedConnector
from connectors.warcs.records import WarcReader

WORDS = Path(__file__).with_name("README.md").read_text("utf-8").split()
ROUNDS = 7
PACK: dict[str, Callable[[bytes], bytes]] = {
    "warc.gz": lambda record: gzip.compress(record, 6, mtime=0),
    "warc.zst": lambda record: zstd.compress(record, options={zstd.CompressionParameter.checksum_flag: 1}),
    "warc": bytes,
}


def main() -> None:
    """Make the file, and measure each way of reading it."""
    size = int(sys.argv[1]) * 1_000_000 if len(sys.argv) > 1 else 250_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{sys.argv[2] if len(sys.argv) > 2 else 'warc.gz'}"
        plain = make(path, size)
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {plain / 1e6:,.0f} MB unpacked")
        told: dict[str, list[tuple[float, int, int]]] = {way: [] for way in WAYS}
        for _ in range(ROUNDS if size < 1_000_000_000 else 1):
            for way in WAYS:
                out = subprocess.run(
                    [sys.executable, __file__, "--read", way, str(path)], check=True, capture_output=True, text=True
                ).stdout.split()
                told[way].append((float(out[0]), int(out[1]), int(out[2])))
    bar = [seconds for seconds, _, _ in told["FastWARC, digests verified"]]
    for way, rows in told.items():
        seconds, count, peak = min(rows)
        ratio = statistics.median(before / row[0] for before, row in zip(bar, rows, strict=True))
        print(f"{way:<28}{plain / seconds / 1e6:6.0f} MB/s{count:9,} read{peak:6} MB{ratio:7.2f} of the bar")


def make(path: Path, size: int) -> int:
    """Write records until the file is as large; gives the bytes that they have unpacked."""
    rng = random.Random(7)
    made = [page(rng) for _ in range(200)]
    pack = PACK[path.name.removeprefix("made.")]
    plain = written = number = 0
    with path.open("wb") as file:
        while written < size:
            for one in records_of(number, made[number % 200] + f"<p>{number}</p></body></html>".encode()):
                plain += len(one)
                written += file.write(pack(one))
            number += 1
    return plain


def page(rng: random.Random) -> bytes:
    """Give a page with what news pages have: metadata, scripts, menus and paragraphs."""
    parts = ["<!doctype html><html><head><title>made</title>"]
    for _ in range(rng.randrange(10, 60)):
        parts.append(f'<meta property="og:{rng.choice(WORDS)}" content="{" ".join(rng.choices(WORDS, k=9))}">')
        parts.append(f'<link rel="stylesheet" href="https://cdn.example/{rng.getrandbits(64):x}.css">')
    script = "<script>var v{:x}=function(a){{return a.x({})}};</script>"
    parts += [script.format(rng.getrandbits(30), rng.getrandbits(20)) for _ in range(rng.randrange(50, 400))]
    for _ in range(rng.randrange(60, 280)):
        address = f"https://news.example/{rng.choice(WORDS)}/{rng.getrandbits(44):x}.html"
        parts.append(f'<li class="menu nav-{rng.getrandbits(16):x}"><a href="{address}">{rng.choice(WORDS)}</a></li>')
    parts += [f"<p>{' '.join(rng.choices(WORDS, k=60))}</p>\n" for _ in range(rng.randrange(15, 140))]
    return "".join(parts).encode()


def records_of(number: int, body: bytes) -> tuple[bytes, bytes, bytes]:
    """Give the records of a page: request, response, metadata."""
    head = (
        "HTTP/1.1 200 OK\r\nDate: Fri, 01 Mar 2024 12:00:00 GMT\r\nServer: nginx\r\n"
        f"Content-Type: text/html; charset=UTF-8\r\nContent-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        f'Vary: Accept-Encoding\r\nCache-Control: max-age=60\r\nETag: "{number:016x}"\r\n'
        "X-Crawler-Content-Encoding: gzip\r\nSet-Cookie: a=b; path=/\r\nX-Frame-Options: SAMEORIGIN\r\n"
        "Strict-Transport-Security: max-age=31536000\r\n\r\n"
    )
    request = b"GET /x HTTP/1.1\r\nHost: news.example\r\nUser-Agent: crawler\r\nAccept: */*\r\n\r\n"
    payload = f"WARC-IP-Address: 192.0.2.1\r\nWARC-Payload-Digest: sha1:{digest(body)}\r\n"
    return (
        record("request", number, request, "application/http; msgtype=request"),
        record("response", number, head.encode() + body, "application/http; msgtype=response", payload),
        record("metadata", number, b"fetchTimeMs: 123\r\ncharset-detected: UTF-8\r\n", "application/warc-fields"),
    )


def record(kind: str, number: int, block: bytes, media_type: str, more: str = "") -> bytes:
    """Give a record with the digest of its block."""
    head = (
        f"WARC/1.0\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"Content-Length: {len(block)}\r\nWARC-Date: 2024-03-01T12:00:00Z\r\nWARC-Type: {kind}\r\n"
        f"WARC-Target-URI: https://news.example/{number}\r\nContent-Type: {media_type}\r\n"
        f"WARC-Block-Digest: sha1:{digest(block)}\r\n{more}\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def digest(content: bytes) -> str:
    """Give a SHA-1 as WARC fields hold it."""
    return base64.b32encode(hashlib.sha1(content).digest()).decode()


def bare(path: Path) -> int:
    """Read with FastWARC as it comes, which believes what it finds."""
    with path.open("rb") as file:
        return sum(1 for one in ArchiveIterator(file, parse_http=True) if one.reader.read())


def verified(path: Path) -> int:
    """Read with FastWARC, digests verified."""
    with path.open("rb") as file:
        return sum(1 for one in ArchiveIterator(file, parse_http=True, verify_digests=True) if one.reader.read())


def records(path: Path) -> int:
    """Read our records: checksums and digests verified, damage passed over."""
    with path.open("rb") as file:
        return sum(1 for _ in WarcReader(file, 1 << 24).records())


def captures(path: Path) -> int:
    """Read our captures, as an ingest does up to the transforms."""
    return sum(1 for _ in SeedConnector([str(path)]).captures())


WAYS = {"FastWARC": bare, "FastWARC, digests verified": verified, "records": records, "captures": captures}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        begun = time.process_time()
        count = WAYS[sys.argv[2]](Path(sys.argv[3]))
        print(time.process_time() - begun, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    else:
        main()
