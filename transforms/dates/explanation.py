"""Why a date was believed, in words for people."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.dates.choice import local_day, usable, weight
from transforms.records import DateClaim


def explain(claims: Sequence[DateClaim]) -> tuple[str, ...]:
    """Say in a few sentences which claim of publication won, which came second, and why."""
    published = [claim for claim in claims if claim.kind == "published"]
    winner = next((claim for claim in published if claim.chosen), None)
    if winner is None:
        if not published:
            return ("Nothing says when this was published.",)
        return (f"{len(published)} claims of publication, and none that can be believed: {_doubts(published)}.",)
    said = [f"Published by {winner.origin}: “{winner.raw}”, which is exact to the {winner.precision}."]
    others = [claim for claim in published if claim is not winner]
    agreeing = [claim for claim in others if local_day(claim) == local_day(winner)]
    if agreeing:
        said.append(f"{len(agreeing)} more agree on the day: {_origins(agreeing)}.")
    against = sorted(
        (claim for claim in others if claim not in agreeing and usable(claim, "published")), key=weight, reverse=True
    )
    if against:
        second = against[0]
        heavier = f"{weight(winner):g} against {weight(second):g}"
        said.append(f"Runner-up: {second.origin}, “{second.raw}”; the order of trust gives {heavier}.")
    refused = [claim for claim in others if claim not in agreeing and not usable(claim, "published")]
    if refused:
        said.append(f"Not believed: {_doubts(refused)}.")
    return tuple(said)


def _origins(claims: Sequence[DateClaim]) -> str:
    return ", ".join(dict.fromkeys(claim.origin for claim in claims))


def _doubts(claims: Sequence[DateClaim]) -> str:
    return "; ".join(f"{claim.origin} “{claim.raw}” ({claim.note or 'too vague'})" for claim in claims)
