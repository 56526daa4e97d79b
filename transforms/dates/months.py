"""Rules for months, with their years or without."""

from __future__ import annotations

from transforms.dates.grammar import View
from transforms.dates.meaning import Meaning, a_month, no_place
from transforms.dates.tense import direction
from transforms.dates.timeline import Timeline
from transforms.dates.years import short_year


def month_year(view: View, line: Timeline) -> Meaning | None:
    """Read a month with its year."""
    month = view.value("month")
    if view.has("short"):
        return a_month(short_year(view.value("short"), line), month)
    year = view.value("year", "count")
    if view.value("era", "era2") == "BC":
        return no_place(f"BC{year:04d}-{month:02d}", "month")
    return a_month(year, month)


def month_of(view: View, line: Timeline) -> Meaning | None:
    """Read "August of that year", "June last year"."""
    if view.value("unit") != "year":
        return None
    year = related_year(view, line)
    return None if year is None else a_month(year, view.value("month"))


def related_year(view: View, line: Timeline) -> int | None:
    """Find the year that "that year", "last year" means."""
    relation = view.tokens.value(view.at("rel"))
    base = line.spoken or line.now if relation in ("that", "following", "previous") else line.now
    if base is None or line.ancient:
        return None
    return base.year + {"last": -1, "previous": -1, "next": 1, "following": 1}.get(relation, 0)


def looks_like_month(view: View, line: Timeline) -> bool:
    """Tell a month from a word or a name that is spelled alike (May, March)."""
    index = view.at("month") if view.has("month") else view.at("month2")
    return view.tokens.word(index) not in view.tokens.lexicon.doubtful or view.rule != "bare_month" or led_by_time(view)


def led_by_time(view: View) -> bool:
    """Tell whether the word before, or a modifier, marks a doubtful word as a month."""
    if view.letters()[:-1].strip("t!"):
        return True
    before, after = view.before().lower(), view.after()
    if before in view.tokens.lexicon.before_month or view.lends is not None:
        return True
    # "the March talks", but not "the March on Washington"
    return (
        before in view.tokens.lexicon.articles and after[:1].islower() and after not in view.tokens.lexicon.after_names
    )


def bare_month(view: View, line: Timeline) -> Meaning | None:
    """Read a month alone."""
    month = view.value("month")
    word = view.tokens.word(view.at("month"))
    if not looks_like_month(view, line) or not plain_month(view, word):
        return None
    if view.lends is not None:
        return a_month(view.lends, month)
    if line.ancient:
        return no_place(f"BC{line.ancient:04d}-{month:02d}", "month")
    if line.narrative and line.last_year is not None:
        return a_month(line.running_year(month) or line.last_year, month)
    now = line.published
    if now is None:
        return a_month(line.last_year, month) if line.last_year else no_place(f"XXXX-{month:02d}", "month")
    pointing = direction(view.tokens, view.start, view.stop)
    ahead = (month - now.month) % 12
    if pointing > 0:
        return a_month(now.year + (month < now.month), month)
    if pointing == 0 and ahead <= 2:
        return a_month(now.year + (month < now.month), month)
    return a_month(now.year - (month > now.month), month)


def plain_month(view: View, word: str) -> bool:
    """Refuse abbreviations without a period and capitals that may be names."""
    doubtful = view.tokens.lexicon.doubtful
    if (
        len(word) <= 4
        and word not in view.tokens.lexicon.short_months
        and view.after() != "."
        and not view.letters().endswith("!")
    ):
        return False
    if word.isupper() and word.capitalize() in doubtful:
        return False
    following = view.after()
    # "Mr. May", "April Smith": a name goes on with another capital; a month does so only at a dateline or a list.
    if word in doubtful and following[:1].isupper() and not view.tokens.lexicon.letters.get(following):
        return view.before().lower() in ("in", "since", "last", "next", "this", "until", "by", "of")
    return True
