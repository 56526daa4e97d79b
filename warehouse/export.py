"""The current articles as Parquet files or JSON lines, by year and month of publication, swapped in whole."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from errno import EINVAL, ENOSYS
from itertools import chain, groupby
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.schema_org import news_article
from warehouse.archive import sync_folder
from warehouse.database import Warehouse, migrations
from warehouse.rows import table
from warehouse.seals import Seals
from warehouse.statements import read_sql, rows, run_sql

MANIFEST = "manifest.json"
_ROW_GROUP = 10_000
_BATCH_ROWS = 2_000
_LAYOUT = 2  # of the files; another one makes every partition be written again
_PARTITIONS = pa.schema([("year", pa.string()), ("month", pa.string())])
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE = -100  # AT_FDCWD


class ExportRefusedError(Exception):
    """A folder that is not ours to replace."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of the export: its path below the export's folder, its rows, digest and size in bytes.

    `fingerprint` tells whether the partition has changed since; `written` is false for one that was taken over as it is.
    """

    path: str
    rows: int
    sha256: str
    size: int
    fingerprint: str
    written: bool = True


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export holds."""

    folder: str
    rows: int
    files: tuple[ExportedFile, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles an export holds, and how they are written.

    `since` is the first instant of publication, as SQL reads it; `where` a condition in SQL on the columns of `articles`;
    with `schema_org` they are lines of JSON-LD instead of Parquet.
    """

    since: str | None = None
    where: str | None = None
    schema_org: bool = False


def export_parquet(warehouse: Warehouse, into: Path, selection: Selection | None = None) -> ExportReport:
    """Export the current articles to a folder: zstd Parquet in `year=…/month=…`, with a manifest.

    The export is written beside the folder, made durable, and exchanged with it in one step: a reader finds the old
    export or the new one. The old one stays beside it, as `.NAME.old`, until the next. Files are named by their content,
    so that a list of files from before the exchange never leads into the export after it; a partition in which nothing
    has changed is taken over from the old export and not written again, if its file is as it was written: one that was
    touched since is read, and written again where its digest is another. The same rows give the same bytes. Articles
    without a year or month of publication are in the partition `__unknown__`. Raises ExportRefusedError for a folder that
    holds something else, or a condition that is no SQL.
    """
    into = into.absolute()
    if into.exists() and not _is_ours(into):
        raise ExportRefusedError(f"{into} holds files that are no export of ours; name an empty or a new folder")
    staging = into.with_name(f".{into.name}.staging")
    _sweep(staging)
    staging.mkdir(parents=True)
    chosen = selection or Selection()
    seals = Seals(into)
    files = _write_partitions(warehouse, staging, into, chosen, seals)
    report = ExportReport(str(into), sum(file.rows for file in files), files)
    _write_manifest(staging, report, chosen)
    _swap(staging, into)
    seals.keep(file.path for file in files)
    return report


def _write_partitions(
    warehouse: Warehouse, staging: Path, into: Path, selection: Selection, seals: Seals
) -> tuple[ExportedFile, ...]:
    """Take over the partitions that are as they were, and write the others; gives both in the order of partitions."""
    former = _former(into, selection)
    with warehouse.reading() as connection:
        connection.execute("SET threads = 1")
        _choose(connection, selection)
        partitions = rows(run_sql(connection, "exports/partitions"))
        done: dict[tuple[str, str], ExportedFile] = {}
        for one in partitions:
            file = former.get(f"year={one['year']}/month={one['month']}")
            is_same = file and (file.fingerprint, file.rows) == (one["fingerprint"], one["rows"])
            if file and is_same and seals.is_whole(file.path, file.size, file.sha256):
                _take_over(into, staging, file)
                done[one["year"], one["month"]] = file
        left = [(one["year"], one["month"]) for one in partitions if (one["year"], one["month"]) not in done]
        fingerprints = {(one["year"], one["month"]): one["fingerprint"] for one in partitions}
        connection.register("wanted", table(left, _PARTITIONS))
        reader = connection.execute(read_sql("exports/articles")).to_arrow_reader(_BATCH_ROWS)
        for key, batches in groupby(_by_partition(reader), key=lambda one: one[0]):
            write = _write_json_lines if selection.schema_org else _write_parquet
            done[key] = _write_partition(staging, key, fingerprints[key], write, (batch for _, batch in batches))
    return tuple(done[one["year"], one["month"]] for one in partitions)


def _choose(connection: duckdb.DuckDBPyConnection, selection: Selection) -> None:
    """Make the view `partitioned` of the articles that an export is to hold."""
    meeting = pa.table({"article_id": pa.array([], pa.string())})
    try:
        if selection.where:
            # A relation takes the condition as it is; it can name columns, and change nothing in a file opened to read.
            meeting = connection.view("articles").filter(selection.where).project("article_id").to_arrow_table()
        connection.register("meeting_condition", meeting)
        run_sql(connection, "exports/chosen", {"since": selection.since, "condition": selection.where})
    except duckdb.Error as error:
        raise ExportRefusedError(f"the condition cannot be read: {str(error).splitlines()[0]}") from None
    run_sql(connection, "exports/partitioned")


def _former(into: Path, selection: Selection) -> dict[str, ExportedFile]:
    """Read which files the export before has, by their partition, where it was made in the same way."""
    try:
        told = orjson.loads((into / MANIFEST).read_bytes())
        if told["schema_version"] != _schema() or told["made_with"] != _made_with(selection):
            return {}
        found = [ExportedFile(**one, written=False) for one in told["files"]]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return {}
    return {one.path.rpartition("/")[0]: one for one in found}


def _take_over(into: Path, staging: Path, file: ExportedFile) -> None:
    folder = (staging / file.path).parent
    folder.mkdir(parents=True)
    try:
        (staging / file.path).hardlink_to(into / file.path)
    except OSError:  # a file system without hard links
        shutil.copyfile(into / file.path, staging / file.path)
        with (staging / file.path).open("rb") as copied:
            os.fsync(copied.fileno())
    sync_folder(folder)
    sync_folder(folder.parent)


def _by_partition(reader: pa.RecordBatchReader) -> Iterator[tuple[tuple[str, str], pa.RecordBatch]]:
    """Cut batches, which come in order of their partitions, where a partition ends."""
    for batch in reader:
        keys = list(zip(batch.column("year").to_pylist(), batch.column("month").to_pylist(), strict=True))
        rest = batch.drop_columns(["year", "month"])
        start = 0
        for key, same in groupby(keys):
            length = len(list(same))
            yield key, rest.slice(start, length)
            start += length


def _write_partition(
    staging: Path,
    partition: tuple[str, str],
    fingerprint: str,
    write: Callable[[BinaryIO, Iterator[pa.RecordBatch]], int],
    batches: Iterator[pa.RecordBatch],
) -> ExportedFile:
    year, month = partition
    folder = staging / f"year={year}" / f"month={month}"
    folder.mkdir(parents=True)
    unnamed = folder / "part.writing"
    with unnamed.open("wb") as file:
        count = write(file, batches)
        file.flush()
        os.fsync(file.fileno())
    with unnamed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ending = "jsonl" if write is _write_json_lines else "parquet"
    final = folder / f"part-{digest[:16]}.{ending}"
    unnamed.rename(final)
    sync_folder(folder)
    sync_folder(folder.parent)
    size = final.stat().st_size
    return ExportedFile(final.relative_to(staging).as_posix(), count, digest, size, fingerprint)


def _write_parquet(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> int:
    count, waiting, held = 0, list[pa.RecordBatch](), 0
    first = next(batches)
    with pq.ParquetWriter(file, first.schema, compression="zstd", write_page_index=True) as writer:
        for batch in chain((first,), batches):
            if held + batch.num_rows > _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting), row_group_size=_ROW_GROUP)
                waiting, held = [], 0
            waiting.append(batch)
            held += batch.num_rows
            count += batch.num_rows
        writer.write_table(pa.Table.from_batches(waiting), row_group_size=_ROW_GROUP)
    return count


def _write_json_lines(file: BinaryIO, batches: Iterator[pa.RecordBatch]) -> int:
    count = 0
    for batch in batches:
        file.writelines(orjson.dumps(news_article(row)) + b"\n" for row in batch.to_pylist())
        count += batch.num_rows
    return count


def _write_manifest(staging: Path, report: ExportReport, selection: Selection) -> None:
    files = [{name: value for name, value in asdict(file).items() if name != "written"} for file in report.files]
    told: dict[str, Any] = {
        "schema_version": _schema(),
        "made_with": _made_with(selection),
        "rows": report.rows,
        "files": files,
    }
    with (staging / MANIFEST).open("wb") as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(staging)


def _schema() -> int:
    return max(migration.version for migration in migrations())


def _made_with(selection: Selection) -> dict[str, Any]:
    """Tell everything beside the rows that decides a file's bytes."""
    return {**asdict(selection), "duckdb": duckdb.__version__, "pyarrow": pa.__version__, "layout": _LAYOUT}


def _swap(staging: Path, into: Path) -> None:
    if not into.exists():
        staging.rename(into)
        sync_folder(into.parent)
        return
    # The export before is kept until the next one, for who is still listing or reading it.
    old = into.with_name(f".{into.name}.old")
    _sweep(old)
    if _exchange(staging, into):
        staging.rename(old)
    else:
        # Without an exchange in the kernel there is a moment without an export; a reader gets an error, not half of it.
        into.rename(old)
        staging.rename(into)
    sync_folder(into.parent)


def _exchange(one: Path, other: Path) -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    if library.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (ENOSYS, EINVAL):
        return False
    raise OSError(number, os.strerror(number), str(other))


def _is_ours(folder: Path) -> bool:
    if not folder.is_dir() or folder.is_symlink():
        return False
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return not any(folder.iterdir())
    return isinstance(manifest, dict) and manifest.keys() >= {"schema_version", "rows", "files"}


def _sweep(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
