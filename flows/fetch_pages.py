"""Web pages on their way in: which addresses of a list are still to be fetched, and what to remember of those that were.

A list whose run was ended early is taken up where it was left. A list that was fetched to its end is fetched anew: with
conditions, so that what has not changed is not sent, and without asking for what its server said would stay good.
"""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from types import FrameType
from typing import Any

from connectors.web.addresses import AddressPolicy
from connectors.web.connector import WebConnector
from connectors.web.fetcher import SOURCE, locator_of
from connectors.web.wire import Wire
from flows.choose_sources import Root, SavedLead, Sources
from flows.follow_links import Following
from flows.load_sources import Loaded
from flows.remember_pages import LIST, PAGE
from flows.settings import Settings
from flows.spare_memory import spare_memory
from flows.supervise_workers import Means
from flows.walk_documents import Progress, Staged, settle, walk
from transforms.boilerplate import shipped_rules
from transforms.records import Capture, Passage, Rejection
from warehouse.database import Warehouse
from warehouse.index import write_index
from warehouse.load import LoadReport
from warehouse.runs import Run, open_run
from warehouse.sources import SourceState, read_states, save_states, seen_since


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses that a run begins with: the connector for those that are to be fetched, and why the others are not.

    `resumed` were fetched by the run that was ended early, `fresh` need no asking yet.
    """

    connector: WebConnector
    following: Following
    listed: str
    begun_at: datetime
    resumed: int = 0
    fresh: int = 0


class StoppedError(KeyboardInterrupt):
    """The fetching was stopped; `loaded` is the run and what it loaded until then, and the next one goes on from there."""

    def __init__(self, loaded: Loaded) -> None:
        super().__init__("stopped")
        self.loaded = loaded


def open_pages(
    warehouse: Warehouse,
    settings: Settings,
    roots: Sequence[Root | str],
    *,
    beside: Sequence[str] = (),
    **means: Any,
) -> Pages:
    """Look up what is known of the addresses that a run begins with; those given as text are pages.

    `beside` names the files whose links are followed too. `means` stand over the connector's own (clock, resolver, trust).
    """
    spare_memory()
    begins = [root if isinstance(root, Root) else Root(root) for root in roots]
    locators = {locator_of(root.url) for root in begins}
    listed = hashlib.sha256("\n".join([*sorted(locators), *sorted(beside)]).encode("utf-8", "replace")).hexdigest()
    before = read_states(warehouse, SOURCE, LIST, [listed]).get(listed)
    begun_at, seen = datetime.now(UTC), frozenset[str]()
    if before and not before.state.get("done"):
        begun_at = datetime.fromisoformat(before.state["begun_at"])
        sources = {SOURCE, *(root.source for root in begins)}
        seen = frozenset().union(*(seen_since(warehouse, source, begun_at) for source in sources))
    known = {place: one.state for place, one in read_states(warehouse, SOURCE, PAGE, locators).items()}
    save_states(warehouse, [SourceState(SOURCE, LIST, listed, {"begun_at": begun_at, "done": False})])
    wire = replace(wire_of(warehouse, settings), **means)
    connector = WebConnector([], wire=wire, pause=min(settings.batch_seconds, 5.0))
    following = Following(warehouse, settings, connector, begun_at)
    return Pages(connector, following, listed, begun_at, *following.begin(begins, known, seen))


def wire_of(warehouse: Warehouse, settings: Settings, **means: Any) -> Wire:
    """Give the fetcher's means as the settings have them; `means` stand over them (clock, resolver, trust)."""
    return Wire(
        limits=settings.fetch_limits(),
        manners=settings.manners(),
        policy=AddressPolicy.of(settings.fetch_addresses),
        ports=frozenset(settings.fetch_ports),
        version=metadata.version("dateline"),
        folder=warehouse.archive.folder / "hosts",
        **means,
    )


def load_pages(
    warehouse: Warehouse,
    settings: Settings,
    sources: Sources,
    pages: Pages,
    means: Means,
    flow: str,
    *,
    settle_batch: Callable[[Warehouse, Staged], LoadReport] = settle,
) -> Loaded:
    """Load what sources hold and the pages that they lead to, in a run of the name `flow`; raises StoppedError."""
    with open_run(warehouse, flow, shipped_rules(*means.rules).sha256) as run:
        report = walk_pages(
            warehouse,
            run,
            settings,
            pages,
            means=means,
            before=sources.captures(warehouse),
            leads=sources.leads(),
            settle_batch=settle_batch,
        )
    sources.note(warehouse, run.run_id)
    return Loaded(run, report)


def walk_pages(
    warehouse: Warehouse,
    run: Run,
    settings: Settings,
    pages: Pages,
    *,
    means: Means,
    before: Iterable[Capture | Rejection | Passage] = (),
    leads: Iterable[SavedLead] = (),
    settle_batch: Callable[[Warehouse, Staged], LoadReport] = settle,
    progress: Progress | None = None,
) -> LoadReport:
    """Fetch pages and take them, after the items that come `before` them, into the warehouse; gives what became of them.

    `leads` are what saved feeds among those items lead to; it is looked at when they are through.
    Raises StoppedError, with what was loaded, where the fetching was stopped before its end.
    """
    account = pages.following.account

    def settle_and_note(store: Warehouse, staged: Staged) -> LoadReport:
        report = settle_batch(store, staged)
        save_states(store, account.settled(staged))
        return report

    ledger_start = warehouse.archive.recover()
    with stopping_gently(pages.connector.stop):
        report = walk(
            warehouse,
            run,
            _items(pages, before, leads),
            documents=settings.batch_documents,
            size=settings.batch_bytes,
            seconds=settings.batch_seconds,
            means=means,
            settle_batch=settle_and_note,
            progress=progress,
        )
    write_index(warehouse.archive, ledger_start, warehouse.archive.recover(), run.run_id)
    save_states(warehouse, account.rest(run.run_id))
    if pages.connector.stopped:
        raise StoppedError(Loaded(run, report))
    state = {"begun_at": pages.begun_at, "done": True}
    save_states(warehouse, [SourceState(SOURCE, LIST, pages.listed, state, run.run_id, datetime.now(UTC))])
    return report


def _items(
    pages: Pages, before: Iterable[Capture | Rejection | Passage], leads: Iterable[SavedLead]
) -> Iterator[Capture | Rejection | Passage | None]:
    """Give what comes before the pages, then the pages and what they lead to, as it comes."""
    yield from before
    for lead in leads:
        pages.following.begin_with(*lead)
    for item in pages.connector.stream():
        if item is None:
            yield None
        else:
            yield from pages.following.take(item)


@contextmanager
def stopping_gently(stop: Callable[[], None]) -> Iterator[None]:
    """Let the first interrupt (Ctrl-C, or a request to end) end the fetching, and the second everything."""
    before: dict[signal.Signals, Any] = {}

    def stopped(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop()

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, stopped)
    except ValueError:  # not in the main thread, as under a scheduler: it has ways of its own to end a run
        before.clear()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
