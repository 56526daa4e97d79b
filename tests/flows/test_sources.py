from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from flows.choose_sources import ROLES
from flows.settings import SourceKind
from tests.flows.test_fetch import BODY, lines, page
from tests.loopback import Web, answer

KINDS = get_args(SourceKind)


def record(url: str, payload: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + payload
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-03-01T12:00:00Z\r\n"
    head += "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


@pytest.fixture
def examples(web: Web, tmp_path: Path) -> dict[str, str]:
    """Give for each kind of source how `dateline.toml` declares one; each holds one story, which is named for its kind."""
    for kind in KINDS:
        web.pages[f"/{kind}/story"] = answer(page(f"Story of {kind}", f"{kind} {BODY}"))
    feed = (
        f"<rss version='2.0'><channel><item><guid>1</guid><link>{web.url('/feed/story')}</link></item></channel></rss>"
    )
    sitemap = "<urlset><url><loc>{}</loc></url></urlset>"
    web.pages["/feed"] = answer(feed.encode(), Content_Type="application/rss+xml")
    web.pages["/sitemap"] = answer(sitemap.format(web.url("/sitemap/story")).encode(), Content_Type="text/xml")
    web.pages["/site"] = answer(b"<html><head><link rel=sitemap href=/site/map></head></html>")
    web.pages["/site/map"] = answer(sitemap.format(web.url("/site/story")).encode(), Content_Type="text/xml")
    (tmp_path / "story.html").write_bytes(page("Story of files", f"files {BODY}"))
    (tmp_path / "kept.warc").write_bytes(record("http://kept.example/", page("Story of warc", f"warc {BODY}")))
    (tmp_path / "pages.txt").write_text(web.url("/pages/story"))
    return {
        "files": f'location = "{tmp_path}/*.html"',
        "warc": f'location = "{tmp_path}/kept.warc"',
        "pages": f'location = "{tmp_path}/pages.txt"',
        "feed": f'location = "{web.url("/feed")}"\nsince = 2024-01-01',
        "sitemap": f'location = ["{web.url("/sitemap")}"]\nsince = "cursor"',
        "site": f'location = "{web.url("/site")}"',
    }


@pytest.fixture
def declare(tmp_path: Path, examples: dict[str, str]):
    """Give a function that declares sources of these kinds in `dateline.toml`."""

    def declared(*kinds: str, more: str = "") -> None:
        told = [f'[[sources]]\nname = "my-{kind}"\nkind = "{kind}"\n{examples[kind]}\n{more}\n' for kind in kinds]
        (tmp_path / "dateline.toml").write_text("\n".join(told))

    return declared


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_has_an_example(run, declare, kind):
    """A kind that is added needs an example, whose story is loaded in its name and not loaded again by the next run."""
    declare(kind)
    assert json.loads(run("ingest", "--json").stdout)["inserted"] == 1
    query = "SELECT source, title FROM articles INNER JOIN captures USING (capture_id)"
    assert lines(run("sql", query, "--json")) == [{"source": f"my-{kind}", "title": f"Story of {kind}"}]
    query = "SELECT kind, state, last_success_at FROM sources WHERE source = $$my-{}$$ AND last_success_at IS NOT NULL"
    rows = lines(run("sql", query.format(kind), "--json"))
    assert "lead" in {row["kind"] for row in rows} if ROLES.get(kind) in ("lead", "site") else rows
    told = json.loads(run("ingest", "--json").stdout)
    assert (told["inserted"], told["updated"], told["rejected"]) == (0, 0, 0)
    later = lines(run("sql", query.format(kind), "--json"))
    assert max(row["last_success_at"] for row in later) > max(row["last_success_at"] for row in rows)


def test_without_arguments_all_sources_are_read(run, declare, web):
    """One command reads the files and fetches what is declared, each story once."""
    declare(*KINDS)
    told = json.loads(run("ingest", "--json").stdout)
    assert (told["captures"], told["inserted"]) == (len(KINDS), len(KINDS))
    web.asked.clear()
    assert json.loads(run("ingest", "--json").stdout)["inserted"] == 0
    assert not [path for path in web.paths() if path.endswith("/story") and "pages" not in path]


def test_a_source_that_fails_does_not_hold_up_the_others(run, declare, web):
    """A feed that is not there is a rejection in its source's name, and has no success to tell of."""
    declare("feed", "sitemap")
    del web.pages["/feed"]
    assert json.loads(run("ingest", "--json", code=1).stdout)["inserted"] == 1
    refused = lines(run("sql", "SELECT source, reason FROM rejections", "--json"))
    assert refused == [{"source": "my-feed", "reason": "http_404"}]
    told = lines(run("sql", "SELECT DISTINCT source FROM sources WHERE kind = 'lead'", "--json"))
    assert told == [{"source": "my-sitemap"}]


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("files", "since = 2024-01-01", "only feeds, sitemaps and sites have a since"),
        ("feed", 'columns = { title = "headline" }', "only files have columns"),
        ("feed", "sinse = 1", "Extra inputs are not permitted"),
    ],
)
def test_a_source_is_told_what_its_kind_does_not_have(run, declare, kind, more, why):
    """What cannot be meant is a wrong usage, and the message names the source."""
    declare(kind, more=more)
    assert why in run("ingest", code=2).output


def test_an_address_is_no_file_and_a_path_no_site(run, tmp_path):
    """A location that its kind cannot read is told before anything is read."""
    for kind, place in (("files", "https://news.example/"), ("site", "news/index.html")):
        (tmp_path / "dateline.toml").write_text(f'[[sources]]\nname = "x"\nkind = "{kind}"\nlocation = "{place}"\n')
        assert "x: a" in run("ingest", code=2).output
