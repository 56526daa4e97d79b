"""How long an answer stays good, as a private cache may say (RFC 9111), and with what to ask whether it still is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from transforms.http_messages import Headers, field

_DIRECTIVE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|([^\s,]*)))?")
_HEURISTIC = 0.1  # of the time since the last change (RFC 9111, 4.2.2)
_LONGEST_GUESS = timedelta(days=1)


def fresh_until(headers: Headers, answered_at: datetime) -> datetime:
    """Give the instant until which an answer needs no asking again; `answered_at` itself where it needs it at once."""
    directives = {
        name.lower(): quoted or plain
        for name, quoted, plain in _DIRECTIVE.findall(field(headers, "cache-control") or "")
    }
    if not directives.keys().isdisjoint(("no-cache", "no-store")) or (field(headers, "vary") or "").strip() == "*":
        return answered_at
    lifetime = _lifetime(headers, directives, answered_at)
    age = _seconds(field(headers, "age")) or timedelta(0)
    return max(answered_at, answered_at + lifetime - age)


def retry_after(headers: Headers, answered_at: datetime) -> float | None:
    """Give the seconds for which a server asks to be left alone; None where it does not say."""
    given = field(headers, "retry-after")
    if given is None:
        return None
    if seconds := _seconds(given):
        return seconds.total_seconds()
    moment = _date(given)
    return max(0.0, (moment - answered_at).total_seconds()) if moment else None


def _lifetime(headers: Headers, directives: dict[str, str], answered_at: datetime) -> timedelta:
    if "max-age" in directives:
        return _seconds(directives["max-age"]) or timedelta(0)
    date = _date(field(headers, "date")) or answered_at
    if expires := field(headers, "expires"):
        moment = _date(expires)
        return max(timedelta(0), moment - date) if moment else timedelta(0)  # what is no date is past
    changed = _date(field(headers, "last-modified"))
    return min(max(timedelta(0), (date - changed) * _HEURISTIC), _LONGEST_GUESS) if changed else timedelta(0)


def _seconds(value: str | None) -> timedelta | None:
    text = (value or "").strip()
    return timedelta(seconds=min(int(text), 10**9)) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
