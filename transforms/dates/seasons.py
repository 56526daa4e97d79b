"""Rules for quarters, halves and seasons."""

from __future__ import annotations

from datetime import date

from transforms.dates.grammar import View
from transforms.dates.meaning import Meaning, a_half, a_quarter, a_season, no_place
from transforms.dates.months import related_year
from transforms.dates.tense import direction
from transforms.dates.timeline import Timeline, season_beside
from transforms.dates.years import short_year


def quarter(view: View, line: Timeline) -> Meaning | None:
    """Read a quarter or a half of a year."""
    number, unit = view.value("ordinal", "number"), view.value("unit")
    if number is None or number > (4 if unit == "quarter" else 2):
        return None
    make = a_quarter if unit == "quarter" else a_half
    if view.has("year"):
        return make(view.value("year"), number)
    if view.has("whole"):
        if view.value("whole") != "year":
            return None
        year = related_year(view, line) if view.has("rel") else line.now.year if line.now else None
        return None if year is None else make(year, number)
    if unit == "half" or line.now is None:
        return None if unit == "half" else no_place(f"XXXX-Q{number}", "quarter")
    return unplaced_quarter(view, line.now, number)


def unplaced_quarter(view: View, now: date, number: int) -> Meaning:
    """Place a quarter without its year: the last that has begun, or the next where the tense points ahead."""
    ahead = direction(view.tokens, view.start, view.stop) > 0
    current = (now.month - 1) // 3 + 1
    if ahead:
        return a_quarter(now.year + (number < current), number)
    return a_quarter(now.year - (number > current), number)


def quarter_sign(view: View, line: Timeline) -> Meaning | None:
    """Read Q3, 3Q, Q3 2022."""
    number = view.value("number", "number2")
    if number > 4:
        return None
    if view.has("year"):
        return a_quarter(view.value("year"), number)
    if view.has("short"):
        return a_quarter(short_year(view.value("short"), line), number)
    return None if line.now is None else unplaced_quarter(view, line.now, number)


def season_year(view: View, line: Timeline) -> Meaning | None:
    """Read a season with its year."""
    year, season = view.value("year", "count"), view.value("season")
    if view.value("era") == "BC":
        return no_place(f"BC{year:04d}-{season}", "season")
    return a_season(year, season) if view.has("year") else None


def season_of(view: View, line: Timeline) -> Meaning | None:
    """Read "spring of that year"."""
    year = related_year(view, line) if view.value("unit") == "year" else None
    return None if year is None else a_season(year, view.value("season"))


def season(view: View, line: Timeline) -> Meaning | None:
    """Read a season alone, where a word before it shows that it is one."""
    word = view.tokens.word(view.at("season"))
    lexicon = view.tokens.lexicon
    led = view.before().lower() in lexicon.led_season or view.letters()[0] in "ebrE"
    if not led and word in lexicon.doubtful and not (view.has("led") and word.lower() != "fall"):
        return None
    if not led and not (view.has("led") or line.narrative):
        return None
    if view.after() == "of" or (view.tokens.glued(view.stop) and view.after() in ("-", "'", "’")):
        return None
    name = view.value("season")
    if line.ancient:
        return no_place(f"BC{line.ancient:04d}-{name}", "season")
    now = line.now
    if now is None:
        return no_place(f"XXXX-{name}", "season")
    if line.narrative:
        return a_season(now.year, name)
    pointing = direction(view.tokens, view.start, view.stop)
    current = season_beside(now, name, 0)
    if pointing > 0 and current.after is not None and current.after.date() <= now:
        return season_beside(now, name, 1)
    if pointing < 0 and current.day is not None and current.day > now:
        return season_beside(now, name, -1)
    return current
