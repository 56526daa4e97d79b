"""What an expression stands for: a TIMEX3 value, an interval of days or hours, and a grain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from transforms.dates.calendar import next_month, week_start

SEASON_MONTH = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
UNIT_LETTER = {
    "day": "D", "week": "W", "month": "M", "year": "Y", "quarter": "Q", "hour": "H", "minute": "M", "second": "S",
}  # fmt: skip
CLOCK_UNITS = ("hour", "minute", "second")
# Units that a duration counts in others: letter and factor.
COMPOUND = {"decade": ("Y", 10), "century": ("Y", 100), "fortnight": ("W", 2), "millennium": ("Y", 1000)}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A TIMEX3 value with the half-open interval (naive) it covers; the interval is empty for durations and sets."""

    timex: str
    first: datetime | None
    after: datetime | None
    grain: str

    @property
    def day(self) -> date | None:
        """The first day covered."""
        return None if self.first is None else self.first.date()

    def utc(self) -> tuple[datetime | None, datetime | None]:
        """The interval as aware UTC."""
        if self.first is None or self.after is None:
            return None, None
        return self.first.replace(tzinfo=UTC), self.after.replace(tzinfo=UTC)


def between(timex: str, first: date, after: date, grain: str) -> Meaning:
    """Cover the days from `first` to before `after`."""
    return Meaning(
        timex, datetime(first.year, first.month, first.day), datetime(after.year, after.month, after.day), grain
    )


def no_place(timex: str, grain: str) -> Meaning:
    """Mean nothing on the calendar."""
    return Meaning(timex, None, None, grain)


def a_day(day: date, part: str | None = None) -> Meaning:
    """Mean a day, or a part of it; a part covers the day it lies in."""
    return between(f"{day.isoformat()}{part or ''}", day, day + timedelta(1), "part" if part else "day")


def a_week(day: date) -> Meaning:
    """Mean the ISO week that holds a day."""
    start = week_start(day)
    year, week, _ = start.isocalendar()
    return between(f"{year}-W{week:02d}", start, start + timedelta(7), "week")


def a_weekend(day: date) -> Meaning:
    """Mean Saturday and Sunday of the ISO week that holds a day."""
    start = week_start(day)
    year, week, _ = start.isocalendar()
    return between(f"{year}-W{week:02d}-WE", start + timedelta(5), start + timedelta(7), "weekend")


def a_month(year: int, month: int) -> Meaning:
    """Mean a month."""
    first = date(year, month, 1)
    return between(f"{year:04d}-{month:02d}", first, next_month(first), "month")


def a_quarter(year: int, quarter: int) -> Meaning:
    """Mean a quarter, 1 to 4."""
    first = date(year, quarter * 3 - 2, 1)
    return between(f"{year:04d}-Q{quarter}", first, next_month(first, 3), "quarter")


def a_half(year: int, half: int) -> Meaning:
    """Mean a half of a year, 1 or 2."""
    first = date(year, half * 6 - 5, 1)
    return between(f"{year:04d}-H{half}", first, next_month(first, 6), "half")


def a_season(year: int, season: str) -> Meaning:
    """Mean a season of the north; winter begins in December of its year."""
    first = date(year, SEASON_MONTH[season], 1)
    return between(f"{year:04d}-{season}", first, next_month(first, 3), "season")


def a_year(year: int) -> Meaning:
    """Mean a year."""
    return between(f"{year:04d}", date(year, 1, 1), date(year + 1, 1, 1), "year")


def a_decade(decade: int) -> Meaning:
    """Mean a decade, by the first three digits of its years."""
    return between(f"{decade:03d}", date(decade * 10, 1, 1), date(decade * 10 + 10, 1, 1), "decade")


def a_century(century: int) -> Meaning:
    """Mean a century, by the first two digits of its years."""
    if not 1 <= century < 99:
        return no_place(f"{century:02d}", "century")
    return between(f"{century:02d}", date(century * 100, 1, 1), date(century * 100 + 100, 1, 1), "century")


def a_duration(count: int | None, unit: str, *, half: bool = False) -> Meaning:
    """Mean a length of time; an unknown count is X, "and a half" adds its half."""
    if unit == "half":
        return no_place("PXX", "duration")
    letter, factor = COMPOUND.get(unit, (UNIT_LETTER.get(unit, "D"), 1))
    if unit == "weekend":
        letter, factor = "D", 2
    number = (
        "X"
        if count is None
        else f"{count * factor}.5"
        if half and factor == 1
        else str(count * factor + half * factor // 2)
    )
    return no_place(f"P{'T' if unit in CLOCK_UNITS else ''}{number}{letter}", "duration")


def opening(first: Meaning, last: Meaning) -> Meaning:
    """Let the first expression of a range cover it to the end of the last."""
    return Meaning(first.timex, first.first, last.after, "range")
