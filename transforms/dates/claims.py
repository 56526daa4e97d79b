"""Claims of publication and change: read them, mark the impossible, and choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from transforms.dates.choice import RULES, chosen_modified, chosen_published, local_day, page_days
from transforms.dates.explanation import Explanation, explain
from transforms.dates.reading import Reading, read_date
from transforms.dates.url_dates import country_of, url_dates
from transforms.records import ClaimKind, DateClaim, Precision

RawClaim = tuple[ClaimKind, str, str]
AMBIGUOUS = "ambiguous"
IMPOSSIBLE = "impossible"
ONLY_CHANGE = "the page dates only its last change"


def make_claims(
    raws: Iterable[RawClaim],
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    language: str | None = None,
    country: str | None = None,
) -> tuple[DateClaim, ...]:
    """Read raw claims (kind, words, origin) and the address, and choose at most one published and one modified claim.

    An origin may name its place after a colon ("meta:published:article:published_time"); the claim's `origin` is the
    family and its `note` holds the place. Impossible claims are kept and marked, and never chosen.
    """
    home = country or country_of(url)
    found: list[RawClaim] = [*raws, *(("published", words, "url") for words in (url_dates(url) if url else ()))]
    readings = read_all(found, language, home)
    claims = [
        claim_of(kind, raw, origin, reading, captured_at)
        for (kind, raw, origin), reading in zip(found, readings, strict=True)
    ]
    published, modified = chosen_published(claims), chosen_modified(claims)
    if published is None and modified is not None:
        published = len(claims)
        claims.append(replace(claims[modified], kind="published", note=f"{claims[modified].note}; {ONLY_CHANGE}"))
    chosen = {published, modified}
    return tuple(replace(claim, chosen=True) if index in chosen else claim for index, claim in enumerate(claims))


def read_all(found: Sequence[RawClaim], language: str | None, country: str | None) -> list[Reading]:
    """Read each claim; what is ambiguous alone is read again by the habit that the other claims show."""
    readings = [read_date(raw, language=language, country=country) for _, raw, _ in found]
    if not any(reading.note.startswith(AMBIGUOUS) for reading in readings):
        return readings
    days = {local_day(reading) for reading in readings if reading.precision in ("day", "minute", "instant", "hour")}
    habits = [habit for _, raw, _ in found if (habit := shown_habit(raw)) is not None]
    return [
        settled(raw, reading, days, habits, country) if reading.note.startswith(AMBIGUOUS) else reading
        for (_, raw, _), reading in zip(found, readings, strict=True)
    ]


def settled(raw: str, reading: Reading, days: set[datetime | None], habits: list[bool], country: str | None) -> Reading:
    """Read an ambiguous number by another claim of one of its days, else by the habit of the page's other numbers."""
    both = {leads: read_date(raw, country=country, day_first=leads) for leads in (True, False)}
    agreed = [leads for leads, each in both.items() if local_day(each) in days]
    if len(agreed) == 1:
        return replace(both[agreed[0]], note="order of day and month from another claim")
    if habits and len(set(habits)) == 1:
        return replace(both[habits[0]], note="order of day and month from another number of the page")
    return reading


def shown_habit(raw: str) -> bool | None:
    """Tell whether a number leads with the day, where only one order is possible."""
    one, other = read_date(raw, day_first=True), read_date(raw, day_first=False)
    if one.earliest is None or one != other or "/" not in raw:
        return None
    numbers = [int(part) for part in raw.replace("/", " ").split() if part.isdigit()]
    return None if len(numbers) < 2 or max(numbers[:2]) <= 12 else numbers[0] > 12


def claim_of(kind: ClaimKind, raw: str, origin: str, reading: Reading, captured_at: datetime | None) -> DateClaim:
    """Make a claim of a reading, and mark it where it cannot be."""
    family, _, place = origin.partition(":")
    notes = (place, reading.note, impossible(reading, captured_at))
    return DateClaim(
        kind=kind,
        raw=raw,
        origin=family,
        earliest=reading.earliest,
        latest=reading.latest,
        precision=reading.precision,
        utc_offset=reading.utc_offset,
        note="; ".join(note for note in notes if note),
    )


def impossible(reading: Reading, captured_at: datetime | None) -> str:
    """Say why a reading cannot be a date of publication; nothing where it can."""
    if reading.earliest is None:
        return ""
    slack = timedelta(0 if reading.utc_offset is not None else RULES["slack_hours"] / 24)
    if captured_at is not None and reading.earliest > captured_at + slack + timedelta(minutes=5):
        return f"{IMPOSSIBLE}: after the capture"
    if reading.earliest.year < RULES["earliest_year"]:
        return f"{IMPOSSIBLE}: before {RULES['earliest_year']}"
    day = local_day(reading)
    if day is not None and f"{day:%Y-%m-%d}" in RULES["templates"]:
        return f"{IMPOSSIBLE}: a template's date"
    return ""


def publication(
    claims: Iterable[DateClaim],
) -> tuple[datetime | None, datetime | None, Precision | None, str | None, datetime | None]:
    """Give (published_at, published_local, precision, origin, modified_at) of the chosen claims.

    `published_at` is the start of the chosen interval in UTC; `published_local` the page's own clock, naive.
    """
    listed = tuple(claims)
    modified = next((claim.earliest for claim in listed if claim.chosen and claim.kind == "modified"), None)
    for claim, day in zip(listed, page_days(listed), strict=True):
        if claim.chosen and claim.kind == "published" and claim.earliest is not None:
            local = (claim.earliest + timedelta(minutes=claim.utc_offset or 0)).replace(tzinfo=None)
            return (
                claim.earliest,
                local if day in (None, local_day(claim)) else day,
                claim.precision,
                claim.origin,
                modified,
            )
    return None, None, None, None, modified


__all__ = ["Explanation", "explain", "make_claims", "publication"]
