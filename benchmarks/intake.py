"""How fast WARC files are read, and in how much memory: the bare reader, the reader of records, the captures.

    python benchmarks/intake.py [MEGABYTES]

Makes a WARC of that size (gzip, a member for each record, digests of block and payload) in a temporary folder. Each way
of reading runs in a process of its own, in turn, three times; the best processor time counts, for others may be busy.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fastwarc.warc import ArchiveIterator

from connectors.seeds import SeedConnector
from connectors.warcs.records import WarcReader

WORDS = Path(__file__).with_name("README.md").read_text("utf-8").split()
ROUNDS = 3


def main() -> None:
    """Make the file, and measure each way of reading it."""
    size = int(sys.argv[1]) * 1_000_000 if len(sys.argv) > 1 else 250_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.warc.gz"
        plain = make(path, size)
        print(f"{path.stat().st_size / 1e6:,.0f} MB, {plain / 1e6:,.0f} MB unpacked")
        best: dict[str, tuple[float, int, int]] = {}
        for _ in range(ROUNDS):
            for way in WAYS:
                told = subprocess.run(
                    [sys.executable, __file__, "--read", way, str(path)], check=True, capture_output=True, text=True
                ).stdout.split()
                best[way] = min(best.get(way, (9e9, 0, 0)), (float(told[0]), int(told[1]), int(told[2])))
        for way, (seconds, records, peak) in best.items():
            print(f"{way:<28}{plain / seconds / 1e6:6.0f} MB/s{records / seconds:8.0f} records/s{peak:6} MB")


def make(path: Path, size: int) -> int:
    """Write records until the file is as large; gives the bytes that they have unpacked."""
    rng = random.Random(7)
    pages = [
        "".join(f"<p>{' '.join(rng.choices(WORDS, k=60))}</p>\n" for _ in range(rng.randrange(15, 140)))
        for _ in range(300)
    ]
    plain = written = number = 0
    with path.open("wb") as file:
        while written < size:
            made = record(number, f"<html><body>{pages[number % 300]}<p>{number}</p></body></html>".encode())
            plain += len(made)
            written += file.write(gzip.compress(made, 4, mtime=0))
            number += 1
    return plain


def record(number: int, page: bytes) -> bytes:
    """Give a response record with its digests."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    digests = [base64.b32encode(hashlib.sha1(content).digest()).decode() for content in (block, page)]
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"WARC-Date: 2024-03-01T12:00:00Z\r\nWARC-Target-URI: https://news.example/{number}\r\n"
        f"WARC-Block-Digest: sha1:{digests[0]}\r\nWARC-Payload-Digest: sha1:{digests[1]}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


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
