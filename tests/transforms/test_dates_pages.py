"""A page's places of dates become raw claims."""

from __future__ import annotations

from datetime import datetime

import pytest

from transforms.dates.claims import make_claims, publication
from transforms.dates.page_claims import page_claims
from transforms.pages.parsed import parse_page

FILLER = "<p>" + "The harbour reopened after the storm and ships queued for hours outside it. " * 4 + "</p>"


def claims_of(html: str) -> dict[str, tuple[str, str]]:
    """Map each origin of a page's claims to its kind and words."""
    return {origin: (kind, raw) for kind, raw, origin in page_claims(parse_page(html))}


def local_day(html: str, url: str | None = None) -> datetime | None:
    """Give the day that a page is dated."""
    return publication(make_claims(page_claims(parse_page(html)), url=url))[1]


def test_nested_json_ld_is_walked() -> None:
    """An article inside a graph is found, a comment's date is foreign."""
    found = claims_of(
        '<script type="application/ld+json">{"@graph":[{"@type":"WebPage"},{"@type":"NewsArticle",'
        '"datePublished":"2022-07-19T08:00:00Z","dateModified":"2022-07-20","comment":{"@type":"Comment",'
        '"dateCreated":"2022-07-21"}}]}</script>'
    )
    assert found["json-ld:published:newsarticle.datePublished"] == ("published", "2022-07-19T08:00:00Z")
    assert found["json-ld:modified:newsarticle.dateModified"] == ("modified", "2022-07-20")
    assert found["json-ld:foreign:comment.dateCreated"] == ("published", "2022-07-21")


def test_broken_json_ld_is_mended() -> None:
    """A trailing comma and a raw line break do not hide the date, nor whose it is."""
    found = claims_of(
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"a\nb",'
        '"datePublished":"2022-07-19",}</script>'
    )
    assert found["json-ld:published:newsarticle.datePublished"] == ("published", "2022-07-19")


def test_json_ld_beyond_mending_is_searched() -> None:
    """A quotation mark inside a string leaves no JSON to read; the date's own key still tells it."""
    found = claims_of(
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"a "b" c",'
        '"datePublished":"2022-07-19"}</script>'
    )
    assert found["json-ld:published:broken.datePublished"] == ("published", "2022-07-19")


def test_deep_json_ld_does_not_hang() -> None:
    """A thousand nested objects are cut off."""
    text = '{"a":' * 900 + '{"datePublished":"2022-07-19"}' + "}" * 900
    assert claims_of(f'<script type="application/ld+json">{text}</script>') is not None


def test_meta_elements_are_read_by_name_property_and_itemprop() -> None:
    """Known names only; long contents are prose."""
    found = claims_of(
        '<meta property="article:published_time" content="2022-07-19T08:00:00Z">'
        '<meta name="DC.date.issued" content="2022-07-19">'
        '<meta itemprop="dateModified" content="2022-07-20"><meta name="description" content="2022-07-01">'
    )
    assert found["meta:published:article:published_time"][1] == "2022-07-19T08:00:00Z"
    assert found["meta:published:dc.date.issued"] == ("published", "2022-07-19")
    assert found["microdata:modified:datemodified"] == ("modified", "2022-07-20")
    assert len(found) == 3


def test_a_byline_near_the_headline_is_found_in_nine_languages() -> None:
    """Published and updated, each with its words."""
    bylines = {
        "Published 5:40 p.m. ET July 19, 2022": "published",
        "Updated July 19, 2022": "modified",
        "Veröffentlicht am 19. Juli 2022, 17:40 Uhr": "published",
        "Aktualisiert: 19.07.2022": "modified",
        "Publié le 19 juillet 2022 à 17h40": "published",
        "Mis à jour le 19 juillet 2022": "modified",
        "Publicado el 19 de julio de 2022": "published",
        "Actualizado: 19 de julio de 2022": "modified",
        "Pubblicato il 19 luglio 2022": "published",
        "Atualizado em 19 de julho de 2022": "modified",
        "Опубликовано 19 июля 2022": "published",
        "Обновлено 19 июля 2022": "modified",
        "نشر في 19 يوليو 2022": "published",
        "آخر تحديث 19 يوليو 2022": "modified",
        "发布时间：2022年7月19日": "published",
        "更新时间：2022年7月19日": "modified",
    }
    for words, kind in bylines.items():
        html = f"<title>Harbour reopens</title><h1>Harbour reopens</h1><div>{words}</div>{FILLER}"
        found = [(each, origin) for each, _, origin in page_claims(parse_page(html))]
        assert found == [(kind, f"byline:near-{kind}")], words
        assert local_day(html) is not None
        assert f"{local_day(html):%Y-%m-%d}" == "2022-07-19", words


@pytest.mark.parametrize(
    "words",
    [
        "2022년 7월 19일 오후 5:40",
        "2022.07.19 오후 5시 40분",
        "2022年7月19日(火) 17:40",
        "2022年7月19日 下午5:40",
        "19 Ιουλίου 2022, 5:40 μ.μ.",
    ],
)
def test_a_byline_keeps_its_time_with_the_half_of_the_day(words: str) -> None:
    """The weekday and the half of the day may stand between a date and its time."""
    claims = make_claims(page_claims(parse_page(f"<h1>Harbour reopens</h1><p>{words}</p>{FILLER}")), url=None)
    assert publication(claims)[1] == datetime(2022, 7, 19, 17, 40)


def test_a_footer_makes_no_claim_that_wins() -> None:
    """A copyright year is nothing; a byline above it is all."""
    html = f"<h1>Harbour reopens</h1><p>19 July 2022</p>{FILLER}<footer>© 2001-2024 Example News</footer>"
    assert local_day(html) == datetime(2022, 7, 19)
    assert local_day(f"<h1>Harbour reopens</h1>{FILLER}<footer>© 2001-2024 Example News</footer>") is None


def test_related_stories_do_not_date_a_page() -> None:
    """A teaser's date weighs less than the byline after it."""
    html = (
        '<h1>Harbour reopens</h1><aside class="related"><time datetime="2019-01-02">2 January 2019</time></aside>'
        f"<p>By Ann Lee, 19 July 2022</p>{FILLER}"
    )
    assert local_day(html) == datetime(2022, 7, 19)


def test_an_updated_time_element_is_a_change() -> None:
    """The class tells what a time element dates."""
    found = claims_of(
        '<h1>Harbour reopens</h1><time class="entry-date published" datetime="2022-07-19">a</time>'
        '<time class="updated" datetime="2022-07-20">b</time>'
    )
    assert found["time:published"] == ("published", "2022-07-19")
    assert found["time:modified"] == ("modified", "2022-07-20")


def test_a_page_without_dates_has_no_claims() -> None:
    """Nothing is invented."""
    assert page_claims(parse_page(f"<h1>Harbour reopens</h1>{FILLER}")) == ()
    assert page_claims(parse_page("")) == ()


def test_scripts_are_searched_where_the_markup_is_silent() -> None:
    """State for hydration is a place too, of little weight."""
    found = claims_of('<script>window.s={"publishedAt":"2022-07-19T08:00:00Z"}</script>')
    assert found["script:publishedAt"] == ("published", "2022-07-19T08:00:00Z")
