from __future__ import annotations

from datetime import UTC, datetime, timedelta

from transforms.dates.inference import infer


def day(number: int, length: int = 1) -> tuple[datetime, datetime]:
    start = datetime(2022, 7, number, tzinfo=UTC)
    return start, start + timedelta(days=length)


def test_one_day_is_taken_with_the_words_that_fit_it():
    """The 19th of July 2022 was a Tuesday."""
    found = infer([day(19)], "The visit began on Tuesday.", "en")
    assert (found.earliest, found.latest) == day(19)
    assert (found.precision, found.words) == ("day", ("Tuesday",))


def test_a_range_is_narrowed_by_a_weekday_or_a_date():
    """Of several days those stay that the text speaks of."""
    for text in ("They met on Tuesday.", "They met on 19 July.", "Sie trafen sich am Dienstag."):
        found = infer([day(18), day(20)], text, "de" if "Sie" in text else "en")
        assert (found.earliest, found.latest, found.precision) == (*day(19), "day")


def test_words_that_fit_no_day_or_all_narrow_nothing():
    """A day outside of the range, and words like today, leave the range as it is."""
    for text in ("They met on Saturday.", "They meet today.", "They met."):
        found = infer([day(18), day(20)], text, "en")
        assert (found.earliest, found.latest) == (day(18)[0], day(20)[1])
        assert (found.precision, found.words) == ("range", ())


def test_members_months_apart_tell_nothing():
    """A range wider than a month is no date."""
    assert (
        infer([day(1), (datetime(2022, 9, 1, tzinfo=UTC), datetime(2022, 9, 2, tzinfo=UTC))], "Tuesday", "en") is None
    )


def test_a_month_as_evidence_is_narrowed_to_its_tuesdays():
    """An article dated to a month gives a range from its first Tuesday to its last."""
    found = infer([day(1, 31)], "It happened on Tuesday.", "en")
    assert found.precision == "range"
    assert (found.earliest.day, (found.latest - timedelta(days=1)).day) == (5, 26)
