"""Rules for lengths of time, sets of times and vague references, which are no place on the calendar."""

from __future__ import annotations

from transforms.dates.grammar import View
from transforms.dates.meaning import CLOCK_UNITS, UNIT_LETTER, Meaning, a_duration, no_place
from transforms.dates.relative import how_many
from transforms.dates.timeline import Timeline


def duration(view: View, line: Timeline) -> Meaning | None:
    """Read "six months", "a year", "two-day", "several weeks"."""
    unit = view.value("unit")
    if view.letters("unit") == "q" and view.letters("count")[0] in "ac":
        return None
    if (
        view.value("unit") == "quarter"
        and view.words("count")[0].lower() in ("three", "3")
        and "+" not in view.letters()
    ):
        return None
    tail = view.letters()[-1] == "~"
    if tail and view.tokens.word(view.stop - 1).lower() == "old" and unit in ("year", "month", "day", "week"):
        return None
    if per_price(view):
        return no_place(f"P{'T' if unit in CLOCK_UNITS else ''}1{UNIT_LETTER.get(unit, 'D')}", "set")
    return a_duration(how_many(view), unit, half=view.has("half"))


def per_price(view: View) -> bool:
    """Tell "$5 a day", "twice a year" from "for a day"."""
    if view.letters() not in ("au", "av"):
        return False
    before = view.before()
    return before[:1].isdigit() or before.lower() in view.tokens.lexicon.led_per


def span_of(view: View, line: Timeline) -> Meaning | None:
    """Read "the last three years", "the next six months", "the past weeks"."""
    if view.has("units"):
        return a_duration(None, view.value("units"))
    return a_duration(how_many(view), view.value("unit"))


def turned_span(view: View, line: Timeline) -> Meaning | None:
    """Read "los últimos tres años", "les trois derniers mois"."""
    letters = view.letters("count") or view.letters("count2")
    count = None if letters == "c" else int(view.value("count", "count2"))
    return a_duration(count, view.value("unit", "unit2"))


def past_unit(view: View, line: Timeline) -> Meaning | None:
    """Read "the past year", "the past decade"."""
    if view.letters("unit") in ("S", "p"):
        return None
    return a_duration(1, view.value("unit"))


def long(view: View, line: Timeline) -> Meaning | None:
    """Read "day-long", "decades-long"."""
    plural = view.letters("unit") == "U"
    unit = "year" if plural and view.value("unit") in ("decade", "century") else view.value("unit")
    return a_duration(None if plural else 1, unit)


def vague(view: View, line: Timeline) -> Meaning | None:
    """Read bare plurals ("for years", "recent weeks"), where a word before shows that a length is meant."""
    if not view.has("recent") and view.before().lower() not in view.tokens.lexicon.led_vague:
        return None
    unit = "year" if view.value("unit") in ("decade", "century") else view.value("unit")
    return a_duration(None, unit)


def every(view: View, line: Timeline) -> Meaning | None:
    """Read "every day", "each Monday", "every two weeks"."""
    letter, value = view.letters("unit"), view.value("unit")
    if letter == "W":
        return no_place(f"XXXX-WXX-{value + 1}", "set")
    if letter == "p":
        return no_place(f"XXXX-XX-XX{value}", "set")
    if letter == "M":
        return no_place(f"XXXX-{value:02d}", "set")
    if letter == "S":
        return no_place(f"XXXX-{value}", "set")
    count = view.value("count") if view.has("count") and view.letters("count") in "nNR" else 1
    found = a_duration(count, value)
    return no_place(found.timex, "set")


def adverbial(view: View, line: Timeline) -> Meaning | None:
    """Read daily, weekly, annually, Mondays."""
    return no_place(str(view.value("set")), "set")


def reference(view: View, line: Timeline) -> Meaning | None:
    """Read now, recently, the future."""
    value = view.value("ref")
    if value == "this":
        if view.tokens.word(view.at("ref")).lower() != "current":
            return None
        value = "PRESENT_REF"
    if value == "past":
        if view.letters()[0] != "t" or view.before().lower() not in ("in", "of", "from") or view.after()[:1].isalpha():
            return None
        value = "PAST_REF"
    if view.letters("ref") == "C" and not line.narrative:
        return None
    if (view.tokens.word(view.at("ref")).lower() != "future" and value != "PAST_REF") or view.letters("ref") == "C":
        view.start = view.at("ref")
    return no_place(str(value), "reference")
