"""Rules for times of the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from transforms.dates.days import bare_day, full_day, numeric
from transforms.dates.grammar import View
from transforms.dates.meaning import Meaning, no_place
from transforms.dates.timeline import Timeline
from transforms.dates.weekdays import placed_weekday


def part_alone(view: View, line: Timeline) -> Meaning | None:
    """Read noon and midnight."""
    hour = view.tokens.lexicon.hours.get(view.tokens.word(view.start).lower())
    day = line.then
    if hour is None or day is None or line.ancient:
        return None
    start = datetime(day.year, day.month, day.day, hour)
    return Meaning(f"{day.isoformat()}T{hour:02d}:00", start, start + timedelta(hours=1), "hour")


def clock(view: View, line: Timeline) -> Meaning | None:
    """Read a time of the day, on the day named beside it or the one the text stands at."""
    reading = clock_time(view)
    if reading is None:
        return None
    hour, minute, written = reading
    day = clock_day(view, line)
    if day is None:
        return no_place(f"XXXX-XX-XXT{written}", "time")
    zone = "Z" if view.has("zone") and view.tokens.word(view.at("zone")) in ("UTC", "GMT") else ""
    start = datetime(day.year, day.month, day.day) + timedelta(hours=hour, minutes=minute)
    length = timedelta(minutes=1) if len(written) > 2 else timedelta(hours=1)
    return Meaning(
        f"{day.isoformat()}T{written}{zone}", start, start + length, "minute" if len(written) > 2 else "hour"
    )


def clock_time(view: View) -> tuple[int, int, str] | None:
    """Give hour, minute and the TIMEX3 form; nothing for what may be a score or a length."""
    half = view.value("half", "half2")
    if view.has("military"):
        number = int(view.value("military") or view.words("military")[0])
        hour, minute = divmod(number, 100)
        if minute > 59:
            return None
    elif view.has("time"):
        parts = view.words("time")[0].split(":")
        hour, minute = int(parts[0]), int(parts[1])
        marked = (
            half
            or view.has("zone")
            or view.has("weekday")
            or view.has("deictic")
            or view.before().lower() in view.tokens.lexicon.before_time
        )
        if not marked or minute > 59:
            return None
    else:
        hour, minute = int(view.value("hour", "hour3", "hour4")), 0
        if hour > 12 and not view.has("hour3"):
            return None
    part = view.value("part") if view.has("part") else None
    if half == "pm" or part in ("TAF", "TEV") or (part == "TNI" and hour > 5):
        hour += 12 if hour < 12 else 0
    elif half == "am" and hour == 12:
        hour = 0
    return (hour, minute, f"{hour:02d}:{minute:02d}") if hour < 24 else None


def clock_day(view: View, line: Timeline) -> date | None:
    """Find the day of a time."""
    if view.beside is not None:
        named = {"full_day": full_day, "bare_day": bare_day, "numeric": numeric}[view.beside.rule](view.beside, line)
        return None if named is None else named.day
    if view.has("weekday"):
        base = line.published
        return None if base is None else placed_weekday(view, line, base, view.value("weekday"), "")
    if view.has("deictic"):
        return None if line.published is None else line.published + timedelta(view.value("deictic")[0])
    return line.then
