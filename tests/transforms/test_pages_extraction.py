from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.pages.blocks import read_blocks
from transforms.pages.page import Page, read_page
from transforms.pages.parsed import parse_page

FRAME = """<!doctype html><html lang="{language}"><head><title>{title} - {site}</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="{site}"></head><body>
<header class="site-header"><nav class="main-nav"><ul><li><a href="/1">{menu}</a></li><li><a href="/2">{menu}</a></li></ul></nav></header>
<main><article class="article"><h1 class="headline">{title}</h1>
<div class="byline author">{byline}</div>
<figure class="image"><img src="a.jpg"><figcaption class="caption">{caption}</figcaption></figure>
<div class="article-body">{paragraphs}<div class="related-links"><a href="/3">{related}</a></div></div>
<div class="share-bar social"><a href="#">Facebook</a> <a href="#">WhatsApp</a></div></article>
<aside class="sidebar related"><h3>{also}</h3><ul><li class="teaser"><a href="/4">{teaser}</a></li><li class="teaser"><a href="/5">{teaser} 2</a></li></ul></aside></main>
<footer class="site-footer"><p>© 2024 {site}. <a href="/a">A</a> <a href="/b">B</a> <a href="/c">C</a> <a href="/d">D</a></p></footer></body></html>"""

STORIES = {
    "en": {
        "title": "Ferry to the northern islands returns after repairs",
        "site": "Harbour Post",
        "menu": "World",
        "byline": "By Ella Moreton",
        "caption": "The ferry at the pier on Friday. Photo: E. Moreton",
        "related": "Read more: A winter without a ferry",
        "also": "Related",
        "teaser": "Bus fares to rise again",
        "paragraphs": [
            "The ferry that links the northern islands with the mainland sailed again on Friday, three months after a fire damaged its engine room.",
            "“We have waited for this day since the autumn,” said the mayor of the largest island, who stood on the pier with some two hundred people.",
            "The company said that the repairs had cost four million, most of which will be paid by its insurer, and that a second ship would be bought next year.",
            "Fishermen had carried food and post to the islands during the winter, and the government promised to pay them for the fuel they used.",
        ],
    },
    "de": {
        "title": "Stadtbücherei öffnet nach langem Umbau wieder",
        "site": "Talbote",
        "menu": "Politik",
        "byline": "Von Henrike Sandmann",
        "caption": "Der neue Lesesaal der Bücherei. Foto: Sandmann",
        "related": "Lesen Sie auch: Was der Umbau gekostet hat",
        "also": "Mehr zum Thema",
        "teaser": "Neue Busse für die Stadt",
        "paragraphs": [
            "Nach fast zwei Jahren Umbau hat die Stadtbücherei am Samstag wieder geöffnet, und schon am Vormittag standen die Menschen bis auf den Platz hinaus.",
            "„Wir haben mit vielen gerechnet, aber nicht mit so vielen“, sagte die Leiterin des Hauses, die am Eingang jedem Besucher einen Plan in die Hand gab.",
            "Der Umbau hat nach Angaben der Verwaltung elf Millionen Euro gekostet und damit zwei Millionen mehr, als der Rat vor drei Jahren beschlossen hatte.",
            "Im Erdgeschoss gibt es nun ein Café, im ersten Stock einen Saal für Lesungen, und unter dem Dach stehen die Zeitungen aus aller Welt.",
        ],
    },
    "fr": {
        "title": "Le vieux moulin du village tourne de nouveau",
        "site": "Courrier du Val",
        "menu": "Monde",
        "byline": "Par Odile Marchand",
        "caption": "Le moulin, dimanche matin. Photo O. Marchand",
        "related": "Lire aussi : Un été sans farine",
        "also": "À lire aussi",
        "teaser": "La piscine restera fermée",
        "paragraphs": [
            "Le moulin du village, arrêté depuis plus de trente ans, a recommencé à tourner dimanche devant plusieurs centaines de personnes venues de toute la vallée.",
            "« C'est un rêve d'enfant qui se réalise », a confié le meunier, qui a passé sept hivers à remettre en état la roue et les engrenages de bois.",
            "La commune a financé une partie des travaux, le reste venant de dons recueillis par une association qui compte aujourd'hui près de mille membres.",
            "La première farine sera vendue au marché dès le mois prochain, et le boulanger a promis d'en faire un pain qui portera le nom du village.",
        ],
    },
    "es": {
        "title": "El tren nocturno vuelve a cruzar la sierra",
        "site": "Diario del Puerto",
        "menu": "Mundo",
        "byline": "Por Lucía Barrientos",
        "caption": "Viajeros en el andén el lunes. Foto: L. B.",
        "related": "Lea también: La línea que nadie quería",
        "also": "Noticias relacionadas",
        "teaser": "Sube el precio del agua",
        "paragraphs": [
            "El tren nocturno volvió a cruzar la sierra el lunes, doce años después de que la compañía suprimiera el servicio por falta de viajeros.",
            "«No esperábamos llenar los coches en el primer viaje», dijo la directora de la línea, que acompañó a los pasajeros hasta la última estación.",
            "El gobierno regional pagará la mitad de los gastos durante tres años, y después decidirá si mantiene el servicio según el número de billetes vendidos.",
            "Los vecinos de los pueblos de la sierra llevaban años pidiendo el tren, porque el autobús tarda cuatro horas y no circula en los días de nieve.",
        ],
    },
    "ru": {
        "title": "Старый мост через реку снова открыт для пешеходов",
        "site": "Речной вестник",
        "menu": "Мир",
        "byline": "Автор: Анна Лебедева",
        "caption": "Мост после ремонта. Фото: А. Лебедева",
        "related": "Читайте также: Сколько стоил ремонт",
        "also": "Читайте также",
        "teaser": "В городе появятся новые автобусы",
        "paragraphs": [
            "Старый мост через реку в субботу снова открыли для пешеходов, и первыми по нему прошли школьники, которые два года ездили на занятия в объезд.",
            "«Мы ждали этого дня очень долго», — сказала директор школы, отметив, что дорога до занятий теперь занимает десять минут вместо часа.",
            "По словам городских властей, ремонт обошёлся дороже, чем планировалось, потому что под опорами обнаружили остатки старой деревянной переправы.",
            "Археологи продолжат работу летом, а найденные предметы покажут в городском музее, который откроет для них отдельный зал.",
        ],
    },
}


def body(page: Page) -> str:
    kept, place = [], 0
    for cut in page.cuts:
        kept.append(page.source_text[place : cut.start])
        place = cut.stop
    return "".join([*kept, page.source_text[place:]])


def story(language: str) -> Page:
    parts = dict(STORIES[language])
    paragraphs = "".join(f"<p>{p}</p>" for p in parts.pop("paragraphs"))
    return read_page(FRAME.format(language=language, paragraphs=paragraphs, **parts), "https://paper.example/a/1")


@pytest.mark.parametrize("language", STORIES)
def test_the_body_is_the_paragraphs_and_nothing_else(language: str) -> None:
    """Menu, headline, byline, caption, prompts, share bar, teasers and footer go; every paragraph stays."""
    kept = [line for line in body(story(language)).split("\n") if line]
    assert kept == STORIES[language]["paragraphs"]


@pytest.mark.parametrize("language", STORIES)
def test_source_text_holds_all_that_is_visible_in_order(language: str) -> None:
    """Everything a reader sees stands in source_text, once each and in document order."""
    parts = STORIES[language]
    lines = story(language).source_text
    wanted = [
        parts["title"],
        parts["byline"],
        parts["caption"],
        *parts["paragraphs"],
        parts["related"],
        parts["also"],
        parts["teaser"],
    ]
    places = [lines.index(words) for words in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize("language", STORIES)
def test_title_author_language_are_read(language: str) -> None:
    """The headline loses the site's name, the byline its opening word, and the language is the page's."""
    page = story(language)
    assert page.title == STORIES[language]["title"]
    assert page.authors == (STORIES[language]["byline"].split(maxsplit=1)[1],)
    assert page.authors_origin == "byline"
    assert page.language == language


def test_cuts_say_why() -> None:
    """The rule of a cut names what the block is."""
    page = story("en")
    why = {page.source_text[c.start : c.stop]: c.rule for c in page.cuts}
    found = {words: rule for text, rule in why.items() for words in text.split("\n")}
    assert found["Ferry to the northern islands returns after repairs"] == "page:headline"
    assert found["The ferry at the pier on Friday. Photo: E. Moreton"] == "page:caption"
    assert found["By Ella Moreton"] == "page:byline"
    assert found["Read more: A winter without a ferry"] == "page:related"
    assert found["World"] == "page:navigation" or found["- World"] == "page:navigation"


def test_lists_and_tables_stay_readable() -> None:
    """A list item is a line that starts with a dash, a table row one line with its cells apart."""
    html = "<body><ul><li>one<li>two <b>bold</b></ul><table><tr><th>Year<th>Sum<tr><td>1999<td>12</table><p>A<br>b<br><br>c</p>"
    assert read_page(html).source_text == "- one\n- two bold\n\nYear | Sum\n1999 | 12\n\nA b\n\nc"


def test_what_nobody_sees_is_no_text() -> None:
    """Scripts, styles, templates and the head leave nothing in source_text."""
    html = "<head><title>t</title><style>p{}</style></head><body><script>var a</script><p>seen</p><template>no</template><noscript>no</noscript>"
    assert read_page(html).source_text == "seen"


def test_a_page_without_an_article_keeps_everything_explained() -> None:
    """A page of links only has a source text, and cuts that cover what is no body."""
    page = read_page("<nav><a href=/a>Home</a><a href=/b>World</a></nav>")
    assert page.source_text == "Home\n\nWorld"
    assert body(page).strip() in {"", "Home", "World", "Home\n\nWorld"}


def check(page: Page) -> None:
    place = 0
    for cut in page.cuts:
        assert place <= cut.start < cut.stop <= len(page.source_text)
        assert page.source_text[cut.start - 1 : cut.start] in {"", "\n"}
        assert page.source_text[cut.stop : cut.stop + 1] in {"", "\n"}
        assert cut.rule.startswith("page:")
        place = cut.stop + 1


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div class=related>",
                "</div>",
                "<li>",
                "<ul>",
                "</ul>",
                "<table><tr><td>",
                "<td>",
                "</table>",
                "<br>",
                "<a href=x>",
                "</a>",
            ]
        ),
        st.sampled_from(
            [
                "<h1>",
                "</h1>",
                "<b>",
                "</b>",
                "<nav>",
                "</nav>",
                "<!-- c -->",
                "&amp;",
                "&nbsp;",
                "|",
                "\n",
                "<footer>",
                "<script>x</script>",
                "<time datetime=2020-01-01>",
            ]
        ),
        st.text(max_size=30),
        st.sampled_from(STORIES["en"]["paragraphs"]),
    ),
    max_size=40,
)


@settings(max_examples=80, deadline=None)
@given(PIECES)
def test_cuts_are_ordered_disjoint_whole_blocks(pieces: list[str]) -> None:
    """Whatever the page, cuts are in order, apart, inside the text, and cover whole lines; reading twice gives the same."""
    html = "".join(pieces)
    page = read_page(html, "https://paper.example/")
    check(page)
    assert page == read_page(html, "https://paper.example/")
    assert all(line == " ".join(line.split()) for line in page.source_text.split("\n"))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_page(text: str) -> None:
    """Any string at all gives a page whose cuts hold together."""
    check(read_page(text))


def test_captions_and_embedded_posts_go_whatever_their_words() -> None:
    """A caption written as a sentence and a post that a widget brings in are cut, each under its own name."""
    first, second, third, fourth = STORIES["en"]["paragraphs"]
    caption = (
        "The mayor of the largest island, who stood on the pier, waits for the ferry with some two hundred people."
    )
    post = (
        "We are so happy that the ferry is back again after this long winter, thank you to the whole crew of the ship."
    )
    page = read_page(
        f"<html lang=en><body><article><h1>Ferry returns</h1><p>{first}</p><figure><img><figcaption><p>{caption}</p></figcaption></figure>"
        f"<p>{second}</p><blockquote class='twitter-tweet'><p>{post}</p></blockquote><p>{third}</p><p>{fourth}</p></article>"
    )
    why = {page.source_text[c.start : c.stop]: c.rule for c in page.cuts}
    assert why[caption] == "page:caption"
    assert why[post].startswith("page:")
    assert all(words in body(page) for words in (first, second, third, fourth))


def test_a_wrapping_link_that_nobody_closed_is_no_link() -> None:
    """A story inside a link that was never closed is still the story."""
    paragraphs = [p for _ in range(2) for p in STORIES["en"]["paragraphs"]]
    html = "<html lang=en><body><div class=article-body><a href=/x>" + "".join(
        f"<p>{n} {p}</p>" for n, p in enumerate(paragraphs)
    )
    assert all(p in body(read_page(html)) for p in paragraphs)


def test_text_hidden_at_first_is_text() -> None:
    """What a script will show, as in pages that are streamed, is part of the page and of the article."""
    paragraphs = "".join(f"<p>{p}</p>" for p in STORIES["de"]["paragraphs"])
    page = read_page(f"<html lang=de><body><div>…</div><div hidden id=S:0><main><h1>x</h1>{paragraphs}</main></div>")
    assert all(p in body(page) for p in STORIES["de"]["paragraphs"])


def test_a_link_around_a_picture_ends_with_it() -> None:
    """What follows a linked picture or a linked line break is no link."""
    html = "<p><a href=x><img src=y></a>one<p><a href=x>two<br></a>three<p>four"
    blocks = read_blocks(parse_page(html))
    assert list(zip(blocks.text, blocks.linked, strict=True)) == [("one", 0), ("two three", 3), ("four", 0)]


def test_a_list_of_links_stays_a_list() -> None:
    """Items that are links stand on lines of their own with a dash, as other items do."""
    html = "<p>Before<ul class=more><li><a href=x>one</a><li><a href=y><b>two</b></a></ul><p>After"
    assert read_page(html).source_text == "Before\n\n- one\n- two\n\nAfter"


def test_an_empty_box_stands_between_two_lines() -> None:
    """An element without content still ends the line before it, unless it is part of one."""
    assert read_page("one<div></div>two<span></span> three<p>four").source_text == "one\n\ntwo three\n\nfour"


def test_the_name_of_a_box_around_the_body_is_no_reason() -> None:
    """A box that holds paragraphs of the body gives no rule to what else it holds."""
    paragraphs = "".join(f"<p>{p}</p>" for p in STORIES["en"]["paragraphs"])
    page = read_page(f"<html lang=en><body><div class='newsletter'><h1>x</h1>{paragraphs}<p>Menu</p></div>")
    assert all(p in body(page) for p in STORIES["en"]["paragraphs"])
    assert not any(cut.rule == "page:newsletter" for cut in page.cuts)
