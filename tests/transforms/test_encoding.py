from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.encoding import NotTextError, decode

FRENCH = "Le marché couvert de la gare ne rouvrira pas avant l'été, a annoncé la mairie à la presse. " * 3
RUSSIAN = "Рабочие порта проголосовали в понедельник за продолжение забастовки, сообщил профсоюз. " * 3
JAPANESE = "港の労働者は月曜日、ストライキの継続を決めた。組合が発表した。" * 4


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (FRENCH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        ("항구 노동자들은 월요일 파업을 계속하기로 결정했다고 노조가 밝혔다. " * 4, "euc_kr"),
        ("港口工人星期一投票决定继续罢工，工会说。码头已经关闭十六天。" * 4, "gb18030"),
    ],
)
def test_legacy_charsets_are_detected(text: str, charset: str) -> None:
    """A text in a charset of its time is read as its writer meant it."""
    assert decode(text.encode(charset)).text == text


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_and_goes(mark: bytes, charset: str) -> None:
    """The mark says which charset it is, over any other word, and is no part of the text."""
    decoded = decode(mark + FRENCH.encode(charset), declared="cp1251")
    assert (decoded.text, decoded.charset) == (FRENCH, charset)


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_seen(charset: str) -> None:
    """UTF-16 without a mark is told from binary by where its zero bytes stand."""
    assert decode("The harbour is closed.".encode(charset)).text == "The harbour is closed."


def test_the_transport_is_believed_before_the_markup() -> None:
    """A charset of the transport goes before one that the page declares."""
    page = '<meta charset="koi8-r">Рабочие порта'.encode("cp1251")
    assert decode(page, declared="windows-1251", markup=True).text.endswith("Рабочие порта")


def test_a_page_says_its_own_charset() -> None:
    """Without a word of the transport the declaration inside the page counts."""
    page = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">Рабочие порта'.encode("koi8-r")
    assert decode(page, markup=True).text.endswith("Рабочие порта")


@pytest.mark.parametrize("declared", ["base64", "no-such-charset", "", "utf-8\x00"])
def test_a_declaration_that_is_no_charset_is_passed_over(declared: str) -> None:
    """What nobody can read by does not stop the reading."""
    assert decode(FRENCH.encode(), declared=declared).text == FRENCH


def test_damaged_utf8_stays_utf8() -> None:
    """One broken byte does not turn a whole text into another charset; the damage is counted."""
    payload = bytearray(RUSSIAN.encode())
    payload[41] = 0xFF
    decoded = decode(bytes(payload))
    assert decoded.charset == "utf-8"
    assert 1 <= decoded.replaced <= 2
    assert decoded.text.startswith("Рабочие порта")


def test_zero_bytes_are_removed_and_counted() -> None:
    """A few zero bytes in a text go, and the count says so."""
    decoded = decode(b"The harbour is closed" + b" and quiet" * 20 + b".\0")
    assert "\0" not in decoded.text
    assert decoded.replaced == 1


def test_line_ends_are_one_kind() -> None:
    """Line ends of every system become line feeds."""
    assert decode(b"one\r\ntwo\rthree\n").text == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
        (b"%PDF-1.7 a portable document", "binary"),
        (bytes(range(32)) * 40, "binary"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8" * 50, "undecodable"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(payload: bytes, reason: str) -> None:
    """Bytes that are no text are refused in one word."""
    with pytest.raises(NotTextError) as refusal:
        decode(payload)
    assert refusal.value.reason == reason


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-16", "latin-1", "hex"]), st.booleans())
def test_any_bytes_give_a_text_or_a_reason(payload: bytes, declared: str | None, markup: bool) -> None:
    """No bytes raise anything else, and no text holds what a database cannot keep."""
    try:
        decoded = decode(payload, declared=declared, markup=markup)
    except NotTextError as error:
        refusal = error.reason
    else:
        refusal = None
        assert "\0" not in decoded.text
        assert decoded.text.encode()
    assert refusal in {None, "empty", "binary", "undecodable"}


@given(st.text(min_size=1).filter(lambda text: text.strip() and "\r" not in text and "\0" not in text))
def test_utf8_is_read_to_the_character(text: str) -> None:
    """Text in UTF-8 comes back as it went out, unless it looks like binary or holds what is no character."""
    try:
        decoded = decode(text.encode())
    except NotTextError:
        return
    if not text.startswith("\ufeff"):
        assert decoded.text == text
