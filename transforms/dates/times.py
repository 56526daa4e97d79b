"""Times of day and zones beside a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from transforms.dates.words import WORDS, any_of, one_of, small_letters
from transforms.dates.zones import KNOWN, zone_offset

FIRST_UNSPACED = "\u2e80"  # From here on letters are Han, Kana and Hangul: their words stand without spaces.
_SURE = [half for half in WORDS.halves if half not in WORDS.after_only]
_HALF, _ALONE = any_of(WORDS.halves), any_of(_SURE)
_MARK = one_of(WORDS.hour_marks)
HALF_BEFORE = (
    rf"(?<!\w)(?:{any_of(half for half in _SURE if half < FIRST_UNSPACED)})"
    rf"|(?:{any_of(half for half in _SURE if half >= FIRST_UNSPACED)})"
)
HOUR = "時时点點시"
TIME = re.compile(
    rf"(?:(?P<before>{HALF_BEFORE})\s*)?(?<![\d.,:/+-])(?P<hour>[01]?\d|2[0-4])"
    rf"(?:\s?(?:[:{HOUR}]|(?<=\d\d)[.](?=\d\d\b)|(?:{_MARK})(?=\s?[0-5]\d\b))\s?(?P<minute>[0-5]\d)(?!\d)"
    rf"(?:(?:[:分분]|[分분]\s(?=\d\d?\s?[秒초]))(?P<second>[0-5]?\d|60)(?:[.,]\d{{1,9}})?(?!\d))?\s?[分분秒초]?"
    rf"|(?=\s?(?:{_ALONE})(?!\w))|(?=\s?(?:uhr|h|heures|horas|ч|час|uur|giờ|बजे)(?!\w))|[{HOUR}])"
    rf"(?:\s?(?:{_MARK})(?!\w))?(?:\s?(?P<after>{_HALF})(?!\w))?"
)
COMPACT = re.compile(
    r"(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)(?P<second>[0-5]\d|60)?(?:[.,]\d{1,9})?(?=Z|[+-]\d|\s|\Z)"
)
OFFSET = re.compile(
    r"\s*(?:(?P<zulu>Z)(?![A-Za-z])|\(?(?:UTC|GMT)?\s?(?P<sign>[+\u2212-])(?P<hours>[01]?\d)(?::?(?P<minutes>[0-5]\d))?(?![\d-]))"
)
# The hours that a part of the day moves: noon is around twelve, so that eleven of it is before it; twelve at night ends
# the day, and one to four begin it.
MOVED = {
    "am": {12: 0},
    "pm": {hour: hour + 12 for hour in range(12)},
    "noon": {hour: hour + 12 for hour in range(1, 6)},
    "night": {hour: hour + 12 for hour in range(5, 13)},
}
LETTERS = re.compile(rf"(?<!\w)(?:{one_of(tuple(KNOWN))})(?!\w)")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, its precision (none for a zone without a time) and its offset in minutes."""

    since_midnight: timedelta
    precision: Literal["instant", "minute", "hour"] | None
    utc_offset: int | None
    note: str


def read_clock(words: str, day: datetime, country: str | None) -> Clock | None:
    """Read the time of day in the words around a date; `day` (naive) decides summer time."""
    if not words:
        return None
    match = COMPACT.match(words) or TIME.search(small_letters(words))
    if match is None:
        offset = OFFSET.match(words)
        return None if offset is None else Clock(timedelta(0), None, minutes(offset), "")
    hour, minute, second = int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)
    groups = match.groupdict()
    hour = half_day(hour, groups.get("after") or groups.get("before") or "")
    if hour > 24 or (hour == 24 and (minute or second)):
        return None
    since = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    zone, note = zone_after(words[match.end() :], day + since, country)
    return Clock(since, "instant" if match["second"] else "minute" if match["minute"] else "hour", zone, note)


def half_day(hour: int, half: str) -> int:
    """Turn an hour of a part of the day into an hour of the day."""
    return MOVED.get(WORDS.halves.get(half, ""), {}).get(hour, hour)


def minutes(offset: re.Match[str]) -> int:
    """Read a numeric offset in minutes."""
    if offset["zulu"]:
        return 0
    size = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
    return size if offset["sign"] == "+" else -size


def zone_after(words: str, local: datetime, country: str | None) -> tuple[int | None, str]:
    """Read the zone that follows a time: a numeric offset, else the first known letters."""
    offset = OFFSET.match(words)
    if offset is not None:
        return minutes(offset), ""
    letters = LETTERS.search(words[:40])
    return (None, "") if letters is None else zone_offset(letters[0], local, country)
