"""Where a site says that its pages are not to be mined: in rules of its own file, and in signals of its robots.txt."""

from __future__ import annotations

from typing import Any

import orjson

from connectors.robots import Robots, ruled
from transforms.reservations import mining_agents, signals_reserve

PATH = "/.well-known/tdmrep.json"

_MOST_RULES = 10_000


def read_mining_rules(content: bytes) -> Robots:
    """Read the file of the TDM Reservation Protocol (W3C community group, 2024): a reservation is a rule that refuses.

    Its patterns are those of robots.txt, and the longest holds. What is no such file holds no rules.
    """
    try:
        told = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return Robots()
    given = told if isinstance(told, list) else [told]
    return ruled(rule for one in given[:_MOST_RULES] if (rule := _rule(one)))


def site_reservations(robots: Robots, mining: Robots | None, agent: str, url: str) -> tuple[str, ...]:
    """Name the places where a site reserves the mining of a page: crawlers that it turns away, signals, its own file."""
    named = (one for one in mining_agents() if one.lower().encode() in robots.named)
    found = {
        "reserved_by_robots": any(not robots.allowed(one, url) for one in named),
        "reserved_by_signal": any(signals_reserve(signal) for signal in robots.signals_to(agent)),
        "reserved_by_tdmrep": mining is not None and not mining.allowed("*", url),
    }
    return tuple(name for name, is_reserved in found.items() if is_reserved)


def _rule(told: Any) -> tuple[bool, str] | None:
    if not isinstance(told, dict) or not isinstance(told.get("location"), str):
        return None
    reservation = str(told.get("tdm-reservation")).strip()
    return (reservation == "0", told["location"].strip()) if reservation in ("0", "1") else None
