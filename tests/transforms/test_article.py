from __future__ import annotations

import dataclasses
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.article import first_sentence, to_article, to_articles
from transforms.boilerplate import shipped_rules
from transforms.edits import apply
from transforms.records import Article, Capture, Rejection, SourceClaims

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
WHEN = datetime(2024, 3, 1, 12, tzinfo=UTC)
BODY = "The council met in the old town hall on Monday and spoke for three hours about the harbour and its cranes."


def capture(payload: bytes | str, media_type: str = "text/plain", **more: object) -> Capture:
    content = payload if isinstance(payload, bytes) else payload.encode()
    return Capture("seeds", "/seeds/a", WHEN, media_type, content, **more)  # type: ignore[arg-type]


def article(payload: bytes | str, media_type: str = "text/plain", **more: object) -> Article:
    result = to_article(capture(payload, media_type, **more), shipped_rules())
    assert isinstance(result, Article), result
    assert apply(result.edits, result.source_text) == result.text
    return result


def test_a_text_becomes_an_article() -> None:
    """Title, dateline, date, credit, authors and flags come off a text, and what is left is the article."""
    made = article(
        f"Council meets again\n\nPORTO, Portugal – {BODY}\n\nMarlow reported from Lisbon.\n\n"
        "This article was translated automatically by software and may contain mistakes."
    )
    assert (made.title, made.title_origin, made.dateline) == ("Council meets again", "title-line", "PORTO, Portugal")
    assert (made.text, made.credit, made.authors) == (BODY, "Marlow reported from Lisbon.", ("Marlow",))
    assert made.flags == ("machine_translated",)
    assert made.language == "en"
    assert made.text_sha256 == hashlib.sha256(BODY.encode()).hexdigest()
    assert made.word_count == len(BODY.split())


def test_a_text_without_a_title_line_is_called_by_its_first_sentence() -> None:
    """A derived title says that it is one."""
    made = article(f"date 2022-07-19 PORTO, Portugal – {BODY} Nobody left early.")
    assert (made.title, made.title_origin) == (BODY.removesuffix("."), "first-sentence")
    assert (made.published_at, made.published_precision) == (datetime(2022, 7, 19, tzinfo=UTC), "day")
    assert made.published_origin == "text-prefix"


def test_what_the_source_says_goes_first() -> None:
    """The source's own title and names stand over what the text shows; its date is a claim like any other."""
    claims = SourceClaims(
        title="Council meets", published="2022-07-19T10:00:00+02:00", authors=("Kim Oss",), publisher="VP"
    )
    made = article(f"Council meets\n\n{BODY}\n\n{BODY}", claims=claims, url="https://paper.example/a?utm_medium=x")
    assert (made.title, made.title_origin, made.authors, made.publisher) == (
        "Council meets",
        "source",
        ("Kim Oss",),
        "VP",
    )
    assert (made.url, made.hostname) == ("https://paper.example/a", "paper.example")
    assert made.published_at == datetime(2022, 7, 19, 8, tzinfo=UTC)
    assert made.published_local == datetime(2022, 7, 19, 10)
    assert made.edits[0].rule == "headline-repeat"


def test_what_a_feed_says_stands_beside_what_the_page_says() -> None:
    """The page names itself; what it does not say is taken from the feed, whose date is a claim of its own."""
    claims = SourceClaims(
        title="Council (Video)", published="Tue, 19 Jul 2022 10:00:00 +0200", authors=("Kim Oss",), origin="feed"
    )
    told = f"<html lang=en><title>{{}}</title><article><p>{BODY}</p><p>{BODY} Twice.</p></article>"
    made = article(told.format("Council meets"), "text/html", claims=claims)
    assert (made.title, made.authors, made.language) == ("Council meets", ("Kim Oss",), "en")
    assert [(claim.raw, claim.origin) for claim in made.date_claims if claim.chosen] == [
        ("Tue, 19 Jul 2022 10:00:00 +0200", "feed")
    ]
    assert made.published_at == datetime(2022, 7, 19, 8, tzinfo=UTC)
    unnamed = article(told.format(""), "text/html", claims=claims)
    assert (unnamed.title, unnamed.title_origin) == ("Council (Video)", "feed")


def test_a_page_becomes_an_article() -> None:
    """The body of a page comes out as paragraphs, with an edit for everything around it."""
    page = (
        "<html lang=en><title>Council meets | VP</title><nav><a href=/>Home</a> <a href=/s>Sport</a></nav><article>"
        f"<h1>Council meets</h1><p>{BODY}</p><p>{BODY} Twice.</p><p>{BODY} Thrice.</p></article><footer>© 2022 VP</footer>"
    )
    made = article(page, "text/html")
    assert made.text == f"{BODY}\n\n{BODY} Twice.\n\n{BODY} Thrice."
    assert (made.title, made.extractor) == ("Council meets", "page")
    assert all(edit.rule for edit in made.edits)


@pytest.mark.parametrize(
    ("payload", "media_type", "stage", "reason"),
    [
        (b"", "text/plain", "decode", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "text/plain", "decode", "binary"),
        (b"Advertisement\n\nBack to top", "text/plain", "clean", "empty"),
        (b'{"text": ', "application/json", "parse", "malformed"),
        (b'{"text": "\\u0000"}', "application/json", "decode", "binary"),
        (b"whatever", "application/pdf", "parse", "unsupported"),
        (("<p " + " ".join(f"a{n}=1" for n in range(3000)) + ">x").encode(), "text/html", "extract", "hostile_html"),
    ],
)
def test_bad_input_is_refused_with_stage_reason_and_hash(
    payload: bytes, media_type: str, stage: str, reason: str
) -> None:
    """A refusal names where and why, and which bytes."""
    refusal = to_article(capture(payload, media_type), shipped_rules())
    assert isinstance(refusal, Rejection)
    assert (refusal.stage, refusal.reason) == (stage, reason)
    assert refusal.detail
    assert refusal.payload_sha256 == hashlib.sha256(payload).hexdigest()


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from(["text/plain", "text/html", "application/json", "text/markdown; charset=koi8-r", "", "x"]),
)
def test_anything_is_an_article_or_a_rejection(payload: bytes, media_type: str) -> None:
    """`to_article` is total, and what it makes keeps the trail."""
    result = to_article(capture(payload, media_type), shipped_rules())
    if isinstance(result, Article):
        assert apply(result.edits, result.source_text) == result.text
        assert result.text
    else:
        assert result.reason


def test_a_batch_keeps_its_order_and_no_document_touches_another() -> None:
    """Each capture of a batch becomes what it becomes alone."""
    captures = [capture(f"{BODY} Number {number}.") for number in range(5)]
    captures.insert(2, capture(b""))
    together = to_articles(captures, shipped_rules())
    assert together == [to_article(one, shipped_rules()) for one in captures]
    assert isinstance(together[2], Rejection)


def test_when_bytes_were_seen_does_not_change_what_they_become() -> None:
    """The time of capture is no part of the article but as a bound of its dates."""
    one = capture(f"date 2022-07-19 {BODY}")
    later = dataclasses.replace(one, captured_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert to_article(one, shipped_rules()) == to_article(later, shipped_rules())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Mr. Reed met the U.S. envoy. They spoke.", "Mr. Reed met the U.S. envoy"),
        ("Will it rain? Nobody knows.", "Will it rain?"),
        ("„Es regnet.“ Das sagte er.", "„Es regnet.“"),
        ("No full stop\nin this line", "No full stop"),
        ("理事会は月曜日に会議を開いた。橋は閉鎖された。", "理事会は月曜日に会議を開いた。"),
        ("word " * 60, "word " * 39 + "word…"),
    ],
)
def test_the_first_sentence_is_found(text: str, title: str) -> None:
    """Abbreviations do not end a sentence, and a long one is cut between words."""
    assert first_sentence(text) == title


@pytest.mark.skipif(not SEEDS.exists(), reason="the two documents that the project started from are not beside it")
def test_the_two_seeds_become_what_they_should() -> None:
    """Of the documents that the project started from, all litter goes, each piece by its rule, and no other word."""
    first, second = (article(path.read_bytes()) for path in sorted(SEEDS.glob("*.txt")))
    assert (first.title_origin, second.title_origin) == ("title-line", "first-sentence")
    assert (first.dateline, second.dateline) == ("TEHRAN, Iran", "JERUSALEM, Israel")
    assert second.published_at == datetime(2022, 7, 19, tzinfo=UTC)
    assert (second.published_precision, second.published_origin) == ("day", "text-prefix")
    assert first.flags == ("machine_translated",)
    assert first.authors == ("Isachenkov", "Isabel DeBre", "Suzan Fraser")
    rules = [edit.rule for edit in first.edits]
    assert rules == [
        *("title-line", "dateline", "stray-stop", "repeated-stop", "repeated-stop", "read-more", "spaced-stop"),
        *("turned-quote", "read-more", "credit-line", "more-stories", "contact", "machine-translation", "back-to-top"),
    ]
    assert [edit.rule for edit in second.edits] == ["date-prefix", "dateline", "whitespace"]
    for made in (first, second):
        taken = [edit for edit in made.edits if not edit.rule.endswith(("stop", "quote", "whitespace"))]
        kept = apply(taken, made.source_text)
        assert re.findall(r"\w+", kept) == re.findall(r"\w+", made.text)
        litter = ("read more:", "must-have", "contact us", "translate it", "back to top", "contributed.", " .", ". ,")
        assert not [words for words in litter if words in made.text.lower()]


def test_documents_in_json_are_read_like_files() -> None:
    """A text in a document line becomes what it would become in a file of its own."""
    line = orjson.dumps({"text": f"date 2022-07-19 {BODY}"})
    assert article(line, "application/json").text == article(f"date 2022-07-19 {BODY}").text == BODY
