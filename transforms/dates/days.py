"""Rules for days of the calendar: dates, ranges of days, holidays."""

from __future__ import annotations

import re
from datetime import date

from transforms.dates.counts import counted
from transforms.dates.grammar import View
from transforms.dates.holidays import holiday, is_holiday
from transforms.dates.meaning import Meaning, a_day, no_place, opening
from transforms.dates.months import looks_like_month, related_year
from transforms.dates.tense import direction
from transforms.dates.timeline import Timeline


def full_day(view: View, line: Timeline) -> Meaning | None:
    """Read a day with month and year."""
    year, month, day = view.value("year"), view.value("month", "month2"), view.value("day", "day2")
    if view.value("era") == "BC":
        return no_place(f"BC{year:04d}-{month:02d}-{day:02d}", "day")
    return a_day(date(year, month, day), view.value("part"))


def numeric(view: View, line: Timeline) -> Meaning | None:
    """Read a day in numbers; the order of day and month as the numbers or the language show."""
    words = view.words("date")[0]
    parts = [int(part) for part in re.split(r"[-./]", words)]
    if "-" in words:
        return a_day(date(*parts))
    a, b, year = parts
    year += (1900 if year >= 70 else 2000) if year < 100 else 0
    month_first = ("/" in words and b > 12) or ("/" in words and a <= 12 and view.tokens.lexicon.month_first)
    return a_day(date(year, a, b) if month_first else date(year, b, a))


def day_range(view: View, line: Timeline) -> Meaning | None:
    """Read "3 to 5 May", with or without its year, as two days; the first opens the range."""
    first, last, month = view.value("first"), view.value("last"), view.value("month")
    if first >= last or counted(view, view.tokens.lexicon.counted_days):
        return None
    year = view.value("year") or year_of_day(view, line, month, first)
    if year is None:
        return None
    view.start = min(view.at("first"), view.at("month"))
    view.more = ((view.at("last"), view.stop, a_day(date(year, month, last))),)
    view.stop = view.at("last")
    if "&" in view.letters() and not view.letters().startswith("H"):
        return a_day(date(year, month, first))
    return opening(a_day(date(year, month, first)), a_day(date(year, month, last)))


def bare_day(view: View, line: Timeline) -> Meaning | None:
    """Read a day and a month without a year."""
    month, day = view.value("month", "month2"), view.value("day", "day2")
    if counted(view, view.tokens.lexicon.counted_days) or not looks_like_month(view, line):
        return None
    if view.has("rel"):
        if view.value("unit") != "year":
            return None
        year = related_year(view, line)
    else:
        year = year_of_day(view, line, month, day)
    if year is None:
        return no_place(f"XXXX-{month:02d}-{day:02d}", "day")
    return a_day(date(year, month, day), view.value("part"))


def year_of_day(view: View, line: Timeline, month: int, day: int) -> int | None:
    """Choose the year of a day: the running one in a narrative, else the nearest, as the tense points."""
    if view.lends is not None:
        return view.lends
    if line.narrative and line.last_year is not None:
        return line.running_year(month)
    now = line.published
    if now is None:
        return line.last_year
    pointing = direction(view.tokens, view.start, view.stop)

    def distance(year: int) -> float:
        days = (date(year, month, min(day, 28)) - now).days
        return abs(days) - (90 if days * pointing > 0 else 0) - (20 if days <= 0 else 0)

    return min((now.year - 1, now.year, now.year + 1), key=distance)


def holiday_day(view: View, line: Timeline) -> Meaning | None:
    """Read a holiday, in its year or the nearest as the tense points."""
    words = view.words("name")
    while words and not is_holiday(joined(words)):
        words = words[:-1]
    if not words:
        return None
    name = joined(words)
    if len(words) < len(view.words("name")):
        view.stop = view.at("name") + len(words)
    year = view.value("year") if view.stop > view.at("year") >= 0 else None
    if year is None:
        year = year_of_holiday(view, line, name)
    day = holiday(name, year) if year else None
    return None if day is None else a_day(day)


def joined(words: list[str]) -> str:
    """Join the words of a holiday's name as they are written."""
    return " ".join(words).replace(" ’ ", "'").replace(" ' ", "'").replace("' s", "'s").replace("'s '", "'s")


def year_of_holiday(view: View, line: Timeline, name: str) -> int | None:
    """Choose the year of a holiday without one."""
    now = line.now
    if now is None:
        return None
    relation = view.value("rel")
    days = [day for year in (now.year - 1, now.year, now.year + 1) if (day := holiday(name, year))]
    if relation == "last":
        return max(day for day in days if day < now).year
    if relation == "next":
        return min(day for day in days if day > now).year
    pointing = 0 if line.narrative else direction(view.tokens, view.start, view.stop)
    return min(days, key=lambda day: abs((day - now).days) - (120 if (day - now).days * pointing > 0 else 0)).year
