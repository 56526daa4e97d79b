"""The choice among claims: places weigh, agreement adds up, the heaviest day wins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from transforms.dates.words import table
from transforms.records import ClaimKind, DateClaim

CHOICE = table("choice.toml")
RULES, CHANGE = CHOICE["rules"], CHOICE["change"]
WEIGHTS: dict[str, float] = CHOICE["weights"]
FALLBACK: tuple[str, ...] = tuple(CHOICE["modified"]["order"])
TIMED = ("instant", "minute", "hour")
FINE = (*TIMED, "day")
ONE_DAY = timedelta(1)


class Dated(Protocol):
    """What has a start and an offset."""

    @property
    def earliest(self) -> datetime | None:
        """The first instant that fits the words."""
        ...

    @property
    def utc_offset(self) -> int | None:
        """The offset that the words give, in minutes."""
        ...


def local_day(dated: Dated) -> datetime | None:
    """Find the day (naive midnight) that the clock of a claim shows."""
    if dated.earliest is None:
        return None
    local = dated.earliest + timedelta(minutes=dated.utc_offset or 0)
    return datetime(local.year, local.month, local.day)


def place(claim: DateClaim) -> str:
    """Name the whole place of a claim: its family and what its note keeps of the rest."""
    return f"{claim.origin}:{claim.note.partition(';')[0]}"


def weight(claim: DateClaim) -> float:
    """Say what the word of a claim's place weighs."""
    return looked_up(place(claim), WEIGHTS)


def usable(claim: DateClaim, kind: ClaimKind) -> bool:
    """Tell whether a claim can be chosen at all."""
    return (
        claim.kind == kind
        and claim.earliest is not None
        and "impossible" not in claim.note
        and claim.precision != "range"
    )


def looked_up(name: str, weights: dict[str, float]) -> float:
    """Find the weight of a place by the longest listed beginning of its name."""
    while name not in weights:
        if ":" not in name:
            return 0.0
        name = name.rpartition(":")[0]
    return weights[name]


def page_days(claims: Sequence[DateClaim]) -> list[datetime | None]:
    """Find the day in the page's own clock that each usable, exact claim of publication names.

    An instant given in UTC says nothing of the page's clock. Where the address, the byline or another local statement
    names the day beside it, and some zone puts the instant there, that is its day.
    """
    days = [local_day(c) if usable(c, "published") and c.precision in FINE else None for c in claims]
    shown: dict[datetime, float] = {}
    for claim, day in zip(claims, days, strict=True):
        if day is not None and not in_utc(claim) and weight(claim) >= CHOICE["shows_the_clock"]:
            shown[day] = shown.get(day, 0.0) + weight(claim)
    return [moved(c, d, shown) if d is not None and in_utc(c) else d for c, d in zip(claims, days, strict=True)]


def in_utc(claim: DateClaim) -> bool:
    """Tell whether a claim gives an instant without a zone of its own."""
    return claim.utc_offset == 0 and claim.precision in TIMED


def moved(claim: DateClaim, day: datetime, shown: dict[datetime, float]) -> datetime:
    """Move an instant to the shown day beside its UTC day, if a zone between -12:00 and +14:00 explains it."""
    hour = claim.earliest.astimezone(UTC).hour if claim.earliest is not None else 0
    beside = [day]
    beside += [day - ONE_DAY] if hour < 12 else []
    beside += [day + ONE_DAY] if hour >= 10 else []
    return max(beside, key=lambda each: shown.get(each, 0.0))


def tally(claims: Sequence[DateClaim], days: Sequence[datetime | None]) -> dict[datetime, float]:
    """Add up, day by day, the weights of the families that name it; a family counts once."""
    votes: dict[datetime, dict[str, float]] = {}
    for claim, day in zip(claims, days, strict=True):
        if day is not None:
            families = votes.setdefault(day, {})
            families[claim.origin] = max(families.get(claim.origin, 0.0), weight(claim))
    return {day: sum(families.values()) for day, families in votes.items()}


def chosen_published(claims: Sequence[DateClaim]) -> int | None:
    """Choose the index of the claim of publication: of the heaviest day, a timed one before others, then by weight."""
    days = page_days(claims)
    votes = tally(claims, days)
    if max(votes.values(), default=0.0) < CHANGE["unless"]:
        votes |= {day: votes.get(day, 0.0) + worth for day, worth in change_votes(claims).items()}
    if votes:
        day = max(votes, key=votes.__getitem__)  # Of equals the first named on the page.
        if votes[day] >= CHOICE["least"] and day in days:
            return min((i for i, each in enumerate(days) if each == day), key=lambda i: order(claims[i], day, i))
        if votes[day] >= CHOICE["least"]:
            return None
    coarse = [i for i, c in enumerate(claims) if usable(c, "published") and place(c).startswith(tuple(RULES["coarse"]))]
    return min(coarse, key=lambda i: (-weight(claims[i]), i), default=None)


def change_votes(claims: Sequence[DateClaim]) -> dict[datetime, float]:
    """Weigh the days of change as days of publication, each by its best place."""
    votes: dict[datetime, float] = {}
    for claim in claims:
        day = local_day(claim)
        if day is not None and usable(claim, "modified") and claim.precision in FINE:
            votes[day] = max(votes.get(day, 0.0), looked_up(place(claim), CHANGE["weights"]))
    return votes


def order(claim: DateClaim, day: datetime, index: int) -> tuple[bool, bool, float, int]:
    """Rank the claims of one day: exact in the page's own clock, exact in UTC, the weightiest, the first."""
    light = weight(claim) < CHOICE["shows_the_clock"]
    return claim.precision not in TIMED or light, local_day(claim) != day, -weight(claim), index


def chosen_modified(claims: Sequence[DateClaim]) -> int | None:
    """Choose the index of the claim of change: of the most trusted family, the latest."""
    fit = [
        (FALLBACK.index(claim.origin) if claim.origin in FALLBACK else len(FALLBACK), index)
        for index, claim in enumerate(claims)
        if usable(claim, "modified") and claim.precision in FINE and "foreign" not in claim.note
    ]
    if not fit:
        return None
    family = min(fit)[0]
    return max((i for rank, i in fit if rank == family), key=lambda i: (claims[i].earliest or datetime.min, -i))
