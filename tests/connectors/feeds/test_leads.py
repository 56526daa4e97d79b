from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.feeds.guards import FeedError
from connectors.feeds.leads import dated, is_lead, read_lead, read_robots, read_site
from connectors.feeds.links import Link
from transforms.records import SourceClaims

HERE = "https://news.example/"
RSS = (
    "<rss version='2.0'><channel><item><title>{title}</title><guid>1</guid><link>/a</link><pubDate>{date}</pubDate>"
    "<description>{text}</description></item></channel></rss>"
)
SITEMAP = "<urlset><url><loc>https://news.example/a</loc><lastmod>{date}</lastmod></url></urlset>"


def rss(title: str = "Bread", date: str = "Fri, 01 Mar 2024 12:00:00 GMT", text: str = "Cheaper.") -> bytes:
    return RSS.format(title=title, date=date, text=text).encode()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (rss(), "text/html"),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?><!-- x --><feed xmlns='http://www.w3.org/2005/Atom'/>", "text/xml"),
        (SITEMAP.encode("utf-16"), "application/xml"),
        (gzip.compress(SITEMAP.encode(), mtime=0), "application/octet-stream"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "application/json"),
        (b"https://news.example/a\n\nhttps://news.example/b\n", "text/plain; charset=utf-8"),
        (b"words before <rss></rss>", "application/rss+xml"),
        (b"<b>Warning</b>: out of date\n" + SITEMAP.encode(), "text/xml; charset=utf-8"),
    ],
)
def test_a_lead_is_told_by_how_it_begins(content, media_type):
    """What a server calls a feed counts less than what it is."""
    assert is_lead(content, media_type)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<html><body>RSS and Atom</body></html>", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xml"),
        (b'{"text": "A story"}', "application/json"),
        (b"A story about https://news.example/a and more.", "text/plain"),
        (b"", "text/plain"),
    ],
)
def test_a_document_is_no_lead(content, media_type):
    """Pages, texts and other JSON are documents."""
    assert not is_lead(content, media_type)


def test_a_mark_changes_with_what_is_shown_and_not_with_the_date():
    """An entry that is only dated anew is as it was; another title or text makes another mark."""
    (before,) = read_lead(rss(), HERE).pages
    (dated_anew,) = read_lead(rss(date="Sat, 02 Mar 2024 12:00:00 GMT"), HERE).pages
    assert dated_anew.mark == before.mark
    assert before.link.url == "https://news.example/a"
    for changed in (rss(title="Bread, corrected"), rss(text="Dearer.")):
        assert read_lead(changed, HERE).pages[0].mark != before.mark
    first, second = (read_lead(SITEMAP.format(date=day).encode()).pages[0] for day in ("2024-03-01", "2024-03-02"))
    assert first.mark != second.mark, "a sitemap says by a date that a page was changed"


def test_entries_lead_to_pages_or_stand_for_themselves():
    """An entry with an address is a page, with its text where there is one; one without is an article or leads nowhere."""
    items = [
        {"id": "1", "url": "https://news.example/a", "content_text": "All of it."},
        {"id": "2", "content_text": "A note."},
        {"id": "3", "title": "Nothing"},
    ]
    lead = read_lead(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())
    assert [(page.link.url, bool(page.whole)) for page in lead.pages] == [("https://news.example/a", True)]
    assert ([entry.entry_id for entry in lead.whole], lead.left) == (["2"], 1)


def test_words_before_a_sitemap_hide_nothing():
    """What a faulty program wrote before it is told as damage, and the sitemap is read; a sound one has none."""
    lead = read_lead(b"Warning: out of date\n" + SITEMAP.encode())
    assert [page.link.url for page in lead.pages] == ["https://news.example/a"]
    assert lead.damage == "21 bytes stand before it"
    assert read_lead(SITEMAP.encode()).damage is None
    assert read_lead(rss(text="&lt;urlset&gt; <![CDATA[<urlset>]]>"), HERE).pages[0].link.origin == "feed"


def test_sites_and_robots_lead_to_leads():
    """A page's head and a robots.txt name feeds and sitemaps, in short or in full."""
    page = b"<link rel=alternate type='application/rss+xml' href=feed><link rel=alternate hreflang=de href=/de>"
    assert [link.url for link in read_site(page, HERE).leads] == ["https://news.example/feed"]
    assert [link.url for link in read_robots(b"Sitemap: /map.xml\n", HERE).leads] == ["https://news.example/map.xml"]


def test_a_page_is_no_feed():
    """What was taken for a feed and is a page is told to be one."""
    with pytest.raises(FeedError, match="this is a page") as told:
        read_lead(b"<!doctype html><html><body>Gone</body></html>")
    assert told.value.reason == "unsupported"


def test_the_latest_date_of_a_link_counts():
    """What a lead says of change and publication is read, whatever its form; what cannot be read is no date."""
    claims = SourceClaims(published="Fri, 01 Mar 2024 12:00:00 GMT")
    assert dated(Link(HERE, "feed", claims)) == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert dated(Link(HERE, "sitemap", claims, changed="2024-03-02")) == datetime(2024, 3, 2, tzinfo=UTC)
    assert dated(Link(HERE, "feed", SourceClaims(published="soon"))) is None


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.sampled_from([rss(), SITEMAP.encode(), gzip.compress(SITEMAP.encode(), mtime=0)])
    ),
    st.integers(0, 300),
    st.sampled_from(["text/plain", "application/rss+xml", "text/html", ""]),
)
def test_nonsense_is_refused_in_one_way(content, cut, media_type):
    """Whatever comes, and wherever it stops, there is a lead or a FeedError with a reason, and nothing else."""
    assert is_lead(content[:cut], media_type) in (True, False)
    try:
        read_lead(content[:cut], HERE, media_type)
    except FeedError as error:
        assert error.reason  # noqa: PT017  (either end is right)
