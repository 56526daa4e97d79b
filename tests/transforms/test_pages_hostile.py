from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from transforms.pages.hostile import HostilePageError
from transforms.pages.page import read_page

PROSE = (
    "<p>The council met on Tuesday and agreed, after a long debate, to repair the old bridge before winter comes.</p>"
)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def test_a_tag_of_100_000_attributes_is_refused_by_name() -> None:
    """One tag with 100,000 attributes is refused before the parse, quickly and with a countable reason."""
    html = f"<body>{PROSE}<p {' '.join(f'a{n}=1' for n in range(100_000))}>x</p>"
    start = time.process_time()
    with pytest.raises(HostilePageError) as refusal:
        read_page(html)
    assert refusal.value.reason == "hostile_html"
    assert "attributes" in refusal.value.detail
    assert time.process_time() - start < 2


@pytest.mark.parametrize(("count", "refused"), [(1_900, False), (2_001, True)])
def test_the_bound_on_attributes_has_two_sides(count: int, refused: bool) -> None:
    """A tag just under the bound is read, one over it is refused."""
    html = f"<body>{PROSE}<p {' '.join(f'data-attribute-{n}=1' for n in range(count))}>x</p>"
    if refused:
        with pytest.raises(HostilePageError):
            read_page(html)
    else:
        assert "bridge" in read_page(html).source_text


@pytest.mark.parametrize(("depth", "refused"), [(1_990, False), (2_001, True), (100_000, True)])
def test_the_bound_on_nesting_has_two_sides(depth: int, refused: bool) -> None:
    """Nesting is read up to 2,000 tags deep and refused beyond."""
    html = "<div>" * depth + PROSE + "</div>" * depth
    if refused:
        with pytest.raises(HostilePageError) as refusal:
            read_page(html)
        assert "deep" in refusal.value.detail
    else:
        assert "bridge" in read_page(html).source_text


def test_closing_tags_of_other_names_do_not_hide_the_depth() -> None:
    """Depth counts what is really open, whatever is closed that was never opened."""
    with pytest.raises(HostilePageError):
        read_page("<div></b>" * 5_000)


@pytest.mark.parametrize(
    "row", ["<p>word ", "<br>", "<li>word", "<img src=x>", "<option>o", "<div>a</div>", "<td>x", "<a>x"]
)
def test_long_rows_do_not_nest(row: str) -> None:
    """A page may have any number of tags side by side, closed by themselves or not."""
    assert seconds(lambda: read_page(row * 20_000)) < 5


def test_200_000_open_paragraphs_take_bounded_time() -> None:
    """200,000 paragraphs that nobody closes are read in seconds."""
    assert seconds(lambda: read_page("<p>word " * 200_000)) < 20


def test_a_page_of_ten_megabytes_takes_bounded_time() -> None:
    """A 10 MB page of ordinary paragraphs is read in seconds."""
    assert seconds(lambda: read_page("<html><body>" + PROSE * (10_000_000 // len(PROSE)))) < 20


@pytest.mark.parametrize(
    "html",
    [
        "",
        " ",
        "<",
        "<!",
        "<!--",
        "</",
        "<p",
        "<p a",
        "\0",
        "\0" * 1_000,
        "\ud800",
        "a\udfffb<p class=\ud800>",
        "<script>x=1</script>",
        "<script>",
        "<title>",
        "<table><tr><td>",
        "<a><b><i><u><p><div><a><b>",
        "<body></html><p>x",
        "&#0;&#xD800;&#x110000;",
        "<svg><p>x</svg>",
        "<math><mi>x",
        "<frameset><frame>",
        "<template><p>x</template>",
        "<plaintext>abc",
        "<select><option>x",
        "<meta property=og:title content='\ud800'><h1>x</h1>",
        "<base href='http://['><link rel=canonical href='http://[::'>",
        '<script type=application/ld+json>{"@graph": [[[[]]]], "author": {"@id": 3}}</script>',
        '<script type=application/ld+json>[1, null, "x", {"@type": [1, null], "headline": 3, "author": [null, [], {}]}]</script>',
        "<html lang='" + "x" * 5_000 + "'>",
        "<p>" + "x" * 100_000,
        "<p>" + "\u200b" * 50,
        "<td>|</td><td>|</td>",
        "<li>- </li>",
    ],
)
def test_any_string_gives_a_page(html: str) -> None:
    """Broken, empty and absurd input gives a page, never an error, and text that can be written down."""
    page = read_page(html, "http://[broken")
    page.source_text.encode("utf-8")
    assert "\0" not in page.source_text


@pytest.mark.parametrize(
    "html",
    [
        "<title>" + " - " * 300_000,
        "<title>" + "a | " * 100_000,
        "<meta name=author content='" + "and " * 200_000 + "'>",
        "<script type=application/ld+json>" + ", " * 400_000 + "</script>",
        "<script type=application/ld+json>" + "[" * 500_000 + "</script>",
        "<script type=application/ld+json>" + '{"a":' * 200_000 + "</script>",
        "<script type=application/ld+json>" + "<!--" * 200_000 + "</script>",
        "<p>" + "A a " * 250_000,
        "<p class=byline>By " + "Jane " * 200_000,
        "<p class='" + "aB" * 400_000 + "'>x",
        "<h1>" + "»" * 500_000,
        "<p>" + "@" * 1_000_000,
        "<meta name=author content='" + "a." * 400_000 + "@'>",
        "<title>" + " " * 1_000_000 + "x",
    ],
)
def test_a_megabyte_of_spite_takes_bounded_time(html: str) -> None:
    """Text made to send patterns backtracking is read in seconds."""
    assert seconds(lambda: read_page(html)) < 5
