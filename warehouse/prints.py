"""The fingerprints of an archive in memory, for a process that loads batch after batch.

A batch asks which texts have its fingerprints, and which fingerprints some texts have. The table answers both by being read
through, and for a few batches that is the cheapest. A process that goes on loading reads it once more, and from then on
keeps it in memory in both orders, twelve bytes a fingerprint, so that a batch costs the same however much is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.groups import Numbers
from warehouse.statements import run_sql

_PATIENCE = 3  # batches of a process that are linked by reading the table
_MOST = 64_000_000  # fingerprints that are kept in memory at most; of more, the table is read each time
_STEP = 4  # runs of like size that become one
_MERGED = 13_000_000  # entries that are merged at most, for that takes their size once more
_BUCKET = 4  # bits fewer than it takes to count the entries of a run: eight to sixteen of them begin alike
_LOW = np.uint64(0xFFFFFFFF)
_HIGH = np.uint64(32)

_Entries = npt.NDArray[np.uint64]
_Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Hashes above the numbers of their texts, in order; those whose first bits (all but `shift`) are n begin at starts[n]."""

    entries: _Entries
    starts: npt.NDArray[np.int32]
    shift: np.uint64

    def __len__(self) -> int:
        return len(self.entries)

    def within(self, asked: _Hashes) -> _Entries:
        """Find the entries of some hashes."""
        bucket = (asked.astype(np.uint64) << _HIGH >> self.shift).astype(np.int64)
        first = self.starts[bucket].astype(np.int64)
        sizes = self.starts[bucket + 1] - first
        found: _Entries = self.entries[_stretches(first, sizes)]
        return found[np.flatnonzero(found >> _HIGH == np.repeat(asked, sizes))]


@dataclass(frozen=True, slots=True)
class _Block:
    """Texts in order: the fingerprints of the n-th are those from starts[n] to starts[n + 1]."""

    numbers: Numbers
    starts: Numbers
    hashes: _Hashes

    def __len__(self) -> int:
        return len(self.hashes)


_Run = TypeVar("_Run", _Sorted, _Block)


@dataclass(slots=True)
class Prints:
    """What a process knows of the fingerprints of one warehouse; `patience` is for how many batches it reads the table."""

    patience: int = _PATIENCE
    _state: tuple[int, int] | None = None  # of the texts for which all that is in memory holds
    _is_kept: bool = False  # whether the batch at work is answered from memory
    _runs: list[_Sorted] = field(default_factory=list)
    _blocks: list[_Block] = field(default_factory=list)

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """See that what is in memory is what the table has, or that memory is not asked; to be done before a batch is linked."""
        if self.patience > 0:
            self._is_kept = False
            return
        state = _state(connection)
        is_known = self._state == state
        size = sum(map(len, self._runs)) if is_known else int(_ask(connection, "size")["fingerprints"][0])
        self._is_kept = size <= _MOST
        if is_known and self._is_kept:
            return
        self._state, self._runs, self._blocks = None, [], []
        if not self._is_kept:
            return
        for batch in run_sql(connection, "prints/all").to_arrow_reader(_MERGED // _STEP):
            numbers, hashes = (column.to_numpy() for column in batch.columns)
            self._add(numbers.astype(np.int64), hashes)
        self._state = state

    def find_holders(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table `found_holders`: the texts before the batch that have a hash of the table `asked`.

        Texts that are gone may be among them: the table `retired_texts` tells which.
        """
        if not self._is_kept:
            run_sql(connection, "prints/holders")
            return
        asked = _ask(connection, "asked")["hash"]
        entries = np.concatenate([np.empty(0, np.uint64), *(run.within(asked) for run in self._runs)])
        _register(connection, "found_holders", (entries & _LOW).astype(np.int64), (entries >> _HIGH).astype(np.uint32))

    def find_prints(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table `prints`: the fingerprints of the texts in the table `compared`, those of the batch among them."""
        if not self._is_kept:
            run_sql(connection, "prints/of_texts")
            return
        self._state = None  # until the batch is settled: it may be rolled back
        come = _ask(connection, "come")
        self._add(come["text_number"].astype(np.int64), come["hash"])
        wanted = _ask(connection, "compared")["text_number"].astype(np.int64)
        found = [_of_texts(block, wanted) for block in self._blocks]
        numbers, hashes = (np.concatenate(column) for column in zip(*found, strict=True))
        _register(connection, "prints", numbers, hashes)

    def settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Take note that a batch is linked."""
        self.patience -= 1
        if self._is_kept:
            self._state = _state(connection)

    def _add(self, numbers: Numbers, hashes: _Hashes) -> None:
        """Take in fingerprints, in the order of their texts."""
        self._runs.append(_sorted(np.sort(hashes.astype(np.uint64) << _HIGH | numbers.astype(np.uint64))))
        _gather(self._runs, _merged)
        self._blocks.append(_block(numbers, hashes))
        _gather(self._blocks, _joined)


def _gather(runs: list[_Run], join: Callable[[Sequence[_Run]], _Run]) -> None:
    """Make one of the last runs wherever there are some of like size."""
    while len(runs) >= _STEP:
        last = runs[-_STEP:]
        if len(last[0]) >= _STEP * len(last[-1]) or sum(map(len, last)) > _MERGED:
            return
        runs[-_STEP:] = [join(last)]


def _sorted(entries: _Entries) -> _Sorted:
    bits = max(1, len(entries).bit_length() - _BUCKET)
    shift = np.uint64(64 - bits)
    starts = np.searchsorted(entries, np.arange(1 << bits, dtype=np.uint64) << shift)
    return _Sorted(entries, np.append(starts, len(entries)).astype(np.int32), shift)


def _merged(runs: Sequence[_Sorted]) -> _Sorted:
    merged = np.concatenate([run.entries for run in runs])
    merged.sort(kind="stable")  # which finds what is in order already
    return _sorted(merged)


def _of_texts(block: _Block, wanted: Numbers) -> tuple[Numbers, _Hashes]:
    """Find the fingerprints of some texts: the number of the text and the hash of each."""
    places = np.flatnonzero(np.isin(block.numbers, wanted))
    sizes = np.diff(block.starts)[places]
    return np.repeat(block.numbers[places], sizes), block.hashes[_stretches(block.starts[places], sizes)]


def _block(numbers: Numbers, hashes: _Hashes) -> _Block:
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    return _Block(numbers[first], np.append(first, len(numbers)), hashes)


def _joined(blocks: Sequence[_Block]) -> _Block:
    numbers = np.concatenate([block.numbers for block in blocks])
    ends = np.cumsum(np.concatenate([np.diff(block.starts) for block in blocks]))
    last = np.flatnonzero(np.diff(numbers, append=-1))  # a text may lie across two blocks
    return _Block(numbers[last], np.append(0, ends[last]), np.concatenate([block.hashes for block in blocks]))


def _stretches(starts: Numbers, sizes: Numbers) -> Numbers:
    """Give all places of stretches, one after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)


def _state(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    ((digest, retired),) = run_sql(connection, "prints/state").fetchall()
    return digest, retired


def _ask(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, npt.NDArray[Any]]:
    return dict(run_sql(connection, f"prints/{name}").fetchnumpy())


def _register(connection: duckdb.DuckDBPyConnection, name: str, numbers: Numbers, hashes: _Hashes) -> None:
    connection.register(name, pa.table({"text_number": numbers.astype(np.int32), "hash": hashes}))
