"""Hosts: when each may be asked again.

What is remembered lies in files, so that two runs at once, and one after a crash, leave a host in peace together.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from connectors.web.clock import Clock
from connectors.web.errors import HostPausedError
from connectors.web.limits import Manners

_FILE_BYTES = 512
_LONGEST_PAUSE = 24 * 3600.0  # that a Retry-After is believed


@dataclass(frozen=True, slots=True)
class _Turn:
    """When a host may be asked next, and until when it asked to be left alone; seconds since 1970."""

    next: float = 0.0
    until: float = 0.0


class HostBook:
    """Turns: whoever takes one may send one request. Holds between processes that share a folder."""

    def __init__(self, folder: Path | None, manners: Manners, clock: Clock) -> None:
        self._folder = folder
        self._manners = manners
        self._clock = clock
        self._turns: dict[str, _Turn] = {}  # where there is no folder
        self._steady: dict[str, float] = {}
        self._delays: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def delay(self, host: str, seconds: float | None) -> None:
        """Remember the Crawl-delay of a host, as far as it is kept to."""
        if seconds is not None:
            self._delays[host] = max(self._delays.get(host, 0.0), min(seconds, self._manners.longest_crawl_delay))

    def check(self, host: str) -> None:
        """Raise HostPausedError for a host that is not to be asked in this run any more."""
        if self._failures.get(host, 0) >= self._manners.most_failures:
            raise HostPausedError("the host failed too often in this run; it is left alone until the next")
        wait = self._read(host).until - self._clock.wall()
        if wait > self._manners.longest_wait:
            raise HostPausedError(f"the host asks to be left alone for {wait:,.0f} s more (Retry-After)")

    def take(self, host: str) -> float:
        """Take the host's turn: 0.0 where it was taken, else the seconds to wait before asking again."""
        gap = self._gap(host, 0.0)
        with self._locked(host) as file:
            turn, wall, steady = self._read(host), self._clock.wall(), self._clock.steady()
            wait = max(turn.next - wall, turn.until - wall, self._steady.get(host, 0.0) - steady)
            if wait > 0:
                return wait
            self._write(host, replace(turn, next=wall + gap), file)
            self._steady[host] = steady + gap
        return 0.0

    def done(self, host: str, seconds: float) -> None:
        """End a turn whose answer took so long; the next begins a gap from now."""
        gap = self._gap(host, seconds)
        with self._locked(host) as file:
            self._write(host, replace(self._read(host), next=self._clock.wall() + gap), file)
            self._steady[host] = self._clock.steady() + gap

    def pause(self, host: str, seconds: float) -> None:
        """Leave a host alone for as long as it asks."""
        with self._locked(host) as file:
            turn = self._read(host)
            until = self._clock.wall() + min(seconds, _LONGEST_PAUSE)
            self._write(host, replace(turn, until=max(turn.until, until)), file)

    def count(self, host: str, weight: int) -> None:
        """Count a failure against a host; an answer (weight 0) takes all of them back."""
        self._failures[host] = self._failures.get(host, 0) + weight if weight else 0

    def _gap(self, host: str, seconds: float) -> float:
        manners = self._manners
        return max(manners.gap, self._delays.get(host, 0.0), min(manners.gap_factor * seconds, manners.longest_gap))

    @contextmanager
    def _locked(self, host: str) -> Iterator[int]:
        """Hold the host's file, if there is a folder; gives its descriptor."""
        if self._folder is None:
            yield -1
            return
        file = os.open(self._path(host), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _read(self, host: str) -> _Turn:
        if self._folder is None:
            return self._turns.get(host, _Turn())
        try:
            told = orjson.loads(self._path(host).read_bytes())
            turn = _Turn(float(told["next"]), float(told["until"]))
        except (OSError, KeyError, TypeError, ValueError):
            return _Turn()  # a new host, or a write that a crash cut short
        # A clock that was set back must not keep a host waiting for longer than any rule asks.
        wall, longest = self._clock.wall(), max(self._manners.longest_crawl_delay, self._manners.longest_gap)
        longest = max(longest, self._manners.gap)
        return _Turn(min(turn.next, wall + longest), min(turn.until, wall + _LONGEST_PAUSE))

    def _write(self, host: str, turn: _Turn, file: int) -> None:
        if self._folder is None:
            self._turns[host] = turn
        else:
            # Always as long, and in its place: a file that is cut and written anew is flushed by some file systems.
            os.pwrite(file, orjson.dumps({"host": host, **asdict(turn)}).ljust(_FILE_BYTES), 0)

    def _path(self, host: str) -> Path:
        assert self._folder
        return self._folder / f"{hashlib.sha256(host.encode()).hexdigest()[:32]}.json"
