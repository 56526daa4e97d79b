from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from connectors.feeds.captures import entry_captures
from connectors.feeds.entries import feed_links, parse_feed, read_feed
from connectors.feeds.guards import LARGEST_FEED, FeedError, XmlForbiddenError
from connectors.kinds import read_file
from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.records import SourceClaims

BODY = "<p>The ferries sail again on Monday, the harbour office said.</p><p>The piers are whole.</p>"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour News</title><language>en-gb</language>
<item><title>Ferries &amp;amp; cranes</title><link>https://news.example/a</link><guid isPermaLink="false">id-1</guid>
<pubDate>{date}</pubDate><dc:creator>Ann Lee</dc:creator><description>A teaser.</description>
<content:encoded><![CDATA[{body}]]></content:encoded></item>
<item><title>Only a teaser</title><link>/b</link><description>The council met and …</description></item>
<item><guid>id-3</guid><description>A note that leads nowhere.</description></item>
</channel></rss>"""
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel>'


def rss(date: str = "Fri, 01 Mar 2024 12:00:00 GMT", body: str = BODY) -> bytes:
    return RSS.format(date=date, body=body).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(FeedError) as caught:
        read_feed(content)
    return caught.value.reason


class TestDialects:
    def test_rss(self):
        """A full entry has a page and claims, a teaser only claims, and what leads nowhere is its own page."""
        feed = read_feed(rss(), "https://news.example/feed.xml")
        full, teaser, note = feed.entries
        assert (feed.title, feed.dialect, feed.left) == ("Harbour News", "rss20", 0)
        assert (full.entry_id, full.url) == ("id-1", "https://news.example/a")
        assert full.claims == SourceClaims(
            title="Ferries & cranes",
            published="Fri, 01 Mar 2024 12:00:00 GMT",
            authors=("Ann Lee",),
            language="en-gb",
        )
        assert BODY in (full.page or "")
        assert (teaser.url, teaser.page) == ("https://news.example/b", None)
        assert note.url is None
        assert "A note that leads nowhere." in (note.page or "")

    def test_atom(self):
        """Atom's own elements, and text, HTML and XHTML contents, are read; addresses are made whole."""
        content = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Hafen</title>
        <entry><id>tag:1</id><title type="html">F&amp;auml;hren &lt;b&gt;fahren&lt;/b&gt;</title>
        <link rel="alternate" href="/a"/><link rel="self" href="/self"/><published>2024-03-01T12:00:00Z</published>
        <updated>2024-03-02T12:00:00Z</updated><author><name>Ann Lee</name></author><author><name>Ben</name></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{BODY}</div></content></entry>
        <entry><id>tag:2</id><title>Text</title><content type="text">One &lt; two.</content></entry></feed>"""
        first, second = read_feed(content.encode(), "https://hafen.example/feed").entries
        assert (first.url, first.claims.title) == ("https://hafen.example/a", "Fähren fahren")
        assert (first.claims.published, first.claims.modified) == ("2024-03-01T12:00:00Z", "2024-03-02T12:00:00Z")
        assert (first.claims.authors, first.claims.language) == (("Ann Lee", "Ben"), "de")
        assert "The piers are whole." in (first.page or "")
        assert "<p>One &lt; two.</p>" in (second.page or "")

    @pytest.mark.parametrize(
        ("content", "dialect"),
        [
            (
                '<rss version="0.91"><channel><item><title>T</title><link>https://n.example/</link></item></channel></rss>',
                "rss091u",
            ),
            (
                '<rss version="0.92"><channel><item><title>T</title><link>https://n.example/</link></item></channel></rss>',
                "rss092",
            ),
            (
                (
                    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
                    '<item rdf:about="https://n.example/"><title>T</title><link>https://n.example/</link></item></rdf:RDF>'
                ),
                "rss10",
            ),
            (
                (
                    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
                    '<link rel="alternate" href="https://n.example/"/></entry></feed>'
                ),
                "atom03",
            ),
            ('<CHANNEL><ITEM HREF="https://n.example/"><TITLE>T</TITLE></ITEM></CHANNEL>', "unknown"),
        ],
    )
    def test_older_dialects(self, content, dialect):
        """Every dialect gives title and address."""
        feed = read_feed(content.encode())
        assert (feed.dialect, feed.entries[0].claims.title, feed.entries[0].url) == (dialect, "T", "https://n.example/")

    def test_json_feed(self):
        """JSON Feed 1 and 1.1: authors in the singular and plural, HTML and text, and what is no feed."""
        items = [
            {"id": 1, "url": "https://n.example/a", "title": "T", "content_html": BODY, "author": {"name": "Ann"}},
            {
                "id": "2",
                "external_url": "https://n.example/b",
                "content_text": "One & two.",
                "authors": [{"name": "Ben"}, None],
            },
            {"id": "3", "url": "https://n.example/c", "summary": "A teaser.", "date_published": "2024-03-01T12:00:00Z"},
            "no item",
        ]
        told = {"version": "https://jsonfeed.org/version/1.1", "title": "N", "language": "en", "items": items}
        first, second, third = read_feed(json.dumps(told).encode()).entries
        assert (first.entry_id, first.claims.authors, BODY in (first.page or "")) == ("1", ("Ann",), True)
        assert (second.url, second.claims.authors) == ("https://n.example/b", ("Ben",))
        assert "<p>One &amp; two.</p>" in (second.page or "")
        assert (third.page, third.summary, third.claims.published) == (None, "A teaser.", "2024-03-01T12:00:00Z")
        for content in (b"{}", b'{"version": "1", "items": []}', b'{"version": "https://jsonfeed.org/version/1"}'):
            assert refusal(content) == "unsupported"
        assert refusal(b'{"version"') == "malformed"

    def test_broken_feeds_are_read(self):
        """Feeds with bare ampersands, open marks, space before the declaration and the wrong charset give their entries."""
        broken = rss().decode().replace("&amp;amp;", "&").replace("</channel></rss>", "").replace("utf-8", "iso-8859-1")
        feed = read_feed(("\n\n  " + broken).encode())
        assert [entry.claims.title for entry in feed.entries[:2]] == ["Ferries & cranes", "Only a teaser"]

    def test_a_long_description_is_the_article(self):
        """An old feed that puts the whole text into the description has it; one that cuts it short has a teaser."""
        words = "The ferries sail again on Monday. " * 60
        made = HEAD + b"<item><link>https://n.example/</link><description>%s</description></item></channel></rss>"
        assert read_feed(made % words.encode()).entries[0].page
        assert read_feed(made % (words + "Read more").encode()).entries[0].page is None
        assert read_feed(made % (words + "[…]").encode()).entries[0].page is None

    def test_a_google_news_entry_names_its_publisher(self):
        """The source of an entry is its publisher; the feed's own title is not."""
        made = (
            HEAD + b'<item><title>T</title><source url="https://p.example/">The Paper</source></item></channel></rss>'
        )
        assert read_feed(made).entries[0].claims.publisher == "The Paper"

    def test_feedparser_answers_for_who_wants_all_of_it(self):
        """The whole of what feedparser finds is there, behind the same guards."""
        parsed, left = parse_feed(rss(), "https://news.example/feed.xml", "application/rss+xml", sanitize=True)
        assert (parsed["entries"][1]["link"], parsed["bozo"], left) == ("https://news.example/b", False, 0)


class TestCaptures:
    def test_entries_become_articles(self, found):
        """A saved feed gives the articles that it carries; teasers are counted as links to fetch."""
        file = found(rss(), "feed.rss")
        full, note = read_file(file)
        assert (full.locator, full.url, full.media_type) == (
            "/seeds/feed.rss#id-1",
            "https://news.example/a",
            "text/html; charset=utf-8",
        )
        article = to_article(full, shipped_rules())
        assert (article.title, article.published_local) == ("Ferries & cranes", datetime(2024, 3, 1, 12))
        assert "The piers are whole." in article.text
        assert note.locator == "/seeds/feed.rss#id-3"
        assert dict(file.skipped) == {"entries without an address or a text": 1}
        file = found(rss().replace(b"<link>/b", b"<link>https://news.example/b"), "feed.rss")
        list(read_file(file))
        assert dict(file.skipped) == {"links to fetch": 1}

    def test_an_entry_that_is_only_dated_anew_is_the_same_capture(self):
        """Bytes of an entry do not hold its date, so that a new date alone makes no new version."""
        made = [
            next(entry_captures(read_feed(rss(date)), "s", "p", datetime(2024, 3, 1, tzinfo=UTC)))
            for date in ("Fri, 01 Mar 2024 12:00:00 GMT", "Sat, 02 Mar 2024 12:00:00 GMT")
        ]
        assert made[0].payload == made[1].payload
        assert made[0].claims != made[1].claims

    def test_links_come_with_their_claims(self):
        """The links of a feed say what it says of them, and whether the feed has the article already."""
        links = list(feed_links(read_feed(rss(), "https://news.example/feed.xml")))
        assert [(link.url, link.is_whole) for link in links] == [
            ("https://news.example/a", True),
            ("https://news.example/b", False),
        ]
        assert links[0].claims.published == "Fri, 01 Mar 2024 12:00:00 GMT"


class TestForbidden:
    """X1: entities are refused, in every spelling; a document type without them is not."""

    @pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-be", "utf-7", "cp037"])
    @pytest.mark.parametrize(
        "declared",
        [
            '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">',
            '<!ENTITY a SYSTEM "file:///etc/hostname">',
            '<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;',
            '<!entity a "x">',
        ],
    )
    def test_entity_declarations_are_refused(self, declared, charset):
        """Billions of laughs, files and addresses behind entities are refused before anything parses them."""
        content = (
            f'<?xml version="1.0" encoding="{charset}"?><!DOCTYPE rss [{declared}]><rss version="2.0"><channel><item>'
        )
        content += "<title>&a;</title></item></channel></rss>"
        with pytest.raises(XmlForbiddenError) as caught:
            read_feed(content.encode(charset))
        assert caught.value.reason == "xml_forbidden"

    def test_a_document_type_without_entities_is_read(self):
        """Netscape's RSS 0.91 has one, and it is harmless."""
        content = (
            b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
            b'"http://my.netscape.com/publish/formats/rss-0.91.dtd">'
            b'<rss version="0.91"><channel><item><title>T</title></item></channel></rss>'
        )
        assert read_feed(content).entries[0].claims.title == "T"

    def test_an_entry_about_entities_is_read(self):
        """A text that shows how entities are declared declares none."""
        assert read_feed(rss(body="<p>Write &lt;!ENTITY a 'b'&gt; or <!ENTITY a 'b'> here.</p>")).entries[0].page

    def test_a_file_that_is_refused_is_a_rejection(self, read):
        """The refusal of a saved feed is a row with its bytes."""
        content = b'<!DOCTYPE rss [<!ENTITY a "x">]><rss/>'
        (found,) = read(content, "a.xml")
        assert (found.reason, found.payload) == ("xml_forbidden", content)


class TestOddities:
    """X3: what feeds do that no rule foresees, and what their rules ask for that few know."""

    @pytest.mark.parametrize(
        ("title", "plain"),
        [
            ("Ferries&lt;script&gt;track();&lt;/script&gt; sail", "Ferries sail"),
            ("&lt;style&gt;b {color: red}&lt;/style&gt;Ferries sail", "Ferries sail"),
            ("Ferries sail&lt;!-- draft --&gt;", "Ferries sail"),
            ("Ferries sail&lt;!-- draft", "Ferries sail"),
            ("1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2"),
        ],
    )
    def test_a_title_is_what_is_shown_of_it(self, title, plain):
        """Scripts, styles and comments in a title are no words of it; signs of comparison are."""
        content = HEAD + f"<item><title>{title}</title></item></channel></rss>".encode()
        assert read_feed(content).entries[0].claims.title == plain

    def test_the_author_of_a_feed_is_that_of_the_entries_it_carries(self):
        """Atom and JSON Feed say so; the page that a teaser leads to names its own."""
        atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Ann Lee</name></author>
        <entry><id>1</id><content type="text">All of it.</content></entry>
        <entry><id>2</id><author><name>Ben</name></author><content type="text">All of it.</content></entry>
        <entry><id>3</id><link href="https://n.example/3"/><summary>Some.</summary></entry></feed>"""
        assert [one.claims.authors for one in read_feed(atom).entries] == [("Ann Lee",), ("Ben",), ()]
        told = {"version": "https://jsonfeed.org/version/1.1", "authors": [{"name": "Ann Lee"}]}
        items = [
            {"id": "1", "content_text": "All of it."},
            {"id": "2", "content_text": "All of it.", "author": {"name": "Ben"}},
            {"id": "3", "url": "https://n.example/3", "summary": "Some."},
        ]
        content = json.dumps({**told, "items": items}).encode()
        assert [one.claims.authors for one in read_feed(content).entries] == [("Ann Lee",), ("Ben",), ()]

    def test_the_only_date_of_an_item_is_that_of_its_publication(self):
        """RSS has no date of change, and `dc:date` stands where there is no `pubDate`."""
        content = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><item><title>T</title><dc:date>2024-03-01</dc:date></item></rdf:RDF>"""
        claims = read_feed(content).entries[0].claims
        assert (claims.published, claims.modified) == ("2024-03-01", None)

    def test_the_language_of_an_entry_stands_over_that_of_the_feed(self):
        """An entry in another language says so on its text or its title."""
        content = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><entry xml:lang="fr"><title>T</title></entry>
        <entry><title>T</title><summary xml:lang="de">S</summary></entry><entry><title>T</title></entry></feed>"""
        assert [one.claims.language for one in read_feed(content).entries] == ["fr", "de", "en"]

    def test_short_addresses_of_a_saved_feed_are_of_its_site(self):
        """Where nobody knows from where a feed came, it says itself to which site it belongs."""
        content = (
            HEAD + b"<link>https://n.example/news/</link><item><link>a</link><title>T</title></item></channel></rss>"
        )
        assert read_feed(content).entries[0].url == "https://n.example/news/a"

    @pytest.mark.parametrize("space", ["", " "])
    def test_a_charset_that_cannot_be_true_is_not_believed(self, space):
        """A feed in UTF-8 that calls itself UTF-16, of an even or odd number of bytes, is read."""
        content = rss().replace(b'encoding="utf-8"', b'encoding="utf-16"') + space.encode()
        assert read_feed(content).entries[0].claims.title == "Ferries & cranes"

    def test_a_channel_without_entries_is_a_feed(self):
        """CDF has no number of its version, and may have nothing to tell."""
        assert (
            read_feed(b'<?xml version="1.0"?><CHANNEL HREF="https://n.example/"><TITLE>T</TITLE></CHANNEL>').entries
            == ()
        )

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"version": "http://jsonfeed.org/version/1"}, ("1", "https://n.example/a")),
            ({"version": None, "feed_url": "https://n.example/f.json"}, ("1", "https://n.example/a")),
            ({"version": None}, None),
            ({"items": {"0": {}}}, None),
            (
                {"items": [None, "x", 3, {"id": 7.5, "url": 3, "title": ["x"], "authors": "x", "author": "y"}]},
                ("7.5", None),
            ),
            (
                {"items": [{"id": True, "url": "/b"}], "home_page_url": "https://n.example/"},
                ("https://n.example/b",) * 2,
            ),
        ],
    )
    def test_json_feeds_that_stray_from_the_rule(self, change, told):
        """Old, unnamed and mistyped ones are read as far as they go, and what is no item is counted."""
        whole = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "https://n.example/a"}]}
        content = json.dumps(whole | change).encode()
        if told is None:
            assert refusal(content) == "unsupported"
            return
        feed = read_feed(content)
        assert (feed.entries[0].entry_id, feed.entries[0].url) == told
        assert feed.left == sum(not isinstance(item, dict) for item in (whole | change)["items"])


class TestFloods:
    """X2: every flood is refused or cut in a time that its size bounds."""

    def test_entries_over_the_bound_are_counted(self, read):
        """Five thousand entries are read, and the rest is told."""
        items = b"".join(b"<item><guid>%d</guid><description>x</description></item>" % n for n in range(5_100))
        feed = read_feed(HEAD + items + b"</channel></rss>")
        assert (len(feed.entries), feed.left, feed.entries[-1].entry_id) == (5_000, 100, "4999")
        found = read(HEAD + items + b"</channel></rss>", "a.rss")
        assert (len(found), found[-1].reason) == (5_001, "oversized")
        assert found[-1].detail.startswith("100 entries")

    def test_a_feed_over_ten_megabytes_is_oversized(self):
        """The bytes are counted before anything looks at them."""
        assert refusal(HEAD + b" " * LARGEST_FEED) == "oversized"

    @pytest.mark.parametrize(
        ("flood", "reason"),
        [
            (b"<a>" * 100_000, "too_deep"),
            (b"<item " + b"".join(b'a%d="1" ' % n for n in range(100_000)) + b"/>", "malformed"),
            (b'<item x="' + b"a" * 9_000_000 + b'"/>', "malformed"),
            (b"<item><description>" + b"<a " * 200_000 + b"</description></item>", "malformed"),
            (b"<item><title>" + b"&" * 1_000_000 + b"</title></item>", "malformed"),
            (b"<item>" + b"<category>x</category>" * 100_000 + b"</item>", "malformed"),
            (b"<" * 2_000_000, "malformed"),
            ((b"<item " + b"".join(b'a%d="1" ' % n for n in range(1_900)) + b"/>") * 300, None),
            (
                b"<item>"
                + b"<a><b></b></a>" * 2_000
                + b"</item>"
                + (b"<item>" + b"<a></a>" * 15_000 + b"</item>") * 60,
                None,
            ),
            (b"<item><title><![CDATA[" + b"<script" * 1_000_000 + b"]]></title></item></channel></rss>", "malformed"),
            (b"<!--" * 500_000, None),
            (b"<![CDATA[" * 300_000, None),
            (b"<item><description>" + b"&lt;a " * 100_000 + b"</description></item></channel></rss>", None),
            (b"<item><description>" + b"x " * 2_000_000 + b"</description></item></channel></rss>", None),
        ],
    )
    def test_floods_end_soon(self, flood, reason):
        """Nesting, attributes, open marks, ampersands and comments without end cost little time."""
        begun = time.process_time()
        if reason:
            assert refusal(HEAD + flood) == reason
        else:
            read_feed(HEAD + flood)
        assert time.process_time() - begun < 10

    @pytest.mark.parametrize(
        "content", [b"<html><body><p>No feed.</p></body></html>", b"just text", b"\x89PNG\r\n\x1a\n" + bytes(50)]
    )
    def test_what_is_no_feed_is_unsupported(self, content):
        """A page, a text and a picture are no feeds, and a name of a file or an address in the content opens nothing."""
        assert refusal(content) == "unsupported"
        assert refusal(b"/etc/hostname") == "unsupported"
        assert refusal(b"http://127.0.0.1:1/feed") == "unsupported"
        assert refusal(b"  \n") == "empty"
