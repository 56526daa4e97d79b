"""Replay by another program: what the archive holds of the web is shown by pywb as it was.

pywb wants versions of libraries that are not ours, so that it is installed apart: in an environment whose `bin` folder
is on the path or named by DATELINE_PYWB.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.run_commands import main
from tests.loopback import Web, answer

WAYBACK = shutil.which("wayback", path=os.environ.get("DATELINE_PYWB") or None)
PAGE = b"<html><head><title>Cranes</title></head><body><p>The cranes stood still on Monday.</p></body></html>"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(WAYBACK is None, reason="pywb is not installed; DATELINE_PYWB names the bin folder that has it"),
]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Web, Path]]:
    """Give a server that was fetched from twice, and the archive."""
    web = Web()
    for name, value in {
        "WAREHOUSE": str(tmp_path / "dateline.duckdb"),
        "JOBS": "1",
        "FETCH_ADDRESSES": "127.0.0.0/8",
        "FETCH_PORTS": str(web.port),
        "FETCH_GAP": "0",
        "FETCH_GAP_FACTOR": "0",
    }.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    web.pages["/gzip"] = answer(gzip.compress(PAGE), Content_Encoding="gzip", X_Kept="yes")
    web.pages["/chunked"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"10\r\n" + PAGE[:16] + b"\r\n%x\r\n" % len(PAGE[16:]) + PAGE[16:] + b"\r\n0\r\n\r\n"
    )
    web.pages["/moved"] = answer(b"", 301, Location="/plain")
    web.pages["/plain"] = answer(PAGE)
    web.pages["/unmodified"] = lambda head: (
        answer(b"", 304, Content_Length=None) if b'"1"' in head else answer(PAGE, ETag='"1"')
    )
    pages = [web.url(path) for path in ("/gzip", "/chunked", "/moved", "/unmodified")]
    for _ in range(2):
        result = CliRunner().invoke(main, ["ingest", *pages, "--quiet"])
        assert result.exit_code == 0, result.output
        time.sleep(1.1)  # so that the second has a time of its own in an index that counts seconds
    yield web, tmp_path / "dateline.archive"
    web.close()


@pytest.fixture(params=["our index", "its own index"])
def replay(kept: tuple[Web, Path], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., bytes]]:
    """Give a function that asks pywb for an address, by the index that we wrote or by one that it makes."""
    _, archive = kept
    folder = tmp_path / "replay"
    folder.mkdir()
    assert WAYBACK
    tools = Path(WAYBACK).parent
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    if request.param == "our index":
        (folder / "config.yaml").write_text(
            f"collections:\n  kept:\n    index_paths: {archive}/indexes/\n    archive_paths: {archive}/\n", "utf-8"
        )
    else:
        files = sorted(map(str, archive.glob("*.warc.gz")))
        for command in (["init", "kept"], ["add", "kept", *files]):
            subprocess.run(
                [tools / "wb-manager", *command], cwd=folder, env=environment, check=True, capture_output=True
            )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [WAYBACK, "-b", "127.0.0.1", "-p", str(port)], cwd=folder, env=environment, stdout=log, stderr=log
        )

    def asked(target: str, at: str = "2") -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/kept/{at}id_/{target}", timeout=10) as found:
            return bytes(found.read())

    try:
        for _ in range(150):
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield asked
    finally:
        process.terminate()
        process.wait(10)


def test_pywb_replays_what_was_fetched(kept, replay):
    """Coded, chunked, moved and unmodified pages come back as they were, by either index."""
    web, _ = kept
    assert replay(web.url("/chunked")) == PAGE
    assert replay(web.url("/unmodified"), "1990") == PAGE  # of the later one it shows what was said: not modified
    assert replay(web.url("/plain")) == PAGE
    assert replay(web.url("/gzip")) == PAGE
