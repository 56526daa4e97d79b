"""Dates are read for what their words say, in nine languages and every usual form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from transforms.dates.reading import read_date
from transforms.dates.words import HALVES, LANGUAGES, table

DAY = datetime(2022, 7, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "2022-07-19",
        "20220719",
        "2022-200",
        "2022-W29-2",
        "2022/07/19",
        "2022.7.19",
        " date 2022-07-19 ",
        "19 July 2022",
        "July 19, 2022",
        "July 19th, 2022",
        "Tuesday, 19 July 2022",
        "the 19th of July 2022",
        "19-Jul-2022",
        "19. Juli 2022",
        "Dienstag, 19.07.2022",
        "19 juillet 2022",
        "mardi 19 juil. 2022",
        "19 de julio de 2022",
        "19 luglio 2022",
        "19 de julho de 2022",
        "19 июля 2022 г.",
        "١٩ يوليو ٢٠٢٢",
        "19 تموز 2022",
        "2022年7月19日",
        "二〇二二年七月十九日",
        "२०२२-०७-१९",
        "Veröffentlicht am 19.07.22",
        "19/07/2022",
        "07/19/2022",
        "19 | 07 | 2022",
    ],
)
def test_a_day_is_read_as_the_day_and_no_finer(raw: str) -> None:
    """Each form of 19 July 2022 bounds exactly that day and claims no zone."""
    reading = read_date(raw)
    assert (reading.earliest, reading.latest) == (DAY, DAY + timedelta(1))
    assert (reading.precision, reading.utc_offset) == ("day", None)


@pytest.mark.parametrize(
    ("raw", "start", "precision", "offset"),
    [
        ("2022-07-19T17:40:00+02:00", (2022, 7, 19, 15, 40), "instant", 120),
        ("2022-07-19T17:40Z", (2022, 7, 19, 17, 40), "minute", 0),
        ("2022-07-19 17:40", (2022, 7, 19, 17, 40), "minute", None),
        ("20220719T174000Z", (2022, 7, 19, 17, 40), "instant", 0),
        ("20220719174000", (2022, 7, 19, 17, 40), "instant", None),
        ("2022-07-19T17:40:00.123-0400", (2022, 7, 19, 21, 40), "instant", -240),
        ("Tue, 19 Jul 2022 17:40:00 GMT", (2022, 7, 19, 17, 40), "instant", 0),
        ("Tue, 19 Jul 2022 17:40:00 +0530", (2022, 7, 19, 12, 10), "instant", 330),
        ("Tue Jul 19 17:40:00 EDT 2022", (2022, 7, 19, 21, 40), "instant", -240),
        ("1658245200", (2022, 7, 19, 15, 40), "instant", 0),
        ("1658245200000", (2022, 7, 19, 15, 40), "instant", 0),
        ("Nov. 3, 2022 5:40 p.m. ET", (2022, 11, 3, 21, 40), "minute", -240),
        ("Published 5:40 p.m. ET Nov. 13, 2022", (2022, 11, 13, 22, 40), "minute", -300),
        ("5 p.m. Eastern, July 19, 2022", (2022, 7, 19, 21, 0), "hour", -240),
        ("12:05 a.m. July 19, 2022", (2022, 7, 19, 0, 5), "minute", None),
        ("19. Juli 2022, 17.40 Uhr", (2022, 7, 19, 17, 40), "minute", None),
        ("19 juillet 2022 à 17h30", (2022, 7, 19, 17, 30), "minute", None),
        ("19 luglio 2022 ore 17:30", (2022, 7, 19, 17, 30), "minute", None),
        ("19 июля 2022 г., 17:30 МСК", (2022, 7, 19, 14, 30), "minute", 180),
        ("١٩ يوليو ٢٠٢٢ 5:40 م", (2022, 7, 19, 17, 40), "minute", None),
        ("2022年7月19日 下午5:40", (2022, 7, 19, 17, 40), "minute", None),
        ("2022年7月19日(火) 午後5時40分30秒", (2022, 7, 19, 17, 40, 30), "instant", None),
        ("2022년 7월 19일 오후 5:40", (2022, 7, 19, 17, 40), "minute", None),
        ("2022. 7. 19. 오전 5시 40분", (2022, 7, 19, 5, 40), "minute", None),
        ("오후 5시, 2022년 7월 19일", (2022, 7, 19, 17), "hour", None),
        ("19 Ιουλίου 2022, 05:40 μ.μ.", (2022, 7, 19, 17, 40), "minute", None),
        ("19/07/2022 05:40 ΠΜ", (2022, 7, 19, 5, 40), "minute", None),
        ("20220719174000Z", (2022, 7, 19, 17, 40), "instant", 0),
        ("D:20220719174000+02'00'", (2022, 7, 19, 15, 40), "instant", 120),
    ],
)
def test_a_time_is_read_with_its_zone(raw: str, start: tuple[int, ...], precision: str, offset: int | None) -> None:
    """Hours, halves of the day, offsets and zone letters end in one instant in UTC."""
    reading = read_date(raw)
    assert reading.earliest == datetime(*start, tzinfo=UTC)
    assert (reading.precision, reading.utc_offset) == (precision, offset)


@pytest.mark.parametrize(
    ("raw", "offset"),
    [
        ("Tue Jul 19 17:40:00 +0000 2022", 0),
        ("Tue Jul 19 17:40:00 -04:00 2022", -240),
        ("Tue Jul 19 17:40:00.250 Z 2022", 0),
        ("Tue Jul 19 17:40:00 GMT+2 2022", 120),
        ("Tue Jul 19 17:40:00 (UTC) 2022", 0),
        ("Tue Jul 19 05:40:00 PM EDT 2022", -240),
        ("Tue Jul 19 17:40:00 MET DST 2022", 120),
        ("Tue Jul 19 17:40:00 Europe/Paris 2022", None),
        ("Tue 19 Jul 17:40:00 CEST 2022", 120),
        ("Di 19. Jul 17:40:00 MESZ 2022", 120),
        ("mar. juil. 19 17:40:00 CEST 2022", 120),
        ("Tue Jul 19 17:40:00 2022 +0200", 120),
        ("Jul 19 17:40:00 2022 GMT", 0),
        ("Tue Jul 19 17:40:00 2022", None),
    ],
)
def test_a_time_before_its_year_is_read_with_its_zone(raw: str, offset: int | None) -> None:
    """The C library, Twitter, Git and certificates write the year last, and the zone on either side of it."""
    reading = read_date(raw)
    assert reading.earliest == datetime(2022, 7, 19, 17, 40, tzinfo=UTC) - timedelta(minutes=offset or 0)
    assert (reading.precision, reading.utc_offset) == ("instant", offset)


@pytest.mark.parametrize(
    ("letters", "offset"),
    [
        ("WET", 0), ("WEST", 60), ("CET", 60), ("CEST", 120), ("MET", 60), ("MEST", 120), ("MEZ", 60), ("MESZ", 120),
        ("HAEC", 120), ("EET", 120), ("EEST", 180), ("IDT", 180), ("MSD", 240), ("YEKT", 300), ("WITA", 480),
    ],
)  # fmt: skip
def test_the_letters_of_a_zone_give_its_offset(letters: str, offset: int) -> None:
    """The zones of Europe, standard and summer, in their English, German and French letters, and those beside them."""
    assert read_date(f"19 July 2022 17:40 {letters}").utc_offset == offset


@pytest.mark.parametrize(
    ("words", "hour"),
    [
        ("오전 12:10", 0), ("오후 12:10", 12), ("밤 11:10", 23), ("낮 1:10", 13), ("午前11:10", 11), ("午後1:10", 13),
        ("中午11:10", 11), ("中午12:10", 12), ("晚上9:10", 21), ("凌晨12:10", 0), ("1:10 del mediodía", 13),
        ("9:10 de la noche", 21), ("1:10 de la madrugada", 1), ("11:10 дня", 11), ("1:10 дня", 13), ("11:10 ظهرا", 11),
        ("1:10 ظهراً", 13), ("5:10 ص", 5), ("5:10 م", 17), ("öö 11:10", 11), ("ÖS 1:10", 13), ("du. 1:10", 13),
        ("de. 1:10", 1), ("1:10 odp.", 13), ("1:10 po południu", 13), ("1:10 e.m.", 13), ("अपराह्न 1:10", 13),
        ("शाम 5:10 बजे", 17), ("1:10 CH", 13), ("12:10 SA", 0), ("5:10 chiều", 17), ("1:10 μμ", 13), ("8:10 το βράδυ", 20),
        ("1:10 nachm.", 13), ("1:10 in the afternoon", 13), ("'s middags 1:10", 13),
    ],
)  # fmt: skip
def test_the_parts_of_a_day_move_the_hour(words: str, hour: int) -> None:
    """Halves of the day, noon and night, before the time or after it, in the languages that use them."""
    assert read_date(f"2022-07-19 {words}").earliest == datetime(2022, 7, 19, hour, 10, tzinfo=UTC)
    assert read_date(f"{words} 19/07/2022").earliest == datetime(2022, 7, 19, hour, 10, tzinfo=UTC)


def test_ten_past_twelve_at_night_is_not_decided() -> None:
    """It may begin the day or end it, so only the day is kept."""
    reading = read_date("2022年7月19日 晚上12:10")
    assert (reading.earliest, reading.precision) == (DAY, "day")


@pytest.mark.parametrize(
    "raw",
    [
        "19 يوليو 2022م 05:40",  # The letter stands for the era.
        "program 05:40, 19 July 2022",
        "Veröffentlicht 05:40, 19 July 2022",
    ],
)
def test_letters_that_are_no_half_of_the_day_leave_the_hour(raw: str) -> None:
    """The end of a word, or the sign of an era, is no morning and no afternoon."""
    assert read_date(raw).earliest == datetime(2022, 7, 19, 5, 40, tzinfo=UTC)


GREEK = [
    ("Ιανουαρίου", "Ιανουαριου", "ΙΑΝΟΥΑΡΙΟΥ", "Γενάρη", "Ιαν"),
    ("Φεβρουαρίου", "Φεβρουαριου", "ΦΕΒΡΟΥΑΡΙΟΥ", "Φλεβάρη", "Φεβ"),
    ("Μαρτίου", "Μαρτιου", "ΜΑΡΤΙΟΥ", "Μάρτη", "Μάρ"),
    ("Απριλίου", "Απριλιου", "ΑΠΡΙΛΙΟΥ", "Απρίλη", "Απρ"),
    ("Μαΐου", "Μαιου", "ΜΑΪΟΥ", "Μάη", "Μάι"),
    ("Ιουνίου", "Ιουνιου", "ΙΟΥΝΙΟΥ", "Ιούνη", "Ιούν"),
    ("Ιουλίου", "Ιουλιου", "ΙΟΥΛΙΟΥ", "Ιούλη", "Ιουλ"),
    ("Αυγούστου", "Αυγουστου", "ΑΥΓΟΥΣΤΟΥ", "Αύγουστος", "Αύγ"),
    ("Σεπτεμβρίου", "Σεπτεμβριου", "ΣΕΠΤΕΜΒΡΙΟΥ", "Σεπτέμβρη", "Σεπτ"),
    ("Οκτωβρίου", "Οκτωβριου", "ΟΚΤΩΒΡΙΟΥ", "Οκτώβρη", "Οκτ"),
    ("Νοεμβρίου", "Νοεμβριου", "ΝΟΕΜΒΡΙΟΥ", "Νοέμβρη", "Νοέ"),
    ("Δεκεμβρίου", "Δεκεμβριου", "ΔΕΚΕΜΒΡΙΟΥ", "Δεκέμβρη", "Δεκ"),
]


@pytest.mark.parametrize(("month", "names"), list(enumerate(GREEK, 1)))
def test_greek_months_are_read_with_accents_and_without(month: int, names: tuple[str, ...]) -> None:
    """The genitive of dates, that of speech, capitals and short forms."""
    for name in names:
        assert read_date(f"19 {name} 2022").earliest == datetime(2022, month, 19, tzinfo=UTC), name
    assert read_date(f"1η {names[0]} του 2022").earliest == datetime(2022, month, 1, tzinfo=UTC)


def test_no_word_means_two_parts_of_the_day() -> None:
    """What the languages call the parts of a day does not contradict itself, nor do their months."""
    tables = [table(f"languages/{language}.toml") for language in LANGUAGES]
    for kinds in (HALVES, range(12)):
        meanings: dict[str, set[object]] = {}
        for each in tables:
            for kind in kinds:
                for word in each.get(kind, ()) if isinstance(kind, str) else each["months"][kind]:
                    meanings.setdefault(word.lower(), set()).add(kind)
        assert {word: found for word, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("raw", "first", "after", "precision"),
    [
        ("July 2022", (2022, 7, 1), (2022, 8, 1), "month"),
        ("2022-07", (2022, 7, 1), (2022, 8, 1), "month"),
        ("juillet 2022", (2022, 7, 1), (2022, 8, 1), "month"),
        ("12/2021", (2021, 12, 1), (2022, 1, 1), "month"),
        ("Q3 2022", (2022, 7, 1), (2022, 10, 1), "quarter"),
        ("2022", (2022, 1, 1), (2023, 1, 1), "year"),
        ("2022-W29", (2022, 7, 18), (2022, 7, 25), "range"),
    ],
)
def test_coarse_words_stay_coarse(
    raw: str, first: tuple[int, int, int], after: tuple[int, int, int], precision: str
) -> None:
    """A month, quarter, year or week is its whole length."""
    reading = read_date(raw)
    assert (reading.earliest, reading.latest) == (datetime(*first, tzinfo=UTC), datetime(*after, tzinfo=UTC))
    assert reading.precision == precision


def test_an_ambiguous_number_covers_both_days_and_says_so() -> None:
    """03/04/2022 is never guessed in silence."""
    reading = read_date("03/04/2022")
    assert (reading.earliest, reading.latest) == (datetime(2022, 3, 4, tzinfo=UTC), datetime(2022, 4, 4, tzinfo=UTC))
    assert reading.precision == "range"
    assert reading.note == "ambiguous: 2022-03-04 or 2022-04-03"


@pytest.mark.parametrize(
    ("evidence", "month"),
    [
        ({"country": "US"}, 3),
        ({"country": "GB"}, 4),
        ({"language": "fr"}, 4),
        ({"language": "de"}, 4),
        ({"day_first": True}, 4),
        ({"day_first": False}, 3),
        ({"language": "fr", "country": "US"}, 3),
    ],
)
def test_evidence_decides_an_ambiguous_number(evidence: dict[str, object], month: int) -> None:
    """The country, then the language, say which number leads."""
    reading = read_date("03/04/2022", **evidence)  # type: ignore[arg-type]
    assert reading.precision == "day"
    assert reading.earliest is not None
    assert reading.earliest.month == month


def test_dots_lead_with_the_day() -> None:
    """03.04.2022 is 3 April wherever dots are used."""
    assert read_date("03.04.2022").earliest == datetime(2022, 4, 3, tzinfo=UTC)


def test_a_summer_time_zone_depends_on_the_country() -> None:
    """BST is London's or Dhaka's; without a country it stays open."""
    raw = "5:40 PM BST, 3 Aug 2022"
    assert read_date(raw, country="GB").utc_offset == 60
    assert read_date(raw, country="BD").utc_offset == 360
    reading = read_date(raw)
    assert reading.utc_offset is None
    assert "BST is ambiguous" in reading.note
    assert reading.earliest == datetime(2022, 8, 3, 17, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "offset"),
    [
        ("March 12, 2022", -300),
        ("March 14, 2022", -240),
        ("November 5, 2022", -240),
        ("November 7, 2022", -300),
        ("April 1, 1999", -300),
        ("April 10, 1999", -240),
    ],
)
def test_eastern_time_follows_the_calendar(day: str, offset: int) -> None:
    """ET is EST or EDT by the rules of its year."""
    assert read_date(f"{day} 9:00 a.m. ET").utc_offset == offset


@pytest.mark.parametrize(
    "raw", ["", "junk", "2022-13-45", "0000-00-00", "99/99/2022", "9999-12-31", "12", "\u0000", "T"]
)
def test_what_cannot_be_read_is_empty_and_noted(raw: str) -> None:
    """Unreadable words give no interval."""
    reading = read_date(raw)
    assert reading.earliest is None
    assert reading.latest is None
    assert reading.note == "unreadable"


def test_midnight_written_as_24_is_the_next_day() -> None:
    """24:00 is allowed by ISO 8601."""
    assert read_date("2022-07-19T24:00").earliest == datetime(2022, 7, 20, tzinfo=UTC)
