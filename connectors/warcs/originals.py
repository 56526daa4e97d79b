"""Where the pages lie that `revisit` records name, remembered in bounded memory: places in files, and no bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

MOST_ORIGINALS = 100_000  # by digest, and as many by address; the oldest are forgotten first

Reopen = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: in which file, at which offset, and how far into the member there.

    `reopen` opens the file again; None where that cannot be done, as for an entry of a tar.
    """

    file: str
    offset: int
    inner: int
    reopen: Reopen | None


class Originals:
    """The places of the records of one run, by the digests of their payloads and by their addresses."""

    def __init__(self) -> None:
        # A plain dict looks for its first key among all that were deleted.
        self._by_digest: OrderedDict[str, Place] = OrderedDict()
        self._by_address: OrderedDict[str, Place] = OrderedDict()

    def note(self, digest: str, address: str, place: Place) -> None:
        """Remember a record: the first of a digest, the last of an address."""
        if digest and digest not in self._by_digest:
            self._by_digest[digest] = place
            _bound(self._by_digest)
        self._by_address.pop(address, None)
        self._by_address[address] = place
        _bound(self._by_address)

    def with_digest(self, digest: str) -> Place | None:
        """Give the place of a payload."""
        return self._by_digest.get(digest)

    def at_address(self, address: str) -> Place | None:
        """Give the place of what was captured last at an address."""
        return self._by_address.get(address)


def _bound(places: OrderedDict[str, Place]) -> None:
    if len(places) > MOST_ORIGINALS:
        places.popitem(last=False)
