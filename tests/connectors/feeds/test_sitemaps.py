from __future__ import annotations

import gzip
import time

import pytest

from connectors.feeds.discovery import opml_links, page_links, robots_links
from connectors.feeds.guards import FeedError, XmlForbiddenError
from connectors.feeds.leads import read_lead
from connectors.feeds.links import Link
from connectors.feeds.sitemaps import MOST_LINKS, read_sitemap
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
        ("inside", "addresses", "damaged"),
        [
            ("<url><loc>https://n.example/a?x=1&y=2&copy=3</loc></url>", ["a?x=1&y=2&copy=3"], False),
            ("<url><loc><![CDATA[ https://n.example/a?x=1&y=2 ]]></loc></url>", ["a?x=1&y=2"], False),
            ("<url><loc>https://n.example/a?x=1&amp;y=2&#38;z&#x3D;3</loc></url>", ["a?x=1&y=2&z=3"], False),
            ('<url><loc>\n "https://n.example/a" </loc></url>', ["a"], False),
            ("<URL><LOC>https://n.example/a</LOC></URL>", ["a"], False),
            ("<url><loc>https://n.example/<!-- new -->a</loc></url>", ["a"], False),
            ("<url><loc>https://n.example/\x01a</loc></url>", ["a"], False),
            ("<url><loc>/a</loc></url><url><loc>b</loc></url>", ["a", "b"], False),
            ("<url><loc>https://n.example/b</url><url><loc>https://n.example/a</loc></url>", ["a", "b"], True),
            ("<url><loc>https://n.example/b</loc><url><loc>https://n.example/a</loc></url>", ["a", "b"], True),
            ("<url><loc>https://n.example/a</loc></url></urlset><script>track()</script>", ["a"], True),
        ],
    )
    def test_addresses_are_read_in_spite_of_faults(self, inside, addresses, damaged):
        """Bare ampersands, capitals, quotes, comments and marks left open change no address; damage is told."""
        content = f'<?xml version="1.0"?>\n<urlset {SPACE}>{inside}</urlset>'.encode()
        sitemap = read_sitemap(content, "https://n.example/sitemap.xml")
        assert urls(sitemap.links) == [f"https://n.example/{one}" for one in addresses]
        assert bool(sitemap.damage) is damaged

    def test_an_address_that_is_cut_is_none(self):
        """What stands whole before a cut is read, and that the file is cut short is told."""
        content = NEWS[: NEWS.index(b"<url><loc>/c<")] + b"<url><loc>https://news.example/ca"
        sitemap = read_sitemap(content)
        assert urls(sitemap.links) == ["https://news.example/a?x=1&y=2", "https://news.example/b"]
        assert sitemap.damage == "it is cut short"
        assert read_sitemap(NEWS).damage is None

    def test_names_and_charsets_that_are_not_declared_are_read(self):
        """Names of HTML stand for their signs, and Latin-1 that does not say so is not taken for UTF-8."""
        told = "<url><loc>https://n.example/é</loc><news:news><news:title>Caf&eacute;&nbsp;Nord</news:title></news:news></url>"
        for charset in ("utf-8", "latin-1"):
            (link,) = read_sitemap(f"<urlset>{told}</urlset>".encode(charset)).links
            assert (link.url, link.claims.title) == ("https://n.example/%C3%A9", "Café Nord")
        declared = b'<?xml version="1.0" encoding="utf-16"?><urlset><url><loc>https://n.example/</loc></url></urlset>'
        assert urls(read_sitemap(declared).links) == ["https://n.example/"]

    def test_words_before_a_sitemap_are_passed_over(self):
        """A warning that a program wrote before the file does not hide it."""
        sitemap = read_sitemap(b"<b>Warning</b>: out of date\n" + NEWS)
        assert urls(sitemap.links)[0] == "https://news.example/a?x=1&y=2"
        assert "stand before it" in (sitemap.damage or "")

    def test_an_index_among_pages_leads_on(self):
        """A file that lists pages and sitemaps gives both, each as what it is."""
        mixed = b"""<urlset><url><loc>https://n.example/a</loc></url><sitemap><loc>https://n.example/more.xml</loc></sitemap>
        <sitemap><loc>https://n.example/all.xml</loc></sitemap></urlset>"""
        for content in (mixed, mixed.replace(b"urlset", b"sitemapindex")):
            lead = read_lead(content)
            assert urls(page.link for page in lead.pages) == ["https://n.example/a"]
            assert urls(lead.leads) == ["https://n.example/more.xml", "https://n.example/all.xml"]

    def test_a_list_of_addresses_has_one_a_line(self):
        """Marks of order, returns, empty lines, remarks and what follows an address are no addresses."""
        content = (
            b"\xef\xbb\xbf# all pages\r\nhttps://n.example/a\r\n\r\n  https://n.example/b 2024-03-01\r\n/c\r\nmore"
        )
        sitemap = read_sitemap(content, "https://n.example/sitemap.txt")
        assert urls(sitemap.links) == [f"https://n.example/{one}" for one in "abc"]
        assert (sitemap.kind, sitemap.left) == ("text", 2)

    @pytest.mark.parametrize(
        "flood",
        [
            b"<url>" * 500_000,
            b"<url><loc>https://n.example/</loc>" * 100_000,
            b"&" * 5_000_000,
            b"<" * 5_000_000,
            b"<!--" * 1_000_000 + b"&",
        ],
    )
    def test_floods_end_soon(self, flood):
        """X2: nesting, ampersands, open marks and comments without end cost little time."""
        begun = time.process_time()
        read_sitemap(b"<urlset>" + flood)
        assert time.process_time() - begun < 5

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
        assert len(read_lead(NEWS, "https://news.example/").pages) == 3

    def test_a_saved_sitemap_that_is_damaged_is_told(self, found):
        """What is left of it is counted, and a rejection says what is wrong with it and has its bytes."""
        cut = NEWS[: NEWS.index(b"<url><loc>/c<")]
        file = found(cut, "sitemap.xml")
        (told,) = read_file(file)
        assert (told.reason, told.detail) == ("damaged", "it is cut short; what could be read of it was")
        assert (told.payload, file.skipped["links to fetch"]) == (cut, 2)


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

    def test_opml_that_strays_from_the_rule(self):
        """Bare ampersands, names of HTML, capitals, old names of the address and `feed:` are read; a depth without end is not."""
        content = b"""<?xml version="1.0"?><OPML><BODY><OUTLINE TEXT="A &amp; B" XMLURL="https://n.example/a?x=1&y=2"/>
        <outline text="Caf&eacute; & Bar" type="rss" url=" https://n.example/b "/><outline type="link" url="https://n.example/no"/>
        <outline xmlUrl="feed://n.example/c"/><outline xmlUrl="feed:https://n.example/d"/>
        <outline xmlUrl="https://n.example/cut"""
        told = [(link.url, link.claims.title) for link in opml_links(content)]
        assert told[:2] == [("https://n.example/a?x=1&y=2", "A & B"), ("https://n.example/b", "Café & Bar")]
        assert told[2:] == [("http://n.example/c", None), ("https://n.example/d", None)]
        with pytest.raises(FeedError, match="depth"):
            opml_links(b"<opml>" + b"<outline>" * 5_000 + b'<outline xmlUrl="https://n.example/"/>')

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
        assert read_lead(content, "https://n.example/").leads == found
        with pytest.raises(XmlForbiddenError):
            opml_links(b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>')
