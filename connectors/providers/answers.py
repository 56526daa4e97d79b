"""Answers of services, read with suspicion: what is no answer is told by what it says instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.providers.provider import AnswerError, MalformedAnswerError, RefusedAnswerError, ThrottledError

_MARKUP = re.compile(r"<[^<>]{0,500}>")
_TOO_OFTEN = re.compile(r"limit requests|too many requests|rate limit|try again later|slow down", re.IGNORECASE)
_SHOWN = 200
# A backslash that begins no escape of JSON, and the control characters that some services leave in their strings.
_STRAY = re.compile(rb'\\(?!["\\/bfnrtu])|[\x00-\x08\x0b\x0c\x0e-\x1f]')


def read_json(answer: bytes) -> Any:
    """Read JSON, with stray backslashes and control characters passed over; raises AnswerError for anything else."""
    body = answer.removeprefix(b"\xef\xbb\xbf").strip()
    if body[:1] not in (b"{", b"["):
        raise told(answer)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(_STRAY.sub(b"", body).replace(b"\n", b" "))
    except orjson.JSONDecodeError as error:
        raise MalformedAnswerError(f"the answer is no JSON: {error}") from None


def told(answer: bytes) -> AnswerError:
    """Give the error that a service tells in plain words instead of an answer."""
    said = " ".join(_MARKUP.sub(" ", answer[:4000].decode("utf-8", "replace")).split())
    if not said:
        return MalformedAnswerError("the answer is empty")
    kind = ThrottledError if _TOO_OFTEN.search(said) else RefusedAnswerError
    return kind(f"the service says: {said[:_SHOWN]}")


def objects(rows: Any, what: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list; raises MalformedAnswerError where there is no list."""
    if not isinstance(rows, list):
        raise MalformedAnswerError(f"the answer has no list of {what}")
    return (row for row in rows if isinstance(row, dict))


def words(value: Any) -> str | None:
    """Give a string on one line, or None for nothing and for what is none."""
    return " ".join(value.replace("\0", "").split()) or None if isinstance(value, str) else None


def web_address(value: Any) -> str | None:
    """Give a web address, or None for what is none."""
    found = words(value)
    return found if found and found.lower().startswith(("http://", "https://")) else None


def instant(digits: Any) -> datetime | None:
    """Read fourteen digits, as archives of the web and GDELT write an instant."""
    try:
        return datetime.strptime(str(digits), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
