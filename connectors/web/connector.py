"""The web as a connector: a list of addresses fetched side by side, and handed over one after the other.

The fetching goes on in a thread with its own event loop while what was fetched is kept and loaded; it waits where more
lies ready than may be held. Who takes a page may add the addresses that it leads to.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from connectors.connector import Cursor
from connectors.web.fetcher import SOURCE, Fetcher, Known, locator_of
from connectors.web.urls import hostname_of
from connectors.web.wire import Wire, opened
from transforms.records import Capture, Rejection

_HELD_BYTES = 64 * 1024 * 1024  # fetched and not yet taken, after which fetching waits
_LOOK_UP = 0.1  # seconds between two looks at whether there is room
_NOT_ALLOWED = frozenset(("robots_denied", "robots_unavailable"))

Fetched = tuple[str, Capture | Rejection]  # with the host that was asked
Ready = queue.SimpleQueue[Fetched | BaseException | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the pages of a host are: `refused` by its robots.txt, or `errors`; and the seconds that it was waited for."""

    host: str
    pages: int
    captured: int = 0
    refused: int = 0
    errors: int = 0
    waited: float = 0.0

    @property
    def rejected(self) -> int:
        """Pages that were not to be had."""
        return self.refused + self.errors

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
    wire: Wire = field(default_factory=Wire)
    pause: float = 30.0
    name: str = SOURCE
    _standings: dict[str, Standing] = field(default_factory=dict, init=False)
    _waited: Mapping[str, float] = field(default_factory=dict, init=False)
    _known: dict[str, Known] = field(default_factory=dict, init=False)
    _added: list[str] = field(default_factory=list, init=False)
    _stop: Callable[[], object] | None = field(default=None, init=False)
    _stopped: bool = field(default=False, init=False)

    def captures(self, cursor: Cursor | None = None) -> Iterator[Capture | Rejection]:  # noqa: ARG002
        """Yield the pages as they come; the addresses of a host in their order, hosts side by side."""
        return (item for item in self.stream() if item is not None)

    def stream(self) -> Iterator[Capture | Rejection | None]:
        """Yield the pages as they come, and None where none came for a while; ends when all that was added is taken."""
        self._known = {**self.known, **self._known}
        errands = _Errands()
        room, ready = _Room(_HELD_BYTES), Ready()
        self.add(self.urls)
        left = errands.give(self._taken_up())
        if not left:
            return
        thread = threading.Thread(target=self._run, args=(errands, room, ready), name="fetching", daemon=True)
        thread.start()
        try:
            while left and not isinstance(fetched := self._next(ready), _Ended):
                if fetched is None:
                    yield None
                else:
                    left -= 1
                    room.leave(_size(fetched[1]))
                    self._count(*fetched)
                    yield fetched[1]
                left += errands.give(self._taken_up())
            errands.end()
        finally:
            if left:
                self.stop()
            room.open()
            errands.end()
            thread.join()

    def add(self, urls: Iterable[str], known: Mapping[str, Known] | None = None) -> None:
        """Fetch these addresses too; to be called before the next page is taken."""
        self._known.update(known or {})
        for url in dict.fromkeys(urls):
            self._added.append(url)
            host = hostname_of(url)
            before = self._standings.get(host, Standing(host, 0))
            self._standings[host] = replace(before, pages=before.pages + 1)

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
        told = [replace(one, waited=self._waited.get(one.host, 0.0)) for one in list(self._standings.values())]
        return sorted(told, key=lambda one: (-one.left, -one.pages, one.host))

    def _taken_up(self) -> list[str]:
        taken, self._added = self._added, []
        return taken

    def _next(self, ready: Ready) -> Fetched | _Ended | None:
        try:
            fetched = ready.get(timeout=self.pause)
        except queue.Empty:
            return None
        if isinstance(fetched, BaseException):
            raise fetched
        return _Ended() if fetched is None else fetched

    def _run(self, errands: _Errands, room: _Room, ready: Ready) -> None:
        try:
            asyncio.run(self._fetch(errands, room, ready))
        except BaseException as error:  # noqa: BLE001  (it is raised where the pages are taken)
            ready.put(error)
        ready.put(None)

    async def _fetch(self, errands: _Errands, room: _Room, ready: Ready) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        async with opened(self.wire) as (fetcher, _):
            self._waited = fetcher.waited
            try:
                if not self._stopped:
                    await self._walk_hosts(fetcher, errands, room, ready)
            except asyncio.CancelledError:
                if not self._stopped:
                    raise
            except BaseExceptionGroup as several:
                raise several.exceptions[0] from None
            finally:
                self._stop = None

    async def _walk_hosts(self, fetcher: Fetcher, errands: _Errands, room: _Room, ready: Ready) -> None:
        """Fetch what is given until nothing more will be: the addresses of a host in their order, hosts side by side."""
        waiting: dict[str, deque[str]] = {}

        async def walk_host(host: str) -> None:
            while waiting[host]:
                url = waiting[host].popleft()
                await room.wait()
                item = await fetcher.fetch(url, self._known.get(locator_of(url)))
                room.enter(_size(item))
                ready.put((host, item))
            del waiting[host]

        async with asyncio.TaskGroup() as group:
            async for url in errands.given():
                host = hostname_of(url)
                if host in waiting:
                    waiting[host].append(url)
                else:
                    waiting[host] = deque([url])
                    group.create_task(walk_host(host))

    def _count(self, host: str, item: Capture | Rejection) -> None:
        before = self._standings[host]
        if isinstance(item, Capture):
            now = replace(before, captured=before.captured + 1)
        elif item.reason in _NOT_ALLOWED:
            now = replace(before, refused=before.refused + 1)
        else:
            now = replace(before, errors=before.errors + 1)
        self._standings[host] = now


class _Ended:
    """The fetching thread has nothing more to say."""


class _Errands:
    """Addresses on their way to the fetching thread; given in one thread, walked in the other."""

    def __init__(self) -> None:
        self._waiting: deque[str | None] = deque()
        self._wake: Callable[[], object] = lambda: None

    def give(self, urls: Sequence[str]) -> int:
        """Hand addresses over; gives their number."""
        self._waiting.extend(urls)
        self._wake()
        return len(urls)

    def end(self) -> None:
        """Say that there will be no more."""
        self._waiting.append(None)
        self._wake()

    async def given(self) -> AsyncIterator[str]:
        """Yield what was handed over, and wait for more, until the end is said."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has just ended by itself
                loop.call_soon_threadsafe(woken.set)

        self._wake = wake
        while True:
            while self._waiting:
                url = self._waiting.popleft()
                if url is None:
                    return
                yield url
            woken.clear()
            if not self._waiting:
                await woken.wait()


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
