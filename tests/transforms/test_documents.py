from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.documents import MalformedDocumentError, read_document


def test_a_line_gives_its_body_and_what_is_said_of_it() -> None:
    """Every field of a document line is read, and dates stay in their own words."""
    line = orjson.dumps(
        {
            "id": 7,
            "url": " https://paper.example/a ",
            "title": "A\u0000 title",
            "text": "A text.",
            "published_at": "19 July 2022",
            "modified_at": 1658275200,
            "captured_at": "2022-07-20T10:00:00+02:00",
            "authors": "Ana Duarte and Tom Reed",
            "publisher": "The Paper",
            "language": "en",
        }
    )
    document = read_document(line)
    assert (document.body, document.is_page, document.document_id) == ("A text.", False, 7)
    assert document.url == "https://paper.example/a"
    assert document.captured_at == datetime(2022, 7, 20, 8, tzinfo=UTC)
    assert document.claims.title == "A title"
    assert (document.claims.published, document.claims.modified) == ("19 July 2022", "1658275200")
    assert document.claims.authors == ("Ana Duarte", "Tom Reed")


def test_a_page_may_come_as_base64() -> None:
    """The bytes of a page come through as they were, whatever their charset."""
    document = read_document(b'{"html_base64": "PHA+/zwvcD4="}')
    assert (document.body, document.is_page) == (b"<p>\xff</p>", True)


def test_a_line_in_another_charset_is_read() -> None:
    """A line that is not UTF-8, against the rule of JSON, is read by detection."""
    line = '{"text": "Le marché de la gare ne rouvrira pas avant l\'été, a annoncé la mairie."}'.encode("cp1252")
    assert str(read_document(line).body).startswith("Le marché")


@pytest.mark.parametrize("time", ["soon", "03-02-2009T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_of_capture_that_cannot_be_read_costs_no_document(time: str) -> None:
    """The document counts as one without a time of capture, and says so."""
    document = read_document(f'{{"text": "a", "captured_at": "{time}"}}'.encode())
    assert (document.captured_at, document.flags) == (None, ("unreadable_captured_at",))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "cut', "no JSON"),
        (b"[1, 2]", "a document is a JSON object, not list"),
        (b'{"title": "no body"}', "needs `text`, `html` or `html_base64`"),
        (b'{"text": 5}', "`text` must be a string"),
        (b'{"html_base64": "*"}', "`html_base64` is not base64"),
        (b'{"text": "a", "id": [1]}', "`id` must be"),
        (b'{"text": "a", "authors": [1]}', "`authors` must be"),
        (b'{"text": "a", "title": {}}', "`title` must be a string"),
        (b'{"text": NaN}', "no JSON"),
    ],
)
def test_what_is_no_document_says_why(line: bytes, reason: str) -> None:
    """A malformed line is refused with what is wrong."""
    with pytest.raises(MalformedDocumentError, match=reason):
        read_document(line)


@given(st.one_of(st.binary(max_size=60), st.recursive(st.none() | st.integers(0, 9) | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "id", "authors", "published_at", "captured_at", "html_base64"]), inner, max_size=4), max_leaves=8).map(orjson.dumps)))  # fmt: skip
def test_any_line_is_a_document_or_malformed(line: bytes) -> None:
    """No line raises anything but the one error."""
    try:
        body: object = read_document(line).body
    except MalformedDocumentError as error:
        body = str(error)
    assert isinstance(body, str | bytes)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"text": "a", "text": "b"}', "`text` stands twice"),
        (b'{"text":"a","te\\u0078t":"b"}', "`text` stands twice"),
        (b'{"text":"a","more":[{"x":1,"x" :2}]}', "`x` stands twice"),
        ('{"text":"é","text":"b"}'.encode("latin-1"), "`text` stands twice"),
        (b'{"text":"a","more":' + b"[" * 100 + b"]" * 100 + b"}", "nested more than 100 deep"),
        (b'{"text":"a","more":' + b'{"x":' * 120 + b"1" + b"}" * 120 + b"}", "nested more than 100 deep"),
        (b'{"text":"a","more":NaN}', "no JSON"),
        (b'{"text":"a","more":-Infinity}', "no JSON"),
    ],
)
def test_json_that_readers_disagree_on_is_malformed(line, told):
    """J1: a name that stands twice, nesting without end and numbers that are none are refused, each by name."""
    with pytest.raises(MalformedDocumentError, match=told):
        read_document(line)


def test_texts_that_look_like_names_are_read():
    """J1: quotes and colons in a text, space before a colon, and nesting at the bound are no fault."""
    assert read_document(b'{"text" : "say \\"text\\": \\"text\\": twice"}').body == 'say "text": "text": twice'
    assert read_document(b'{"text":"a","more":' + b"[" * 98 + b"]" * 98 + b"}").body == "a"
    many = b"{" + b",".join(b'"x%d" : 1' % number for number in range(100_000)) + b',"text":"a"}'
    assert read_document(many).body == "a"
