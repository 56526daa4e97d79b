"""Web pages on their way in: which addresses of a list are still to be fetched, and what to remember of those that were.

A list whose run was ended early is taken up where it was left. A list that was fetched to its end is fetched anew: with
conditions, so that what has not changed is not sent, and without asking for what its server said would stay good.
"""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

from connectors.web.addresses import AddressPolicy
from connectors.web.connector import WebConnector
from connectors.web.fetcher import SOURCE, Known, locator_of
from connectors.web.freshness import cache_fields, fresh_until
from flows.settings import Settings
from flows.spare_memory import spare_memory
from flows.supervise_workers import Means
from flows.walk_documents import NOT_KEPT, Progress, Staged, settle, walk
from transforms.records import Capture, Rejection
from warehouse.database import Warehouse
from warehouse.index import write_index
from warehouse.load import LoadReport
from warehouse.runs import Run
from warehouse.sources import SourceState, read_states, save_states, seen_since

PAGE, LIST = "page", "list"


@dataclass(frozen=True, slots=True)
class Pages:
    """A list of addresses: the connector for those that are to be fetched, and why the others are not.

    `resumed` were fetched by the run that was ended early, `fresh` need no asking yet.
    """

    connector: WebConnector
    listed: str
    begun_at: datetime
    resumed: int = 0
    fresh: int = 0


class StoppedError(KeyboardInterrupt):
    """The fetching was stopped; `report` is what was loaded until then, and the next run goes on from there."""

    def __init__(self, report: LoadReport) -> None:
        super().__init__("stopped")
        self.report = report


def open_pages(warehouse: Warehouse, settings: Settings, urls: Sequence[str], **means: Any) -> Pages:
    """Look up what is known of a list of addresses. `means` stand over the connector's own (clock, resolver, trust)."""
    spare_memory()
    locators = {url: locator_of(url) for url in dict.fromkeys(urls)}
    listed = hashlib.sha256("\n".join(sorted(set(locators.values()))).encode()).hexdigest()
    now = datetime.now(UTC)
    before = read_states(warehouse, SOURCE, LIST, [listed]).get(listed)
    begun_at, seen = now, set[str]()
    if before and not before.state.get("done"):
        begun_at = datetime.fromisoformat(before.state["begun_at"])
        seen = seen_since(warehouse, SOURCE, begun_at)
    known = read_states(warehouse, SOURCE, PAGE, set(locators.values()))
    resumed = [url for url, locator in locators.items() if locator in seen]
    fresh = [url for url, locator in locators.items() if locator not in seen and _is_fresh(known.get(locator), now)]
    left_out = {*resumed, *fresh}
    save_states(warehouse, [SourceState(SOURCE, LIST, listed, {"begun_at": begun_at, "done": False})])
    connector = WebConnector(
        urls=[url for url in locators if url not in left_out],
        known={locator: _known(state.state) for locator, state in known.items() if state.state.get("payload_sha256")},
        limits=settings.fetch_limits(),
        manners=settings.manners(),
        policy=AddressPolicy.of(settings.fetch_addresses),
        ports=frozenset(settings.fetch_ports),
        version=metadata.version("dateline"),
        folder=warehouse.archive.folder / "hosts",
        pause=min(settings.batch_seconds, 5.0),
        **means,
    )
    return Pages(connector, listed, begun_at, len(resumed), len(fresh))


def walk_pages(
    warehouse: Warehouse,
    run: Run,
    settings: Settings,
    pages: Pages,
    *,
    means: Means,
    before: Iterable[Capture | Rejection] = (),
    settle_batch: Callable[[Warehouse, Staged], LoadReport] = settle,
    progress: Progress | None = None,
) -> LoadReport:
    """Fetch pages and take them, after the items that come `before` them, into the warehouse; gives what became of them.

    Raises StoppedError, with what was loaded, where the fetching was stopped before its end.
    """

    def settle_and_note(store: Warehouse, staged: Staged) -> LoadReport:
        report = settle_batch(store, staged)
        save_states(store, page_states(staged))
        return report

    ledger_start = warehouse.archive.recover()
    with stopping_gently(pages.connector.stop):
        report = walk(
            warehouse,
            run,
            chain(before, pages.connector.stream()),
            documents=settings.batch_documents,
            size=settings.batch_bytes,
            seconds=settings.batch_seconds,
            means=means,
            settle_batch=settle_and_note,
            progress=progress,
        )
    write_index(warehouse.archive, ledger_start, warehouse.archive.recover(), run.run_id)
    if pages.connector.stopped:
        raise StoppedError(report)
    state = {"begun_at": pages.begun_at, "done": True}
    save_states(warehouse, [SourceState(SOURCE, LIST, pages.listed, state, run.run_id, datetime.now(UTC))])
    return report


def page_states(staged: Staged) -> Iterator[SourceState]:
    """Say how far the pages of a batch are: with what to ask next time, and how long there is no need to."""
    for one in staged.kept:
        item = one.item
        if item.source != SOURCE:
            continue
        if isinstance(item, Rejection):
            if item.reason == NOT_KEPT:  # what is remembered of it is of no use
                yield SourceState(SOURCE, PAGE, item.locator, {}, staged.run_id)
            continue
        state = {
            "url": item.url,
            "headers": cache_fields(item.http_headers),
            "payload_sha256": one.payload_sha256,
            "media_type": item.media_type,
            "fetched_at": item.captured_at,
            "fresh_until": fresh_until(item.http_headers, item.captured_at, status=item.http_status or 200),
        }
        yield SourceState(SOURCE, PAGE, item.locator, state, staged.run_id, item.captured_at)


def read_lists(paths: Iterable[Path]) -> list[str]:
    """Read files of addresses, one a line; empty lines and those that begin with # are passed over. Raises OSError."""
    lines = (line.strip() for path in paths for line in path.read_text("utf-8", "replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def is_address(given: str) -> bool:
    """Tell an address from a path."""
    return given.lower().startswith(("http://", "https://"))


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


def _is_fresh(state: SourceState | None, now: datetime) -> bool:
    until = state.state.get("fresh_until") if state else None
    return bool(until) and datetime.fromisoformat(str(until)) > now


def _known(state: Mapping[str, Any]) -> Known:
    headers = tuple((str(name), str(value)) for name, value in state.get("headers") or ())
    return Known(str(state["url"]), state["payload_sha256"], state["media_type"], headers)
