"""Arithmetic of days, months and weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

Day = TypeVar("Day", bound=date)


def next_month(day: Day, months: int = 1) -> Day:
    """Go to the first of the month that lies `months` after the month of `day`."""
    whole = day.year * 12 + day.month - 1 + months
    return day.replace(year=whole // 12, month=whole % 12 + 1, day=1)


def week_start(day: date) -> date:
    """Go back to the Monday of the week of `day`."""
    return day - timedelta(day.weekday())
