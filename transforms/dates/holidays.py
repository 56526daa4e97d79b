"""Holidays: from a name and a year to a day."""

from __future__ import annotations

from datetime import date, timedelta

from transforms.dates.words import table

HOLIDAYS = table("holidays.toml")


def holiday(name: str, year: int) -> date | None:
    """Find the day of a holiday in a year; None for a name that is none."""
    name = " ".join(name.replace("’", "'").lower().split())
    if name in HOLIDAYS["fixed"]:
        month, day = HOLIDAYS["fixed"][name]
        return date(year, month, day)
    if name in HOLIDAYS["nth"]:
        spot = HOLIDAYS["nth"][name]
        return date(year, *spot) if len(spot) == 2 else nth_weekday(year, *spot)
    if name in HOLIDAYS["easter"]:
        return easter(year) + timedelta(HOLIDAYS["easter"][name])
    return None


def is_holiday(name: str) -> bool:
    """Tell whether a name is a holiday's."""
    return holiday(name, 2000) is not None


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """Find the nth weekday of a month, or the last for -1. Election Day is the Tuesday after the first Monday."""
    if nth > 0:
        first = date(year, month, 2 if (month, weekday, nth) == (11, 1, 1) else 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7)


def easter(year: int) -> date:
    """Compute Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
