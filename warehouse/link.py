"""What articles are to each other: copies of one text, near-duplicates, and stories that many tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits

from transforms.dates.inference import infer
from transforms.groups import UNDATED, Links, Numbers, Standing, connected, regroup
from transforms.stories import DAYS, LINKED, LINKED_UNDATED, Texts, group
from warehouse.prints import Prints
from warehouse.rows import table
from warehouse.statements import list_sql, rows, run_sql

_FEW = 10_000  # texts that are gone: so many may leave what they had, beside a quarter of the texts there are

GROUPED = pa.schema(
    [
        ("text_number", pa.int32()),
        ("group_number", pa.int32()),
        ("level", pa.int32()),
        ("story", pa.int32()),
        ("family", pa.int32()),
        ("similarity", pa.float64()),
        ("reason", pa.string()),
    ]
)

INFERRED = pa.schema(
    [
        ("article_id", pa.string()),
        ("version", pa.int32()),
        ("raw", pa.string()),
        ("earliest", pa.timestamp("us", tz="UTC")),
        ("latest", pa.timestamp("us", tz="UTC")),
        ("precision", pa.string()),
        ("note", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How many articles of the batch's texts are copies of an earlier one."""

    copies: int


def link(connection: duckdb.DuckDBPyConnection, run_id: str, prints: Prints) -> LinkReport:
    """Pair and group what a batch brought with all that was there.

    It reads the temporary table `states` of a load and runs in that load's transaction, so that links are never stale
    and no crash can come between. `prints` is what this process knows of the fingerprints.
    """
    values = {"run_id": run_id, "days": DAYS, "linked": LINKED, "linked_undated": LINKED_UNDATED}
    finders = {"link/3_asked": prints.find_holders, "link/5_candidates": prints.find_prints}
    _clear_retired(connection)
    prints.prepare(connection)
    run_sql(connection, "joins/as_written")
    for name in list_sql("link"):
        run_sql(connection, name, values)
        if name in finders:
            finders[name](connection)
    prints.settle(connection)
    _group(connection)
    run_sql(connection, "stories/tell", values)
    run_sql(connection, "stories/withdraw")
    _infer_dates(connection)
    run_sql(connection, "joins/as_planned")
    found = connection.execute("SELECT count(*) FROM copies WHERE article_id <> original_id").fetchone()
    return LinkReport(found[0] if found else 0)


def _clear_retired(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out what texts that are gone left, where it has come to be much."""
    (found,) = rows(run_sql(connection, "retired/due", {"few": _FEW}))
    if found["is_due"]:
        run_sql(connection, "retired/clear")


def _group(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the texts of the groups that changed into stories, as the table `grouped`."""
    changed, parted, gone = (
        _columns(connection, f"stories/{name}")["text_number"].astype(np.int64)
        for name in ("changed", "parted", "gone")
    )
    region = regroup(_Graph(connection), changed, parted, gone)
    now, before = region.now, region.before
    fresh = _is_fresh(now, before, np.union1d(changed, gone))
    connection.register("regrouped", pa.table({"text_number": now.numbers[fresh].astype(np.int32)}))
    # Texts that no link holds any more.
    loosened = np.setdiff1d(before.numbers, now.numbers)
    connection.register("loosened", pa.table({"text_number": loosened.astype(np.int32)}))
    same = {"text_number": now.numbers[~fresh].astype(np.int32), "level": now.levels[~fresh].astype(np.int32)}
    connection.register("releveled", pa.table(same))
    numbers, texts = _texts(connection)
    at = np.searchsorted(now.numbers, numbers)
    groups, levels = now.groups[at], now.levels[at]
    copies = _copies(region.links, numbers, groups)
    with threadpool_limits(1, "blas"):  # its threads spend more on waiting for each other than small matrices take
        placed = group(texts, groups, list(map(tuple, copies.tolist())))
    stories = np.array([place.story for place in placed], np.int64)
    kept = copies[stories[copies[:, 0]] == stories[copies[:, 1]]] if len(copies) else copies
    families = numbers[connected(len(numbers), kept[:, 0], kept[:, 1])]
    columns = (numbers, groups, levels, stories, families)
    scores = [(place.similarity, place.reason) for place in placed]
    found = [
        (*row, *score) for row, score in zip(zip(*(one.tolist() for one in columns), strict=True), scores, strict=True)
    ]
    connection.register("grouped", table(found, GROUPED))


def _copies(links: Links, numbers: Numbers, groups: Numbers) -> Numbers:
    """Find the pairs of copies in one group among texts that are read, as pairs of their places."""
    pairs = links.taken(links.is_copy & np.isin(links.one, numbers) & np.isin(links.other, numbers))
    one, other = np.searchsorted(numbers, pairs.one), np.searchsorted(numbers, pairs.other)
    together = groups[one] == groups[other]
    return np.stack([one[together], other[together]], axis=1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Graph:
    """The links of a warehouse, and the groups that they made before a batch."""

    connection: duckdb.DuckDBPyConnection

    def links(self, numbers: Numbers) -> Links:
        found = self._ask("stories/links", numbers)
        one, other = found["text_number"].astype(np.int64), found["other_number"].astype(np.int64)
        return Links(one, other, found["similarity"], found["is_copy"].astype(bool))

    def standing(self, numbers: Numbers) -> Standing:
        return self._standing("stories/standing", numbers)

    def members(self, groups: Numbers) -> Standing:
        return self._standing("stories/members", groups)

    def days(self, numbers: Numbers) -> Numbers:
        found = self._ask("stories/days", numbers)
        return np.ma.filled(found["day"].astype(np.int64), UNDATED)

    def _standing(self, name: str, numbers: Numbers) -> Standing:
        found = self._ask(name, numbers)
        return Standing(*(found[column].astype(np.int64) for column in ("text_number", "group_number", "level")))

    def _ask(self, name: str, numbers: Numbers) -> dict[str, npt.NDArray[Any]]:
        self.connection.register("asked_numbers", pa.table({"number": numbers.astype(np.int32)}))
        return _columns(self.connection, name)


def _infer_dates(connection: duckdb.DuckDBPyConnection) -> None:
    """Date the undated articles of the stories that were told anew, from those there that date themselves."""
    found: list[tuple[Any, ...]] = []
    for row in rows(run_sql(connection, "stories/undated")):
        inferred = infer([(one["earliest"], one["latest"]) for one in row["dated"]], row["text"], row["language"])
        if inferred is None:
            continue
        said = ", ".join(inferred.words)
        note = f"from its story, by {', '.join(one['article_id'] for one in row['dated'])}"
        note += f"; its own words fit: {said}" if said else ""
        span = (inferred.earliest, inferred.latest, inferred.precision)
        found.append((row["article_id"], row["version"], said, *span, note))
    if found:
        connection.register("inferred", table(found, INFERRED))
        run_sql(connection, "stories/infer")


def _is_fresh(now: Standing, before: Standing, changed: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which texts are in a group that is not what it was, or that holds a text that changed."""
    _, group, size = np.unique(now.groups, return_inverse=True, return_counts=True)
    _, former, former_size = np.unique(before.groups, return_inverse=True, return_counts=True)
    place = np.searchsorted(before.numbers, now.numbers).clip(max=max(0, len(before.numbers) - 1))
    same = np.isin(now.numbers, before.numbers) & ~np.isin(now.numbers, changed)
    if len(before.numbers):
        same &= (before.groups[place] == now.groups) & (former_size[former[place]] == size[group])
    different = np.bincount(group, ~same, len(size)) > 0
    return different[group]


def _texts(connection: duckdb.DuckDBPyConnection) -> tuple[Numbers, Texts]:
    """Read the texts of the groups that changed: their numbers, and what they are about."""
    read, terms = _columns(connection, "stories/texts"), _columns(connection, "stories/terms")
    numbers = read["text_number"]
    days = np.ma.filled(read["day"].astype(float), np.nan)
    spelled = terms["word"].tolist()
    vocabulary = sorted(set(spelled))
    ranks = {word: rank for rank, word in enumerate(vocabulary)}
    words = np.array([ranks[word] for word in spelled], np.int64)
    starts = np.searchsorted(terms["text_number"], np.append(numbers, np.iinfo(np.int32).max))
    weights, are_names = terms["weight"].astype(float), terms["is_name"].astype(bool)
    names = read["text_sha256"].tolist()
    return numbers.astype(np.int64), Texts(names, days, starts, words, weights, are_names, vocabulary)


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, npt.NDArray[Any]]:
    return dict(run_sql(connection, name).fetchnumpy())
