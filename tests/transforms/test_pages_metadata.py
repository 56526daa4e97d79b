from __future__ import annotations

import json

import pytest

from transforms.language import likeliest_language
from transforms.pages.authors import split_names
from transforms.pages.json_ld import parse
from transforms.pages.page import read_page
from transforms.pages.titles import choose_title


def ld(value: object) -> str:
    return f"<script type='application/ld+json'>{value if isinstance(value, str) else json.dumps(value)}</script>"


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ice closes the canal",
    "author": [{"@type": "Person", "name": "Ada Winther"}, {"@type": "Person", "name": "Bo Lind"}],
    "datePublished": "2024-02-03T10:00:00+01:00",
    "dateModified": "2024-02-04",
    "publisher": {"@type": "Organization", "name": "Canal Times"},
}


@pytest.mark.parametrize(
    "shape",
    [
        ARTICLE,
        [ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "Canal Times"}, ARTICLE]},
        [[{"@graph": [ARTICLE]}]],
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["Article", "NewsArticle"]},
        {**ARTICLE, "@type": "https://schema.org/NewsArticle"},
    ],
)
def test_json_ld_is_found_wherever_it_nests(shape: object) -> None:
    """Lists, graphs and nested entities give the same article."""
    page = read_page(ld(shape))
    assert (page.title, page.title_origin) == ("Ice closes the canal", "json-ld")
    assert (page.authors, page.authors_origin) == (("Ada Winther", "Bo Lind"), "json-ld")
    assert page.publisher == "Canal Times"
    assert [(kind, raw, origin.split(":")[0]) for kind, raw, origin in page.dates[:2]] == [
        ("published", "2024-02-03T10:00:00+01:00", "json-ld"),
        ("modified", "2024-02-04", "json-ld"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        '{"headline": "Ice\nhere"}',
        '{"headline": "Ice here",}',
        '<!-- {"headline": "Ice here"} -->',
        '//<![CDATA[\n{"headline": "Ice here"}\n//]]>',
        '{"headline": "Ice here"};',
        '{"headline": "Ice\there", "a": [1, 2, ], }',
        "{&quot;headline&quot;: &quot;Ice here&quot;}",
        '/*<![CDATA[*/{"headline": "Ice here"}/*]]>*/',
        '{"headline": "Ice here", "path": "a\\\'b"}',
    ],
)
def test_broken_json_ld_is_mended(broken: str) -> None:
    """Raw newlines, trailing commas, comment wrappers, entities and bad escapes do not lose the block."""
    value = parse(broken)
    assert " ".join(value["headline"].split()) == "Ice here"


def test_json_beyond_mending_states_nothing() -> None:
    """A block that is no JSON at all is passed over, and the next place is asked."""
    page = read_page(ld("{nonsense") + "<h1>Ice closes the canal</h1>")
    assert (page.title, page.title_origin) == ("Ice closes the canal", "h1")


def test_authors_by_reference_are_resolved() -> None:
    """An author named only by @id is looked up among the page's items."""
    graph = {"@graph": [{**ARTICLE, "author": {"@id": "#p"}}, {"@type": "Person", "@id": "#p", "name": "Ada Winther"}]}
    assert read_page(ld(graph)).authors == ("Ada Winther",)


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        (
            "<meta property='og:title' content='Ice closes the canal | Canal Times'><meta property='og:site_name' content='Canal Times'>",
            "og",
        ),
        ("<meta name='twitter:title' content='Ice closes the canal'>", "twitter"),
        ("<title>Ice closes the canal</title>", "title"),
        (
            "<title>Ice closes the canal - Canal Times</title><meta property='og:site_name' content='Canal Times'>",
            "title",
        ),
    ],
)
def test_titles_in_stated_order_without_the_site(head: str, origin: str) -> None:
    """The title keeps its origin and loses the site's name."""
    page = read_page(f"<head>{head}</head><body><p>x")
    assert (page.title, page.title_origin) == ("Ice closes the canal", origin)


def test_a_title_with_a_dash_of_its_own_is_kept_whole() -> None:
    """What follows a dash goes only when it is the site's name."""
    assert choose_title([("Rome - a city of cats", "og")], ["Canal Times"]) == ("Rome - a city of cats", "og")


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        (["By Ada Winther and Bo Lind"], ("Ada Winther", "Bo Lind")),
        (["Von Ada Winther und Bo Lind"], ("Ada Winther", "Bo Lind")),
        (["ADA WINTHER; Bo Lind"], ("ADA WINTHER", "Bo Lind")),
        (["Ada Winther, staff writer"], ("Ada Winther",)),
        (["ada@canal.example"], ()),
        (["https://canal.example/ada"], ()),
        (["admin"], ()),
        (["Ada Winther", "ada winther"], ("Ada Winther",)),
        (["Por Ada Winther y Bo Lind"], ("Ada Winther", "Bo Lind")),
    ],
)
def test_bylines_are_split_into_names(stated: list[str], names: tuple[str, ...]) -> None:
    """A byline gives its names, without opening words, roles, addresses and nobodies."""
    assert split_names(stated) == names


def test_dates_keep_their_words_and_origin() -> None:
    """Every statement of a date is kept raw, whatever its place."""
    html = (
        "<head><meta property='article:published_time' content='2024-02-03T09:00Z'></head><body>"
        "<span itemprop='datePublished' content='2024-02-03'></span><time datetime='2024-02-03T08:00'>3 Feb</time>"
    )
    assert {(kind, raw, origin.split(":")[0]) for kind, raw, origin in read_page(html).dates} == {
        ("published", "2024-02-03T09:00Z", "meta"),
        ("published", "2024-02-03", "microdata"),
        ("published", "2024-02-03T08:00", "time"),
    }


@pytest.mark.parametrize(
    ("item", "flags"),
    [
        ({**ARTICLE, "isAccessibleForFree": False}, ("paywalled",)),
        ({**ARTICLE, "isAccessibleForFree": "False"}, ("paywalled",)),
        ({**ARTICLE, "isAccessibleForFree": True}, ()),
        ({**ARTICLE, "@type": "LiveBlogPosting"}, ("live_blog",)),
    ],
)
def test_flags(item: object, flags: tuple[str, ...]) -> None:
    """A page's own word that it is no free reading, or a live blog, becomes a flag."""
    assert read_page(ld(item)).flags == flags


@pytest.mark.parametrize(
    ("head", "url", "found"),
    [
        ("<link rel=canonical href='/a/1'>", "https://canal.example/x?y=1", "https://canal.example/a/1"),
        ("<meta property='og:url' content='https://canal.example/a'>", None, "https://canal.example/a"),
        ("", "https://canal.example/x", "https://canal.example/x"),
        ("<link rel=canonical href='javascript:x'>", None, None),
        ("<link rel=canonical href='http://[x'>", "https://canal.example/x", "https://canal.example/x"),
    ],
)
def test_the_address_is_absolute(head: str, url: str | None, found: str | None) -> None:
    """The canonical link wins over og:url, that over the address asked for; nonsense gives none."""
    assert read_page(f"<head>{head}</head><body>x", url).url == found


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang='de-AT'><p>x", "de"),
        ("<html lang=''><meta property='og:locale' content='fr_FR'><p>x", "fr"),
        (
            "<p>Der Rat der Stadt hat am Montag beschlossen, dass die Brücke nicht mehr für Autos frei ist und nach dem Winter neu gebaut wird.",
            "de",
        ),
        ("<p>关于冬季道路的消息今天由市政府公布，市民可以在网站上查询。我们将继续关注事态的发展。", "zh"),
        ("<p>昨日、市はこの橋の工事について発表しました。来年の春まで続く予定です。", "ja"),
        ("<p>أعلنت البلدية اليوم عن إغلاق الجسر القديم حتى نهاية فصل الشتاء", "ar"),
    ],
)
def test_language(html: str, language: str) -> None:
    """The page's own word comes first, else letters and small words tell."""
    assert read_page(html).language == language


def test_a_text_too_short_has_no_language() -> None:
    """Nothing is claimed from a few letters."""
    assert likeliest_language("Ok.") == (None, False)
