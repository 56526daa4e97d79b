"""Of all claims one is chosen, by stated rules, and the rest are kept."""

from __future__ import annotations

from datetime import UTC, datetime

from transforms.dates.claims import explain, make_claims, publication
from transforms.dates.url_dates import country_of, url_dates
from transforms.records import DateClaim

CAPTURED = datetime(2023, 1, 5, tzinfo=UTC)


def chosen(claims: tuple[DateClaim, ...]) -> DateClaim | None:
    """Give the chosen claim of publication."""
    return next((claim for claim in claims if claim.chosen and claim.kind == "published"), None)


def test_every_statement_becomes_a_claim_with_its_words() -> None:
    """Raw words are kept, readable or not; the address adds its own."""
    raws = [("published", "2022-07-19", "meta:published:pubdate"), ("published", "yesterday-ish", "byline:near")]
    claims = make_claims(raws, url="https://news.example/2022/07/19/grain", captured_at=CAPTURED)
    assert [(claim.raw, claim.origin) for claim in claims] == [
        ("2022-07-19", "meta"),
        ("yesterday-ish", "byline"),
        ("2022-07-19", "url"),
    ]
    assert claims[1].earliest is None
    assert "unreadable" in claims[1].note


def test_structured_data_beats_a_weak_meta_element() -> None:
    """The more trusted place wins where days differ."""
    raws = [("published", "2022-07-25", "meta:date:date"), ("published", "2022-07-19", "json-ld:published:article")]
    claim = chosen(make_claims(raws, captured_at=CAPTURED))
    assert claim is not None
    assert claim.raw == "2022-07-19"


def test_places_that_agree_beat_one_that_stands_alone() -> None:
    """A byline and the address together outweigh a lone meta element."""
    raws = [("published", "2022-07-25", "meta:published:pubdate"), ("published", "July 19, 2022", "byline:near")]
    claims = make_claims(raws, url="https://news.example/2022/07/19/grain", captured_at=CAPTURED)
    assert publication(claims)[1] == datetime(2022, 7, 19)


def test_at_most_one_claim_of_each_kind_is_chosen() -> None:
    """Many claims, one publication, one change."""
    raws = [("published", "2022-07-19", "meta:published:a"), ("published", "2022-07-19T10:00Z", "json-ld:published:b")]
    raws += [("modified", "2022-07-20", "meta:modified:c"), ("modified", "2022-07-21", "json-ld:modified:d")]
    claims = make_claims(raws, captured_at=CAPTURED)
    assert [claim.raw for claim in claims if claim.chosen] == ["2022-07-19T10:00Z", "2022-07-21"]
    assert publication(claims)[4] == datetime(2022, 7, 21, tzinfo=UTC)


def test_impossible_claims_are_kept_and_never_chosen() -> None:
    """After the capture, before 1600, and the dates of templates."""
    raws = [("published", raw, "json-ld:published:article") for raw in ("2031-01-01", "1969-12-31", "1523-04-01", "0")]
    claims = make_claims(raws, captured_at=CAPTURED)
    assert len(claims) == 4
    assert chosen(claims) is None
    assert [claim.note.rpartition(": ")[2] for claim in claims] == [
        "after the capture",
        "a template's date",
        "before 1600",
        "a template's date",
    ]
    assert "No claim of publication can be used" in explain(claims).why


def test_a_day_of_slack_is_left_for_zones() -> None:
    """A page captured in the evening of UTC may bear tomorrow's date."""
    late = datetime(2022, 7, 19, 23, 30, tzinfo=UTC)
    assert chosen(make_claims([("published", "2022-07-20", "meta:published:x")], captured_at=late)) is not None
    assert chosen(make_claims([("published", "2022-07-22", "meta:published:x")], captured_at=late)) is None


def test_an_ambiguous_number_is_settled_by_another_claim() -> None:
    """The address names one of the two days."""
    raws = [("published", "03/04/2022", "byline:near")]
    claims = make_claims(raws, url="https://news.example/2022/04/03/x", captured_at=CAPTURED)
    assert claims[0].precision == "day"
    assert claims[0].earliest == datetime(2022, 4, 3, tzinfo=UTC)
    assert "another claim" in claims[0].note


def test_an_ambiguous_number_is_settled_by_the_pages_habit() -> None:
    """A number over twelve shows which one leads."""
    raws = [("published", "03/04/2022", "byline:near"), ("modified", "25/04/2022", "byline:near-modified")]
    claims = make_claims(raws, captured_at=CAPTURED)
    assert claims[0].earliest == datetime(2022, 4, 3, tzinfo=UTC)
    assert "another number" in claims[0].note


def test_an_ambiguous_number_alone_is_not_chosen() -> None:
    """Without evidence the document stays undated."""
    claims = make_claims([("published", "03/04/2022", "byline:near")], captured_at=CAPTURED)
    assert chosen(claims) is None
    assert "ambiguous" in claims[0].note
    assert publication(claims)[:4] == (None, None, None, None)


def test_the_country_of_the_address_settles_a_number() -> None:
    """A British address leads with the day, an American government's with the month."""
    raws = [("published", "03/04/2022", "byline:near")]
    british = make_claims(raws, url="https://news.example.co.uk/x", captured_at=CAPTURED)
    american = make_claims(raws, url="https://news.example.gov/x", captured_at=CAPTURED)
    assert british[0].earliest == datetime(2022, 4, 3, tzinfo=UTC)
    assert american[0].earliest == datetime(2022, 3, 4, tzinfo=UTC)


def test_the_day_kept_is_the_pages_own() -> None:
    """An instant after midnight in UTC belongs to the day that the page shows."""
    raws = [
        ("published", "2022-07-20T02:25:54+00:00", "meta:published:article:published_time"),
        ("published", "July 19, 2022", "byline:near"),
    ]
    at, local, precision, origin, _ = publication(make_claims(raws, captured_at=CAPTURED))
    assert at == datetime(2022, 7, 20, 2, 25, 54, tzinfo=UTC)
    assert local == datetime(2022, 7, 19)
    assert (precision, origin) == ("instant", "meta")


def test_a_byline_with_its_own_zone_gives_the_local_clock() -> None:
    """Where the page says the hour in its own zone, that claim is chosen."""
    raws = [
        ("published", "2022-07-20T02:25:54+00:00", "meta:published:article:published_time"),
        ("published", "Published July 19, 2022 10:25 p.m. ET", "byline:near-published"),
    ]
    at, local, precision, origin, _ = publication(make_claims(raws, captured_at=CAPTURED))
    assert at == datetime(2022, 7, 20, 2, 25, tzinfo=UTC)
    assert local == datetime(2022, 7, 19, 22, 25)
    assert (precision, origin) == ("minute", "byline")


def test_a_month_in_the_address_is_no_publication_day() -> None:
    """An address that names no day leaves the document undated."""
    claims = make_claims([], url="https://blog.example/2022/07/grain.html", captured_at=CAPTURED)
    assert [claim.precision for claim in claims] == ["month"]
    assert chosen(claims) is None


def test_a_source_may_date_by_month() -> None:
    """A source's own coarse word is taken, with its precision."""
    claims = make_claims([("published", "July 2022", "source")], captured_at=CAPTURED)
    assert publication(claims)[:3] == (datetime(2022, 7, 1, tzinfo=UTC), datetime(2022, 7, 1), "month")


def test_a_page_that_dates_only_its_change_says_so() -> None:
    """The date of change stands in, with a note."""
    claims = make_claims([("modified", "Updated 19 July 2022", "byline:near-modified")], captured_at=CAPTURED)
    claim = chosen(claims)
    assert claim is not None
    assert "only its last change" in claim.note
    assert publication(claims)[1] == datetime(2022, 7, 19)


def test_the_explanation_names_winner_and_runner_up() -> None:
    """Both claims, their days and their weights are in the words."""
    raws = [("published", "2022-07-19", "json-ld:published:article"), ("published", "2022-07-25", "meta:date:date")]
    told = explain(make_claims(raws, captured_at=CAPTURED))
    assert told.winner is not None
    assert told.runner_up is not None
    assert (told.winner.raw, told.runner_up.raw) == ("2022-07-19", "2022-07-25")
    assert "2022-07-19 weighs 10" in told.why
    assert "2022-07-25" in told.why


def test_no_claims_are_explained_too() -> None:
    """An undated document says why."""
    assert explain(()).why == "No place says when the document was published."


def test_dates_are_cut_from_addresses() -> None:
    """Days and months in paths, in words and digits; numbers that are no dates are left."""
    assert url_dates("https://a.example/2022/07/19/x") == ("2022-07-19",)
    assert url_dates("https://a.example/2022/jul/19/x") == ("2022-jul-19",)
    assert url_dates("https://a.example/news/20220719-storm") == ("2022-07-19",)
    assert url_dates("https://a.example/2022/0719/c90000-1.html") == ("2022-07-19",)
    assert url_dates("https://a.example/2022/07/storm.html") == ("2022-07",)
    assert url_dates("https://a.example/article-104746419") == ()
    assert country_of("https://a.example.de/x") == "DE"
    assert country_of("https://a.example.com/x") is None
    assert country_of(None) is None
    assert url_dates("http://[bad") == ()
    assert country_of("http://[bad") is None


def test_the_order_of_claims_does_not_change_the_day() -> None:
    """Choosing is a matter of weight, not of place in the list."""
    raws = [
        ("published", "2022-07-25", "meta:date:date"),
        ("published", "2022-07-19", "json-ld:published:article"),
        ("published", "19 July 2022", "byline:near"),
    ]
    forward, backward = (publication(make_claims(order, captured_at=CAPTURED)) for order in (raws, raws[::-1]))
    assert forward[1] == backward[1] == datetime(2022, 7, 19)
