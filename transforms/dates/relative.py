"""Rules for units that count from the text's own time or from what it last spoke of."""

from __future__ import annotations

from datetime import date, timedelta

from transforms.dates.grammar import View
from transforms.dates.meaning import CLOCK_UNITS, Meaning, a_day, a_month, a_weekend, no_place
from transforms.dates.tense import direction
from transforms.dates.timeline import Timeline, away, beside, season_beside, weekday_beside
from transforms.dates.weekdays import OF_TEXT, STEPS, anchor, relation_of


def ago(view: View, line: Timeline) -> Meaning | None:
    """Read "three days ago", "a year earlier", "two weeks later", "a week from now"."""
    unit, side = view.value("unit"), view.letters("side")[0]
    if side == "f" and view.tokens.value(view.at("now")) not in ("PRESENT_REF", (0, None)):
        return None
    if side in "br" and not counted_side(view):
        return None
    count = how_many(view)
    base = None if line.ancient else line.now if side in "gf" else line.told(unit)
    sign = -1 if side in "gb" else 1
    if unit in CLOCK_UNITS:
        return no_place("PAST_REF" if sign < 0 else "FUTURE_REF", "reference") if side == "g" else None
    if count is None or base is None:
        return no_place("PAST_REF" if sign < 0 else "FUTURE_REF", "reference")
    return away(base, unit, sign * count)


def counted_side(view: View) -> bool:
    """Refuse "years later" glued to nothing: a count or a hyphen must lead."""
    return view.has("count") or "-" in view.letters() or view.letters("unit") == "U"


def how_many(view: View) -> int | None:
    """Read the count of a match: a number, one for "a", nothing for "several" and for bare plurals."""
    letters = view.letters("count") if view.has("count") else ""
    if letters[:1] in ("n", "N", "R"):
        return int(view.value("count"))
    if "c" in letters:
        return couple(view)
    if letters[:1] == "a":
        return 12 if view.words("count")[-1].lower() == "dozen" else 1
    return None if view.letters("unit") in ("U", "V") else 1


def couple(view: View) -> int | None:
    """Read "a couple of" as two; the other vague counts as none."""
    return 2 if "couple" in (word.lower() for word in view.words("count")) else None


def relative(view: View, line: Timeline) -> Meaning | None:
    """Read last week, next month, this year, that day, the following spring, last March."""
    relation, letter = relation_of(view), view.letters("unit")
    if view.tokens.word(view.at("rel")).lower() == "current" and letter == "S":
        return None
    steps = STEPS[relation]
    if line.ancient and relation in (*OF_TEXT, "next"):
        return ancient_unit(view, line.ancient - steps)
    base = anchor(view, line, relation)
    if base is None:
        return None if letter == "M" else no_place("XXXX", "year")
    if letter == "S":
        return season_beside(base, view.value("unit"), steps)
    if letter == "M":
        return month_beside(base, view.value("unit"), steps)
    unit = view.value("unit")
    if unit == "weekend":
        return weekend(view, base, steps)
    if unit == "half":
        return None
    if unit == "day" and relation in ("last", "past", "next", "this") and "t" not in view.letters():
        return None if relation != "next" else beside(base, unit, steps)
    return beside(base, unit, steps)


def ancient_unit(view: View, year: int) -> Meaning | None:
    """Read "the following year", "that summer" in a text that stands before Christ."""
    if view.letters("unit") == "S":
        return no_place(f"BC{year:04d}-{view.value('unit')}", "season")
    return no_place(f"BC{year:04d}", "year") if view.value("unit") == "year" else None


def turned(view: View, line: Timeline) -> Meaning | None:
    """Read "la semaine dernière", "el próximo martes": units whose relation may follow them."""
    relation = view.value("rel", "rel2")
    letter, value = view.letters("unit") or view.letters("unit2"), view.value("unit", "unit2")
    base, steps = line.now, STEPS[relation]
    if base is None or letter == "p":
        return a_day(base + timedelta(steps), value) if base else None
    if letter == "W":
        return a_day(weekday_beside(base, value, steps))
    if letter in "SM":
        return season_beside(base, value, steps) if letter == "S" else month_beside(base, value, steps)
    return beside(base, value, steps)


def back(view: View, line: Timeline) -> Meaning | None:
    """Read "vor drei Tagen", "il y a deux ans", "hace un mes": a length with "ago" before it."""
    unit, base = view.value("unit"), line.now
    if view.tokens.word(view.start).lower() == "y":  # French "il y a": the first word is no letter of the grammar
        view.start -= view.tokens.word(view.start - 1).lower() == "il"
    if unit in CLOCK_UNITS or base is None or view.letters("count") == "c":
        return no_place("PAST_REF", "reference")
    return away(base, unit, -int(view.value("count")))


def weekend(view: View, base: date, steps: int) -> Meaning:
    """Read this weekend, last weekend: the one ended counts as this until midweek, where the tense points back."""
    if steps == 0 and base.weekday() < 4 and direction(view.tokens, view.start, view.stop) < 0:
        return a_weekend(base - timedelta(7))
    return a_weekend(base + timedelta(7 * steps))


def month_beside(base: date, month: int, steps: int) -> Meaning:
    """Read last March, next June, this May."""
    if steps < 0:
        return a_month(base.year - (month >= base.month), month)
    if steps > 0:
        return a_month(base.year + (month <= base.month), month)
    return a_month(base.year, month)


def within(view: View, line: Timeline) -> Meaning | None:
    """Read "the end of the year", "earlier in the week"."""
    base = None if line.ancient else line.now
    unit = view.value("unit")
    if base is None or unit in ("day", "decade", "century", "millennium"):
        return None if base is None or unit != "day" else a_day(line.then or base)
    return beside(base, unit, 0)


def the_unit(view: View, line: Timeline) -> Meaning | None:
    """Read "the weekend", "for the day", "of the week"."""
    unit, base = view.value("unit"), line.now
    if base is None or line.ancient:
        return None
    if unit == "weekend":
        return weekend(view, base, 0)
    if unit not in ("day", "week", "month", "year") or view.before().lower() not in view.tokens.lexicon.led_unit:
        return None
    return beside(line.then or base if unit == "day" else base, unit, 0)
