"""What articles are to each other: copies of one text, near-duplicates, and stories that many tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.dates.inference import infer
from transforms.stories import DAYS, LINKED, LINKED_UNDATED, Text, connected, group, pieces
from transforms.terms import Term
from warehouse.rows import table
from warehouse.statements import list_sql, rows, run_sql

GROUPED = pa.schema(
    [
        ("text_number", pa.int32()),
        ("component", pa.int32()),
        ("group_number", pa.int32()),
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

_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How many articles of the batch's texts are copies of an earlier one."""

    copies: int


def link(connection: duckdb.DuckDBPyConnection, run_id: str) -> LinkReport:
    """Pair and group what a batch brought with all that was there.

    It reads the temporary table `states` of a load and runs in that load's transaction, so that links are never stale
    and no crash can come between.
    """
    values = {"run_id": run_id, "days": DAYS, "linked": LINKED, "linked_undated": LINKED_UNDATED}
    for name in list_sql("link"):
        run_sql(connection, name, values)
    _group(connection)
    run_sql(connection, "stories/tell", values)
    run_sql(connection, "stories/withdraw")
    _infer_dates(connection)
    found = connection.execute("SELECT count(*) FROM copies WHERE article_id <> original_id").fetchone()
    return LinkReport(found[0] if found else 0)


def _group(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the texts of the groups that changed into stories, as the table `grouped`."""
    known = _columns(connection, "stories/reached")
    links = _columns(connection, "stories/links")
    is_copy = links["is_copy"].astype(bool)
    one, other = links["text_number"].astype(np.int64), links["other_number"].astype(np.int64)
    numbers, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    one, other = places[: len(one)], places[len(one) :]
    component = numbers[connected(len(numbers), one, other)] if len(numbers) else numbers
    label = numbers[pieces(len(numbers), one, other, links["similarity"])] if len(numbers) else numbers
    fresh = _is_fresh(numbers, label, known, _columns(connection, "stories/changed")["text_number"])
    regrouped = numbers[fresh]
    connection.register("regrouped", pa.table({"text_number": regrouped.astype(np.int32)}))
    # Texts that no link holds any more.
    loosened = np.setdiff1d(known["text_number"], numbers)
    connection.register("loosened", pa.table({"text_number": loosened.astype(np.int32)}))
    kept = ~fresh
    connection.register(
        "relabelled",
        pa.table({"text_number": numbers[kept].astype(np.int32), "component": component[kept].astype(np.int32)}),
    )
    copies = defaultdict(set)
    for first, second in zip(one[is_copy].tolist(), other[is_copy].tolist(), strict=True):
        if label[first] == label[second]:
            copies[int(label[first])].add((int(numbers[first]), int(numbers[second])))
    components = dict(zip(regrouped.tolist(), component[fresh].tolist(), strict=True))
    labels = dict(zip(regrouped.tolist(), label[fresh].tolist(), strict=True))
    texts = _texts(connection)
    found: list[tuple[Any, ...]] = []
    for piece, members in groupby(sorted(texts, key=lambda number: (labels[number], number)), key=labels.__getitem__):
        found += _grouped(piece, list(members), texts, components, copies[piece])
    connection.register("grouped", table(found, GROUPED))


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


def _is_fresh(
    numbers: _Numbers, label: _Numbers, known: dict[str, npt.NDArray[Any]], changed: _Numbers
) -> npt.NDArray[np.bool_]:
    """Tell which texts are in a group that is not what it was, or that holds a text that changed."""
    former = dict(zip(known["text_number"].tolist(), known["group_number"].tolist(), strict=True))
    sizes = Counter(former.values())
    now: dict[int, list[int]] = defaultdict(list)
    for number, piece in zip(numbers.tolist(), label.tolist(), strict=True):
        now[piece].append(number)
    touched = set(changed.tolist())
    same = {
        piece
        for piece, members in now.items()
        if touched.isdisjoint(members)
        and {former.get(member) for member in members} == {piece}
        and sizes[piece] == len(members)
    }
    return np.array([piece not in same for piece in label.tolist()], bool)


def _texts(connection: duckdb.DuckDBPyConnection) -> dict[int, Text]:
    terms = defaultdict(list)
    for number, word, weight, is_name in run_sql(connection, "stories/terms").fetchall():
        terms[number].append(Term(word, weight, is_name))
    found = run_sql(connection, "stories/texts").fetchall()
    return {number: Text(name, day, tuple(terms[number])) for number, name, day in found}


def _grouped(
    piece: int, members: list[int], texts: dict[int, Text], components: dict[int, int], copies: set[tuple[int, int]]
) -> Iterator[tuple[Any, ...]]:
    at = {number: index for index, number in enumerate(members)}
    pairs = {(at[one], at[other]) for one, other in copies}
    placed = group([texts[number] for number in members], pairs)
    kept = [(one, other) for one, other in pairs if placed[one].story == placed[other].story]
    ends = np.array(kept, np.int64).reshape(-1, 2)
    families = connected(len(members), ends[:, 0], ends[:, 1])
    for number, place, family in zip(members, placed, families, strict=True):
        yield number, components[number], piece, place.story, members[family], place.similarity, place.reason


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, npt.NDArray[Any]]:
    return dict(run_sql(connection, name).fetchnumpy())
