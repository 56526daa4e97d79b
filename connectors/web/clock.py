"""The time, as the fetcher asks for it; tests bring one of their own, so that nothing has to wait."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Two times and a pause. Only differences of `steady` mean anything; nobody can set it back."""

    def wall(self) -> float:
        """Give the seconds since 1970, by a clock that people can set."""
        ...

    def steady(self) -> float:
        """Give seconds that only grow, of this process."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own."""

    def wall(self) -> float:
        """Give the seconds since 1970."""
        return time.time()

    def steady(self) -> float:
        """Give the seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def now(clock: Clock) -> datetime:
    """Give the wall time as an instant in UTC."""
    return datetime.fromtimestamp(clock.wall(), UTC)
