from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.prescan import MOST_BYTES, declared_charset, known_charset

HEAD = b"<!doctype html><html><head><title>A</title>"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf-8"),
        (" utf8 ", "utf-8"),
        ("ISO-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("ascii", "cp1252"),
        ("iso-8859-9", "cp1254"),
        ("Shift_JIS", "cp932"),
        ("x-sjis", "cp932"),
        ("windows-31j", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ("gb2312", "gb18030"),
        ("x-gbk", "gb18030"),
        ("big5", "big5hkscs"),
        ("koi", "koi8-r"),
        ("tis-620", "cp874"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("windows-1251", "cp1251"),
        ("iso88592", "iso8859-2"),
        ("unicode", "utf-16-le"),
        ("utf-16be", "utf-16-be"),
        ("cp850", "cp850"),
        ("utf-7", None),
        ("hz-gb-2312", None),
        ("iso-2022-kr", None),
        ("base64", None),
        ("unicode_escape", None),
        ('utf-8"', None),
        ("no such", None),
        ("", None),
        (None, None),
    ],
)
def test_names_of_charsets_are_meant_as_browsers_take_them(label, codec):
    """The larger table stands for the smaller one, and what could be read as something else is refused."""
    assert known_charset(label) == codec
    if codec:
        b"ab".decode(codec)


@pytest.mark.parametrize(
    ("markup", "codec"),
    [
        (b"<meta charset=koi8-r>", "koi8-r"),
        (b"<META/CHARSET = 'koi8-r' />", "koi8-r"),
        (b'<meta name=x charset="koi8-r" content=y>', "koi8-r"),
        (b'<meta http-equiv=Content-Type content="text/html; charset=koi8-r">', "koi8-r"),
        (b'<meta content="text/html;CHARSET = koi8-r; x" http-equiv="content-type">', "koi8-r"),
        (b"<meta http-equiv=content-type content='text/html; charset=\"koi8-r\"'>", "koi8-r"),
        (b'<meta http-equiv="content-type" content="charset; charset=koi8-r">', "koi8-r"),
        (b'<meta content="text/html; charset=koi8-r">', None),
        (b'<meta http-equiv=refresh content="0; charset=koi8-r">', None),
        (b'<meta name=content-type content="text/html; charset=koi8-r">', None),
        (b'<meta data="charset=koi8-r">', None),
        (b"<metacharset=koi8-r>", None),
        (b"<metas charset=koi8-r>", None),
        (b"<meta charset=koi8-r", None),
        (b'<meta charset="koi8-r>', None),
        (b'<meta charset=koi8-r">', None),
        (b"<meta charset=koi8-r charset=utf-8>", "koi8-r"),
        (b"<meta charset=nonsense><meta charset=koi8-r>", "koi8-r"),
        (b"<!-- <meta charset=utf-8> --><meta charset=koi8-r>", "koi8-r"),
        (b"<!--><meta charset=koi8-r>", "koi8-r"),
        (b"<!-- <meta charset=koi8-r>", None),
        (b'<a title="<meta charset=utf-8>"><meta charset=koi8-r>', "koi8-r"),
        (b'<a title="x><meta charset=koi8-r>', None),
        (b"</a title='>'<meta charset=utf-8>'><meta charset=koi8-r>", "koi8-r"),
        (b"<? <meta charset=utf-8><meta charset=koi8-r>", "koi8-r"),
        (b"<!x <meta charset=utf-8><meta charset=koi8-r>", "koi8-r"),
        (b"1 < 2 <3 <meta charset=koi8-r>", "koi8-r"),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta charset=utf-7>", None),
        (b"<p>no declaration</p>", None),
        (b"", None),
    ],
)
def test_a_declaration_is_found_where_browsers_find_it(markup, codec):
    """Neither within comments and values nor where a mark is left open."""
    assert declared_charset(HEAD + markup) == codec


def test_a_declaration_of_xml_counts_and_comes_first():
    """Pages that are XML say it there; one that cannot be true, or is unknown, leaves it to what follows."""
    declared = b'<?xml version="1.0" encoding="%s"?><meta charset=koi8-r>'
    assert declared_charset(declared % b"windows-1251") == "cp1251"
    assert declared_charset(b"\n " + declared % b"utf-16") == "utf-8"
    assert declared_charset(declared % b"nonsense") == "koi8-r"


def test_a_late_declaration_counts_within_bounds():
    """Behind a long script it is found, and what stands behind 64 KiB is not looked for."""
    late = b"<meta charset=koi8-r>"
    assert declared_charset(HEAD + b"<!-- " + b"x" * 50_000 + b" -->" + late) == "koi8-r"
    assert declared_charset(HEAD + b" " * MOST_BYTES + late) is None


@pytest.mark.parametrize(
    "flood", [b"<", b"<a ", b"<meta ", b"<meta x=", b'<a "', b"<!--", b"</", b"<a='", b"<meta charset=x>"]
)
def test_a_flood_costs_little(flood):
    """Marks without end take time in proportion to their number."""
    begun = time.process_time()
    declared_charset(flood * 30_000)
    assert time.process_time() - begun < 1


@given(
    st.lists(
        st.sampled_from(
            [b"<meta ", b"charset=", b"'", b'"', b">", b"<!--", b"-->", b"utf-8", b"=", b"<a ", b"\xff", b"/"]
        )
    )
)
def test_any_bytes_are_taken(parts):
    """Whatever stands there, it is no error, and what is told is a codec that there is."""
    codec = declared_charset(b"".join(parts))
    assert codec is None or codecs.lookup(codec)
