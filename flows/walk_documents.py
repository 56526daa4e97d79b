"""The walk of documents, batch by batch: bytes kept, then transformed, then loaded. Every flow and command takes it.

A batch is first made durable in the archive, so that nothing a document does to the program can lose it. It is then
transformed with the warehouse closed, in other processes when there is more than one batch, and loaded in the order in
which it was kept, in one transaction.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flows.supervise_workers import Inline, Means, Team, Work, open_workers
from transforms.credentials import free_of_secrets
from transforms.records import Capture, Passage, Rejection
from warehouse.archive import Appended, Entry, Placement
from warehouse.database import Warehouse
from warehouse.load import Batch, LoadReport, Survey, load, survey
from warehouse.rows import ArticleRows, KeptItem, article_rows
from warehouse.runs import Run, began, read_run, restore_run
from warehouse.statements import rows, run_sql
from warehouse.warc import payload_sha256, record_id

Item = Capture | Rejection
Progress = Callable[[LoadReport], None]
Numbered = tuple[int, str, Capture]  # a capture with its number in the batch and its record id
Transformers = Team[Numbered, ArticleRows]

NOT_KEPT = "not_kept"  # why a capture is refused that came without bytes, and of which none are kept

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD = 1  # batches kept and being transformed for each process while one is loaded
_LIGHT_TYPES = ("text/plain", "text/markdown")
_LIGHT_DOCUMENTS, _LIGHT_BYTES = 64, 1 << 20  # so few texts are done before a process would have started


@dataclass(frozen=True, slots=True)
class Staged:
    """A batch whose bytes are durable and whose transformation is under way."""

    run_id: str
    number: int
    seen_at: datetime
    kept: tuple[KeptItem, ...]
    became: Future[ArticleRows]
    ledger_start: int
    ledger_stop: int


def batches(
    items: Iterable[Item | Passage | None], documents: int, size: int, seconds: float | None = None
) -> Iterator[list[Item | Passage]]:
    """Group items into batches of at most `documents`, closed early at `size` bytes, or after `seconds`.

    A None among the items is no item: nothing came for a while, which is the time to look at the clock.
    """
    batch: list[Item | Passage] = []
    held, begun = 0, time.monotonic()
    for item in items:
        if seconds is not None and batch and time.monotonic() - begun >= seconds:
            yield batch
            batch, held = [], 0
        if item is None:
            continue
        begun = begun if batch else time.monotonic()
        batch.append(item)
        held += 0 if isinstance(item, Passage) else len(item.payload)
        held += sum(len(one.response) for one in item.exchanges)
        if len(batch) >= documents or held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def stage(
    warehouse: Warehouse, run: Run, batch: Sequence[Item | Passage], team: Transformers, number: int = 0
) -> Staged:
    """Make a batch durable and begin to transform it; `number` tells it from the other batches of its run."""
    items = [item for item in batch if not isinstance(item, Passage)]
    passages = [item for item in batch if isinstance(item, Passage)]
    named = [(record_id(item, digest := payload_sha256(item)), digest, item) for item in items]
    known = survey(warehouse, named)
    named = [one if _has_bytes(*one, known) else _unkept(one[2]) for one in named]
    placed = dict(known.placements)
    fresh = {name: item for name, _, item in named if name not in placed}
    again = [(item, placed[name]) for name, _, item in named if name in placed and _is_news(name, item, known)]
    fetched = [(item, placed[name]) for name, _, item in named if name in placed and item.exchanges]
    appended = Appended((), 0, 0)
    if fresh or again or fetched or passages:
        appended = warehouse.archive.append(list(fresh.values()), run.run_id, again, fetched, passages)
    placed.update(zip(fresh, appended.placements, strict=True))
    kept = tuple(
        KeptItem(
            ordinal,
            _as_kept(warehouse, item, placed[name], name in known.current),
            *(name, digest, placed[name], name in known.seen, name in known.current),
        )
        for ordinal, (name, digest, item) in enumerate(named)
    )
    return _staged(run.run_id, number, run.started_at, kept, team, appended.ledger_start, appended.ledger_stop)


def settle(warehouse: Warehouse, staged: Staged) -> LoadReport:
    """Wait for a batch's transformation and load it. Settling a batch twice changes nothing."""
    became = staged.became.result()
    spent = (staged.ledger_start, staged.ledger_stop)
    return load(warehouse, Batch(staged.run_id, staged.number, staged.seen_at, staged.kept, became, *spent))


def walk(
    warehouse: Warehouse,
    run: Run,
    items: Iterable[Item | Passage | None],
    *,
    documents: int,
    size: int,
    means: Means,
    seconds: float | None = None,
    settle_batch: Callable[[Warehouse, Staged], LoadReport] = settle,
    progress: Progress | None = None,
) -> LoadReport:
    """Take items all the way into the warehouse; gives what became of them.

    `settle_batch` stands for `settle` where a scheduler wants a hand in it; `progress` hears of every batch loaded.
    Items that come slowly are kept after `seconds`, and not held back until there is a second batch.
    """
    total = LoadReport()
    grouped = batches(map(_shown, items), documents, size, seconds)
    first = next(grouped, None)
    if first is None:
        return total
    second = next(grouped, None) if seconds is None else []
    waiting: deque[Staged] = deque()
    with _team(replace(means, jobs=0) if second is None and _is_light(first) else means) as team:
        for number, batch in enumerate(_chain(first, second, grouped)):
            waiting.append(stage(warehouse, run, batch, team, number))
            while len(waiting) > _AHEAD * means.jobs:
                total += _settled(warehouse, waiting.popleft(), settle_batch, progress)
        while waiting:
            total += _settled(warehouse, waiting.popleft(), settle_batch, progress)
    return total


def recover(warehouse: Warehouse, means: Means) -> LoadReport:
    """Bring into the warehouse what its archive holds and it does not: batches that a crash or a lost WAL took."""
    size = warehouse.archive.recover()
    if not size:
        return LoadReport()
    with warehouse.writing() as connection:
        gaps = rows(run_sql(connection, "queries/ledger_gaps", {"size": size}))
    if not gaps:
        return LoadReport()
    return sum((replay(warehouse, gap["gap_start"], gap["gap_stop"], means) for gap in gaps), LoadReport())


def replay(warehouse: Warehouse, start: int, stop: int | None, means: Means, documents: int = 1000) -> LoadReport:
    """Load what the ledger names in [start, stop), each record in the name of the run that saw it."""
    total = LoadReport()
    waiting: deque[Staged] = deque()
    with _team(means) as team:
        for entries in _grouped_entries(warehouse.archive.entries(start, stop), documents):
            if entries[0].run is not None:
                while waiting:
                    total += settle(warehouse, waiting.popleft())
                _replay_run(warehouse, entries[0])
                continue
            waiting.append(_restaged(warehouse, entries, team))
            while len(waiting) > _AHEAD * means.jobs:
                total += settle(warehouse, waiting.popleft())
        while waiting:
            total += settle(warehouse, waiting.popleft())
    return total


def _restaged(warehouse: Warehouse, entries: list[Entry], team: Transformers) -> Staged:
    found = [
        (_as_seen(warehouse.archive.read(entry.placement), entry), entry.placement)
        for entry in entries
        if entry.placement and not entry.on_the_way
    ]
    named = [(record_id(item, digest := payload_sha256(item)), digest, item) for item, _ in found]
    known = survey(warehouse, named)
    kept = tuple(
        KeptItem(ordinal, item, name, digest, placement, name in known.seen, name in known.current)
        for ordinal, ((name, digest, item), (_, placement)) in enumerate(zip(named, found, strict=True))
    )
    run_id = entries[0].run_id
    seen_at = began(run_id)
    _ensure_run(warehouse, run_id)
    captured = max((item.captured_at for item, _ in found if isinstance(item, Capture)), default=_EPOCH)
    spent = (entries[0].start, entries[-1].stop)
    return _staged(run_id, 0, seen_at or captured, kept, team, *spent)


def _has_bytes(name: str, _digest: str, item: Item, known: Survey) -> bool:
    """Tell whether an item's bytes came with it, or are kept."""
    return not (isinstance(item, Capture) and item.payload_sha256) or name in known.placements


def _unkept(item: Item) -> tuple[str, str, Item]:
    """Refuse a capture of which only the digest came and whose bytes are not kept; the next run asks for them."""
    detail = "the server says that nothing has changed since bytes that the archive does not hold; fetch it again"
    refused = Rejection(item.source, item.locator, "load", NOT_KEPT, detail)
    digest = payload_sha256(refused)
    return record_id(refused, digest), digest, refused


def _as_kept(warehouse: Warehouse, item: Item, placement: Placement, is_current: bool) -> Item:
    """Give an item without what the archive now keeps of it, and with its bytes where only their digest was told."""
    if isinstance(item, Capture) and item.payload_sha256 and not is_current:
        kept = warehouse.archive.read(placement)
        assert isinstance(kept, Capture)
        return replace(kept, captured_at=item.captured_at)
    return replace(item, exchanges=()) if item.exchanges else item


def _as_seen(item: Item, entry: Entry) -> Item:
    """Give a capture the time at which it was seen, which for bytes that came back is later than the record's."""
    if isinstance(item, Capture) and entry.captured_at:
        return replace(item, captured_at=entry.captured_at)
    return item


def _is_news(name: str, item: Item, known: Survey) -> bool:
    """Tell whether kept bytes that were seen anew must be told again: refusals are, and what was seen at another time."""
    return isinstance(item, Rejection) or item.captured_at not in known.seen.get(name, ())


def _replay_run(warehouse: Warehouse, entry: Entry) -> None:
    """Put a run's own row back, unless the warehouse has it."""
    if entry.run is None:
        return
    with warehouse.transaction() as connection:
        restore_run(connection, entry.run)
        run_sql(connection, "load/5_marks", {"ledger_start": entry.start, "ledger_stop": entry.stop})


def _ensure_run(warehouse: Warehouse, run_id: str) -> None:
    """Give a run of which only its records are left a row, until its end is found further on in the ledger."""
    with warehouse.transaction() as connection:
        if read_run(connection, run_id) is None:
            started = began(run_id) or _EPOCH
            values = {"run_id": run_id, "flow": "unknown", "started_at": started, "versions": "{}"}
            run_sql(connection, "queries/start_run", values)
            ended = {"run_id": run_id, "status": "interrupted", "finished_at": None, "error": "its end is not recorded"}
            run_sql(connection, "queries/finish_run", ended)


def _grouped_entries(entries: Iterable[Entry], documents: int) -> Iterator[list[Entry]]:
    """Group neighbouring records of one run; what a run came to stands alone."""
    group: list[Entry] = []
    for entry in entries:
        apart = group and (entry.run is not None or entry.run_id != group[0].run_id or len(group) >= documents)
        if apart:
            yield group
            group = []
        if entry.run is not None:
            yield [entry]
        else:
            group.append(entry)
    if group:
        yield group


def _staged(
    run_id: str,
    number: int,
    seen_at: datetime,
    kept: tuple[KeptItem, ...],
    team: Transformers,
    ledger_start: int,
    ledger_stop: int,
) -> Staged:
    numbered = [
        (one.ordinal, one.record_id, one.item) for one in kept if isinstance(one.item, Capture) and not one.known
    ]
    if ledger_stop > ledger_start:
        number = -1 - ledger_start  # a batch that is in the ledger is known by its place there, whoever loads it
    became = team.submit(numbered) if numbered else _nothing()
    return Staged(run_id, number, seen_at, kept, became, ledger_start, ledger_stop)


def _nothing() -> Future[ArticleRows]:
    """Give what a batch becomes in which all is known or refused; no process need start for it."""
    future: Future[ArticleRows] = Future()
    future.set_result(article_rows(()))
    return future


def _settled(
    warehouse: Warehouse,
    staged: Staged,
    settle_batch: Callable[[Warehouse, Staged], LoadReport],
    progress: Progress | None,
) -> LoadReport:
    report = settle_batch(warehouse, staged)
    if progress:
        progress(report)
    return report


@contextmanager
def _team(means: Means) -> Iterator[Transformers]:
    """Give whoever transforms documents by these means."""
    work: Work[Numbered, ArticleRows] = Work(
        "flows.transform_batch:transform", {"mentions": means.mentions, "rules": means.rules}
    )
    if not means.jobs:
        yield Inline(work)
        return
    with open_workers(work, means.jobs, means.limits) as workers:
        yield workers


def _shown(item: Item | Passage | None) -> Item | Passage | None:
    """Give an item whose place lets nobody in; what went over the wire is left as it came."""
    return item if item is None or isinstance(item, Passage) else free_of_secrets(item)


def _is_light(batch: Sequence[Item | Passage]) -> bool:
    """Tell a few plain texts, which take a time that their length bounds, from what needs processes."""
    return (
        len(batch) <= _LIGHT_DOCUMENTS
        and sum(len(item.payload) for item in batch if not isinstance(item, Passage)) <= _LIGHT_BYTES
        and all(item.media_type in _LIGHT_TYPES for item in batch if isinstance(item, Capture))
    )


def _chain(
    first: list[Item | Passage], second: list[Item | Passage] | None, rest: Iterable[list[Item | Passage]]
) -> Iterator[list[Item | Passage]]:
    yield first
    if second:
        yield second
    if second is not None:
        yield from rest
