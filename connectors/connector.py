"""What every connector is: something that yields captures, and says what it could not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from transforms.records import Capture, Rejection

Cursor = Mapping[str, Any]


class Connector(Protocol):
    """A source of captures. It decides nothing else: no cleaning, no dates, no duplicates."""

    @property
    def name(self) -> str:
        """The `source` of its captures."""
        ...

    def captures(self, cursor: Cursor | None = None) -> Iterator[Capture | Rejection]:
        """Yield what is there, in an order that depends only on the source; `cursor` is where the last run ended."""
        ...
