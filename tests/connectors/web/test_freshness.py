from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.web.freshness import fresh_until, retry_after

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
        ([("Cache-Control", "max-age=99999999999999999999999")], 0),
    ],
)
def test_an_answer_is_good_for_as_long_as_it_says(headers, seconds):
    """Max-age before Expires before a tenth of its age; the time that it was on its way counts."""
    assert (fresh_until(tuple(headers), NOON) - NOON).total_seconds() == seconds


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
