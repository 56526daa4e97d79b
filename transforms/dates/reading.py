"""Read a date's words: what they say, and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from transforms.dates.calendar import next_month
from transforms.dates.forms import DAY_FORMS, ISO, WIDE_FORMS, Found, found_day, found_wide
from transforms.dates.times import Clock, read_clock
from transforms.dates.words import plain_digits, small_letters
from transforms.records import Precision

LONGEST = 400  # A date's words are shorter; what is longer is a text, and only its head is read.
EPOCH = re.compile(r"(?:0|\d{10}|\d{13})(?:\.\d{1,9})?\Z")
LAST_EPOCH = 4_102_444_800  # 2100-01-01: a number above it is an identifier.


@dataclass(frozen=True, slots=True)
class Reading:
    """The interval (aware UTC, half-open) that the words bound; empty where nothing can be read.

    Words without a zone are read as if at offset 0, and `utc_offset` (minutes) stays empty.
    """

    earliest: datetime | None
    latest: datetime | None
    precision: Precision | None
    utc_offset: int | None = None
    note: str = ""


UNREADABLE = Reading(None, None, None, None, "unreadable")
CLOCK_STEP: dict[str, timedelta] = {
    "instant": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
}


def read_date(
    raw: str, *, language: str | None = None, country: str | None = None, day_first: bool | None = None
) -> Reading:
    """Read the first date in `raw`.

    `language` (ISO 639), `country` (ISO 3166) and `day_first` decide how 03/04/2022 is read; where none of them does,
    the interval runs from the earlier to the end of the later day and the note says so.
    """
    words = " ".join(plain_digits(raw[:LONGEST]).replace("\u200f", "").replace("\u200e", "").split())
    try:
        if EPOCH.match(words):
            return read_epoch(words)
        iso = ISO.match(words)
        if iso is not None:
            found, rest = found_day(iso, language, country, day_first), words[iso.end() :].lstrip("T ,")
            return placed(found, read_clock(rest, found.first, country))
        return read_free(words, language, country, day_first)
    except (ValueError, OverflowError):
        return UNREADABLE


def read_epoch(digits: str) -> Reading:
    """Read seconds or milliseconds since 1970."""
    number = int(digits.partition(".")[0])
    seconds = number // 1000 if number >= 10**12 else number
    if seconds > LAST_EPOCH:
        return UNREADABLE
    start = datetime.fromtimestamp(seconds, UTC)
    return Reading(start, start + timedelta(seconds=1), "instant", 0)


def read_free(words: str, language: str | None, country: str | None, day_first: bool | None) -> Reading:
    """Read a date that stands somewhere among other words, the finest form first."""
    lowered = small_letters(words)
    for match in DAY_FORMS.finditer(lowered):
        try:
            found = found_day(match, language, country, day_first)
        except ValueError:
            continue
        before = f"{words[: match.start()]} \0" if not found.clock else found.clock.upper()
        rest = f"{before} {words[match.end() :]}"
        return placed(found, read_clock(rest, found.first, country))
    wide = WIDE_FORMS.search(lowered)
    if wide is None:
        return UNREADABLE
    first, precision = found_wide(wide)
    start = first.replace(tzinfo=UTC)
    stop = next_month(start, {"month": 1, "quarter": 3, "year": 12}[precision])
    return Reading(start, stop, precision)


def placed(found: Found, clock: Clock | None) -> Reading:
    """Join a day and the time of day beside it."""
    if found.first != found.last:
        start, stop = found.first.replace(tzinfo=UTC), found.last.replace(tzinfo=UTC) + timedelta(1)
        return Reading(start, stop, "range", None, found.note)
    day = found.first.replace(tzinfo=UTC)
    if clock is None:
        return Reading(day, day + timedelta(1), "day", None, found.note)
    start = day + clock.since_midnight - timedelta(minutes=clock.utc_offset or 0)
    note = "; ".join(part for part in (found.note, clock.note) if part)
    if clock.precision is None:
        return Reading(start, start + timedelta(1), "day", clock.utc_offset, note)
    return Reading(start, start + CLOCK_STEP[clock.precision], clock.precision, clock.utc_offset, note)
