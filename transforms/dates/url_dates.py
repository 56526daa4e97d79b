"""Dates in the path of an address."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from transforms.dates.words import MARKS, WORDS, any_of

_MONTH = rf"0[1-9]|1[0-2]|[1-9](?=[/_-])|{any_of([name for name in WORDS.months if name.isascii() and len(name) >= 3])}"
_YEAR = r"(?:19[5-9]\d|20[0-4]\d)"
_DAY = r"[0-2]?[1-9]|[1-3]0|31"
LONGEST = 1000
A_YEAR = re.compile(_YEAR)
PATH_DAY = re.compile(
    rf"(?<!\d){_YEAR}(?P<s>[/_.-])(?:{_MONTH})(?P=s)(?:{_DAY})(?!\d)"
    rf"|(?<!\d){_YEAR}/(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d)(?:0?[1-9]|[12]\d|3[01])(?P<t>[/_.-])(?:0?[1-9]|1[0-2])(?P=t){_YEAR}(?!\d)"
)
PATH_MONTH = re.compile(rf"(?<=/){_YEAR}[/_-](?:{_MONTH})(?=[/_-])|(?<=/){_YEAR}(?:0[1-9]|1[0-2])(?=/)")


def url_dates(url: str) -> tuple[str, ...]:
    """Cut the words of a date out of an address: the first day in its path, else the first month.

    The words are in lower case, with hyphens between year, month and day. An address that is none has no date.
    """
    try:
        path = unquote(urlsplit(url).path[:LONGEST]).lower()
    except ValueError:
        return ()
    if A_YEAR.search(path) is None:
        return ()
    days = [match[0] for match in PATH_DAY.finditer(path)]
    if days:
        return (apart(days[0]),)
    month = PATH_MONTH.search(path)
    return () if month is None else (apart(month[0]),)


def apart(words: str) -> str:
    """Put one kind of separator between year, month and day."""
    parts = re.findall(r"[^\W\d_]+|\d+", words)
    pieces = [piece for part in parts for piece in split_digits(part)]
    return "-".join(f"{int(piece):02d}" if piece.isdigit() else piece for piece in pieces)


def split_digits(part: str) -> tuple[str, ...]:
    """Split 20220719, 202207 and 0719 into year, month and day."""
    if part.isdigit() and len(part) in (6, 8):
        return tuple(piece for piece in (part[:4], part[4:6], part[6:]) if piece)
    if part.isdigit() and len(part) == 4 and part[0] in "01" and int(part) < 1232:
        return part[:2], part[2:]
    return (part,)


def country_of(url: str | None) -> str | None:
    """Name the country (ISO 3166) that an address's top-level domain stands for."""
    try:
        host = urlsplit(url).hostname if url else None
    except ValueError:
        return None
    ending = (host or "").rpartition(".")[2]
    if ending in MARKS["country_of_domain"]:
        return str(MARKS["country_of_domain"][ending])
    return ending.upper() if len(ending) == 2 and ending not in MARKS["generic_domains"]["names"] else None
