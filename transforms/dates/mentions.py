"""Find every expression of time in a text and say what it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import pairwise

from transforms.dates import clocks, days, lengths, months, relative, seasons, weekdays, years
from transforms.dates.grammar import CORE, GRAMMAR, RUN, View
from transforms.dates.lexicon import LANGUAGES, load_lexicon
from transforms.dates.meaning import Meaning, opening
from transforms.dates.timeline import Timeline
from transforms.dates.tokens import Tokens, tokens_of
from transforms.records import DateMention

LEXICONS = {language: load_lexicon(language) for language in LANGUAGES}
Found = tuple[int, int, Meaning]
Rule = Callable[[View, Timeline], Meaning | None]
RULES: dict[str, Rule] = {
    "day_range": days.day_range,
    "month_range": days.day_range,
    "full_day": days.full_day,
    "numeric": days.numeric,
    "month_of": months.month_of,
    "month_year": months.month_year,
    "bare_day": days.bare_day,
    "clock": clocks.clock,
    "holiday": days.holiday_day,
    "day_before": weekdays.day_before,
    "weekday": weekdays.weekday,
    "every": lengths.every,
    "deictic": weekdays.deictic,
    "part_of": weekdays.part_of,
    "quarter": seasons.quarter,
    "quarter_sign": seasons.quarter_sign,
    "ago": relative.ago,
    "span_of": lengths.span_of,
    "past_unit": lengths.past_unit,
    "relative": relative.relative,
    "within": relative.within,
    "century": years.century,
    "decade": years.decade,
    "season_year": seasons.season_year,
    "season_of": seasons.season_of,
    "season": seasons.season,
    "ancient": years.ancient,
    "ancient_from": years.ancient,
    "years": years.years,
    "year": years.year,
    "short_year": years.short_year_alone,
    "bare_month": months.bare_month,
    "duration": lengths.duration,
    "long": lengths.long,
    "the_unit": relative.the_unit,
    "part_alone": clocks.part_alone,
    "vague": lengths.vague,
    "turned": relative.turned,
    "back": relative.back,
    "turned_span": lengths.turned_span,
    "adverbial": lengths.adverbial,
    "reference": lengths.reference,
}
TRIM_LEFT, TRIM_RIGHT = "fHI,!&-(:/%", ",-!(:/I%w&t"
ARTICLE = re.compile("t[YMk](?!.?'?s)")
DAY_RULES = frozenset(("full_day", "bare_day", "numeric"))
CLOSE = 4  # Tokens between a time of day and its day.
OPENING = frozenset((".", "", "!", "?", ":"))
# Expressions that move the running day of a text.
MOVING = frozenset(
    (
        "full_day",
        "numeric",
        "month_of",
        "month_year",
        "bare_day",
        "day_range",
        "month_range",
        "season_of",
        "season",
        "weekday",
        "ago",
        "relative",
        "turned",
        "bare_month",
        "deictic",
        "part_of",
        "holiday",
    )
)


def find_mentions(
    text: str, *, published: datetime | date | None = None, language: str | None = None
) -> tuple[DateMention, ...]:
    """Find the dates, times, durations and sets of a text, in order.

    Relative words count from the day of `published` or, in an account of older days, from the day last spoken of.
    Languages without a table of their own give no mentions; an unknown language is read as English.
    """
    lexicon = LEXICONS.get((language or "en").lower()[:2])
    if lexicon is None:
        return ()
    tokens = tokens_of(text, lexicon)
    day = published.date() if isinstance(published, datetime) else published
    matches = list(candidates(tokens))
    line = Timeline(day, narrative=is_narrative(tokens, matches, day))
    for view, following in pairwise(matches):
        view.lends = lent_year(view, following)
        view.beside = following if view.rule == "clock" and belongs(view, following) else None
    found = [each for view in matches for each in understood(view, line)]
    return tuple(connected(tokens, found))


def connected(tokens: Tokens, found: list[Found]) -> Iterator[DateMention]:
    """Make the records; the first expression of "from A to B", "between A and B" covers the whole range."""
    for index, (start, stop, alone) in enumerate(found):
        meaning = alone
        if index + 1 < len(found):
            following = found[index + 1]
            joint = tokens.letters[stop : following[0]].strip("t")
            led = tokens.letters[start - 1 : start] if start else ""
            if (joint == "w" and led == "f") or (joint == "&" and led == "H"):
                meaning = opened(meaning, following[2])
        yield mention_of(tokens, start, stop, meaning)


def opened(first: Meaning, last: Meaning) -> Meaning:
    """Let the first of two expressions reach to the end of the second, where they can be the ends of a range."""
    if first.first is None or last.after is None or not first.first < last.after or first.grain == "range":
        return first
    return opening(first, last)


def belongs(view: View, following: View) -> bool:
    """Tell whether a day stands close after a time of day: "5:34 a.m. local time on March 20"."""
    gap = view.tokens.letters[view.stop : following.start]
    return following.rule in DAY_RULES and len(gap) <= CLOSE and "!" not in gap


def lent_year(view: View, following: View) -> int | None:
    """Find the year that the date right after lends: "from April to June 1957", "3 and 5 May 2022"."""
    if view.rule not in ("bare_month", "bare_day") or following.rule not in ("month_year", "full_day"):
        return None
    joint = view.tokens.letters[view.stop : following.start]
    year = following.value("year")
    return year if joint.strip("ft!") in ("w", "&", "-", ",", ",&", "/") and not following.has("era") else None


def candidates(tokens: Tokens) -> Iterator[View]:
    """Match the grammar against the runs of known tokens that hold a word of time."""
    for run in RUN.finditer(tokens.letters):
        if CORE.search(run[0]) is None:
            continue
        for match in GRAMMAR.finditer(tokens.letters, run.start(), run.end()):
            yield View(tokens, match, match.lastgroup or "", match.start(), match.end())


def understood(view: View, line: Timeline) -> Iterator[Found]:
    """Say what one match stands for, cut its span to its words, and let it move the text's running day."""
    try:
        meaning = RULES[view.rule](view, line)
    except (ValueError, OverflowError):
        return
    if meaning is None:
        return
    moves = sets_the_time(view, meaning, line)
    for start, stop, each in ((view.start, view.stop, meaning), *view.more):
        line.speak(each, moves=moves)
        yield (*trimmed(view.tokens, start, stop), each)


def sets_the_time(view: View, meaning: Meaning, line: Timeline) -> bool:
    """Tell whether the text goes on from here in time: a date does, unless it looks aside.

    A year looks aside unless it opens a sentence or a section; so do "two years earlier" and "the previous year".
    """
    if view.rule in ("relative", "turned") and meaning.grain == "year" and line.narrative and meaning.day:
        return meaning.day.year >= (line.last_year or 0)
    if view.rule in ("year", "season_year"):
        return opens(view)
    if view.rule == "ago":
        return meaning.grain in ("day", "week")
    return view.rule in MOVING


def opens(view: View) -> bool:
    """Tell whether an expression opens a sentence or stands as a heading."""
    return any(view.before(back) in OPENING for back in (1, 2, 3))


def trimmed(tokens: Tokens, start: int, stop: int) -> tuple[int, int]:
    """Cut signs, prepositions and the article of "the 1992 election" from the ends of a span."""
    while start < stop - 1 and (tokens.letters[start] in TRIM_LEFT or ARTICLE.match(tokens.letters, start, stop)):
        start += 1
    while stop > start + 1 and tokens.letters[stop - 1] in TRIM_RIGHT and not abbreviates(tokens, stop - 1):
        stop -= 1
    return start, stop


def mention_of(tokens: Tokens, start: int, stop: int, meaning: Meaning) -> DateMention:
    """Make the record of a mention of the tokens from `start` to `stop`."""
    first = tokens.starts[start]
    raw = tokens.text[first : tokens.starts[stop]].rstrip()
    earliest, latest = meaning.utc()
    return DateMention(first, first + len(raw), raw, meaning.timex, earliest, latest, meaning.grain)


def abbreviates(tokens: Tokens, index: int) -> bool:
    """Tell whether a period belongs to a shortened month or weekday before it."""
    return (
        tokens.letters[index] == "!"
        and tokens.letters[index - 1] in "MW"
        and len(tokens.word(index - 1)) <= 4
        and tokens.word(index - 1) not in tokens.lexicon.short_months
    )


def is_narrative(tokens: Tokens, matches: list[View], published: date | None) -> bool:
    """Tell an account of older days from news: dates with years that are long past prevail over words like today."""
    old = recent = spoken = 0
    for view in matches:
        if view.rule in ("full_day", "month_year", "year", "season_year"):
            number = view.value("year")
            if isinstance(number, int):
                passed = published is None or number < published.year - 1
                old, recent = (old + 1, recent) if passed else (old, recent + 1)
        elif view.rule == "ancient":
            old += 1
        elif view.rule in ("weekday", "deictic"):
            spoken += 1
    return old >= 8 and old > 3 * spoken and old > recent
