"""The web as a connector: a list of addresses fetched side by side, and handed over one after the other.

The fetching goes on in a thread with its own event loop while what was fetched is kept and loaded; it waits where more
lies ready than may be held.
"""

from __future__ import annotations

import asyncio
import queue
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from connectors.connector import Cursor
from connectors.web.addresses import AddressPolicy
from connectors.web.client import Client
from connectors.web.clock import Clock, SystemClock
from connectors.web.fetcher import SOURCE, Fetcher, Known, locator_of
from connectors.web.hosts import HostBook
from connectors.web.limits import Limits, Manners
from connectors.web.network import Resolver, resolve
from connectors.web.urls import hostname_of
from transforms.records import Capture, Rejection

_HELD_BYTES = 64 * 1024 * 1024  # fetched and not yet taken, after which fetching waits
_LOOK_UP = 0.1  # seconds between two looks at whether there is room


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the pages of a host are."""

    host: str
    pages: int
    captured: int = 0
    rejected: int = 0

    @property
    def left(self) -> int:
        """Pages that are still to be fetched."""
        return self.pages - self.captured - self.rejected


@dataclass(slots=True)
class WebConnector:
    """Fetches pages. `known` gives what an earlier run got from an address.

    A capture's locator is the address that was asked for, in its one spelling; its `url` is where the page was found.
    `pause` is how many seconds without a new page are told by a None, so that a batch can be closed.
    """

    urls: Sequence[str]
    known: Mapping[str, Known] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    manners: Manners = field(default_factory=Manners)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    ports: frozenset[int] = frozenset((80, 443))
    version: str = "0"
    folder: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    resolver: Resolver = resolve
    trust: ssl.SSLContext | None = None
    pause: float = 30.0
    name: str = SOURCE
    _standings: dict[str, Standing] = field(default_factory=dict, init=False)
    _stop: Callable[[], object] | None = field(default=None, init=False)
    _stopped: bool = field(default=False, init=False)

    def captures(self, cursor: Cursor | None = None) -> Iterator[Capture | Rejection]:  # noqa: ARG002
        """Yield the pages as they come; the addresses of a host in their order, hosts side by side."""
        return (item for item in self.stream() if item is not None)

    def stream(self) -> Iterator[Capture | Rejection | None]:
        """Yield the pages as they come, and None where none came for a while."""
        by_host: dict[str, list[str]] = {}
        for url in dict.fromkeys(self.urls):
            by_host.setdefault(hostname_of(url), []).append(url)
        self._standings = {host: Standing(host, len(urls)) for host, urls in by_host.items()}
        room = _Room(_HELD_BYTES)
        ready: queue.SimpleQueue[Capture | Rejection | BaseException | None] = queue.SimpleQueue()
        thread = threading.Thread(target=self._run, args=(by_host, room, ready), name="fetching", daemon=True)
        thread.start()
        try:
            yield from self._taken(room, ready)
        finally:
            self.stop()
            room.open()
            thread.join()

    def stop(self) -> None:
        """End the fetching; what was fetched is still handed over."""
        self._stopped = True
        stop = self._stop
        if stop:
            with suppress(RuntimeError):  # the loop has just ended by itself
                stop()

    @property
    def stopped(self) -> bool:
        """Whether fetching was ended before all addresses were fetched."""
        return self._stopped and any(one.left for one in self._standings.values())

    def standings(self) -> list[Standing]:
        """Tell how far every host is, those with most to do first."""
        return sorted(self._standings.values(), key=lambda one: (-one.left, -one.pages, one.host))

    def _taken(
        self, room: _Room, ready: queue.SimpleQueue[Capture | Rejection | BaseException | None]
    ) -> Iterator[Capture | Rejection | None]:
        while True:
            try:
                item = ready.get(timeout=self.pause)
            except queue.Empty:
                yield None
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            room.leave(_size(item))
            yield item

    def _run(
        self,
        by_host: Mapping[str, list[str]],
        room: _Room,
        ready: queue.SimpleQueue[Capture | Rejection | BaseException | None],
    ) -> None:
        try:
            asyncio.run(self._fetch(by_host, room, ready))
        except BaseException as error:  # noqa: BLE001  (it is raised where the pages are taken)
            ready.put(error)
        ready.put(None)

    async def _fetch(
        self,
        by_host: Mapping[str, list[str]],
        room: _Room,
        ready: queue.SimpleQueue[Capture | Rejection | BaseException | None],
    ) -> None:
        client = Client(
            self.limits,
            self.policy,
            self.clock,
            {"User-Agent": self.manners.user_agent(self.version)},
            resolver=self.resolver,
            trust=self.trust,
            connections=self.manners.connections,
        )
        hosts = HostBook(self.folder, self.manners, self.clock)
        fetcher = Fetcher(client, hosts, self.limits, self.manners, self.clock, self.ports)
        self._stop = partial(asyncio.get_running_loop().call_soon_threadsafe, asyncio.current_task().cancel)  # type: ignore[union-attr]

        async def walk_host(host: str, urls: list[str]) -> None:
            for url in urls:
                await room.wait()
                item = await fetcher.fetch(url, self.known.get(locator_of(url)))
                room.enter(_size(item))
                self._count(host, item)
                ready.put(item)

        try:
            if not self._stopped:
                async with asyncio.TaskGroup() as group:
                    for host, urls in by_host.items():
                        group.create_task(walk_host(host, urls))
        except asyncio.CancelledError:
            if not self._stopped:
                raise
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            self._stop = None
            await client.aclose()

    def _count(self, host: str, item: Capture | Rejection) -> None:
        before = self._standings[host]
        if isinstance(item, Capture):
            self._standings[host] = replace(before, captured=before.captured + 1)
        else:
            self._standings[host] = replace(before, rejected=before.rejected + 1)


class _Room:
    """Bytes that may lie ready; entered in the fetching thread, left in the other."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._lock = threading.Lock()

    async def wait(self) -> None:
        """Wait while there is no room."""
        while self._held >= self._size:  # noqa: ASYNC110  (the other side is a thread)
            await asyncio.sleep(_LOOK_UP)

    def enter(self, size: int) -> None:
        """Take room."""
        with self._lock:
            self._held += size

    def leave(self, size: int) -> None:
        """Give room back."""
        self.enter(-size)

    def open(self) -> None:
        """Let everyone through, for nothing is taken any more."""
        self._size = 1 << 62


def _size(item: Capture | Rejection) -> int:
    return len(item.payload) + sum(len(one.response) for one in item.exchanges)
