"""The current articles as Parquet files, by year and month of publication, swapped in whole."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from errno import EINVAL, ENOSYS
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.archive import sync_folder
from warehouse.database import Warehouse, migrations
from warehouse.statements import read_sql

MANIFEST = "manifest.json"
_ROW_GROUP = 10_000
_BATCH_ROWS = 2_000
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE = -100  # AT_FDCWD


class ExportRefusedError(Exception):
    """A folder that is not ours to replace."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A Parquet file of the export, its path below the export's folder, its rows and its digest."""

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export holds."""

    folder: str
    rows: int
    files: tuple[ExportedFile, ...]


def export_parquet(warehouse: Warehouse, into: Path) -> ExportReport:
    """Export the current articles to a folder: zstd Parquet in `year=…/month=…`, with a manifest.

    The export is written beside the folder, made durable, and exchanged with it in one step: a reader finds the old
    export or the new one. The old one stays beside it, as `.NAME.old`, until the next. Files are named by their content, so that a list of files from before the exchange never
    leads into the export after it. The same rows give the same bytes. Articles without a year or month of publication
    are in the partition `__unknown__`. Raises ExportRefusedError for a folder that holds something else.
    """
    into = into.absolute()
    if into.exists() and not _is_ours(into):
        raise ExportRefusedError(f"{into} holds files that are no export of ours; name an empty or a new folder")
    staging = into.with_name(f".{into.name}.staging")
    _sweep(staging)
    staging.mkdir(parents=True)
    files = tuple(_write_partitions(warehouse, staging))
    report = ExportReport(str(into), sum(file.rows for file in files), files)
    _write_manifest(staging, report)
    _swap(staging, into)
    return report


def _write_partitions(warehouse: Warehouse, staging: Path) -> Iterator[ExportedFile]:
    with warehouse.reading() as connection:
        connection.execute("SET threads = 1")
        reader = connection.execute(read_sql("exports/articles")).to_arrow_reader(_BATCH_ROWS)
        for (year, month), batches in groupby(_by_partition(reader), key=lambda one: one[0]):
            yield _write_partition(staging, str(year), str(month), (batch for _, batch in batches))


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


def _write_partition(staging: Path, year: str, month: str, batches: Iterator[pa.RecordBatch]) -> ExportedFile:
    folder = staging / f"year={year}" / f"month={month}"
    folder.mkdir(parents=True)
    unnamed = folder / "part.writing"
    count = 0
    first = next(batches)
    with unnamed.open("wb") as file:
        with pq.ParquetWriter(file, first.schema, compression="zstd", write_page_index=True) as writer:
            waiting, held = [first], first.num_rows
            for batch in batches:
                if held + batch.num_rows > _ROW_GROUP:
                    writer.write_table(pa.Table.from_batches(waiting), row_group_size=_ROW_GROUP)
                    waiting, count, held = [], count + held, 0
                waiting.append(batch)
                held += batch.num_rows
            writer.write_table(pa.Table.from_batches(waiting), row_group_size=_ROW_GROUP)
            count += held
        file.flush()
        os.fsync(file.fileno())
    with unnamed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    final = folder / f"part-{digest[:16]}.parquet"
    unnamed.rename(final)
    sync_folder(folder)
    sync_folder(folder.parent)
    return ExportedFile(final.relative_to(staging).as_posix(), count, digest)


def _write_manifest(staging: Path, report: ExportReport) -> None:
    schema = max(migration.version for migration in migrations())
    told: dict[str, Any] = {
        "schema_version": schema,
        "rows": report.rows,
        "files": [asdict(file) for file in report.files],
    }
    with (staging / MANIFEST).open("wb") as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(staging)


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
    return isinstance(manifest, dict) and manifest.keys() == {"schema_version", "rows", "files"}


def _sweep(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
