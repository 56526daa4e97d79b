"""Run the public tests of HTTP caches (npm's http-cache-tests) against what decides on our conditional requests.

    npm pack http-cache-tests && tar xzf http-cache-tests-*.tgz && (cd package && npm install --ignore-scripts)
    python benchmarks/caching.py package [--cache ours|hishel|none] [--private] [--failed]

The tests want a cache that answers for a server, which a fetcher is not: so a small proxy on loopback asks
`connectors.web.freshness` what is still good, with what to ask, and what a 304 changes, and adds only what the fetcher
has no need of (variants by `Vary`, `Age` of what it gives out, forgetting what was written to). hishel stands behind the
same proxy in its RFC mode. Needs node; hishel only where it is asked for.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.web import freshness
from transforms.http_messages import Headers
from transforms.http_messages import field as header_field

_ORIGIN_PORT = 8764
_KINDS = """
import tests from '%s/tests/index.mjs'
import { determineTestResult } from '%s/lib/display.mjs'
import fs from 'fs'
const results = JSON.parse(fs.readFileSync(0))
const told = []
for (const suite of tests) for (const test of suite.tests) if (test.browser_only !== true)
  told.push([test.id, test.kind || 'required', determineTestResult(tests, test.id, results)[2], results[test.id]])
console.log(JSON.stringify(told))
"""
_SIGNS = {"✅": "passed", "⛔️": "failed", "⚠️": "not optimal", "Y": "yes", "N": "no", "⚪️": "dependency", "🔹": "set-up"}


@dataclass(frozen=True)
class Message:
    """An answer, and what the question was that it depends on."""

    status: int
    headers: Headers
    body: bytes
    answered_at: datetime
    asked: Headers = ()


Send = Callable[[str, str, Headers, bytes], Message]


@dataclass
class Cache:
    """Answers from what was kept, as far as `connectors.web.freshness` allows it."""

    send: Send
    shared: bool
    kept: dict[str, list[Message]] = field(default_factory=dict)

    def answer(self, method: str, target: str, asked: Headers, body: bytes) -> Message:
        """Answer a request."""
        if method != "GET" or header_field(asked, "range"):
            message = self.send(method, target, asked, body)
            if method not in ("GET", "HEAD", "OPTIONS", "TRACE") and message.status < 400:
                self._forget(target, message)
            return message
        known = next((one for one in self.kept.get(target, ()) if _fits(one, asked)), None)
        told = freshness.directives(asked)
        now = datetime.now(UTC)
        if known and now < self._good_until(known) and told.keys().isdisjoint(("no-cache", "max-age", "min-fresh")):
            return _aged(known, now)
        own = any(name.lower().startswith("if-") for name, _ in asked)
        conditions = freshness.conditions(known.headers) if known and not own else {}
        message = self.send(method, target, (*asked, *conditions.items()), body)
        if message.status == 304 and known and conditions:
            if freshness.confirms(known.headers, message.headers):
                headers = freshness.updated(known.headers, message.headers)
                message = replace(known, headers=headers, answered_at=message.answered_at)
            else:
                message = self.send(method, target, asked, body)
        if self._may_keep(asked, message):
            others = [one for one in self.kept.get(target, ()) if not _fits(one, asked)]
            self.kept[target] = [replace(message, headers=freshness.storable(message.headers), asked=asked), *others]
        return message

    def _good_until(self, known: Message) -> datetime:
        return freshness.fresh_until(known.headers, known.answered_at, status=known.status, shared=self.shared)

    def _may_keep(self, asked: Headers, message: Message) -> bool:
        told = freshness.directives(message.headers)
        if message.status in (206, 304) or "no-store" in told or "no-store" in freshness.directives(asked):
            return False
        open_to_all = not told.keys().isdisjoint(("public", "must-revalidate", "s-maxage"))
        return not self.shared or ("private" not in told and (not header_field(asked, "authorization") or open_to_all))

    def _forget(self, target: str, message: Message) -> None:
        self.kept.pop(target, None)
        for name in ("location", "content-location"):
            if place := header_field(message.headers, name):
                parts = urlsplit(urljoin(f"http://origin{target}", place))
                self.kept.pop(f"{parts.path}?{parts.query}" if parts.query else parts.path, None)


def _fits(known: Message, asked: Headers) -> bool:
    names = freshness.varied(known.headers)
    return "*" not in names and all(header_field(known.asked, name) == header_field(asked, name) for name in names)


def _aged(known: Message, now: datetime) -> Message:
    told = header_field(known.headers, "age") or "0"
    age = int((now - known.answered_at).total_seconds()) + (int(told) if told.isdigit() else 0)
    headers = tuple(pair for pair in known.headers if pair[0].lower() != "age")
    return replace(known, headers=(*headers, ("Age", str(age))))


def _asked_of_origin(method: str, target: str, headers: Headers, body: bytes) -> Message:
    connection = http.client.HTTPConnection("127.0.0.1", _ORIGIN_PORT, timeout=20)
    begun = datetime.now(UTC)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return Message(answer.status, tuple(answer.getheaders()), answer.read(), begun)
    except (OSError, http.client.HTTPException):
        return Message(504, (), b"", begun)
    finally:
        connection.close()


def _hishel(*, shared: bool, folder: str) -> Callable[..., Message]:
    import hishel  # type: ignore[import-not-found]  # noqa: PLC0415
    import hishel.httpx as of_httpx  # type: ignore[import-not-found]  # noqa: PLC0415
    import httpx  # noqa: PLC0415

    store = hishel.SqliteStorage(connection=sqlite3.connect(f"{folder}/cache.db", check_same_thread=False))
    transport = of_httpx.CacheTransport(httpx.HTTPTransport(), store, rfc=hishel.CacheOptions(shared=shared))
    lock = threading.Lock()

    def answer(method: str, target: str, asked: Headers, body: bytes) -> Message:
        url = f"http://127.0.0.1:{_ORIGIN_PORT}{target}"
        with lock:
            try:
                found = transport.handle_request(httpx.Request(method, url, headers=list(asked), content=body or None))
                content = b"".join(found.stream)  # type: ignore[arg-type]
            except (httpx.HTTPError, KeyError) as error:
                return Message(504, (("X-Error", repr(error)[:100]),), b"", datetime.now(UTC))
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in found.headers.raw)
        return Message(found.status_code, headers, content, datetime.now(UTC))

    return answer


def _served(answer: Callable[[str, str, Headers, bytes], Message]) -> ThreadingHTTPServer:
    class Proxy(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            self.close_connection = True
            if not self.raw_requestline or not self.parse_request():
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = freshness.storable(tuple(self.headers.items()))
            message = answer(self.command, self.path, asked, body)
            self.send_response_only(message.status, "Said")
            left_out = ("content-length",) if message.status in (204, 304) else ("content-length", "transfer-encoding")
            for name, value in freshness.storable(message.headers):
                if name.lower() not in left_out:
                    self.send_header(name, value)
            given = header_field(message.headers, "content-length")
            if message.status not in (204, 304):
                self.send_header("Content-Length", given or str(len(message.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else message.body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """Print how many tests of each kind end how."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("suite", type=Path)
    options.add_argument("--cache", choices=("ours", "hishel", "none"), default="ours")
    options.add_argument("--private", action="store_true", help="a cache of one user")
    options.add_argument("--failed", action="store_true", help="print what is not passed of the required tests")
    told = options.parse_args()
    folder = told.suite.resolve()
    env = os.environ | {
        "npm_config_protocol": "http",
        "npm_config_port": str(_ORIGIN_PORT),
        "npm_package_config_id": "",
    }
    with tempfile.TemporaryDirectory() as scratch:
        env["npm_config_pidfile"] = f"{scratch}/pid"
        if told.cache == "hishel":
            answer = _hishel(shared=not told.private, folder=scratch)
        else:
            answer = _asked_of_origin if told.cache == "none" else Cache(_asked_of_origin, not told.private).answer
        server = _served(answer)
        env["npm_config_base"] = f"http://127.0.0.1:{server.server_address[1]}"
        node = ["node", "--no-warnings"]
        origin = subprocess.Popen([*node, "server/server.mjs"], cwd=folder, env=env, stdout=subprocess.DEVNULL)
        try:
            time.sleep(1.0)
            run = subprocess.run([*node, "cli.mjs"], cwd=folder, env=env, capture_output=True, text=True, check=True)
        finally:
            origin.terminate()
            origin.wait()
            server.shutdown()
        results = run.stdout[run.stdout.index("{") :]
        (Path(scratch) / "kinds.mjs").write_text(_KINDS % (folder, folder))
        judged = subprocess.run(
            [*node, f"{scratch}/kinds.mjs"], input=results, capture_output=True, text=True, check=True
        )
    counts: Counter[tuple[str, str]] = Counter()
    for name, kind, sign, result in json.loads(judged.stdout):
        outcome = _SIGNS.get(sign, sign)
        counts[kind, outcome] += 1
        if told.failed and kind == "required" and outcome != "passed":
            print(f"{name:50} {outcome:12} {result if result is True else result[1]}")
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{kind:10} {outcome:12} {count:4}")


if __name__ == "__main__":
    main()
