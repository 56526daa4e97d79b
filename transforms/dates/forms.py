"""The forms in which days, months and years are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from transforms.dates.words import MARKS, WORDS, any_of, table

FORMS = table("forms.toml")
PARTS: dict[str, str] = {
    **FORMS["parts"],
    "MONTH": rf"(?=[^\W\d_])(?:{any_of(WORDS.months)})",
    "Y": MARKS["year_signs"],
    "M": MARKS["month_signs"],
    "D": MARKS["day_signs"],
    "CHINESE": "".join(MARKS["chinese"]),
}


def joined(forms: dict[str, dict[str, str]]) -> str:
    """Join forms into one pattern, each a group of its name, with their parts put in."""
    pattern = "|".join(f"(?P<{name}>{row['form']})" for name, row in forms.items())
    for name, part in PARTS.items():
        pattern = pattern.replace("{" + name + "}", part)
    return pattern


# Sought in lower case, which is several times faster than to ignore case.
DAY_FORMS = re.compile(joined(FORMS["days"]))
WIDE_FORMS = re.compile(joined(FORMS["wide"]))
ISO = re.compile(f"(?:{joined(FORMS['iso'])})(?=[T ,+Z-]|\\Z)")


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
    year = int(next(value for key, value in g.items() if key[0] == "y" and key[1:].isdigit() and value))
    if quarter := g["q3"] or g["q4"]:
        return datetime(year, int(quarter) * 3 - 2, 1), "quarter"
    month = g["m1"] or g["m2"] or g["m5"]
    if month is None:
        return datetime(year, 1, 1), "year"
    return datetime(year, int(month) if month.isdigit() else WORDS.months[month.lower()], 1), "month"
