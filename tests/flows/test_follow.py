from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import Result

from flows.follow_links import DEEPEST
from flows.run_commands import STOPPED
from tests.flows.test_fetch import BODY, lines, page, records
from tests.loopback import Web, answer

ROOT = Path(__file__).parents[2]
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def item(web: Web, name: str, hours: int = 0, content: str = "", link: str | None = None) -> str:
    whole = f"<content:encoded>{content}</content:encoded>" if content else ""
    return (
        f"<item><title>Of {name}</title><guid>{name}</guid><link>{link or web.url(f'/{name}')}</link>"
        f"<pubDate>{format_datetime(NOON + timedelta(hours=hours))}</pubDate><author>Ann Oat</author>{whole}</item>"
    )


def rss(*items: str) -> bytes:
    space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    return f"<rss version='2.0' {space}><channel><title>Gazette</title>{''.join(items)}</channel></rss>".encode()


def tagged(content: bytes, kind: str = "application/rss+xml") -> Callable[[bytes], bytes]:
    """Answer with a validator, and with 304 to who has it."""
    tag = f'"{hash(content)}"'
    return lambda head: (
        answer(b"", 304, Content_Length=None, ETag=tag)
        if tag.encode() in head
        else answer(content, ETag=tag, Content_Type=kind)
    )


@pytest.fixture
def stories(web: Web) -> list[str]:
    """Let the server have five pages; gives their names."""
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        web.pages[f"/{name}"] = tagged(page(f"Story {name}", f"{name} {BODY}"), "text/html")
    return names


def count(result: Result) -> str:
    told = json.loads(result.stdout)
    return " ".join(str(told[name]) for name in ("inserted", "updated", "unchanged", "duplicate", "rejected"))


def asked_again(web: Web) -> list[str]:
    """Give what was asked for since the last look, without robots.txt."""
    found = [path for path in web.paths() if path != "/robots.txt"]
    web.asked.clear()
    return found


def test_a_feed_stands_for_its_pages(run, web, stories):
    """The pages that a feed links to are loaded, with what the feed says beside what they say themselves."""
    web.pages["/feed"] = tagged(rss(*(item(web, name, at) for at, name in enumerate(stories))))
    assert count(run("ingest", web.url("/feed"), "--json")) == "5 0 0 0 0"
    query = "SELECT title, authors, raw, origin FROM articles INNER JOIN date_claims USING (article_id, version) WHERE chosen ORDER BY 1"
    first = lines(run("sql", query, "--json"))[0]
    assert first == {
        "title": "Story a",
        "authors": ["Ann Oat"],
        "raw": "Fri, 01 Mar 2024 12:00:00 +0000",
        "origin": "feed",
    }
    asked_again(web)
    assert count(run("ingest", web.url("/feed"), "--json")) == "0 0 0 0 0"
    assert asked_again(web) == ["/feed"]
    assert lines(run("sql", "SELECT count(*) AS n FROM captures", "--json")) == [{"n": 5}]


@pytest.mark.usefixtures("stories")
def test_only_what_is_new_is_fetched(run, web):
    """A later run fetches the entries that came, and those that were changed; one that is only dated anew is let be."""
    web.pages["/feed"] = tagged(rss(item(web, "a", 0), item(web, "b", 1, content="old words")))
    run("ingest", web.url("/feed"))
    asked_again(web)
    web.pages["/feed"] = tagged(rss(item(web, "a", 30), item(web, "b", 1, content="new words"), item(web, "c", 2)))
    web.pages["/b"] = tagged(page("Story b, corrected", f"{BODY} {BODY}"), "text/html")
    assert count(run("ingest", web.url("/feed"), "--json")) == "1 1 0 0 0"
    assert sorted(asked_again(web)) == ["/b", "/c", "/feed"]


@pytest.mark.usefixtures("stories")
def test_no_page_is_fetched_twice(run, web):
    """Two feeds, tracking parameters and fragments: an address has one spelling, and a page is fetched once."""
    link = web.url("/a")
    web.pages["/one"] = tagged(rss(item(web, "1", link=f"{link}?utm_source=rss"), item(web, "2", link=f"{link}#top")))
    web.pages["/two"] = tagged(rss(item(web, "1", link=link), item(web, "b")))
    assert count(run("ingest", web.url("/one"), web.url("/two"), "--json")) == "2 0 0 0 0"
    assert sorted(asked_again(web)) == ["/a", "/b", "/one", "/two"]
    web.pages["/three"] = tagged(rss(item(web, "1", link=f"{link}?utm_medium=x"), item(web, "c")))
    run("ingest", web.url("/three"))
    assert sorted(asked_again(web)) == ["/c", "/three"]


def leads(web: Web) -> dict[str, tuple[str, bytes, str]]:
    """Give for each kind of lead where it lies, its bytes, and its media type; all lead to /a."""
    link = web.url("/a")
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>A</title><link href='{link}'/></entry></feed>"
    rdf = (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        f"<item rdf:about='{link}'><title>A</title><link>{link}</link></item></rdf:RDF>"
    )
    feed = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "G", "items": [{"id": "1", "url": link}]}
    )
    sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{link}</loc></url></urlset>"
    news = sitemap.replace(
        "</loc>",
        "</loc><n:news xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><n:publication_date>2024-03-01"
        "</n:publication_date><n:title>A</n:title></n:news>",
    )
    index = f"<sitemapindex><sitemap><loc>{web.url('/map')}</loc></sitemap><sitemap><loc>{web.url('/lead')}</loc></sitemap></sitemapindex>"
    opml = f"<opml version='2.0'><body><outline text='G' xmlUrl='{web.url('/inner')}'/></body></opml>"
    web.pages["/map"], web.pages["/inner"] = answer(sitemap.encode()), answer(rss(item(web, "a")))
    xml = "application/xml"
    return {
        "rss": ("/lead", rss(item(web, "a")), "text/xml"),
        "atom": ("/lead", atom.encode(), xml),
        "rdf": ("/lead", rdf.encode(), xml),
        "json": ("/lead", feed.encode(), "application/json"),
        "sitemap": ("/lead", sitemap.encode(), xml),
        "gzip": ("/lead.xml.gz", gzip.compress(sitemap.encode()), "application/x-gzip"),
        "news": ("/lead", news.encode(), xml),
        "text": ("/lead", f"{link}\n".encode(), "text/plain"),
        "index": ("/lead", index.encode(), xml),
        "opml": ("/lead", opml.encode(), "text/x-opml"),
    }


@pytest.mark.parametrize("kind", ["rss", "atom", "rdf", "json", "sitemap", "gzip", "news", "text", "index", "opml"])
@pytest.mark.usefixtures("stories")
def test_every_kind_of_lead_is_told_by_its_content(run, web, kind):
    """Feeds, sitemaps and lists of them are known by what they are, whatever they are called; an index may list itself."""
    path, content, media_type = leads(web)[kind]
    web.pages[path] = answer(content, Content_Type=media_type)
    assert count(run("ingest", web.url(path), "--json")) == "1 0 0 0 0"
    assert asked_again(web).count("/a") == 1
    if kind == "news":
        claims = lines(run("sql", "SELECT raw, origin FROM date_claims WHERE origin = 'sitemap'", "--json"))
        assert claims == [{"raw": "2024-03-01", "origin": "sitemap"}]
    assert all(one["failures"] == 0 for one in lines(run("check", "--json")) if one["required"])


def test_what_a_feed_carries_is_kept_where_its_page_is_not_to_be_had(run, web):
    """A page that robots.txt closes, or that is gone, is a rejection, and the article is what the feed has of it."""
    text = f"&lt;p&gt;{BODY}&lt;/p&gt;&lt;p&gt;The feed has it all.&lt;/p&gt;"
    web.pages["/feed"] = tagged(rss(item(web, "private/x", content=text), item(web, "gone")))
    assert count(run("ingest", web.url("/feed"), "--json", code=1)) == "1 0 0 0 2"
    (kept,) = lines(run("sql", "SELECT title, url, text, published_origin AS origin FROM articles", "--json"))
    assert (kept["title"], kept["url"], kept["origin"]) == ("Of private/x", web.url("/private/x"), "feed")
    assert "The feed has it all." in kept["text"]
    assert "/private/x" not in web.paths()
    web.pages["/gone"] = answer(page("Story gone"))
    assert count(run("ingest", web.url("/feed"), "--json")) == "1 0 0 0 0", "what may have been early is tried again"


def test_a_link_that_is_refused_again_and_again_is_given_up(run, web, monkeypatch):
    """A page that is not there is tried in so many runs, and then no more as long as its feed shows it as it is."""
    monkeypatch.setenv("DATELINE_FOLLOW_ATTEMPTS", "2")
    web.pages["/feed"] = tagged(rss(item(web, "gone"), item(web, "private/x")))
    for paths in (["/feed", "/gone"], ["/feed", "/gone"], ["/feed"]):
        run("ingest", web.url("/feed"), code=1 if len(paths) == 2 else 0)
        assert asked_again(web) == paths


def test_the_newest_links_come_first_and_the_rest_in_the_next_run(run, web, stories, monkeypatch):
    """A limit bounds what a run fetches for a feed; nothing that it leaves is forgotten."""
    monkeypatch.setenv("DATELINE_FOLLOW_LINKS", "2")
    web.pages["/feed"] = tagged(rss(*(item(web, name, at) for at, name in enumerate(stories))))
    for paths, left in ((["/e", "/d"], 3), (["/c", "/b"], 1), (["/a"], None), ([], None)):
        told = json.loads(run("ingest", web.url("/feed"), "--json").stdout)
        assert told["skipped"].get("links left for the next run") == left
        assert asked_again(web) == ["/feed", *paths]


@pytest.mark.usefixtures("stories")
def test_an_index_is_read_as_far_as_there_is_room(run, web, monkeypatch):
    """The sitemaps of an index come newest first, and share the limit; those left over are read by the next run."""
    monkeypatch.setenv("DATELINE_FOLLOW_LINKS", "2")
    parts = []
    for at, names in enumerate(("ab", "cd")):
        urls = "".join(f"<url><loc>{web.url(f'/{name}')}</loc></url>" for name in names)
        web.pages[f"/map{at}"] = tagged(f"<urlset>{urls}</urlset>".encode(), "text/xml")
        parts.append(f"<sitemap><loc>{web.url(f'/map{at}')}</loc><lastmod>2024-03-0{at + 1}</lastmod></sitemap>")
    web.pages["/index"] = tagged(f"<sitemapindex>{''.join(parts)}</sitemapindex>".encode(), "text/xml")
    for paths in (["/map1", "/c", "/d"], ["/map0", "/a", "/b"], []):
        run("ingest", web.url("/index"))
        assert asked_again(web) == ["/index", *paths]


def index(web: Web, *names: str) -> bytes:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{web.url(name)}</loc></sitemap>' for name in names)}</sitemapindex>".encode()


def urlset(web: Web, *names: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{web.url(name)}</loc></url>' for name in names)}</urlset>".encode()


@pytest.mark.usefixtures("stories")
def test_the_pages_of_an_index_come_once(run, web):
    """Sitemaps of an index that share a page, and one that is gone: every page is fetched once, and the gone one is told."""
    web.pages["/index"] = tagged(index(web, "/1", "/2", "/missing"), "text/xml")
    web.pages["/1"], web.pages["/2"] = (tagged(urlset(web, *names), "text/xml") for names in (["/a"], ["/a", "/b"]))
    assert count(run("ingest", web.url("/index"), "--json", code=1)) == "2 0 0 0 1"
    assert sorted(asked_again(web)) == ["/1", "/2", "/a", "/b", "/index", "/missing"]


@pytest.mark.usefixtures("stories")
def test_an_index_that_lists_itself_ends(run, web):
    """X2: circles are walked once, and what stands on the way is fetched."""
    web.pages["/index"] = tagged(index(web, "/index", "/other"), "text/xml")
    web.pages["/other"] = tagged(index(web, "/index", "/other", "/map"), "text/xml")
    web.pages["/map"] = tagged(urlset(web, "/a"), "text/xml")
    assert count(run("ingest", web.url("/index"), "--json")) == "1 0 0 0 0"
    assert asked_again(web) == ["/index", "/other", "/map", "/a"]


def test_an_index_of_indexes_without_end_is_left_at_a_depth(run, web):
    """X2: what lies deeper is not asked for, and is told."""
    for depth in range(9):
        web.pages[f"/{depth}"] = tagged(index(web, f"/{depth + 1}"), "text/xml")
    told = json.loads(run("ingest", web.url("/0"), "--json").stdout)
    assert asked_again(web) == [f"/{depth}" for depth in range(DEEPEST + 1)]
    assert told["skipped"] == {"feeds and sitemaps over the bounds": 1}


def test_a_wide_index_is_left_at_a_number(run, web, monkeypatch):
    """X2: a run reads so many feeds and sitemaps that others name, and tells of the rest."""
    monkeypatch.setenv("DATELINE_FOLLOW_LISTS", "3")
    web.pages["/index"] = tagged(index(web, *(f"/{number}" for number in range(9))), "text/xml")
    web.pages |= {f"/{number}": tagged(urlset(web), "text/xml") for number in range(9)}
    told = json.loads(run("ingest", web.url("/index"), "--json").stdout)
    assert asked_again(web) == ["/index", "/0", "/1", "/2"]
    assert told["skipped"] == {"feeds and sitemaps over the bounds": 6}


@pytest.mark.usefixtures("stories")
def test_a_damaged_sitemap_is_followed_and_told(run, web):
    """Where a sitemap is cut short its whole addresses are fetched, a rejection says so, and no run says it again."""
    web.pages["/map"] = tagged(urlset(web, "/a", "/b", "/c").partition(b"/c<")[0], "text/xml")
    assert count(run("ingest", web.url("/map"), "--json", code=1)) == "2 0 0 0 1"
    (told,) = lines(run("sql", "SELECT locator, stage, reason, detail FROM rejections", "--json"))
    assert told == {
        "locator": web.url("/map"),
        "stage": "parse",
        "reason": "damaged",
        "detail": "it is cut short; what could be read of it is followed",
    }
    assert sorted(asked_again(web)) == ["/a", "/b", "/map"]
    assert count(run("ingest", web.url("/map"), "--json")) == "0 0 0 0 0"
    assert asked_again(web) == ["/map"]
    assert all(one["failures"] == 0 for one in lines(run("check", "--json")) if one["required"])


@pytest.mark.usefixtures("stories")
def test_only_what_is_dated_since_then_is_fetched(run, web):
    """A day bounds the links that are followed; a link without a date is followed."""
    undated = f"<item><guid>e</guid><link>{web.url('/e')}</link></item>"
    web.pages["/feed"] = tagged(rss(item(web, "a", -24), item(web, "b", 0), item(web, "c", 24), undated))
    printed = run("ingest", web.url("/feed"), "--since", "2024-03-01T12:00").output
    assert "1  links older than was asked for" in printed
    assert asked_again(web) == ["/feed", "/c", "/b", "/e"]


@pytest.mark.usefixtures("stories")
def test_with_the_cursor_only_newer_links_are_fetched(run, web, monkeypatch):
    """What a feed brings later with a date before its newest is left, if that is asked for."""
    monkeypatch.setenv("DATELINE_FOLLOW_SINCE", "cursor")
    web.pages["/feed"] = tagged(rss(item(web, "b", 1)))
    run("ingest", web.url("/feed"))
    web.pages["/feed"] = tagged(rss(item(web, "a", 0), item(web, "b", 1), item(web, "c", 2)))
    run("ingest", web.url("/feed"))
    assert asked_again(web) == ["/feed", "/b", "/feed", "/c"]


@pytest.mark.usefixtures("stories")
def test_a_site_is_looked_through_for_its_feeds_and_sitemaps(run, web):
    """Its page names a feed, its robots.txt a sitemap: both are followed, and the page itself is no article."""
    web.pages["/"] = tagged(b"<html><head><link rel=alternate type=application/rss+xml href=/feed></head>", "text/html")
    web.pages["/robots.txt"] = answer(f"User-agent: *\nSitemap: {web.url('/map')}\n".encode())
    web.pages["/feed"] = tagged(rss(item(web, "a"), item(web, "b")))
    urls = "".join(f"<url><loc>{web.url(f'/{name}')}</loc></url>" for name in "bc")
    web.pages["/map"] = tagged(f"<urlset>{urls}</urlset>".encode(), "text/xml")
    assert count(run("ingest", "--follow", web.url("/"), "--json")) == "3 0 0 0 0"
    assert sorted(asked_again(web)) == ["/", "/a", "/b", "/c", "/feed", "/map"]
    assert count(run("ingest", "--follow", web.url("/"), "--json")) == "0 0 0 0 0"
    assert sorted(asked_again(web)) == ["/", "/feed", "/map"]


def test_a_site_that_names_no_feed_is_told(run, web):
    """Where neither the page nor robots.txt names one, there is a rejection that says what to do; the page is kept."""
    web.pages["/"] = answer(page("Home"))
    assert "no_feeds" in run("ingest", "--follow", web.url("/"), code=1).output
    assert any(block == web.pages["/"] for kind, _, block in records(Path.cwd()) if kind == "response")


@pytest.mark.usefixtures("stories")
def test_a_saved_feed_is_followed_where_that_is_asked_for(run, web, tmp_path):
    """By itself a saved feed gives what it carries; followed, its links are fetched too, and only once."""
    text = f"&lt;p&gt;{BODY}&lt;/p&gt;&lt;p&gt;The feed has it all.&lt;/p&gt;"
    saved = tmp_path / "feed.xml"
    saved.write_bytes(rss(item(web, "a"), item(web, "w", content=text)))
    told = json.loads(run("ingest", str(saved), "--json").stdout)
    assert (told["inserted"], told["skipped"], web.asked) == (1, {"links to fetch": 1}, [])
    assert count(run("ingest", "--follow", str(saved), "--json")) == "1 0 1 0 0"
    assert asked_again(web) == ["/a"]
    run("ingest", "--follow", str(saved))
    assert asked_again(web) == []


def test_what_is_no_feed_is_told_with_its_bytes(run, web):
    """A feed that is refused is a rejection with its reason, and its bytes are in the archive."""
    web.pages["/feed"] = answer(b"<!DOCTYPE x [<!ENTITY a 'b'>]><rss>&a;</rss>", Content_Type="application/rss+xml")
    assert "xml_forbidden" in run("ingest", web.url("/feed"), code=1).output
    assert any(b"ENTITY" in block for kind, _, block in records(Path.cwd()) if kind == "response")


@pytest.mark.usefixtures("stories")
def test_feeds_are_in_the_archive_and_a_rebuild_needs_no_network(run, web, tmp_path):
    """What was read to find pages is kept as it came over the wire; the archive alone gives the same rows again."""
    web.pages["/feed"] = tagged(rss(item(web, "a"), item(web, "b")))
    run("ingest", web.url("/feed"))
    kinds = [named["WARC-Target-URI"] for kind, named, _ in records(tmp_path) if kind == "response"]
    assert [url.removeprefix(web.url("")) for url in kinds] == ["/robots.txt", "/feed", "/a", "/b"]
    query = "SELECT article_id, version, title, authors, published_at, text_sha256 FROM article_versions ORDER BY 1, 2"
    before = run("sql", query, "--json").stdout
    (tmp_path / "dateline.duckdb").unlink()
    web.asked.clear()
    run("rebuild")
    assert run("sql", query, "--json").stdout == before
    assert web.asked == []
    run("ingest", web.url("/feed"))
    assert asked_again(web) == ["/feed"], "what is in the archive need not be fetched again"


@pytest.mark.usefixtures("stories")
def test_hosts_are_told_in_json(run, web):
    """Beside the counts stands how many pages each host gave, refused and failed to give, and how long it was waited for."""
    web.pages["/feed"] = tagged(rss(item(web, "a"), item(web, "gone"), item(web, "private/x")))
    (host,) = json.loads(run("ingest", web.url("/feed"), "--json", code=1).stdout)["hosts"]
    assert host.pop("waited") >= 0
    assert host == {"host": "127.0.0.1", "pages": 4, "captured": 2, "refused": 1, "errors": 1}


def test_following_that_was_stopped_goes_on(environment, web):
    """Ctrl-C loads what was fetched; the same command fetches the links that are left, and no page twice."""
    names = [f"p{number}" for number in range(12)]
    for name in names:
        web.pages[f"/{name}"] = [0.15, answer(page(f"Page {name}", f"{name} {BODY}"))]
    web.pages["/feed"] = tagged(rss(*(item(web, name, -at) for at, name in enumerate(names))))
    command = [sys.executable, "-m", "flows.run_commands", "ingest", web.url("/feed"), "--json"]
    more = {"cwd": ROOT, "env": {**os.environ, **environment}, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, **more)
    while len(web.asked) < 6:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    printed, told = process.communicate(timeout=60)
    assert process.returncode == STOPPED, told
    first = json.loads(printed)["inserted"]
    assert 1 <= first < 12
    second = json.loads(subprocess.run(command, **more, check=True, timeout=60).stdout)["inserted"]
    assert first + second == 12
    assert len([name for name in names if web.paths().count(f"/{name}") == 1]) >= 11


@pytest.mark.slow
def test_following_that_was_killed_is_made_good(environment, web):
    """After kills the next run fetches what is missing: every page ends up there once, and the feed is done."""
    names = [f"p{number}" for number in range(20)]
    for name in names:
        web.pages[f"/{name}"] = [0.05, answer(page(f"Page {name}", f"{name} {BODY}"))]
    web.pages["/feed"] = tagged(rss(*(item(web, name, -at) for at, name in enumerate(names))))
    settings = {**os.environ, **environment, "DATELINE_BATCH_DOCUMENTS": "3"}
    command = [sys.executable, "-m", "flows.run_commands", "ingest", web.url("/feed"), "--json"]
    more = {"cwd": ROOT, "env": settings, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    for after in (8, 18):
        process = subprocess.Popen(command, **more)
        while len(web.asked) < after:
            time.sleep(0.01)
        process.kill()
        process.communicate()
    subprocess.run(command, **more, check=True, timeout=120)
    query = [*command[:3], "sql", "SELECT count(*) AS n FROM articles", "--json"]
    assert json.loads(subprocess.run(query, **more, check=True).stdout)["n"] == 20
    web.asked.clear()
    subprocess.run(command, **more, check=True, timeout=120)
    assert web.paths() == ["/robots.txt", "/feed"]
