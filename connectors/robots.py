"""Robots exclusion (RFC 9309): what a site's robots.txt asks of crawlers, and the one place that decides on it.

Groups, precedence and the readings of malformed lines follow Google's open-source matcher, in which the longest pattern
wins and equal ones allow. An address has many spellings: a rule refuses if it fits any of them, and allows only if it
fits both the one that was given and the normal one, so that no spelling is a way past a rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

import ada_url

_LONGEST_LINE = 2083 * 8 - 1  # bytes; the rest of a longer line is dropped
_SHORTEST_LINE = len("allow:")
_MOST_SIGNALS, _LONGEST_SIGNAL = 20, 500
_AGENT = re.compile(rb"[A-Za-z_-]*")
_UNESCAPED = re.compile(rb"[\x80-\xff]|%[0-9a-fA-F]{2}")
_SPACE = b" \t\n\r\x0b\x0c"
_INDEX = b"/index.htm"
_ALLOW, _DISALLOW = b"allow", (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
_AGENTS = (b"user-agent", b"useragent", b"user agent")
_SITEMAPS = (b"sitemap", b"site-map")
_DELAY = b"crawl-delay"
_SIGNALS = (b"content-signal", b"content-usage")

Rule = tuple[bool, bytes]  # whether it allows, and its pattern, percent-encoded


@dataclass(frozen=True, slots=True)
class Group:
    """The rules under one run of `User-agent` lines; agents are in lower case, `*` among them where it was named."""

    agents: frozenset[bytes]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Robots:
    """A robots.txt that was read: its groups in order, its sitemaps, the delays it asks for, in seconds, and its signals.

    Signals are the values of Content-Signal and Content-Usage lines, by agent.
    """

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()
    delays: Mapping[bytes, float] = field(default_factory=dict)
    named: frozenset[bytes] = frozenset()
    signals: Mapping[bytes, tuple[str, ...]] = field(default_factory=dict)

    def allowed(self, agent: str, url: str) -> bool:
        """Tell whether a crawler, by its product token, may fetch an address."""
        name = agent.encode("utf-8", "surrogateescape").lower()
        wanted = name if name in self.named else b"*"
        address = _Address.read(url)
        allow = disallow = 0
        for group in self.groups:
            if wanted not in group.agents:
                continue
            for allows, pattern in group.rules:
                if allows:
                    allow = max(allow, _allowing(address, pattern, allow))
                elif len(pattern) > disallow and address.may_fit(pattern):
                    disallow = len(pattern)
        return disallow <= allow

    def crawl_delay(self, agent: str) -> float | None:
        """Give the seconds that a crawler is to leave between requests; those of `*` where it is not named."""
        name = agent.encode("utf-8", "surrogateescape").lower()
        return self.delays.get(name if name in self.named else b"*")

    def signals_to(self, agent: str) -> tuple[str, ...]:
        """Give what a site signals of the use of its pages, to everyone and to a crawler by its name."""
        name = agent.encode("utf-8", "surrogateescape").lower()
        return tuple(one for key in dict.fromkeys((b"*", name)) for one in self.signals.get(key, ()))


def allowed(robots: bytes, agent: str, url: str) -> bool:
    """Tell whether the crawler with this product token may fetch an address, by the bytes of a robots.txt.

    Takes time in proportion to the file and to the address. Total: any bytes are a robots.txt.
    """
    return read_robots(robots).allowed(agent, url)


def read_robots(robots: bytes) -> Robots:
    """Read a robots.txt; lines that mean nothing are passed over, as RFC 9309 asks."""
    reader = _Reader()
    for key, value in _lines(robots):
        if key.startswith(_AGENTS):
            reader.agent(value)
        elif key.startswith(_ALLOW):
            reader.rule(True, value)
        elif key.startswith(_DISALLOW):
            reader.rule(False, value)
        elif key.startswith(_SITEMAPS):
            reader.sitemaps.append(value.decode("utf-8", "replace"))
        elif key == _DELAY:
            reader.delay(value)
        elif key in _SIGNALS:
            reader.signal(value)
    reader.close()
    return Robots(tuple(reader.groups), tuple(reader.sitemaps), reader.delays, frozenset(reader.named), reader.signals)


def ruled(rules: Iterable[tuple[bool, str]]) -> Robots:
    """Make a robots.txt of one group for everyone out of rules: whether each allows, and its pattern."""
    made = tuple((allows, _escaped(pattern.encode("utf-8", "replace"))) for allows, pattern in rules)
    return Robots((Group(frozenset((b"*",)), made),))


class _Reader:
    """The state of a reading: the group that is open, and whether a rule was met in it."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.sitemaps: list[str] = []
        self.delays: dict[bytes, float] = {}
        self.named: set[bytes] = set()
        self.signals: dict[bytes, tuple[str, ...]] = {}
        self._agents: set[bytes] = set()
        self._rules: list[Rule] = []
        self._ruled = False
        self._delayed: list[bytes] = []  # agents that the next delay is for
        self._delay: float | None = None

    def agent(self, value: bytes) -> None:
        """Name an agent: the first after a rule opens a group, others join it. `* anything` is everyone."""
        if self._ruled:
            self.close()
        if self._delay is not None:
            self._settle_delay()
        everyone = value[:1] == b"*" and (len(value) == 1 or value[1:2] in _SPACE)
        name = b"*" if everyone else _agent(value)
        if name:
            self._agents.add(name)
            self._delayed.append(name)
            if not everyone:
                self.named.add(name)

    def rule(self, allows: bool, value: bytes) -> None:
        """Take a rule into the open group; one before any agent, or without a pattern, rules nothing."""
        if self._agents:
            self._ruled = True
            if value:
                self._rules.append((allows, _escaped(value)))

    def delay(self, value: bytes) -> None:
        """Take a delay for the agents named just before; of several the longest holds."""
        try:
            seconds = float(value)
        except ValueError:
            return
        if seconds >= 0 and math.isfinite(seconds):
            self._delay = max(self._delay or 0.0, seconds)

    def signal(self, value: bytes) -> None:
        """Take a signal for the agents of the open group; one before any agent is for everyone."""
        for agent in self._agents or (b"*",):
            if len(told := self.signals.get(agent, ())) < _MOST_SIGNALS:
                self.signals[agent] = (*told, value[:_LONGEST_SIGNAL].decode("utf-8", "replace"))

    def close(self) -> None:
        """End the open group."""
        self._settle_delay()
        if self._agents and self._rules:
            self.groups.append(Group(frozenset(self._agents), tuple(self._rules)))
        self._agents, self._rules, self._ruled = set(), [], False

    def _settle_delay(self) -> None:
        if self._delay is not None:
            for agent in self._delayed:
                self.delays[agent] = max(self.delays.get(agent, 0.0), self._delay)
        self._delayed, self._delay = [], None


def _lines(robots: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys, in lower case, and values."""
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):  # a byte order mark, whole or cut
        if robots.startswith(mark):
            robots = robots[len(mark) :]
            break
    for whole in robots.replace(b"\r", b"\n").split(b"\n"):
        if len(whole) < _SHORTEST_LINE:
            continue
        line = whole[:_LONGEST_LINE].partition(b"\0")[0].partition(b"#")[0].strip(_SPACE)
        key, colon, value = line.partition(b":")
        if not colon:
            words = line.replace(b"\t", b" ").split(b" ")
            words = [word for word in words if word]
            if len(words) != 2:
                continue
            key, value = words
        if key := key.strip(_SPACE):
            yield key.lower(), value.strip(_SPACE)


def _agent(value: bytes) -> bytes:
    found = _AGENT.match(value)
    return found[0].lower() if found else b""


def _escaped(pattern: bytes) -> bytes:
    """Percent-encode what is not ASCII, and write the escapes that are there in capitals."""
    if pattern.isascii() and b"%" not in pattern:
        return pattern
    return _UNESCAPED.sub(lambda found: found[0].upper() if len(found[0]) > 1 else b"%%%02X" % found[0][0], pattern)


@dataclass(frozen=True, slots=True)
class _Address:
    """The part of an address that rules are about: as it was given, so percent-encoded, and normal and decoded."""

    given: bytes
    escaped: bytes
    plain: bytes

    @classmethod
    def read(cls, url: str) -> _Address:
        given = _path(url.encode("utf-8", "surrogateescape"))
        try:
            parsed = ada_url.URL(url)
            normal = f"{parsed.pathname}{parsed.search}".encode()
        except (ValueError, UnicodeError):
            normal = given
        return cls(given, _escaped(given), unquote_to_bytes(normal))

    def may_fit(self, pattern: bytes) -> bool:
        """Tell whether any spelling fits a pattern."""
        return (
            _matches(self.given, pattern)
            or ((self.plain != self.given or b"%" in pattern) and _matches(self.plain, pattern, decoded=True))
            or (self.escaped != self.given and _matches(self.escaped, pattern))
        )

    def fits(self, pattern: bytes) -> bool:
        """Tell whether both the given spelling and the normal one fit a pattern."""
        if not _matches(self.given, pattern):
            return False
        return (self.plain == self.given and b"%" not in pattern) or _matches(self.plain, pattern, decoded=True)


def _path(url: bytes) -> bytes:
    """Give path, parameters and query, `/` where there is none."""
    begin = 2 if url.startswith(b"//") else 0
    early = _first(url, begin)
    protocol = url.find(b"://", begin)
    protocol = begin if protocol < 0 or 0 <= early < protocol else protocol + 3
    start = _first(url, protocol)
    if start < 0:
        return b"/"
    fragment = url.find(b"#", begin)
    if 0 <= fragment < start:
        return b"/"
    path = url[start : fragment if fragment >= 0 else len(url)]
    return path if path.startswith(b"/") else b"/" + path


def _first(url: bytes, begin: int) -> int:
    return min((at for mark in (b"/", b"?", b";") if (at := url.find(mark, begin)) >= 0), default=-1)


def _allowing(address: _Address, pattern: bytes, least: int) -> int:
    """Give the weight with which a pattern allows an address; `…/index.htm` allows the folder too."""
    if len(pattern) <= least:
        return 0
    if address.fits(pattern):
        return len(pattern)
    slash = pattern.rfind(b"/")
    if slash >= 0 and pattern.startswith(_INDEX, slash) and address.fits(pattern[: slash + 1] + b"$"):
        return slash + 2
    return 0


def _matches(path: bytes, pattern: bytes, *, decoded: bool = False) -> bool:
    """Match from the start of a path; `*` stands for anything, a final `$` for the path's end.

    With `decoded`, escapes in the pattern stand for their bytes, an escaped star for a star.

    Each part between stars is sought once, from where the one before ended, so that no pattern takes more than the
    path is long.
    """
    decoded = decoded and b"%" in pattern
    if b"*" not in pattern and not decoded:
        return path == pattern[:-1] if pattern.endswith(b"$") else path.startswith(pattern)
    ends = pattern.endswith(b"$")
    first, *parts = (pattern[:-1] if ends else pattern).split(b"*")
    if decoded:
        first, parts = unquote_to_bytes(first), [unquote_to_bytes(part) if part else part for part in parts]
    if not path.startswith(first):
        return False
    at = len(first)
    if ends and not parts:
        return path == first
    last = parts.pop() if ends else b""
    for part in parts:
        if part:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
    return not ends or (path.endswith(last) and len(path) - len(last) >= at)
