"""Rules for weekdays and for parts of the day."""

from __future__ import annotations

from datetime import date, timedelta

from transforms.dates.grammar import View
from transforms.dates.meaning import Meaning, a_day, no_place
from transforms.dates.tense import direction
from transforms.dates.timeline import Timeline, away, weekday_beside

STEPS = {"last": -1, "past": -1, "previous": -1, "this": 0, "that": 0, "next": 1, "following": 1}

OF_TEXT = ("that", "following", "previous")


def relation_of(view: View) -> str:
    """Give the relation of a match; of two ("that same day") the first."""
    return str(view.tokens.value(view.at("rel")))


def anchor(view: View, line: Timeline, relation: str) -> date | None:
    """Choose the day to count from: the text's last one for "that" and "the next", publication for "next"."""
    if relation in OF_TEXT or (relation == "next" and view.letters().startswith("t")):
        return line.told(view.value("unit")) if view.has("unit") else line.then
    return line.now


def deictic(view: View, line: Timeline) -> Meaning | None:
    """Read today, yesterday, tomorrow and their parts."""
    days, part = view.value("deictic")
    base = line.published
    if view.before().lower() in view.tokens.lexicon.not_deictic_after:
        return None
    if line.narrative and view.tokens.word(view.at("deictic")).lower() == "today":
        return no_place("PRESENT_REF", "reference")
    if base is None:
        return no_place("XXXX-XX-XX" if days else "PRESENT_REF", "day")
    return a_day(base + timedelta(days), view.value("part") or part)


def day_before(view: View, line: Timeline) -> Meaning | None:
    """Read "the day before yesterday", "the week after next Monday"."""
    unit, sign = view.value("unit"), -1 if view.letters("side") == "<" else 1
    base = line.published
    if base is None or unit not in ("day", "week"):
        return None
    if view.has("deictic"):
        base += timedelta(view.value("deictic")[0])
    else:
        base = weekday_beside(base, view.value("weekday"), STEPS[relation_of(view)])
    return away(base, unit, sign)


def weekday(view: View, line: Timeline) -> Meaning | None:
    """Read a weekday, by its own relation or as the tense points."""
    number = view.value("weekday")
    word = view.tokens.word(view.at("weekday"))
    if len(word) <= 3 and view.after() != "." and not view.letters().endswith("!") and not view.has("rel"):
        return None
    relation = relation_of(view) if view.has("rel") else ""
    base = line.then if relation in OF_TEXT or line.narrative else line.published
    if base is None:
        return no_place(f"XXXX-WXX-{number + 1}", "day")
    return a_day(placed_weekday(view, line, base, number, relation), view.value("part"))


def placed_weekday(view: View, line: Timeline, base: date, number: int, relation: str) -> date:
    """Find the day of a weekday beside a base day."""
    if relation in ("next", "following"):
        return weekday_beside(base, number, 1)
    if relation in ("last", "past", "previous"):
        return weekday_beside(base, number, -1)
    if base.weekday() == number:
        return base
    if line.narrative:
        return weekday_beside(base, number, 1)
    ahead = direction(view.tokens, view.start, view.stop) > 0
    return weekday_beside(base, number, 1 if ahead else 0)


def part_of(view: View, line: Timeline) -> Meaning | None:
    """Read "this morning", "last night", "the next evening"."""
    if not view.has("part"):
        return None
    relation = relation_of(view)
    base = anchor(view, line, relation)
    if base is None:
        return None
    return a_day(base + timedelta(STEPS.get(relation, 0)), view.value("part"))
