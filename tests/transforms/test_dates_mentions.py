"""Expressions of time in a text: what they cover, where they stand, what they mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from transforms.dates.mentions import RULES, find_mentions
from transforms.dates.words import table
from transforms.records import DateMention

WEDNESDAY = date(2022, 7, 20)


def found(text: str, language: str = "en", published: date | None = WEDNESDAY) -> list[tuple[str, str]]:
    """List the words and values of a text's mentions."""
    return [(mention.raw, mention.timex) for mention in find_mentions(text, published=published, language=language)]


def only(text: str, language: str = "en", published: date | None = WEDNESDAY) -> DateMention:
    """Give the one mention of a text."""
    mentions = find_mentions(text, published=published, language=language)
    assert len(mentions) == 1, mentions
    return mentions[0]


@pytest.mark.parametrize(
    ("text", "raw", "timex"),
    [
        ("It began on June 1, 2021.", "June 1, 2021", "2021-06-01"),
        ("It began on 1 June 2021.", "1 June 2021", "2021-06-01"),
        ("It began on the 1st of June 2021.", "the 1st of June 2021", "2021-06-01"),
        ("It began on Tuesday, Feb. 1, 2022.", "Tuesday, Feb. 1, 2022", "2022-02-01"),
        ("It began on 2021-06-01.", "2021-06-01", "2021-06-01"),
        ("It began in June 2021.", "June 2021", "2021-06"),
        ("It began in early June of 2021.", "early June of 2021", "2021-06"),
        ("It began in 2018.", "2018", "2018"),
        ("It began in late 2018.", "late 2018", "2018"),
        ("It began in the 1990s.", "the 1990s", "199"),
        ("It began in the '90s.", "the '90s", "199"),
        ("It began in the 19th century.", "the 19th century", "18"),
        ("It began in summer 2021.", "summer 2021", "2021-SU"),
        ("It began in the winter of 2019.", "the winter of 2019", "2019-WI"),
        ("It began in Q3 2021.", "Q3 2021", "2021-Q3"),
        ("It began in the third quarter of 2021.", "the third quarter of 2021", "2021-Q3"),
        ("It began in the second half of 2008.", "the second half of 2008", "2008-H2"),
        ("It fell in 480 BC.", "480 BC", "BC0480"),
        ("It began at 10:30 a.m. Tuesday.", "10:30 a.m. Tuesday", "2022-07-19T10:30"),
        ("It began at 14:48 UTC.", "14:48 UTC", "2022-07-20T14:48Z"),
    ],
)
def test_absolute_expressions(text: str, raw: str, timex: str) -> None:
    """Days, months, years and longer are read where they stand."""
    mention = only(text)
    assert (mention.raw, mention.timex) == (raw, timex)


@pytest.mark.parametrize(
    ("text", "raw", "timex"),
    [
        ("He spoke today.", "today", "2022-07-20"),
        ("He spoke yesterday.", "yesterday", "2022-07-19"),
        ("He will speak tomorrow.", "tomorrow", "2022-07-21"),
        ("He spoke the day before yesterday.", "the day before yesterday", "2022-07-18"),
        ("He spoke last week.", "last week", "2022-W28"),
        ("He spoke earlier this month.", "earlier this month", "2022-07"),
        ("He spoke last month.", "last month", "2022-06"),
        ("He will speak next year.", "next year", "2023"),
        ("He spoke three days ago.", "three days ago", "2022-07-17"),
        ("He spoke two weeks ago.", "two weeks ago", "2022-W27"),
        ("He spoke about ten years ago.", "about ten years ago", "2012"),
        ("He spoke last March.", "last March", "2022-03"),
        ("He spoke last fall.", "last fall", "2021-FA"),
        ("He spoke last Friday.", "last Friday", "2022-07-15"),
        ("He will speak next Friday.", "next Friday", "2022-07-22"),
        ("He spoke over the last quarter.", "the last quarter", "2022-Q2"),
        ("He spoke in the fiscal first quarter.", "the fiscal first quarter", "2022-Q1"),
        ("He spoke on Christmas Eve.", "Christmas Eve", "2021-12-24"),
        ("He spoke last Thanksgiving.", "last Thanksgiving", "2021-11-25"),
        ("He spoke on Good Friday 2022.", "Good Friday 2022", "2022-04-15"),
        ("He spoke this morning.", "this morning", "2022-07-20TMO"),
        ("He spoke last night.", "last night", "2022-07-19TNI"),
        ("He spoke Friday night.", "Friday night", "2022-07-15TNI"),
    ],
)
def test_relative_expressions(text: str, raw: str, timex: str) -> None:
    """Words count from the day of publication."""
    mention = only(text)
    assert (mention.raw, mention.timex) == (raw, timex)


@pytest.mark.parametrize(
    ("text", "timex"),
    [
        ("The ministers met on Friday.", "2022-07-15"),
        ("The ministers will meet on Friday.", "2022-07-22"),
        ("The ministers are expected to meet on Friday.", "2022-07-22"),
        ("The minister said Friday that all was well.", "2022-07-15"),
        ("The deal must close by Friday.", "2022-07-22"),
        ("Friday's vote was close.", "2022-07-15"),
        ("The ministers met on Wednesday.", "2022-07-20"),
        ("Talks broke down in February.", "2022-02"),
        ("Talks broke down in October.", "2021-10"),
        ("Talks will resume in October.", "2022-10"),
        ("Talks will resume in February.", "2023-02"),
        ("The bridge collapsed on Dec. 12.", "2021-12-12"),
        ("The bridge will reopen on Dec. 12.", "2022-12-12"),
        ("The bridge collapsed on July 12.", "2022-07-12"),
    ],
)
def test_tense_points_bare_weekdays_and_months(text: str, timex: str) -> None:
    """What was lies behind, what will be lies ahead."""
    assert only(text).timex == timex


def test_words_that_count_from_the_text() -> None:
    """Following, later and that refer to the day last spoken of."""
    text = (
        "The strike began on March 3, 2020. The following day it spread. A year later it ended. "
        "That March is not forgotten."
    )
    assert found(text) == [
        ("March 3, 2020", "2020-03-03"),
        ("The following day", "2020-03-04"),
        ("A year later", "2021"),
        ("That March", "2020-03"),
    ]


def test_years_count_from_a_year_named_aside() -> None:
    """A year after a bare year is the next one, not next year."""
    text = "The treaty was signed in 2015 and left in 2018. A year later the talks resumed."
    assert found(text) == [("2015", "2015"), ("2018", "2018"), ("A year later", "2019")]


def test_an_account_of_older_days_runs_on_its_own_time() -> None:
    """Many dated days of long ago and no talk of today: bare months follow the running year."""
    text = (
        "The war began on April 12, 1861. In July 1861 the armies met. On February 6, 1862, the fort fell. In April "
        "the fleet took the city. On September 17, 1862, came the battle. In December they met again. In May 1863 the "
        "siege began. On July 4, 1863, it ended. In November the speech was given. In March 1864 Grant took command. "
        "On May 5, 1864, the march began. In June 1864 the town was besieged. On April 9, 1865, it was over."
        " It had lost more than in the previous year. In October the last ship came home."
    )
    values = dict(found(text, published=date(2009, 12, 19)))
    assert values["April"] == "1862-04"
    assert values["December"] == "1862-12"
    assert values["November"] == "1863-11"
    assert (values["the previous year"], values["October"]) == ("1864", "1865-10")  # a look aside moves nothing


def test_a_few_old_dates_do_not_turn_news_into_history() -> None:
    """Weekdays and recent dates keep the day of publication."""
    text = "He was born on May 3, 1950, and joined in 1971. He spoke on Monday and will speak again in September."
    assert dict(found(text))["Monday"] == "2022-07-18"
    assert dict(found(text))["September"] == "2022-09"


def test_a_range_of_days_covers_all_of_them() -> None:
    """The first end opens the range, the second is its own day."""
    first, last = find_mentions("The fair runs from 3 to 5 May.", published=date(2022, 4, 1), language="en")
    assert (first.raw, first.timex, first.grain) == ("3", "2022-05-03", "range")
    assert (first.earliest, first.latest) == (datetime(2022, 5, 3, tzinfo=UTC), datetime(2022, 5, 6, tzinfo=UTC))
    assert (last.raw, last.timex, last.grain) == ("5 May", "2022-05-05", "day")


def test_a_range_of_months_covers_those_between() -> None:
    """Between March and June includes April."""
    first, last = find_mentions("It rained between March and June 2021.", published=WEDNESDAY, language="en")
    assert (first.timex, last.timex) == ("2021-03", "2021-06")
    assert (first.earliest, first.latest) == (datetime(2021, 3, 1, tzinfo=UTC), datetime(2021, 7, 1, tzinfo=UTC))


def test_a_range_of_years_in_short() -> None:
    """The season of 1992-93 is two years."""
    assert found("He led them in the 1992-93 season.") == [("1992", "1992"), ("93", "1993")]


@pytest.mark.parametrize(
    ("text", "raw", "timex", "grain"),
    [
        ("It lasted for six months.", "six months", "P6M", "duration"),
        ("It was a two-day visit.", "two-day", "P2D", "duration"),
        ("It took several weeks.", "several weeks", "PXW", "duration"),
        ("It took two and a half years.", "two and a half years", "P2.5Y", "duration"),
        ("It took the last three years.", "the last three years", "P3Y", "duration"),
        ("It took 24 hours.", "24 hours", "PT24H", "duration"),
        ("It took the past decade.", "the past decade", "P10Y", "duration"),
        ("They meet every Monday.", "every Monday", "XXXX-WXX-1", "set"),
        ("They meet on Mondays.", "Mondays", "XXXX-WXX-1", "set"),
        ("They meet every two weeks.", "every two weeks", "P2W", "set"),
        ("They meet daily.", "daily", "P1D", "set"),
        ("It pays $5 a day.", "a day", "P1D", "set"),
        ("They know it now.", "now", "PRESENT_REF", "reference"),
        ("They fear the future.", "the future", "FUTURE_REF", "reference"),
    ],
)
def test_lengths_and_sets_are_typed_and_take_no_place(text: str, raw: str, timex: str, grain: str) -> None:
    """Durations, sets and vague references have no interval."""
    mention = only(text)
    assert (mention.raw, mention.timex, mention.grain) == (raw, timex, grain)
    assert mention.earliest is None
    assert mention.latest is None


@pytest.mark.parametrize(
    ("text", "first", "after", "grain"),
    [
        ("on June 1, 2021", (2021, 6, 1), (2021, 6, 2), "day"),
        ("in June 2021", (2021, 6, 1), (2021, 7, 1), "month"),
        ("in December 2021", (2021, 12, 1), (2022, 1, 1), "month"),
        ("in 2021", (2021, 1, 1), (2022, 1, 1), "year"),
        ("in Q4 2021", (2021, 10, 1), (2022, 1, 1), "quarter"),
        ("in winter 2021", (2021, 12, 1), (2022, 3, 1), "season"),
        ("in the 1990s", (1990, 1, 1), (2000, 1, 1), "decade"),
        ("last week", (2022, 7, 11), (2022, 7, 18), "week"),
        ("Friday night", (2022, 7, 15), (2022, 7, 16), "part"),
    ],
)
def test_intervals_are_half_open(
    text: str, first: tuple[int, int, int], after: tuple[int, int, int], grain: str
) -> None:
    """From the first day to the day after the last, in UTC."""
    mention = only(text)
    assert (mention.earliest, mention.latest) == (datetime(*first, tzinfo=UTC), datetime(*after, tzinfo=UTC))
    assert mention.grain == grain


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Am Dienstag trafen sie sich.", [("Dienstag", "2022-07-19")]),
        ("de", "Am Donnerstag wird gewählt.", [("Donnerstag", "2022-07-21")]),
        ("de", "Vor drei Tagen und letzte Woche.", [("Vor drei Tagen", "2022-07-17"), ("letzte Woche", "2022-W28")]),
        ("de", "Er kam am 3. Mai 2021.", [("3. Mai 2021", "2021-05-03")]),
        ("de", "Vom 3. bis 5. Mai war Messe.", [("3", "2022-05-03"), ("5. Mai", "2022-05-05")]),
        (
            "de",
            "Ende 2021, jeden Montag, seit zwei Jahren.",
            [("Ende 2021", "2021"), ("jeden Montag", "XXXX-WXX-1"), ("zwei Jahren", "P2Y")],
        ),
        ("de", "in den 90er Jahren", [("den 90er Jahren", "199")]),
        ("de", "gestern Abend um 17 Uhr", [("gestern Abend", "2022-07-19TEV"), ("17 Uhr", "2022-07-19T17:00")]),
        (
            "fr",
            "Mardi dernier, la semaine dernière.",
            [("Mardi dernier", "2022-07-19"), ("la semaine dernière", "2022-W28")],
        ),
        ("fr", "Il est venu il y a trois jours.", [("il y a trois jours", "2022-07-17")]),
        ("fr", "le 14 juillet 2021", [("le 14 juillet 2021", "2021-07-14")]),
        ("fr", "aujourd'hui et hier soir", [("aujourd'hui", "2022-07-20"), ("hier soir", "2022-07-19TEV")]),
        (
            "fr",
            "l'année dernière, chaque jour, pendant six mois",
            [("l'année dernière", "2021"), ("chaque jour", "P1D"), ("six mois", "P6M")],
        ),
        (
            "es",
            "la semana pasada y el próximo martes",
            [("la semana pasada", "2022-W28"), ("el próximo martes", "2022-07-26")],
        ),
        ("es", "hace dos años", [("hace dos años", "2020")]),
        ("es", "el 3 de mayo de 2021", [("el 3 de mayo de 2021", "2021-05-03")]),
        ("es", "El lunes dijo que se celebrará el jueves.", [("El lunes", "2022-07-18"), ("el jueves", "2022-07-21")]),
        (
            "es",
            "en enero de 2022, cada lunes, durante seis meses",
            [("enero de 2022", "2022-01"), ("cada lunes", "XXXX-WXX-1"), ("seis meses", "P6M")],
        ),
    ],
)
def test_german_french_and_spanish(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    """The same grammar with the words of each language."""
    assert found(text, language) == expected


def test_offsets_count_code_points_of_the_text() -> None:
    """`raw` is the text from `start` to `stop`, also among signs outside the basic plane."""
    text = "😀 Ωmega – on Friday, 3 June 2022…\n\nIn the 1990s\tand\u00a0“last week”; até 2018! 𝔘 yesterday"
    mentions = find_mentions(text, published=WEDNESDAY, language="en")
    assert len(mentions) >= 5
    for mention in mentions:
        assert mention.raw == text[mention.start : mention.stop]
        assert mention.raw == mention.raw.strip()
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)


def test_mentions_do_not_overlap() -> None:
    """Each character belongs to one mention at most."""
    text = "From Monday to Friday last week, 3-5 May 2021, the 1992-93 season, 5 p.m. Tuesday, two years ago today." * 5
    mentions = find_mentions(text, published=WEDNESDAY, language="en")
    assert all(one.stop <= other.start for one, other in pairwise(mentions))


def test_without_publication_relative_words_have_no_place() -> None:
    """What cannot be placed is found and left open."""
    mentions = find_mentions("He spoke on Tuesday, in March, and on May 3.", published=None, language="en")
    assert [mention.timex for mention in mentions] == ["XXXX-WXX-2", "XXXX-03", "XXXX-05-03"]
    assert all(mention.earliest is None for mention in mentions)


def test_a_blank_line_ends_an_expression() -> None:
    """A heading and the paragraph after it are not one date."""
    assert found("He came on May 3\n\n2021 people waved.") == [("May 3", "2022-05-03")]


def test_impossible_days_are_not_mentions() -> None:
    """The calendar has no 31 June."""
    assert found("It was June 31, 2021, they joked.") == []


def test_unknown_languages_give_no_mentions() -> None:
    """A language without a table is left alone; no language is read as English."""
    assert found("il 3 maggio 2021", "it") == []
    assert find_mentions("on May 3, 2021", published=None, language=None)[0].timex == "2021-05-03"


def test_every_rule_of_the_grammar_has_its_reading() -> None:
    """The grammar and the rules name each other."""
    assert {rule["name"] for rule in table("grammar.toml")["rules"]} == set(RULES)


def test_the_same_text_gives_the_same_mentions() -> None:
    """Nothing is remembered between texts."""
    text = "The war ended on May 8, 1945. In June he left. It was Friday."
    assert find_mentions(text, published=WEDNESDAY) == find_mentions(text, published=WEDNESDAY)
