"""The account of a run that follows links: what is on its way, which lead it is owed to, and what is remembered when.

A lead is remembered as done when everything that it named is settled: loaded, or refused too often to be tried again.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.web.fetcher import SOURCE, locator_of
from flows.choose_sources import Role, Since
from flows.remember_pages import LEAD, PAGE, page_state, refused_state
from flows.walk_documents import Staged
from transforms.records import Capture, Rejection, SourceClaims
from warehouse.sources import SourceState

# Refusals that another run would meet again; of the others, a page that is not there may be one that is not there yet.
_FINAL = frozenset(
    [
        "robots_denied",
        "http_401",
        "http_402",
        "http_403",
        "http_410",
        "http_451",
        "address_blocked",
        "scheme_blocked",
        "port_blocked",
        "credentials",
        "malformed_url",
        "body_too_large",
        "unknown_coding",
        "too_many_redirects",
    ]
)


@dataclass(slots=True)
class Room:
    """How many pages may still be fetched for a lead, or for the sitemaps of one index together."""

    left: int


@dataclass(slots=True, eq=False)
class Errand:
    """An address on its way: what is known of it, and what to do with what comes.

    `marks` are what its leads show of a page, by the leads' keys; `whole` is the article where its feed carries it.
    """

    url: str
    role: Role
    source: str = SOURCE
    since: Since = None
    before: Mapping[str, Any] = field(default_factory=dict)
    claims: SourceClaims = field(default_factory=SourceClaims)
    marks: dict[str, str] = field(default_factory=dict)
    whole: Capture | None = None
    parent: Trail | None = None
    changed: str | None = None
    depth: int = 0
    locator: str = ""

    def __post_init__(self) -> None:
        """Find the place that it stands for; a saved file's is its path."""
        self.locator = self.locator or (locator_of(self.url) if "://" in self.url else self.url)


@dataclass(slots=True, eq=False)
class Trail:
    """A lead that was read, until all that it named is settled.

    `later` says that something of it is left for the next run, `waiting` are leads that are sent for one by one.
    """

    errand: Errand
    state: dict[str, Any]
    room: Room
    owed: set[str] = field(default_factory=set)
    waiting: deque[Errand] = field(default_factory=deque)
    later: bool = False
    found: int = 0

    @property
    def key(self) -> str:
        """The name of the lead in the marks of pages."""
        place = f"{self.errand.source} {self.errand.url}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(place).hexdigest()[:8]

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it is on its way."""
        return not self.owed and not self.waiting


class Account:
    """Everything that is on its way in a run."""

    def __init__(self, attempts: int) -> None:
        self.errands: dict[str, Errand] = {}
        self._attempts = attempts
        self._owed: dict[str, list[Trail]] = {}
        self._trails: list[Trail] = []
        self._notes: dict[str, dict[str, Any]] = {}

    def open(self, errand: Errand, state: dict[str, Any], room: int) -> Trail:
        """Begin the trail of a lead; the sitemaps of an index share its room."""
        parent = errand.parent
        shared = parent.room if parent and parent.state.get("kind") == "index" else Room(room)
        trail = Trail(errand, state, shared)
        self._trails.append(trail)
        return trail

    def owe(self, trail: Trail, locator: str) -> None:
        """Keep a lead open until what is at a place is settled."""
        trail.owed.add(locator)
        self._owed.setdefault(locator, []).append(trail)

    def is_on_its_way(self, locator: str) -> bool:
        """Tell whether what is at a place is still to be settled."""
        return locator in self._owed

    def is_tired_of(self, refused: Mapping[str, Any], mark: str) -> bool:
        """Tell whether a page was refused too often, as its lead shows it."""
        is_final = refused.get("reason") in _FINAL or refused.get("count", 0) >= self._attempts
        return refused.get("mark") == mark and is_final

    def note(self, locator: str, state: dict[str, Any]) -> None:
        """Remember at the end that a lead names a page that was fetched before."""
        self._notes[locator] = state

    def settled(self, staged: Staged) -> Iterator[SourceState]:
        """Say what to remember of a batch that was loaded: its pages, and leads of which everything is settled now."""
        for one in staged.kept:
            item = one.item
            errand = self.errands.get(item.locator)
            if errand and errand.role in ("page", "any") and item.source == errand.source:
                yield from self._settled_page(errand, item, one.payload_sha256, staged.run_id)
            for trail in self._owed.pop(item.locator, ()):
                trail.owed.discard(item.locator)
                if trail.is_settled and trail in self._trails:
                    self._trails.remove(trail)
                    yield _remembered(trail, staged.run_id)

    def rest(self, run_id: str) -> Iterator[SourceState]:
        """Say what to remember at the end: of leads that named nothing new, too."""
        for locator, state in self._notes.items():
            if locator not in self.errands:
                yield SourceState(SOURCE, PAGE, locator, state, run_id)
        yield from (_remembered(trail, run_id) for trail in self._trails if trail.is_settled)

    def _settled_page(
        self, errand: Errand, item: Capture | Rejection, digest: str, run_id: str
    ) -> Iterator[SourceState]:
        if isinstance(item, Capture):
            state = page_state(item, digest, {**errand.before.get("marks", {}), **errand.marks})
            yield SourceState(SOURCE, PAGE, item.locator, state, run_id, item.captured_at)
            return
        refused = refused_state(item, errand.before, errand.marks)
        if refused is None:
            return
        told = refused.get("refused", {})
        for trail in self._owed.get(item.locator, ()):
            trail.later = trail.later or not self.is_tired_of(told, told.get("mark", ""))
        yield SourceState(SOURCE, PAGE, item.locator, refused, run_id)


def _remembered(trail: Trail, run_id: str) -> SourceState:
    errand = trail.errand
    state = {**trail.state, "done": not trail.later}
    return SourceState(errand.source, LEAD, errand.locator, state, run_id, datetime.now(UTC))
