from __future__ import annotations

import contextlib
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


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p>word " * 200_000, id="200,000 open paragraphs"),
        pytest.param("<footer>" * 1_900 + "<p>x" * 300_000, id="300,000 open paragraphs in 1,900 footers"),
        pytest.param("<footer>" * 1_900 + "<p>x</p>" * 300_000, id="300,000 paragraphs in 1,900 footers"),
        pytest.param("<div><span>" * 900 + "<a>x</a>" * 100_000, id="100,000 links in 900 spans"),
        pytest.param("<html><body>" + PROSE * (10_000_000 // len(PROSE)), id="10 MB of paragraphs"),
        pytest.param("<ul>" + "<li><a href=x>word</a>" * 100_000, id="a list of 100,000 links"),
        pytest.param("<ul>" * 400 + "<p>x" * 100_000, id="100,000 paragraphs in 400 lists"),
        pytest.param("<ul>" * 400 + "<li><a href=x>word</a></li>" * 50_000, id="50,000 links in 400 lists"),
        pytest.param("<table>" + "<tr><td>word<td>word" * 50_000, id="a table of 50,000 rows"),
        pytest.param("<div class='a b'><p><b><i><a>x" * 20_000, id="five tags 20,000 times, none closed"),
        pytest.param("<p>wo\0rd " * 100_000, id="100,000 NULs"),
    ],
)
def test_huge_pages_take_bounded_time(html: str) -> None:
    """What is many thousand times as much as an article takes seconds: refused by name, or read."""
    start = time.process_time()
    with contextlib.suppress(HostilePageError):
        assert "\0" not in read_page(html).source_text
    assert time.process_time() - start < 10


def test_the_end_of_a_huge_page_is_judged_by_length_and_links() -> None:
    """Beyond the blocks that are judged one by one, long lines that are no links stay and the others go."""
    paragraphs = [f"{PROSE[3:-4]} It met again {n} days later and spoke of the mill." for n in range(12_000)]
    page = read_page("<html lang=en><body><main><h1>Minutes</h1><p>" + "<p>".join(paragraphs) + "<p>Next</main>")
    cut = "".join(page.source_text[cut.start : cut.stop] for cut in page.cuts)
    assert "Next" in cut
    assert not any(paragraph in cut for paragraph in paragraphs[10_000:])


@pytest.mark.parametrize("tags", ["<div>", "<span>", "<div><b>", "<blockquote><div>", "<section><svg><g>", "<ul><li>"])
def test_five_thousand_levels_take_bounded_time(tags: str) -> None:
    """However the levels are made, the page is refused or read at once."""
    start = time.process_time()
    with contextlib.suppress(HostilePageError):
        read_page(tags * 5_000 + PROSE)
    assert time.process_time() - start < 2


def test_a_long_script_is_no_tag_of_many_attributes() -> None:
    """Long stretches without a tag, in scripts and in one attribute's value, are no ground for refusal."""
    words = "a=1 " * 5_000
    html = f"<body><script>{words}</script><div data-state='{words}'>{PROSE}</div>{words}"
    assert "bridge" in read_page(html).source_text


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
        '<script type=application/ld+json>{"@type": "NewsArticle", "articleBody": "'
        + "a" * 200_000
        + '"}</script>'
        + f"<p>{'a' * 29}b" * 10_000,
    ],
)
def test_a_megabyte_of_spite_takes_bounded_time(html: str) -> None:
    """Text made to send patterns backtracking is read in seconds."""
    assert seconds(lambda: read_page(html)) < 5
