"""No password and no key comes into the warehouse, a log, a request record or an index by the address that carries it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.run_commands import main
from tests.loopback import Web, answer
from warehouse.database import Warehouse

SECRET = "https://user:hunter2@n.example/{}?access_token=s3cr3t&x=1"
TEXT = "<p>" + "The harbour office said on Monday that the ferries sail again, and the piers are whole. " * 8 + "</p>"


def told(path: Path) -> str:
    """Write down everything that a warehouse says, but for what documents hold."""
    found = []
    with Warehouse(path).reading() as connection:
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
        for (name,) in connection.execute(names).fetchall():
            found.append(repr(connection.table(name).fetchall()))
    return "\n".join(found)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Give a folder of documents of many kinds whose addresses carry secrets."""
    folder = tmp_path / "documents"
    folder.mkdir()
    feed = SECRET.format("feed").replace("&", "&amp;")
    (folder / "a.rss").write_text(
        f'<rss version="2.0"><channel><item><title>One</title><guid>{feed}</guid><link>{feed}</link>'
        f'<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[{TEXT}]]></content:encoded>'
        "</item></channel></rss>"
    )
    (folder / "b.html").write_text(
        f'<html><head><title>Two</title><link rel="canonical" href="{SECRET.format("page")}"></head>'
        f"<body><article><h1>Two</h1>{TEXT}</article></body></html>"
    )
    lines = [{"id": "1", "url": SECRET.format("line"), "title": "Three", "text": "The council met. " * 40}]
    lines.append({"id": "2", "url": SECRET.format("none"), "title": "Four", "text": ""})
    (folder / "c.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><article>{TEXT}</article></body></html>"
    (folder / "d.warc").write_text(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"WARC-Date: 2024-03-01T12:00:00Z\r\nWARC-Target-URI: {SECRET.format('warc')}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n{block}\r\n\r\n",
        newline="",
    )
    return folder


def test_d2_secrets_in_addresses_stay_out(documents, tmp_path, monkeypatch):
    """Neither rows nor ledger nor what is printed say them; the documents themselves are kept as they came."""
    warehouse = tmp_path / "dateline.duckdb"
    monkeypatch.setenv("DATELINE_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("DATELINE_JOBS", "1")
    printed = CliRunner().invoke(main, ["ingest", str(documents), "https://user:hunter2@n.example/?jwt=s3cr3t"])
    said = printed.output + told(warehouse) + (tmp_path / "dateline.archive" / "ledger.cdxj").read_text()
    assert "https://n.example/line?x=1" in said
    assert "hunter2" not in said
    assert "s3cr3t" not in said
    kept = gzip.decompress(b"".join(path.read_bytes() for path in (tmp_path / "dateline.archive").glob("*.warc.gz")))
    assert b"user:hunter2@n.example/page" in kept


def test_d2_a_redirect_to_a_secret_is_refused_and_not_repeated(tmp_path, monkeypatch):
    """The answer is kept as the server sent it; nothing of ours says where it led."""
    web = Web()
    web.pages["/a"] = answer(b"", 302, Location=f"http://user:hunter2@127.0.0.1:{web.port}/b?access_token=s3cr3t")
    warehouse = tmp_path / "dateline.duckdb"
    for name, value in {
        "WAREHOUSE": str(warehouse),
        "JOBS": "1",
        "FETCH_ADDRESSES": "127.0.0.0/8",
        "FETCH_PORTS": str(web.port),
        "FETCH_GAP": "0",
        "FETCH_GAP_FACTOR": "0",
    }.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    printed = CliRunner().invoke(main, ["ingest", web.url("/a")])
    web.close()
    archive = tmp_path / "dateline.archive"
    said = printed.output + told(warehouse) + "".join(path.read_text() for path in archive.rglob("*.cdxj"))
    assert "credentials" in said
    kept = gzip.decompress(b"".join(path.read_bytes() for path in archive.glob("*.warc.gz")))
    requests = b"".join(one for one in kept.split(b"WARC/1.1\r\n") if b"WARC-Type: request" in one)
    assert b"GET /a " in requests
    for secret in ("hunter2", "s3cr3t"):
        assert secret not in said
        assert secret.encode() not in requests
        assert kept.count(secret.encode()) == 1
    assert not any("/b" in path for path in web.paths())
