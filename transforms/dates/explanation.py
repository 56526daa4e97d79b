"""Why a date was chosen, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from transforms.dates.choice import CHOICE, change_votes, page_days, place, tally, usable, weight
from transforms.records import DateClaim


@dataclass(frozen=True, slots=True)
class Explanation:
    """The claim that won, the best claim of another day, and the reason in words."""

    winner: DateClaim | None
    runner_up: DateClaim | None
    why: str


def explain(claims: Iterable[DateClaim]) -> Explanation:
    """Say which claim of publication was chosen, which came second, and why."""
    listed = tuple(claims)
    days = page_days(listed)
    winner = next((claim for claim in listed if claim.chosen and claim.kind == "published"), None)
    if winner is None:
        return Explanation(None, best_other(listed, days, None), why_none(listed))
    if winner.origin == "story":
        others = tuple(claim for claim in listed if claim is not winner)
        return Explanation(winner, None, f"{why_none(others)} The date is that of other articles on its story.")
    day = days[listed.index(winner)]
    other = best_other(listed, days, day)
    return Explanation(winner, other, why(listed, days, winner, day, other))


def best_other(claims: Sequence[DateClaim], days: Sequence[datetime | None], day: datetime | None) -> DateClaim | None:
    """Find the weightiest claim of another day."""
    others = [claim for claim, each in zip(claims, days, strict=True) if each is not None and each != day]
    return max(others, key=weight, default=None)


def why(
    claims: Sequence[DateClaim],
    days: Sequence[datetime | None],
    winner: DateClaim,
    day: datetime | None,
    other: DateClaim | None,
) -> str:
    """Put the reason for a winner into words."""
    if day is None:
        return f"{named(winner)} is taken at its word, a {winner.precision}: nothing names a day."
    votes = tally(claims, days)
    backers = sorted({claim.origin for claim, each in zip(claims, days, strict=True) if each == day})
    words = f"{day:%Y-%m-%d} weighs {votes[day]:g} ({', '.join(backers)}); "
    words += f"of its claims {named(winner)} is the most exact and trusted."
    if "last change" in winner.note:
        words = f"{day:%Y-%m-%d} is the day of the last change; no place says when the page was published."
    if other is not None:
        other_day = days[list(claims).index(other)]
        if other_day is not None and other_day in votes:
            words += f" The next, {other_day:%Y-%m-%d}, weighs {votes[other_day]:g} ({named(other)})."
    return words


def why_none(claims: Sequence[DateClaim]) -> str:
    """Put the reason for an undated document into words."""
    published = [claim for claim in claims if claim.kind == "published"]
    if not published:
        return "No place says when the document was published."
    unusable = [claim for claim in published if not usable(claim, "published")]
    if len(unusable) == len(published):
        notes = "; ".join(dict.fromkeys(claim.note.rpartition("; ")[2] or "unreadable" for claim in unusable))
        return f"No claim of publication can be used: {notes}."
    heaviest = max([*tally(claims, page_days(claims)).values(), *change_votes(claims).values(), 0.0])
    return f"No day is trusted enough: the heaviest weighs {heaviest:g} of {CHOICE['least']:g}."


def named(claim: DateClaim) -> str:
    """Name a claim by its place and words."""
    return f"{place(claim).strip(':')} {claim.raw.strip()!r}"
