"""Reservations: where a page says that it is not for text and data mining or for training models. They are recorded."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from transforms.http_messages import Headers, field

_META = re.compile(r"<meta\s[^<>]{1,400}>", re.IGNORECASE)
_NAME = re.compile(r"\bname\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_HEAD = 200_000  # characters of a page in which its head is sought
_HEAD_BYTES = 4 * _HEAD  # in which so many characters fit, in any charset
_SIGNAL = re.compile(r"([\w-]{1,40})\s*=\s*[\"']?([\w-]{1,40})")


def mining_agents() -> tuple[str, ...]:
    """Name the crawlers that mine texts or train models."""
    return tuple(_table()["agents"])


def header_reservations(headers: Headers) -> tuple[str, ...]:
    """Find reservations in the header fields of an answer: TDM-Reservation, X-Robots-Tag, Content-Usage, Content-Signal."""
    found = []
    if (
        (field(headers, "tdm-reservation") or "").strip() == "1"
        or _has_word(field(headers, "x-robots-tag"))
        or signals_reserve(field(headers, "content-usage") or "")
        or signals_reserve(field(headers, "content-signal") or "")
    ):
        found.append("reserved_by_header")
    return tuple(found)


def signals_reserve(signals: str) -> bool:
    """Tell whether signals, as Content-Usage and Content-Signal have them, say no to mining or training."""
    words = _table()["signals"]
    return any(name.lower() in words and value.lower() in ("n", "no") for name, value in _SIGNAL.findall(signals))


def page_reservations(markup: str) -> tuple[str, ...]:
    """Find reservations in the head of a page: tdm-reservation and robots."""
    return _found_in(markup[:_HEAD])


def undecoded_reservations(content: bytes) -> tuple[str, ...]:
    """Find reservations in the head of a page's bytes, of whatever charset, as `page_reservations` does in its text.

    They are told in ASCII, which reads alike in every charset of the web but UTF-16, whose zeros are left out.
    """
    return _found_in(content[:_HEAD_BYTES].replace(b"\0", b"").decode("latin-1"))


def _found_in(head: str) -> tuple[str, ...]:
    for tag in _META.findall(head):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if not name or not content:
            continue
        said = next((group for group in content.groups() if group is not None), "")
        if (name[1].lower() == "tdm-reservation" and said.strip() == "1") or (
            name[1].lower() == "robots" and _has_word(said)
        ):
            return ("reserved_by_meta",)
    return ()


def _has_word(value: str | None) -> bool:
    words = {word.strip().lower() for word in re.split(r"[,\s:]+", value or "")}
    return not words.isdisjoint(_table()["robots_words"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("transforms").joinpath("reservations.toml").read_text("utf-8"))
