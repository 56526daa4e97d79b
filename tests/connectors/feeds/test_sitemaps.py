from __future__ import annotations

import gzip

import pytest

from connectors.feeds.captures import links_of
from connectors.feeds.discovery import opml_links, page_links, robots_links
from connectors.feeds.guards import FeedError, XmlForbiddenError
from connectors.feeds.links import Link
from connectors.feeds.sitemaps import MOST_LINKS, Sitemap, read_sitemap, walk_sitemaps
from connectors.kinds import read_file
from transforms.records import SourceClaims

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset {SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">
<url><loc> https://news.example/a?x=1&amp;y=2 </loc><lastmod>2024-03-02</lastmod>
<image:image><image:loc>https://img.example/a.jpg</image:loc><image:title>A picture</image:title></image:image>
<video:video><video:title>A film</video:title><video:publication_date>2020-01-01</video:publication_date></video:video>
<news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2024-03-01T12:00:00Z</news:publication_date><news:title>Ferries &amp; cranes</news:title></news:news></url>
<url><loc><![CDATA[https://news.example/b]]></loc></url><url><loc>/c</loc></url><url><loc>ftp://news.example/d</loc></url>
<url><loc>https://news.example/b</loc></url></urlset>""".encode()


def urls(found) -> list[str]:
    return [link.url for link in found]


def refusal(content: bytes) -> str:
    with pytest.raises(FeedError) as caught:
        read_sitemap(content)
    return caught.value.reason


class TestSitemaps:
    def test_a_news_sitemap_makes_claims(self):
        """What a news sitemap says of an article comes with its address; what it says of pictures and films does not."""
        sitemap = read_sitemap(NEWS, "https://news.example/sitemap.xml")
        claims = SourceClaims(
            title="Ferries & cranes", published="2024-03-01T12:00:00Z", publisher="The Paper", language="en"
        )
        assert sitemap.links[0] == Link("https://news.example/a?x=1&y=2", "sitemap", claims, changed="2024-03-02")
        assert urls(sitemap.links[1:]) == ["https://news.example/b", "https://news.example/c"]
        assert (sitemap.kind, sitemap.left) == ("urlset", 2)

    @pytest.mark.parametrize(
        "change",
        [
            gzip.compress,
            lambda content: gzip.compress(content[:90]) + gzip.compress(content[90:]),
            lambda content: b"\n\n  " + content,
            lambda content: b"\xef\xbb\xbf" + content,
            lambda content: content.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
            lambda content: content.replace(SPACE.encode(), b""),
            lambda content: content.replace(SPACE.encode(), b'xmlns="http://www.google.com/schemas/sitemap/0.84"'),
            lambda content: (
                content.replace(b"<urlset", b"<s:urlset", 1)
                .replace(b"</urlset", b"</s:urlset")
                .replace(b"xmlns=", b"xmlns:s=")
            ),
            lambda content: content.replace(b"x=1&amp;y", b"x=1&y"),
            lambda content: content.replace(b"</urlset>", b""),
            lambda content: content.replace(b"<urlset", b"<!-- made by <a> --><?style x?><!DOCTYPE urlset><urlset", 1),
        ],
    )
    def test_oddities_of_sitemaps_are_read(self, change):
        """Compressed, misdeclared, unclosed and unescaped: the addresses are there all the same."""
        found = urls(read_sitemap(change(NEWS), "https://news.example/sitemap.xml").links)
        assert found[-2:] == ["https://news.example/b", "https://news.example/c"]

    def test_text_sitemaps_and_feeds_are_sitemaps(self):
        """A list of addresses, one a line, and a feed serve as sitemaps too."""
        text = "\ufeffhttps://news.example/a\r\n\r\n  https://news.example/b  \nno address\nhttps://news.example/a\n"
        sitemap = read_sitemap(text.encode())
        assert (urls(sitemap.links), sitemap.kind, sitemap.left) == (
            ["https://news.example/a", "https://news.example/b"],
            "text",
            2,
        )
        feed = b"<rss version='2.0'><channel><item><link>https://news.example/a</link></item></channel></rss>"
        assert (urls(read_sitemap(feed).links), read_sitemap(feed).kind) == (["https://news.example/a"], "feed")

    def test_what_is_no_sitemap_is_refused(self):
        """Pages, pictures, texts and nothing are refused, each with a word."""
        assert refusal(b"<html><body>Not found</body></html>") == "unsupported"
        assert refusal(b"A story of bread.") == "unsupported"
        assert refusal(b"\x89PNG\r\n\x1a\n" + bytes(99)) == "unsupported"
        assert refusal(b"") == "empty"
        assert refusal(gzip.compress(NEWS)[:-9]) == "truncated"

    def test_entities_are_refused(self):
        """X1: a sitemap that declares entities is refused."""
        content = (
            b'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/hostname">]><urlset><url><loc>&a;</loc></url></urlset>'
        )
        for spelling in (content, content.decode().encode("utf-16"), gzip.compress(content)):
            with pytest.raises(XmlForbiddenError):
                read_sitemap(spelling)

    def test_floods_are_bounded(self):
        """X2: fifty thousand addresses and fifty megabytes; deep nesting ends without a fault."""
        many = (
            b"<urlset>"
            + b"".join(b"<url><loc>https://n.example/%d</loc></url>" % n for n in range(MOST_LINKS + 9))
            + b"</urlset>"
        )
        sitemap = read_sitemap(many)
        assert (len(sitemap.links), sitemap.left) == (MOST_LINKS, 9)
        assert refusal(gzip.compress(bytes(60_000_000))) == "oversized"
        read_sitemap(b"<urlset>" + b"<url>" * 100_000)

    def test_a_saved_sitemap_is_links_to_fetch(self, found):
        """A sitemap among seed files gives no article; its addresses are counted."""
        file = found(NEWS, "sitemap.xml")
        assert list(read_file(file)) == []
        assert file.skipped["links to fetch"] == 2
        assert len(links_of(NEWS, "https://news.example/")) == 3


class TestIndexes:
    @staticmethod
    def index(*names: str) -> Sitemap:
        inside = "".join(f"<sitemap><loc>https://n.example/{name}</loc></sitemap>" for name in names)
        return read_sitemap(f"<sitemapindex {SPACE}>{inside}</sitemapindex>".encode())

    def test_an_index_is_followed(self):
        """The links of every listed sitemap come once, in order."""
        there = {
            "https://n.example/index": self.index("1", "2", "gone"),
            "https://n.example/1": Sitemap("urlset", (Link("https://n.example/a", "sitemap"),)),
            "https://n.example/2": Sitemap(
                "urlset", (Link("https://n.example/a", "sitemap"), Link("https://n.example/b", "sitemap"))
            ),
        }
        assert urls(walk_sitemaps(["https://n.example/index"], there.get)) == [
            "https://n.example/a",
            "https://n.example/b",
        ]

    def test_an_index_that_lists_itself_ends(self):
        """X2: circles are walked once."""
        asked: list[str] = []

        def fetch(url: str) -> Sitemap:
            asked.append(url)
            return self.index("index", "other")

        assert list(walk_sitemaps(["https://n.example/index"], fetch)) == []
        assert asked == ["https://n.example/index", "https://n.example/other"]

    def test_indexes_are_followed_three_deep_and_a_thousand_wide(self):
        """X2: an index of indexes without end is left at a depth, and a wide one at a number."""
        asked: list[str] = []

        def deeper(url: str) -> Sitemap:
            asked.append(url)
            return self.index(f"x{len(asked)}")

        list(walk_sitemaps(["https://n.example/index"], deeper))
        assert len(asked) == 4

        def wider(url: str) -> Sitemap:
            asked.append(url)
            listed = (Link(f"https://n.example/{len(asked)}-{n}", "sitemap-index") for n in range(50))
            return Sitemap("index", tuple(listed))

        asked.clear()
        list(walk_sitemaps(["https://n.example/index"], wider))
        assert len(asked) == 1000


class TestDiscovery:
    def test_a_page_names_its_feeds(self):
        """Feeds and sitemaps in the head are found with their titles; comments, oEmbed and styles are no feeds."""
        page = b"""<html><head><base href="/x/"><link rel=alternate type="application/rss+xml" title="All &amp; more" href='feed'>
        <LINK REL="alternate home" TYPE="application/atom+xml;charset=utf-8" HREF="https://other.example/atom">
        <link rel="alternate" type="application/json+oembed" href="/o"><link rel="alternate" hreflang="de" href="/de">
        <link rel="alternate stylesheet" type="text/css" href="/s"><link rel="alternate" type="application/feed+json" href="f.json">
        <!-- <link rel="alternate" type="application/rss+xml" href="/old"> --><link rel="sitemap" href="/sitemap.xml">
        <link rel="alternate" type="application/rss+xml" href="javascript:x"></head></html>"""
        found = page_links(page, "https://news.example/a/b")
        assert [(link.url, link.origin, link.claims.title) for link in found] == [
            ("https://news.example/x/feed", "feed", "All & more"),
            ("https://other.example/atom", "feed", None),
            ("https://news.example/x/f.json", "feed", None),
            ("https://news.example/sitemap.xml", "sitemap-index", None),
        ]
        assert page_links(b"", "https://news.example/") == ()
        assert page_links(b"<link " * 300_000, "https://news.example/") == ()

    def test_robots_name_sitemaps(self):
        """Sitemap lines stand anywhere in a robots.txt, in any case, whole or in short."""
        robots = b"\xef\xbb\xbfSITEMAP: https://n.example/a.xml # news\r\nUser-agent: *\rDisallow: /\nsitemap:/b.xml\nSitemap: mailto:x\n"
        assert urls(robots_links(robots, "https://n.example/robots.txt")) == [
            "https://n.example/a.xml",
            "https://n.example/b.xml",
        ]
        assert robots_links(b"\0\xff" * 1000) == ()

    def test_opml_lists_feeds(self):
        """A list of feeds gives their addresses and names, at any depth, each once."""
        content = b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="News"><outline text="Harbour" type="rss"
        xmlUrl="https://n.example/feed" htmlUrl="https://n.example/"/><outline title="T" xmlurl="/b" language="de"/></outline>
        <outline text="Again" xmlUrl="https://n.example/feed"/></body></opml>"""
        found = opml_links(content, "https://n.example/")
        assert [(link.url, link.claims.title) for link in found] == [
            ("https://n.example/feed", "Harbour"),
            ("https://n.example/b", "T"),
        ]
        assert links_of(content, "https://n.example/") == found
        with pytest.raises(XmlForbiddenError):
            opml_links(b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>')
