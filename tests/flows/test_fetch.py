from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from fastwarc.warc import ArchiveIterator

from flows.run_commands import STOPPED
from tests.loopback import answer

ROOT = Path(__file__).parents[2]
BODY = "The council met in the old town hall on Monday and spoke for three hours about the harbour and its cranes."


def page(title: str, text: str = BODY) -> bytes:
    return (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'></head><body><article>"
        f"<h1>{title}</h1><p>{text}</p><p>{text[::-1]}</p></article></body></html>"
    ).encode()


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def records(tmp_path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    found = []
    for path in sorted((tmp_path / "dateline.archive").glob("*.warc.gz")):
        found += [
            ((named := dict(record.headers.astuples()))["WARC-Type"], named, record.reader.read())
            for record in ArchiveIterator(io.BytesIO(path.read_bytes()), parse_http=False)
        ]
    return found


def test_pages_are_fetched_into_the_warehouse(run, web, tmp_path):
    """An address becomes an article with status and place; one that is not there a rejection with its reason."""
    web.pages["/a"] = answer(page("Cranes stand still"), ETag='"1"')
    listed = tmp_path / "more.txt"
    listed.write_text(f"# pages\n\n{web.url('/private/x')}\n{web.url('/gone')}\n")
    printed = run("ingest", web.url("/a"), "--urls", str(listed), code=1).output
    assert "3 captures (1 inserted, 0 updated, 0 unchanged, 0 duplicate, 2 rejected)" in printed
    assert "1 captured, 2 rejected" in printed
    assert "DATELINE_FETCH_CONTACT" in printed
    query = "SELECT title, articles.url, http_status, locator FROM articles INNER JOIN captures USING (capture_id)"
    place = web.url("/a")
    assert lines(run("sql", query, "--json")) == [
        {"title": "Cranes stand still", "url": place, "http_status": 200, "locator": place}
    ]
    refused = lines(run("sql", "SELECT locator, reason FROM rejections ORDER BY 1", "--json"))
    assert refused == [
        {"locator": web.url("/gone"), "reason": "http_404"},
        {"locator": web.url("/private/x"), "reason": "robots_denied"},
    ]
    assert "/private/x" not in web.paths()
    assert all(one["failures"] == 0 for one in lines(run("check", "--json")) if one["required"])


def test_the_archive_holds_the_wire(run, web, tmp_path):
    """Requests and answers are WARC records as they came, the answers with the digests of their bodies."""
    web.pages["/a"] = answer(b"", 302, Location="/b")
    web.pages["/b"] = answer(page("Cranes stand still"))
    run("ingest", web.url("/a"))
    kinds = [(kind, named.get("WARC-Target-URI", "").removeprefix(web.url(""))) for kind, named, _ in records(tmp_path)]
    assert kinds == [
        ("warcinfo", ""),
        *[("response", "/robots.txt"), ("request", "/robots.txt"), ("response", "/a"), ("request", "/a")],
        *[("request", "/b"), ("response", "/b")],
    ]
    last, asked = records(tmp_path)[-1], records(tmp_path)[-2]
    assert last[2] == web.pages["/b"]
    assert asked[2] == web.asked[-1][1]
    assert asked[1]["WARC-Concurrent-To"] == last[1]["WARC-Record-ID"]
    assert last[1]["WARC-IP-Address"] == "127.0.0.1"
    (index,) = (tmp_path / "dateline.archive" / "indexes").glob("*.cdxj")
    told = [line.split(" ", 2) for line in index.read_text().splitlines()]
    assert [one[0].rpartition(")")[2] for one in told] == ["/a", "/b", "/robots.txt"]
    assert [json.loads(one[2])["status"] for one in told] == ["302", "200", "200"]


def test_what_has_not_changed_is_kept_as_a_revisit(run, web, tmp_path):
    """The same bytes again are unchanged, whether the server sends them or says 304; the archive refers to the first."""
    web.pages["/a"] = lambda head: (
        answer(b"", 304, Content_Length=None) if b'"1"' in head else answer(page("One"), ETag='"1"')
    )
    web.pages["/b"] = answer(page("Two", BODY * 2))
    for expected in ("2 inserted, 0 updated, 0 unchanged", "0 inserted, 0 updated, 2 unchanged"):
        assert expected in run("ingest", web.url("/a"), web.url("/b")).output
    revisits = [named for kind, named, _ in records(tmp_path) if kind == "revisit"]
    profiles = sorted(named["WARC-Profile"].rpartition("/")[2] for named in revisits)
    assert profiles == ["identical-payload-digest", "server-not-modified"]


def snapshot(run: Callable[..., Result]) -> list[object]:
    queries = (
        "SELECT capture_id, locator, url, media_type, captured_at, payload_sha256, payload_bytes, http_status FROM captures ORDER BY 1",
        "SELECT article_id, version, capture_id, url, title, text_sha256, flags FROM article_versions ORDER BY 1, 2",
        "SELECT locator, stage, reason, detail, payload_sha256 FROM rejections ORDER BY ALL",
        "SELECT run_id, status, captures, inserted, rejected FROM runs ORDER BY 1",
    )
    return [lines(run("sql", query, "--json")) for query in queries]


def test_a_rebuild_needs_no_network(run, web, tmp_path):
    """What was fetched is made again from the archive alone: pages, refusals with their bytes, runs."""
    web.pages["/a"] = lambda head: (
        answer(b"", 304, Content_Length=None) if b'"1"' in head else answer(page("One"), ETag='"1"')
    )
    web.pages["/b"] = answer(b"<p>gone fishing</p>", 410)
    web.pages["/c"] = [answer(page("Three"))[:-40], "close"]
    web.pages["/d"] = answer(b"", 302, Location="http://10.0.0.1/")
    web.pages["/e"] = answer(page("Five"), TDM_Reservation="1")
    web.pages["/robots.txt"] = answer(b"User-agent: GPTBot\nDisallow: /a\n")
    pages = [web.url(f"/{name}") for name in "abcde"]
    run("ingest", *pages, code=1)
    web.pages["/e"] = answer(page("Five, again", BODY * 3))
    run("ingest", *pages, code=1)
    before = snapshot(run)
    asked = len(web.asked)
    (tmp_path / "dateline.duckdb").unlink()
    run("rebuild")
    assert len(web.asked) == asked
    after = snapshot(run)
    assert after[:2] == before[:2]
    assert after[2] == before[2]
    assert after[3] == before[3]
    reasons = {row["locator"].rpartition("/")[2]: row["reason"] for row in before[2]}
    assert reasons == {"b": "http_410", "c": "body_truncated", "d": "address_blocked"}
    flags = {row["title"]: row["flags"] for row in before[1]}
    assert "reserved_by_robots" in flags["One"]
    assert "reserved_by_header" in flags["Five"]
    assert all(one["failures"] == 0 for one in lines(run("check", "--json")) if one["required"])


def test_raw_bytes_are_those_of_the_page(run, web):
    """`show --raw` gives the page as its author wrote it, with the codings of the wire undone."""
    import gzip  # noqa: PLC0415

    web.pages["/a"] = answer(gzip.compress(page("One")), Content_Encoding="gzip")
    run("ingest", web.url("/a"))
    (found,) = lines(run("search", "cranes", "--json"))
    assert run("show", str(found["article_id"]), "--raw").stdout_bytes == page("One")


def test_what_is_fresh_is_not_asked_for(run, web):
    """A page that its server calls good for an hour is left alone until then."""
    web.pages["/a"] = answer(page("One"), Cache_Control="max-age=3600")
    run("ingest", web.url("/a"))
    printed = run("ingest", web.url("/a")).output
    assert "0 captures" in printed
    assert "1 addresses were not asked for" in printed
    assert web.paths().count("/a") == 1


def test_a_stopped_list_is_taken_up_again(environment, web, tmp_path):
    """Ctrl-C loads what was fetched; the same command fetches what is left, and nothing twice."""
    names = [f"/{number}" for number in range(12)]
    for name in names:
        web.pages[name] = [0.15, answer(page(f"Page {name}", f"{name} {BODY}"))]
    listed = tmp_path / "pages.txt"
    listed.write_text("\n".join(map(web.url, names)))
    command = [sys.executable, "-m", "flows.run_commands", "ingest", "--urls", str(listed), "--json"]
    more = {"cwd": ROOT, "env": {**os.environ, **environment}, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, **more)
    while len(web.asked) < 5:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    printed, told = process.communicate(timeout=60)
    assert process.returncode == STOPPED, told
    assert b"goes on from there" in told
    first = json.loads(printed)
    assert 1 <= first["inserted"] < 12
    again = subprocess.run(command, **more, check=True, timeout=60)
    second = json.loads(again.stdout)
    assert first["inserted"] + second["inserted"] == 12
    once = [name for name in names if web.paths().count(name) == 1]
    assert len(once) >= 11, "only the page that was on its way may be asked for twice"


def test_a_refused_body_that_becomes_a_page_is_kept_as_one(run, web, tmp_path):
    """The same bytes under another status are another record, so that a rebuild makes the same of them."""
    web.pages["/a"] = answer(page("One"), 404)
    run("ingest", web.url("/a"), code=1)
    web.pages["/a"] = answer(page("One"))
    run("ingest", web.url("/a"))
    before = snapshot(run)
    assert (len(before[0]), len(before[1]), len(before[2])) == (1, 1, 1)
    (tmp_path / "dateline.duckdb").unlink()
    run("rebuild")
    assert snapshot(run) == before


def test_not_modified_since_what_is_not_kept_is_told_and_mended(run, web, tmp_path):
    """A server that says 304 of bytes that the archive lost is asked for all of them in the next run."""
    web.pages["/a"] = lambda head: (
        answer(b"", 304, Content_Length=None) if b'"1"' in head else answer(page("One"), ETag='"1"')
    )
    run("ingest", web.url("/a"))
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(tmp_path / "dateline.duckdb")) as connection:
        connection.execute("UPDATE captures SET capture_id = '00'")
    assert "not_kept" in run("ingest", web.url("/a"), code=1).output
    assert "0 rejected" in run("ingest", web.url("/a")).output


@pytest.mark.slow
def test_a_killed_run_is_made_good(environment, web, tmp_path):
    """After a kill the next run recovers what was kept and fetches the rest: every page ends up there once."""
    names = [f"/{number}" for number in range(30)]
    for name in names:
        web.pages[name] = [0.05, answer(page(f"Page {name}", f"{name} {BODY}"))]
    listed = tmp_path / "pages.txt"
    listed.write_text("\n".join(map(web.url, names)))
    settings = {**os.environ, **environment, "DATELINE_BATCH_DOCUMENTS": "4"}
    command = [sys.executable, "-m", "flows.run_commands", "ingest", "--urls", str(listed), "--json"]
    more = {"cwd": ROOT, "env": settings, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    for after in (8, 16, 24):
        process = subprocess.Popen(command, **more)
        while len(web.asked) < after:
            time.sleep(0.01)
        process.kill()
        process.communicate()
    subprocess.run(command, **more, check=True, timeout=120)
    query = [sys.executable, "-m", "flows.run_commands", "sql", "SELECT count(*) AS n FROM articles", "--json"]
    assert json.loads(subprocess.run(query, **more, check=True).stdout)["n"] == 30
    checks = subprocess.run([*command[:3], "check", "--json"], **more, check=True).stdout.splitlines()
    assert all(one["failures"] == 0 for one in map(json.loads, checks) if one["required"])
