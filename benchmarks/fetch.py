"""Fetch many pages from many hosts of one machine, faults among them, and hold the fetcher to its promises.

    python -m benchmarks.fetch [--pages 10000] [--hosts 200] [--gap 3] [--clean] [--ingest] [--jobs 2]

A server in a process of its own answers for all hosts (their names lead to loopback by a resolver of ours) and writes
down every request. Among a hundred pages stand resets, 429 and 503 with Retry-After, 5xx that pass and that do not, slow
drips, truncated, damaged and oversized bodies, redirects to the same and to another host, and pages that robots.txt
forbids. With `--ingest` the pages go all the way into a warehouse; without it they are fetched and dropped. Prints pages
a second, the peak memory of all processes but the server (pages that they share counted once), and whether every page
ended as one capture or rejection, no robots.txt was broken and every host was left its distance.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.ingest import family, resident
from connectors.web.addresses import AddressPolicy
from connectors.web.connector import WebConnector
from connectors.web.limits import Limits, Manners
from connectors.web.wire import Wire
from transforms.records import Capture

ROBOTS = b"User-agent: *\nDisallow: /private/\n"
DEADLINE = 6.0
# Common English as often as it is said, and names of a page's own, so that pages are as unlike as those of the web: with
# the same rare words in all of them they would be one story.
STEPS = json.loads(gzip.decompress((Path(__file__).parent.parent / "transforms/background/en.json.gz").read_bytes()))
WORDS = [word for step in STEPS[:35] for word in step]
OFTEN = list(itertools.accumulate(10 ** (-step / 10) for step, words in enumerate(STEPS[:35]) for _ in words))
STEMS = [f"{a}{b}" for a in ("ba", "de", "fi", "go", "lu", "ma", "ne", "po", "ri", "su")
         for b in ("ck", "da", "ge", "ho", "li", "mu", "nt", "ra", "se", "ti", "ve", "xo")]  # fmt: skip
# What the hundredth of a page's number makes of it, where it is not a plain page.
FAULTS = {
    **dict.fromkeys(range(80, 84), "redirect"),
    **dict.fromkeys((84, 85), "elsewhere"),
    86: "404", 87: "500", 88: "500 once", 89: "reset once", 90: "reset", 91: "429 once", 92: "503 once",
    93: "truncated", 94: "short", 95: "damaged", 96: "drip", 97: "private", 98: "410", 99: "oversized",
}  # fmt: skip
ENDS = {
    "404": "http_404", "410": "http_410", "500": "http_500", "reset": "connection_lost", "truncated": "body_truncated",
    "short": "body_truncated", "damaged": "body_damaged", "drip": "deadline_exceeded", "private": "robots_denied",
    "oversized": "body_too_large",
}  # fmt: skip


def kind_of(number: int) -> str:
    """Give what is wrong with a page, or `page`."""
    if "--clean" in sys.argv:
        return "page"
    return FAULTS.get((number * 37 + number // 100) % 100, "page")


def path_of(number: int) -> str:
    """Give the path of a page."""
    return f"/private/{number}" if kind_of(number) == "private" else f"/{number}"


class Server:
    """Answers for every host, and writes down who was asked for what and when."""

    def __init__(self, log: Path, hosts: int) -> None:
        self._log = log.open("w", encoding="ascii")
        self._hosts = hosts
        self._port = 0
        self._asked: Counter[str] = Counter()

    async def serve(self) -> None:
        """Serve until standard input ends."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=1000)
        self._port = server.sockets[0].getsockname()[1]
        print(self._port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        self._log.close()
        os._exit(0)  # whoever is still being answered has gone

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                host = head.partition(b"Host: ")[2].partition(b":")[0].decode()
                self._log.write(f"{host} {path} {time.monotonic():.6f}\n")
                self._asked[path] += 1
                for piece in self._pieces(host, path):
                    if isinstance(piece, float):
                        await asyncio.sleep(piece)
                    elif piece:
                        writer.write(piece)
                        await writer.drain()
                    else:
                        writer.transport.abort()
                        return
        writer.close()

    def _pieces(self, host: str, path: str) -> Iterator[bytes | float]:  # noqa: C901, PLR0912  (a case a fault)
        if path == "/robots.txt" or path.startswith("/.well-known/"):
            yield answer(ROBOTS) if path == "/robots.txt" else answer(b"", "404 Not Found")
            return
        number = int(path.rpartition("/")[2])
        kind, first = kind_of(number), self._asked[path] == 1
        body = page(number)
        if path.startswith("/at/"):
            yield answer(body)
        elif kind == "redirect":
            yield answer(b"", "302 Found", Location=f"/at/{number}")
        elif kind == "elsewhere":
            there, port = (int(host[1:4]) + 1) % self._hosts, self._port
            yield answer(b"", "301 Moved", Location=f"http://h{there:03d}.example:{port}/at/{number}")
        elif kind in ("404", "410", "500") or (kind == "500 once" and first):
            yield answer(b"no", f"{kind[:3]} Said")
        elif kind in ("429 once", "503 once") and first:
            yield answer(b"", f"{kind[:3]} Said", **{"Retry-After": "2"})
        elif kind == "reset" or (kind == "reset once" and first):
            yield b""
        elif kind == "truncated":
            yield answer(gzip.compress(body)[:-9], **{"Content-Encoding": "gzip"})
        elif kind == "short":
            yield answer(body)[:-50]
            yield b""
        elif kind == "damaged":
            yield answer(body, **{"Content-Encoding": "gzip"})
        elif kind == "drip":
            yield answer(body)[:200]
            yield from itertools.chain.from_iterable((0.25, b"x") for _ in range(int(DEADLINE * 8)))
        elif kind == "oversized":
            yield answer(b"a" * 3_000_000)
        else:
            yield answer(gzip.compress(body, 1), **{"Content-Encoding": "gzip"}) if number % 2 else answer(body)


def answer(body: bytes, status: str = "200 OK", **fields: str) -> bytes:
    """Write an answer."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


def page(number: int) -> bytes:
    """Write a page of about 8 kB, no two alike."""
    draw = random.Random(number)
    names = ["".join(draw.choices(STEMS, k=3)) for _ in range(80)]
    words = (draw.choices(WORDS, cum_weights=OFTEN, k=40) + draw.choices(names, k=20) for _ in range(20))
    paragraphs = [" ".join(draw.sample(one, len(one))).capitalize() + "." for one in words]
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return f"<html><head><title>Report {number}</title></head><body><article>{text}</article></body></html>".encode()


async def loopback(_host: str, _port: int) -> list[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]


class Peak:
    """The most memory that this process and its children had together, in MiB, without the server."""

    def __init__(self, server: int) -> None:
        self.mebibytes = 0
        self.shares: list[int] = []  # of each process, at the peak
        self._without = server
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """Stop watching."""
        self._ended.set()
        self._thread.join()
        return self.mebibytes

    def _watch(self) -> None:
        while not self._ended.wait(0.2):
            those = [pid for pid in family(os.getpid()) if pid != self._without]
            shares = [proportional(pid) // 1024 for pid in those]
            if sum(shares) > self.mebibytes:
                self.mebibytes, self.shares = sum(shares), sorted(shares, reverse=True)


def proportional(pid: int) -> int:
    """Give the memory of a process in KiB; what it shares with others counts for each in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return resident(pid)
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def ingest_pages(urls: list[str], options: argparse.Namespace, port: int, folder: Path) -> dict[str, str]:
    """Take the pages into a warehouse; gives what became of each address."""
    from flows.fetch_pages import open_pages, walk_pages  # noqa: PLC0415
    from flows.settings import Settings  # noqa: PLC0415
    from transforms.boilerplate import shipped_rules  # noqa: PLC0415
    from warehouse.runs import open_run  # noqa: PLC0415

    settings = Settings(
        warehouse=folder / "dateline.duckdb",
        jobs=options.jobs,
        fetch_ports=[80, 443, port],
        fetch_addresses=["127.0.0.0/8"],
        fetch_gap=options.gap,
        fetch_gap_factor=0 if not options.gap else 5,
        fetch_backoff=0.1,
        fetch_deadline=DEADLINE,
        fetch_wire_bytes=2_000_000,
        fetch_connections=options.connections,
        batch_seconds=20,
    )
    store = settings.open_warehouse()
    pages = open_pages(store, settings, urls, resolver=loopback)
    with open_run(store, "ingest", shipped_rules().sha256) as run:
        walk_pages(store, run, settings, pages, means=settings.means())
    with store.reading() as connection:
        ended = connection.execute(
            "SELECT locator, 'captured' FROM captures UNION ALL SELECT locator, reason FROM rejections"
        ).fetchall()
    assert len({place for place, _ in ended}) == len(ended), "an address ended twice"
    return dict(ended)


def fetch_pages(urls: list[str], options: argparse.Namespace, port: int, folder: Path) -> dict[str, str]:
    """Fetch the pages and drop them; gives what became of each address."""
    manners = Manners(gap=options.gap, backoff=0.1, connections=options.connections)
    connector = WebConnector(
        urls,
        wire=Wire(
            limits=replace(Limits(), deadline=DEADLINE, wire_bytes=2_000_000),
            manners=manners if options.gap else replace(manners, gap_factor=0.0),
            policy=AddressPolicy.of(["127.0.0.0/8"]),
            ports=frozenset((80, 443, port)),
            folder=folder / "hosts",
            resolver=loopback,
        ),
    )
    ended: dict[str, str] = {}
    for item in connector.captures():
        assert item.locator not in ended, "an address ended twice"
        ended[item.locator] = "captured" if isinstance(item, Capture) else item.reason
    return ended


def judge(urls: dict[str, int], ended: dict[str, str], log: Path, gap: float) -> None:
    """Print what became of the pages, and what of it is not as it should be."""
    assert ended.keys() == urls.keys(), f"{len(urls.keys() - ended.keys())} addresses have no end"
    odd = Counter(
        (kind, end)
        for url, number in urls.items()
        if (end := ended[url]) != ENDS.get(kind := kind_of(number), "captured")
    )
    asked = [line.split() for line in log.read_text("ascii").splitlines()]
    forbidden = sum(path.startswith("/private/") for _, path, _ in asked)
    times: dict[str, list[float]] = {}
    for host, _, at in asked:
        times.setdefault(host, []).append(float(at))
    least = min((b - a for those in times.values() for a, b in itertools.pairwise(sorted(those))), default=0.0)
    print(f"{len(asked):,} requests, {forbidden} of them forbidden by robots.txt; least distance {least:.3f} s")
    print("ends:", ", ".join(f"{count:,} {end}" for end, count in Counter(ended.values()).most_common()))
    print("otherwise than meant:", ", ".join(f"{n} {kind} ended as {end}" for (kind, end), n in odd.items()) or "none")
    assert not forbidden
    assert least >= gap - 0.01, "a host was not left its distance"


def main() -> None:
    """Start the server, fetch, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument(
        "--gap", type=float, default=3.0, help="seconds between two requests to a host; 0: no politeness"
    )
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--ingest", action="store_true", help="take the pages into a warehouse")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--clean", action="store_true", help="no faults: how fast pages come that are all well")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(Server(options.serve, options.hosts).serve())
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "asked.log"
        command = [sys.executable, "-m", "benchmarks.fetch", "--serve", str(log), "--hosts", str(options.hosts)]
        command += ["--clean"] * options.clean
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            assert server.stdin
            port = int(server.stdout.readline())
            urls = {
                f"http://h{number % options.hosts:03d}.example:{port}{path_of(number)}": number
                for number in range(options.pages)
            }
            peak, begun = Peak(server.pid), time.perf_counter()
            take = ingest_pages if options.ingest else fetch_pages
            ended = take(list(urls), options, port, folder)
            seconds = time.perf_counter() - begun
            mebibytes = peak.end()
            server.stdin.close()
        what = "ingested" if options.ingest else "fetched"
        print(f"{options.pages:,} pages of {options.hosts} hosts {what}, gap {options.gap:g} s")
        print(f"{options.pages / seconds:,.0f} pages/s  {seconds:.1f} s  peak {mebibytes:,} MiB")
        print("at the peak:", " + ".join(map(str, peak.shares)), "MiB, this process and its children")
        print(json.dumps({"pages": options.pages, "seconds": round(seconds, 1), "mebibytes": mebibytes}))
        judge(urls, ended, log, options.gap)


if __name__ == "__main__":
    main()
