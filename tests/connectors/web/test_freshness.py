from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.web.freshness import cache_fields, conditions, confirms, fresh_until, retry_after, storable, updated

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DATE = ("Date", "Fri, 01 Mar 2024 12:00:00 GMT")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], 0),
        ([("Cache-Control", "max-age=600")], 600),
        ([("cache-control", 'private, MAX-AGE="60"')], 60),
        ([("Cache-Control", "max-age=600"), ("Age", "100")], 500),
        ([("Cache-Control", "max-age=600"), ("Age", "1000")], 0),
        ([("Cache-Control", "max-age=600, no-cache")], 0),
        ([("Cache-Control", "no-store"), ("Cache-Control", "max-age=600")], 0),
        ([("Cache-Control", "s-maxage=600")], 0),
        ([("Cache-Control", "max-age=soon")], 0),
        ([("Cache-Control", "max-age=-1")], 0),
        ([DATE, ("Expires", "Fri, 01 Mar 2024 13:00:00 GMT")], 3600),
        ([("Cache-Control", "max-age=5"), DATE, ("Expires", "Fri, 01 Mar 2024 13:00:00 GMT")], 5),
        ([DATE, ("Expires", "Fri, 01 Mar 2024 11:00:00 GMT")], 0),
        ([DATE, ("Expires", "0")], 0),
        ([DATE, ("Last-Modified", "Fri, 01 Mar 2024 02:00:00 GMT")], 3600),
        ([DATE, ("Last-Modified", "Sun, 01 Mar 2020 02:00:00 GMT")], 86400),
        ([DATE, ("Last-Modified", "Sun, 01 Mar 2030 02:00:00 GMT")], 0),
        ([("Cache-Control", "max-age=600"), ("Vary", "*")], 0),
        ([("Cache-Control", "max-age=600"), ("Vary", "Accept"), ("Vary", " , *")], 0),
        ([("Cache-Control", 'note="max-age=600", max-age=1')], 1),
        ([("Cache-Control", "max-age=600"), ("Cache-Control", "max-age=5")], 5),
        ([("Cache-Control", "max-age='600'")], 0),
        ([("Cache-Control", "max-age=00600, new-word=1")], 600),
        ([("Cache-Control", "max-age=600.5")], 0),
        ([("Cache-Control", "max-age=600"), ("Age", "ten")], 0),
        ([("Cache-Control", "max-age=600"), ("Age", "-10")], 0),
        ([("Cache-Control", "max-age=600"), ("Age", "0"), ("Age", "0")], 0),
        ([("Cache-Control", "max-age=600"), ("Date", "Fri, 01 Mar 2024 11:55:00 GMT")], 300),
        ([("Cache-Control", "max-age=600"), ("Date", "Fri, 01 Mar 2024 12:55:00 GMT")], 600),
        ([("Cache-Control", "max-age=600"), ("Date", "Fri, 01 Mar 2024 11:59:00 GMT"), ("Age", "100")], 500),
        ([("Cache-Control", "max-age=600, must-understand")], 600),
        ([("Cache-Control", "private, must-revalidate, max-age=600"), ("Pragma", "no-cache")], 600),
        ([DATE, ("Expires", "Friday, 01-Mar-24 13:00:00 GMT")], 3600),
        ([DATE, ("Expires", "Fri Mar  1 13:00:00 2024")], 3600),
        ([DATE, ("Expires", "")], 0),
        ([("Cache-Control", "max-age=99999999999999999999999")], 0),
    ],
)
def test_an_answer_is_good_for_as_long_as_it_says(headers, seconds):
    """Max-age before Expires before a tenth of its age; the time that it was on its way counts."""
    assert (fresh_until(tuple(headers), NOON) - NOON).total_seconds() == seconds


@pytest.mark.parametrize(
    ("headers", "status", "seconds"),
    [
        ([("Cache-Control", "s-maxage=60, max-age=600")], 200, 60),
        ([("Cache-Control", "private, max-age=600")], 200, 0),
        ([("Cache-Control", "max-age=600, must-understand")], 599, 0),
        ([DATE, ("Last-Modified", "Fri, 01 Mar 2024 02:00:00 GMT")], 403, 0),
        ([DATE, ("Last-Modified", "Fri, 01 Mar 2024 02:00:00 GMT"), ("Cache-Control", "public")], 403, 3600),
    ],
)
def test_what_several_share_and_what_is_no_page_is_good_for_less(headers, status, seconds):
    """A shared cache has a time of its own and keeps nothing private; a guess is only for statuses that allow it."""
    assert (fresh_until(tuple(headers), NOON, status=status, shared=True) - NOON).total_seconds() == seconds


def test_the_time_on_the_way_counts():
    """What took long to come is older, by as much."""
    assert (fresh_until((("Cache-Control", "max-age=600"),), NOON, delay=50.0) - NOON).total_seconds() == 550


OLD = ("Last-Modified", "Fri, 01 Mar 2024 02:00:00 GMT")


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ([], {}),
        ([("ETag", '"1"')], {"If-None-Match": '"1"'}),
        ([("etag", ' W/"1" ')], {"If-None-Match": 'W/"1"'}),
        ([DATE, OLD], {"If-Modified-Since": OLD[1]}),
        ([OLD], {"If-Modified-Since": OLD[1]}),
        ([DATE, OLD, ("ETag", '"1"')], {"If-None-Match": '"1"', "If-Modified-Since": OLD[1]}),
        ([DATE, ("Last-Modified", DATE[1])], {}),
        ([DATE, ("Last-Modified", "Fri, 01 Mar 2024 13:00:00 GMT")], {}),
        ([DATE, ("Last-Modified", "yesterday")], {}),
        ([DATE, OLD, ("Vary", "Accept-Encoding")], {"If-Modified-Since": OLD[1]}),
        ([DATE, OLD, ("Vary", "Accept-Encoding, User-Agent")], {}),
        ([DATE, OLD, ("Vary", "User-Agent"), ("ETag", '"1"')], {"If-None-Match": '"1"', "If-Modified-Since": OLD[1]}),
    ],
)
def test_only_what_tells_two_states_apart_is_asked_with(headers, asked):
    """A tag always does; a time of change only where nothing could have changed within it."""
    assert conditions(tuple(headers)) == asked


@pytest.mark.parametrize(("tag", "is_ours"), [('"1"', True), ('W/"1"', True), ('"2"', False), (None, True)])
def test_another_tag_is_of_something_else(tag, is_ours):
    """An answer that nothing changed counts for what is kept only if it does not speak of another state."""
    assert confirms((("ETag", '"1"'),), (("etag", tag),) if tag else ()) is is_ours


def test_an_answer_without_a_body_brings_the_head_up_to_date():
    """What it says stands over what was kept, but for what is of the body or of the connection."""
    kept = (("Cache-Control", "max-age=5"), ("ETag", '"1"'), ("Content-Encoding", "br"), ("X-Kept", "yes"))
    answer = (
        *(("cache-control", "max-age=600"), ("Content-Encoding", "gzip"), ("Content-Length", "0"), ("ETag", 'W/"1"')),
        *(("Connection", "X-Hop, close"), ("X-Hop", "1"), ("X-New", "2")),
    )
    fields = (
        ("ETag", '"1"'),
        ("Content-Encoding", "br"),
        ("X-Kept", "yes"),
        ("cache-control", "max-age=600"),
        ("X-New", "2"),
    )
    assert updated(kept, answer) == fields
    assert cache_fields(fields) == (("ETag", '"1"'), ("cache-control", "max-age=600"))
    assert storable((("Connection", "close"), ("Keep-Alive", "5"), ("Via", "x"))) == (("Via", "x"),)


@given(
    st.lists(
        st.tuples(st.sampled_from(["cache-control", "expires", "date", "age", "last-modified"]), st.text(max_size=30))
    )
)
def test_no_header_is_an_error(headers):
    """Whatever a server writes there, the answer is good for some time or none."""
    assert fresh_until(tuple(headers), NOON) >= NOON
    retry_after((("Retry-After", headers[0][1] if headers else ""),), NOON)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("120", 120),
        ("Fri, 01 Mar 2024 12:01:00 GMT", 60),
        ("Fri, 01 Mar 2024 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_a_pause_is_read_as_seconds_or_date(given, seconds):
    """Retry-After has two forms; what is neither is no pause."""
    assert retry_after((("retry-after", given),), NOON) == seconds
