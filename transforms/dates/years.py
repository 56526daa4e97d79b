"""Rules for years, decades and centuries."""

from __future__ import annotations

from transforms.dates.counts import counted, numbered, stands_alone, street
from transforms.dates.grammar import View
from transforms.dates.meaning import Meaning, a_century, a_decade, a_year, no_place, opening
from transforms.dates.timeline import Timeline

NEAR_YEAR = 30  # '98 lies within this many years after the text's own.


def year(view: View, line: Timeline) -> Meaning | None:
    """Read a year, unless its surroundings make it a count, a street number or a part of something else."""
    if view.has("unit") and view.value("unit") != "year":
        view.start = view.at("year")
    return None if not plausible_year(view, line, view.value("year")) else a_year(view.value("year"))


def plausible_year(view: View, line: Timeline, number: int) -> bool:
    """Tell a year from another number of four digits."""
    tokens, index = view.tokens, view.at("year")
    if (
        counted(view, tokens.lexicon.counted)
        or numbered(tokens, view.start)
        or street(tokens, index)
        or not stands_alone(tokens, index)
    ):
        return False
    if number >= 1900 or (number >= 1500 and line.narrative):
        return True
    before = view.before().lower()
    led = view.letters()[0] in "eEbrt" or before in tokens.lexicon.before_month or before in ("(", "-", "–", ",")
    return led and (number >= 1500 or before in tokens.lexicon.led_old_year)


def years(view: View, line: Timeline) -> Meaning | None:
    """Read "1992-93", "1998/99" as two years; the first opens the range."""
    first, short = view.value("year"), view.value("short")
    last = first - first % 100 + short
    written = view.tokens.word(view.at("short"))
    if not plausible_year(view, line, first):
        return None
    if last <= first or last - first > 60 or len(written) != 2:
        view.stop = view.at("year") + 1
        return a_year(first)
    view.more = ((view.at("short"), view.stop, a_year(last)),)
    view.stop = view.at("short")
    return opening(a_year(first), a_year(last))


def short_year(number: int, line: Timeline) -> int:
    """Complete '98 by the text's own time."""
    now = line.published.year if line.published else 2000
    full = now - now % 100 + number
    return full - 100 if full > now + NEAR_YEAR else full


def short_year_alone(view: View, line: Timeline) -> Meaning | None:
    """Read '98."""
    index = view.at("short")
    if (
        not view.tokens.glued(index)
        or len(view.tokens.word(index)) != 2
        or view.tokens.glued(index - 1)
        or (view.tokens.glued(index + 1) and view.after()[:1].isalpha())
    ):
        return None
    return a_year(short_year(view.value("short"), line))


def ancient(view: View, line: Timeline) -> Meaning | None:
    """Read a year before or after Christ by its letters."""
    count = view.value("count")
    era = view.value("era") if view.rule == "ancient" else view.tokens.value(view.stop + 1)
    if era == "BC":
        return no_place(f"BC{count:04d}", "year")
    return a_year(count)


def possessive(view: View, line: Timeline) -> Meaning | None:
    """Read the year of "1965's"."""
    number = view.value("year")
    if "'" not in view.letters() or not plausible_year(view, line, number):
        return None
    view.stop = view.at("year") + 1
    return a_year(number)


def decade(view: View, line: Timeline) -> Meaning | None:
    """Read "the 1990s", "the '90s", "the nineties"."""
    if view.has("word"):
        return a_decade(view.value("word")) if "t" in view.letters() else None
    if view.has("year") or view.has("ancient"):
        year = view.value("year", "ancient")
        if year % 10:
            return possessive(view, line) if view.has("year") else None
        if view.has("ancient") or view.value("era") == "BC":
            return no_place(f"BC{year // 10:03d}", "decade")
        return a_decade(year // 10)
    short = view.value("short", "short2")
    if short % 10 or not 20 <= short <= 90:
        return None
    if (
        not view.has("short")
        and view.letters()[0] not in "teE"
        and view.before().lower() not in view.tokens.lexicon.led_decade
    ):
        return None
    return a_decade(190 + short // 10)


def century(view: View, line: Timeline) -> Meaning | None:
    """Read "the 19th century"."""
    number = view.value("number", "ordinal")
    if view.value("unit") != "century" or not number:
        return None
    if view.value("era") == "BC":
        return no_place(f"BC{number - 1:02d}", "century")
    return a_century(number - 1)
