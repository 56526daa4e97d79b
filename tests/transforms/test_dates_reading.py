"""Dates are read for what their words say, in nine languages and every usual form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from transforms.dates.reading import read_date

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
    ],
)
def test_a_time_is_read_with_its_zone(raw: str, start: tuple[int, ...], precision: str, offset: int | None) -> None:
    """Hours, halves of the day, offsets and zone letters end in one instant in UTC."""
    reading = read_date(raw)
    assert reading.earliest == datetime(*start, tzinfo=UTC)
    assert (reading.precision, reading.utc_offset) == (precision, offset)


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
