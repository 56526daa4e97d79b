"""Tables of documents, CSV and Parquet: a row is a document, and its columns are told by a map or by their names."""

from __future__ import annotations

import csv
import io
import tomllib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, BinaryIO

import orjson

from connectors.documents import document_capture
from connectors.files import RefusedFileError, reading
from connectors.reading import Found
from transforms.encoding import NotTextError, decode
from transforms.records import Capture, Rejection

_SAMPLE = 65536
_ROWS = 32  # of Parquet at a time, each of which may be as large as a document may be
_LARGEST_GROUP = 1 << 30
_MOST_COLUMNS = 10_000
_DELIMITERS = ",;\t|"
_BODIES = ("text", "html", "html_base64")


class UnknownFieldError(ValueError):
    """A column map that names what no document has."""


def read_map(words: str) -> dict[str, str]:
    """Read a column map, `title=headline,text=body`: a document's field and the column that holds it.

    Raises UnknownFieldError.
    """
    found: dict[str, str] = {}
    for pair in words.split(","):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise UnknownFieldError(f"{pair.strip()!r} is not FIELD=COLUMN")
        found[name] = column
    return checked_map(found)


def checked_map(columns: Mapping[str, str]) -> dict[str, str]:
    """Give a column map back whose fields a document has; raises UnknownFieldError."""
    for name in columns:
        if name not in _known_names():
            raise UnknownFieldError(f"no field {name!r}; there are {', '.join(_known_names())}")
    return dict(columns)


def find_columns(given: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Tell which column of a table holds which field: as the map says, else by well-known names.

    Raises RefusedFileError where a mapped column is missing, or where none can hold a document.
    """
    missing = [column for column in columns.values() if column not in given]
    if missing:
        raise RefusedFileError("malformed", f"no column {', '.join(missing)}; the columns are {_listed(given)}")
    found = dict(columns)
    by_name = {_plain(name): name for name in reversed(given)}
    for field, names in _known_names().items():
        if field not in found and not (field in _BODIES and any(body in columns for body in _BODIES)):
            column = next((by_name[name] for name in names if name in by_name), None)
            if column is not None and column not in found.values():
                found[field] = column
    if not any(body in found for body in _BODIES):
        hint = "say which with --map text=COLUMN or html=COLUMN"
        raise RefusedFileError(
            "malformed", f"no column holds a text or a page; the columns are {_listed(given)}; {hint}"
        )
    return found


def read_csv(found: Found) -> Iterator[Capture | Rejection]:
    """Yield the rows of a CSV file with a header line, whatever its delimiter and charset.

    A locator ends with the row's id, else with `L` and the line it begins on.
    """
    csv.field_size_limit(found.limit)
    lines = _decoded(found.stream, found.limit)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(_chain(first, lines), delimiter=delimiter, strict=False)
    try:
        with reading():
            header = [name.strip().strip("\ufeff") for name in next(rows, [])]
        if not any(header):
            yield found.refuse("empty", "the table has no header line")
            return
        places = {field: header.index(column) for field, column in find_columns(header, found.columns).items()}
        line = rows.line_num + 1
        while True:
            with reading():
                row = next(rows, None)
            if row is None:
                return
            if row:
                yield _row(found, header, row, places, f"L{line}")
            line = rows.line_num + 1
    except csv.Error as error:
        yield found.refuse("malformed", f"line {rows.line_num}: {error}; the rest of the table is not read", f"L{line}")


def read_parquet(found: Found) -> Iterator[Capture | Rejection]:
    """Yield the rows of a Parquet file; a locator ends with the row's id, else with `R` and its number from 1."""
    from pyarrow import ArrowException  # noqa: PLC0415  (a fifth of a second that other kinds need not spend)
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    try:
        with ParquetFile(found.stream, thrift_container_size_limit=10_000_000) as table:
            columns = find_columns(table.schema_arrow.names, found.columns)
            _check_sizes(table, set(columns.values()))
            number = 0
            for batch in table.iter_batches(_ROWS, columns=sorted(set(columns.values())), use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    yield _document(found, {field: row[column] for field, column in columns.items()}, f"R{number}")
    except (ArrowException, OSError, ValueError, MemoryError) as error:
        raise RefusedFileError("malformed", f"damaged or incomplete Parquet: {error}") from None


def _check_sizes(table: Any, columns: set[str]) -> None:
    metadata = table.metadata
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        parts = [group.column(place) for place in range(min(group.num_columns, _MOST_COLUMNS))]
        size = sum(part.total_uncompressed_size for part in parts if part.path_in_schema.split(".")[0] in columns)
        if size > _LARGEST_GROUP:
            raise RefusedFileError("oversized", f"row group {index} holds {size} bytes, more than {_LARGEST_GROUP}")


def _row(found: Found, header: list[str], row: list[str], places: dict[str, int], place: str) -> Capture | Rejection:
    if len(row) > len(header):
        detail = f"{len(row)} values in a table of {len(header)} columns"
        return found.refuse("malformed", detail, place, "\x1f".join(row).encode("utf-8", "replace"))
    return _document(found, {name: row[at] for name, at in places.items() if at < len(row) and row[at]}, place)


def _document(found: Found, values: Mapping[str, Any], place: str) -> Capture | Rejection:
    told = {name: value for name, value in values.items() if value is not None and value == value}  # noqa: PLR0124
    if isinstance(told.get("html"), bytes):
        told["html_base64"] = b64encode(told.pop("html")).decode()
    line = orjson.dumps({name: _told(value) for name, value in told.items()})
    if len(line) > found.limit:
        return found.refuse("oversized", f"more than the {found.limit} bytes that a document may have", place)
    return document_capture(found, line, place)


def _told(value: Any) -> Any:
    """Give a value as JSON can hold it, in words where it is neither text nor a list of texts."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, list):
        return [str(_told(one)) for one in value if one is not None]
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, str) else str(value)


def _decoded(stream: BinaryIO, limit: int) -> Iterator[str]:
    """Yield the lines of a text in whatever charset its beginning shows it to be in."""
    with reading():
        sample = stream.read(_SAMPLE)
        stream.seek(0)
    try:
        charset = decode(sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1] or sample).charset
    except NotTextError as error:
        raise RefusedFileError(error.reason, str(error)) from None
    if charset == "utf-8":
        yield from _mostly_utf8(stream, limit)
        return
    text = io.TextIOWrapper(stream, encoding=charset, errors="replace", newline="")
    try:
        while line := text.readline(limit):
            yield line.replace("\0", "")
    finally:
        text.detach()


def _mostly_utf8(stream: BinaryIO, limit: int) -> Iterator[str]:
    """Yield lines in UTF-8; one that is not, behind a beginning in ASCII, is in the charset of old office programs."""
    while line := stream.readline(limit):
        try:
            yield line.decode().replace("\0", "").removeprefix("\ufeff")
        except UnicodeDecodeError:
            yield line.decode("cp1252", "replace").replace("\0", "")


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown


@cache
def _known_names() -> dict[str, list[str]]:
    table: dict[str, list[str]] = tomllib.loads(
        resources.files("connectors").joinpath("columns.toml").read_text("utf-8")
    )
    return table
