"""Where in time a text stands while it is read: its publication, and the day it last spoke of."""

from __future__ import annotations

from datetime import date, timedelta

from transforms.dates.calendar import next_month
from transforms.dates.meaning import (
    SEASON_MONTH,
    Meaning,
    a_century,
    a_day,
    a_decade,
    a_half,
    a_month,
    a_quarter,
    a_season,
    a_week,
    a_weekend,
    a_year,
    between,
)

COME_ROUND = 8  # In November a bare March is the next one.


class Timeline:
    """The days that relative words count from.

    `published` may be unknown. In a narrative the running day takes the place of the day of publication.
    """

    __slots__ = ("ancient", "fine", "last", "last_year", "narrative", "published", "spoken")

    def __init__(self, published: date | None, *, narrative: bool = False) -> None:
        """Start before the first word."""
        self.published = published
        self.narrative = narrative
        self.last: date | None = None
        self.last_year: int | None = None
        self.spoken: date | None = None  # the last day spoken of, even aside
        self.fine = False
        self.ancient: int | None = None  # the year before Christ that the text stands in

    def running_year(self, month: int) -> int | None:
        """Find the year of a month in a narrative: the running one, or the next where the months have come round."""
        if self.last_year is None or self.last is None or not self.fine:
            return self.last_year
        return self.last_year + (self.last.month - month >= COME_ROUND)

    @property
    def now(self) -> date | None:
        """The day that "last week" counts from."""
        if self.narrative:
            return self.last or (date(self.last_year, 1, 1) if self.last_year else self.published)
        return self.published

    @property
    def then(self) -> date | None:
        """The day that "a week later" counts from: the last one spoken of, else publication."""
        return self.last or self.published

    def told(self, unit: object) -> date | None:
        """Find the day that a length of time counts from: years count from a year named aside, too."""
        return self.spoken or self.published if unit in ("year", "decade", "century") else self.then

    def speak(self, meaning: Meaning, *, moves: bool) -> None:
        """Take note of what the text has just spoken of."""
        if meaning.timex.startswith("BC") and meaning.timex[2:6].isdigit():
            self.ancient = int(meaning.timex[2:6])
        elif moves and meaning.day is not None and self.ancient and self.narrative:
            self.ancient = None
        if meaning.day is not None and meaning.grain not in ("decade", "century"):
            self.spoken = meaning.day
        if moves and meaning.day is not None and meaning.grain not in ("decade", "century"):
            self.last = meaning.day
            self.last_year = meaning.day.year
            self.fine = meaning.grain in ("day", "month", "part", "week", "range")


def beside(day: date, unit: str, steps: int) -> Meaning | None:
    """Mean the unit that lies `steps` from the one around a day."""
    if unit == "day":
        return a_day(day + timedelta(steps))
    if unit == "week":
        return a_week(day + timedelta(7 * steps))
    if unit == "fortnight":
        return a_week(day + timedelta(14 * steps))
    if unit == "weekend":
        return a_weekend(day + timedelta(7 * steps))
    if unit == "month":
        other = next_month(day.replace(day=1), steps)
        return a_month(other.year, other.month)
    if unit == "year":
        return a_year(day.year + steps)
    return beside_long(day, unit, steps)


def beside_long(day: date, unit: str, steps: int) -> Meaning | None:
    """Mean a longer unit beside the one around a day."""
    if unit == "quarter":
        whole = day.year * 4 + (day.month - 1) // 3 + steps
        return a_quarter(whole // 4, whole % 4 + 1)
    if unit == "half":
        whole = day.year * 2 + (day.month - 1) // 6 + steps
        return a_half(whole // 2, whole % 2 + 1)
    if unit == "decade":
        return a_decade(day.year // 10 + steps)
    return a_century(day.year // 100 + steps) if unit == "century" else None


def away(day: date, unit: str, steps: int) -> Meaning | None:
    """Mean what lies a number of units from a day, at the grain of the unit ("two weeks ago")."""
    if unit == "decade":
        return a_year(day.year + 10 * steps)
    if unit == "century":
        return a_year(day.year + 100 * steps)
    return beside(day, unit, steps)


def season_beside(day: date, season: str, steps: int) -> Meaning:
    """Mean the season last (-1), this (0) or next (1) as seen from a day."""
    starts = [date(day.year + shift, SEASON_MONTH[season], 1) for shift in (-2, -1, 0, 1)]
    if steps < 0:
        start = max(start for start in starts if next_month(start, 3) <= day)
    elif steps > 0:
        start = min((start for start in starts if start > day), default=date(day.year + 2, SEASON_MONTH[season], 1))
    else:
        start = min(starts, key=lambda start: abs((start + timedelta(45) - day).days))
    return a_season(start.year, season)


def weekday_beside(day: date, weekday: int, steps: int) -> date:
    """Find the weekday before (-1), nearest around (0: on or before) or after (1) a day."""
    if steps > 0:
        return day + timedelta((weekday - day.weekday() - 1) % 7 + 1)
    back = (day.weekday() - weekday) % 7
    return day - timedelta(back or (7 if steps < 0 else 0))


__all__ = ["Timeline", "away", "beside", "between", "season_beside", "weekday_beside"]
