"""Zone abbreviations: what they mean on a day, in a country."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from transforms.dates.words import table

ZONES = table("zones.toml")
OPEN = frozenset(ZONES["open"]["letters"])
KNOWN = frozenset({*ZONES["fixed"], *ZONES["clock"], *ZONES["by_country"], *ZONES["names"]})


def zone_offset(letters: str, local: datetime, country: str | None) -> tuple[int | None, str]:
    """Find the offset in minutes of a zone's letters at a local time, and a note where it stays open.

    `local` is naive. Letters that are no zone give no offset and no note.
    """
    letters = ZONES["names"].get(letters, letters)
    if letters in ZONES["clock"]:
        clock = ZONES["clock"][letters]
        return clock["offset"] + (60 if in_summer(clock["summer"], local) else 0), ""
    places: dict[str, int] = ZONES["by_country"].get(letters, {})
    if country in places:
        return places[str(country)], ""
    if letters in OPEN:
        meanings = ", ".join(sorted({written(offset) for offset in places.values()}))
        return None, f"zone {letters} is ambiguous ({meanings})"
    return ZONES["fixed"].get(letters), ""


def written(offset: int) -> str:
    """Write an offset in minutes as +HH:MM."""
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def in_summer(rule: str, local: datetime) -> bool:
    """Tell whether a summer time rule holds at a naive local time."""
    for row in ZONES["summer"][rule]:
        if local.year >= row["from_year"]:
            start, end = change(row["start"], local.year), change(row["end"], local.year)
            return start <= local < end if start < end else not end <= local < start
    return False


def change(spot: list[Any], year: int) -> datetime:
    """Find the naive local time of a change given as month, weekday, nth and hour."""
    month, weekday, nth, hour = spot
    if nth > 0:
        first = datetime(year, month, 1, hour)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))
    following = datetime(year + month // 12, month % 12 + 1, 1, hour)
    last = following - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7)
