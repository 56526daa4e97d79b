"""How long an answer stays good, as a private cache may say (RFC 9111), and with what to ask whether it still is.

Where a server's words can be read in two ways, the reading that asks again sooner holds: a page that is fetched once too
often costs a request, one that is believed unchanged is lost.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from transforms.http_messages import Headers, field

_DIRECTIVE = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|([^\s,]*)))?")
_HEURISTIC = 0.1  # of the time since the last change (RFC 9111, 4.2.2)
_LONGEST_GUESS = timedelta(days=1)
_ENDLESS = timedelta(days=100_000)
# Statuses that may be called good without a word on how long (RFC 9110, 15.1).
_GUESSED = frozenset((200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501))
_STATUSES = frozenset(int(one) for one in HTTPStatus)
# What a later answer says of the connection, or of a body that it does not bring, is not true of the one that is kept.
_OF_CONNECTION = (
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization"),
    *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
)
_OF_BODY = ("content-encoding", "content-length", "content-md5", "content-range", "etag")
_OF_CACHES = ("age", "cache-control", "date", "etag", "expires", "last-modified", "vary")


def fresh_until(
    headers: Headers, answered_at: datetime, *, status: int = 200, delay: float = 0.0, shared: bool = False
) -> datetime:
    """Give the instant until which an answer needs no asking again; `answered_at` itself where it needs it at once.

    `delay` is how many seconds passed between question and answer. With `shared` it is what a cache of several users
    may say.
    """
    told = directives(headers)
    never = ("no-cache", "no-store", "private") if shared else ("no-cache", "no-store")
    is_known = "must-understand" not in told or status in _STATUSES
    if not told.keys().isdisjoint(never) or "*" in varied(headers) or not is_known:
        return answered_at
    lifetime = _lifetime(headers, told, answered_at, status, shared=shared)
    return max(answered_at, answered_at + lifetime - _age(headers, answered_at, delay))


def directives(headers: Headers) -> dict[str, str]:
    """Read `Cache-Control`; of a directive that stands there twice the shorter time holds."""
    told: dict[str, str] = {}
    for name, quoted, plain in _DIRECTIVE.findall(field(headers, "cache-control") or ""):
        value = quoted or plain
        before = told.get(name.lower())
        if before is None or (_seconds(value) or timedelta(0)) < (_seconds(before) or timedelta(0)):
            told[name.lower()] = value
    return told


def varied(headers: Headers) -> frozenset[str]:
    """Name the request's header fields on which an answer depends, in lower case; a star stands for anything else."""
    return frozenset(name for one in (field(headers, "vary") or "").split(",") if (name := one.strip().lower()))


def conditions(headers: Headers) -> dict[str, str]:
    """Give the header fields that ask for a document only if it is another one now (RFC 9110, 13.1).

    A time of change that cannot tell two states apart is not asked with: one that is no date, lies ahead or within the
    second of the answer, or belongs to an answer that depends on more than its coding.
    """
    etag, changed = (field(headers, "etag") or "").strip(), field(headers, "last-modified")
    asked = {"If-None-Match": etag} if etag else {}
    moment, date = _date(changed), _date(field(headers, "date"))
    tells = moment and (date is None or moment < date) and (etag or not varied(headers) - {"accept-encoding"})
    return {**asked, "If-Modified-Since": changed.strip()} if changed and tells else asked


def confirms(kept: Headers, answer: Headers) -> bool:
    """Tell whether a 304 speaks of what is kept: one with another tag speaks of something else (RFC 9111, 4.3.4)."""
    ours, theirs = field(kept, "etag"), field(answer, "etag")
    return not ours or not theirs or _opaque(ours) == _opaque(theirs)


def updated(kept: Headers, answer: Headers) -> Headers:
    """Give the header fields of what is kept, as a 304 brings them up to date (RFC 9111, 3.2)."""
    news = storable(answer)
    names = {name.lower() for name, _ in news}.difference(_OF_BODY)
    return (
        *((name, value) for name, value in kept if name.lower() not in names),
        *((name, value) for name, value in news if name.lower() in names),
    )


def storable(headers: Headers) -> Headers:
    """Leave out the header fields that are about the connection, and those that it names as its own."""
    named = (field(headers, "connection") or "").split(",")
    left_out = {*_OF_CONNECTION, *(name.strip().lower() for name in named)}
    return tuple((name, value) for name, value in headers if name.lower() not in left_out)


def cache_fields(headers: Headers) -> Headers:
    """Give the header fields on which freshness and conditions rest."""
    return tuple((name, value) for name, value in storable(headers) if name.lower() in _OF_CACHES)


def retry_after(headers: Headers, answered_at: datetime) -> float | None:
    """Give the seconds for which a server asks to be left alone; None where it does not say."""
    given = field(headers, "retry-after")
    if given is None:
        return None
    if seconds := _seconds(given):
        return seconds.total_seconds()
    moment = _date(given)
    return max(0.0, (moment - answered_at).total_seconds()) if moment else None


def _age(headers: Headers, answered_at: datetime, delay: float) -> timedelta:
    """Give how old an answer was when it came (RFC 9111, 4.2.3); without end where its age cannot be read."""
    given = field(headers, "age")
    told = _seconds(given)
    if given is not None and told is None:
        return _ENDLESS
    date = _date(field(headers, "date")) or answered_at
    return max(answered_at - date, (told or timedelta(0)) + timedelta(seconds=delay))


def _lifetime(headers: Headers, told: dict[str, str], answered_at: datetime, status: int, *, shared: bool) -> timedelta:
    for name in ("s-maxage", "max-age") if shared else ("max-age",):
        if name in told:
            return _seconds(told[name]) or timedelta(0)
    date = _date(field(headers, "date")) or answered_at
    if (expires := field(headers, "expires")) is not None:
        moment = _date(expires)
        return max(timedelta(0), moment - date) if moment else timedelta(0)  # what is no date is past
    changed = _date(field(headers, "last-modified"))
    if changed is None or (status not in _GUESSED and "public" not in told):
        return timedelta(0)
    return min(max(timedelta(0), (date - changed) * _HEURISTIC), _LONGEST_GUESS)


def _seconds(value: str | None) -> timedelta | None:
    text = (value or "").strip()
    return timedelta(seconds=min(int(text), 10**9)) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _date(value: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime((value or "").strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
