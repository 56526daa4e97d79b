"""The forms in which days, months and years are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from transforms.dates.words import MARKS, WORDS, one_of

_Y, _M, _D = MARKS["year_signs"], MARKS["month_signs"], MARKS["day_signs"]
_MONTH = f"(?:{one_of(tuple(WORDS.months))})"
_NTH = r"(?:st|nd|rd|th|er|ère|º|ª|°|-?го|-?е)?"
_OF = r"(?:(?:of|de|del|do|di|dell|den)\s+|d['’]\s?)?"
_GAP = r"\s?[-/.,]?\s?"
_CHINESE = "".join(MARKS["chinese"])
# The names of groups end in the number of their form, so that one pattern holds all forms.
_DAY_FORMS = {
    "ymd": r"(?<![\d.,-])(?P<y1>\d{4})\s?(?P<s1>[-/.|])\s?(?P<m1>\d{1,2})\s?(?P=s1)\s?(?P<d1>\d{1,2})(?!\d)",
    "signs": rf"(?<!\d)(?P<y2>\d{{4}})\s?[{_Y}]\s?(?P<m2>\d{{1,2}})\s?[{_M}]\s?(?P<d2>\d{{1,2}})\s?[{_D}]?",
    "dmy": rf"(?<!\d)(?P<d3>[0-3]?\d){_NTH}\s?(?:[-/.,]\s?)?{_OF}(?P<m3>{_MONTH})(?!\w)\.?(?:\s?[-/.,]\s?|\s+)?(?:(?:of|de|del|do)\s+)?"
    r"(?P<y3>\d{4}(?!\d)|['’]?\d{2}(?![\w:.]|\s?(?:[:h]|uhr)))",
    "mdy": rf"(?<!\w)(?P<m4>{_MONTH})(?!\w)\.?(?:\s?[-/.,]\s?|\s+)(?P<d4>[0-3]?\d){_NTH}(?:\s?[-/.,]\s?|\s+)(?P<y4>\d{{4}})(?!\d)",
    "ymonthd": rf"(?<!\d)(?P<y5>\d{{4}})(?:\s?[-/.,]\s?|\s+)(?P<m5>{_MONTH})(?!\w)\.?(?:\s?[-/.,]\s?|\s+)(?P<d5>[0-3]?\d)(?!\d)",
    "number": r"(?<![\d.,-])(?P<a6>\d{1,2})\s{0,2}(?P<s6>[-/.|·])\s{0,2}(?P<b6>\d{1,2})\s{0,2}(?P=s6)\s{0,2}(?P<y6>\d{4}|\d{2})(?![\d/-]|[.:]\d)",
    "ctime": rf"(?<!\w)(?P<m7>{_MONTH})\s+(?P<d7>[0-3]?\d)\s+(?P<clock7>\d\d:\d\d(?::\d\d)?\s?(?:[A-Z]{{2,5}})?)\s+(?P<y7>\d{{4}})(?!\d)",
    "compact": r"(?<![\d.,-])(?P<y8>(?:19|20)\d\d)(?P<m8>0[1-9]|1[0-2])(?P<d8>0[1-9]|[12]\d|3[01])(?P<clock8>\d{6}|\d{4})?(?!\d)",
    "chinese": rf"(?P<y9>[{_CHINESE}]{{4}})[{_Y}](?P<m9>[{_CHINESE}]{{1,2}})[{_M}](?P<d9>[{_CHINESE}]{{1,3}})[{_D}]",
}
DAY_FORMS = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _DAY_FORMS.items()), re.IGNORECASE)
ISO = re.compile(
    r"(?:(?P<iso>(?P<y1>[+]?\d{4})-(?P<m1>\d\d)-(?P<d1>\d\d))"
    r"|(?P<isocompact>(?P<y8>\d{4})(?P<m8>\d\d)(?P<d8>\d\d)(?=T|\Z|Z))"
    r"|(?P<week>(?P<wy>\d{4})-?W(?P<ww>[0-5]\d)(?:-?(?P<wd>[1-7]))?)"
    r"|(?P<ordinal>(?P<oy>\d{4})-?(?P<od>[0-3]\d\d)))(?=[T ,+Z-]|\Z)"
)
WIDE_FORMS = re.compile(
    rf"(?<!\w)(?P<m1>{_MONTH})(?!\w)\.?(?:\s?[-/.,]\s?|\s+){_OF}(?P<y1>\d{{4}})(?!\d)"
    rf"|(?<!\d)(?P<y2>\d{{4}})(?:\s?[{_Y}]\s?|[-/.])(?P<m2>0?[1-9]|1[0-2])(?![\d/.-])"
    r"|(?<!\w)(?P<y3>\d{4})[- ]?Q(?P<q3>[1-4])(?!\w)|(?<!\w)Q(?P<q4>[1-4])[ /-](?P<y4>\d{4})(?!\w)"
    r"|(?<![\d.,/$€£+-])(?P<m5>0?[1-9]|1[0-2])[/.](?P<y5>(?:1\d|20)\d\d)(?![\d/.-])"
    rf"|(?<![\w.,/$€£#+-])(?P<y6>(?:1\d|20|21)\d\d)(?:[{_Y}]|(?![\w%/-]|[.,]\d))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A day (naive midnight), or the first and last of the days that fit; `clock` is the time inside the form."""

    first: datetime
    last: datetime
    note: str = ""
    clock: str = ""


def found_day(match: re.Match[str], language: str | None, country: str | None, day_first: bool | None) -> Found:
    """Turn a match of a day's form into its day; raise ValueError where the calendar has no such day."""
    form = match.lastgroup or ""
    groups = match.groupdict()
    if form == "number":
        return numeric_day(groups, language, country, day_first)
    if form == "week":
        return week_days(groups)
    if form == "ordinal":
        return ordinal_day(groups)
    if form == "chinese":
        number = chinese_year(groups["y9"]), chinese_number(groups["m9"]), chinese_number(groups["d9"])
        return one_day(*number)
    index = next(key[1:] for key, value in groups.items() if value and key[0] == "y" and key[1:].isdigit())
    month = groups[f"m{index}"]
    number_of_month = int(month) if month.isdigit() else WORDS.months[month.lower()]
    day = one_day(full_year(groups[f"y{index}"]), number_of_month, int(groups[f"d{index}"]))
    return Found(day.first, day.last, "", groups.get(f"clock{index}") or "")


def one_day(year: int, month: int, day: int) -> Found:
    """Name one day of the calendar."""
    found = datetime(year, month, day)
    return Found(found, found)


def full_year(digits: str) -> int:
    """Complete a year of two digits: 70 to 99 lie in the last century."""
    number = int(digits.lstrip("+'’"))
    if len(digits.lstrip("+'’")) == 2:
        return number + (1900 if number >= 70 else 2000)
    return number


def numeric_day(
    groups: dict[str, str | None], language: str | None, country: str | None, day_first: bool | None
) -> Found:
    """Read 03/04/2022 by what is known of the habit; both days where nothing is."""
    a, b, year = int(groups["a6"] or 0), int(groups["b6"] or 0), full_year(groups["y6"] or "")
    if a > 12 or a == b:
        return one_day(year, b, a)
    if b > 12:
        return one_day(year, a, b)
    leads = day_leads(groups["s6"] or "", language, country, day_first)
    if leads is None:
        first, last = sorted((datetime(year, b, a), datetime(year, a, b)))
        return Found(first, last, f"ambiguous: {first:%Y-%m-%d} or {last:%Y-%m-%d}")
    return one_day(year, b, a) if leads else one_day(year, a, b)


def day_leads(separator: str, language: str | None, country: str | None, day_first: bool | None) -> bool | None:
    """Say whether numbers lead with the day: given, by the dots of the day-first world, by country, by language."""
    if day_first is not None:
        return day_first
    if separator == ".":
        return True
    if country in MARKS["month_first"]:
        return False
    if country in MARKS["day_first_countries"] or (language or "")[:2] in MARKS["day_first_languages"]:
        return True
    return None


def week_days(groups: dict[str, str | None]) -> Found:
    """Read an ISO week, or a day of it."""
    year, week = int(groups["wy"] or 0), int(groups["ww"] or 0)
    first = datetime.fromisocalendar(year, week, int(groups["wd"] or 1))
    return Found(first, first if groups["wd"] else datetime.fromisocalendar(year, week, 7))


def ordinal_day(groups: dict[str, str | None]) -> Found:
    """Read an ISO ordinal day."""
    day = datetime.strptime(f"{groups['oy']}-{groups['od']}", "%Y-%j")
    return Found(day, day)


def chinese_year(signs: str) -> int:
    """Read four Chinese digits in a row."""
    return int("".join(str(MARKS["chinese"][sign]) for sign in signs))


def chinese_number(signs: str) -> int:
    """Read a Chinese number below forty: tens, the sign of ten, ones."""
    total = 0
    for sign in signs:
        value = MARKS["chinese"][sign]
        total = max(total, 1) * 10 if value == 10 else total + value
    return total


def found_wide(match: re.Match[str]) -> tuple[datetime, Literal["month", "quarter", "year"]]:
    """Turn a match of a month, a quarter or a year into its first day and its precision."""
    g = match.groupdict()
    year = int(next(value for key, value in g.items() if key[0] == "y" and value))
    if quarter := g["q3"] or g["q4"]:
        return datetime(year, int(quarter) * 3 - 2, 1), "quarter"
    month = g["m1"] or g["m2"] or g["m5"]
    if month is None:
        return datetime(year, 1, 1), "year"
    return datetime(year, int(month) if month.isdigit() else WORDS.months[month.lower()], 1), "month"
