"""The kinds of files that can be read, and what reads them: the one place that decides, by ending and then by content.

Each kind has an example in `tests/connectors/test_kinds.py`, which walks this list and fails for one without.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pkgutil import resolve_name
from typing import BinaryIO, cast

from connectors.files import RefusedFileError, reading
from connectors.reading import Found, Reader
from transforms.records import Capture, Rejection

DEEPEST = 2  # entries of an archive in an archive; a WACZ in a zip is as far as it goes
_HEAD = 512


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the endings of its names, its reader, and how it begins, where an unknown ending says nothing.

    The reader is named as `module:function`, so that what it imports is loaded when such a file is met.
    With `packed` the reader takes the bytes as they are; for the others an ending `.gz` is undone first.
    """

    name: str
    endings: tuple[str, ...]
    reader: str
    packed: bool = False
    begins: re.Pattern[bytes] | None = None


KINDS = (
    Kind("text", (".txt", ".text"), "connectors.documents:read_text"),
    Kind("markdown", (".md", ".markdown"), "connectors.documents:read_markdown"),
    Kind("html", (".html", ".htm"), "connectors.documents:read_page"),
    Kind("xhtml", (".xhtml",), "connectors.documents:read_xhtml"),
    Kind("jsonl", (".jsonl", ".ndjson"), "connectors.documents:read_lines_of_json"),
    Kind("csv", (".csv", ".tsv"), "connectors.tables:read_csv"),
    Kind("parquet", (".parquet",), "connectors.tables:read_parquet", begins=re.compile(rb"PAR1")),
    Kind(
        "warc",
        (".warc", ".warc.gz", ".warc.zst"),
        "connectors.warcs.pages:read_warc",
        packed=True,
        begins=re.compile(rb"WARC/[01]\.\d|filedesc://"),
    ),
    Kind("wacz", (".wacz",), "connectors.archives:read_wacz", packed=True),
    Kind("zip", (".zip",), "connectors.archives:read_zip", packed=True),
    Kind(
        "tar",
        (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"),
        "connectors.archives:read_tar",
        packed=True,
    ),
    Kind("mail", (".eml",), "connectors.mail:read_message"),
    Kind("feed", (".rss", ".atom", ".rdf", ".opml", ".xml", ".json"), "connectors.feeds.captures:read_feed_file"),
    Kind("mailbox", (".mbox", ".mbx"), "connectors.mail:read_mailbox", begins=re.compile(rb"From \S+ [^\n]{10,80}\n")),
)


def read_file(found: Found) -> Iterator[Capture | Rejection]:
    """Read a file of whatever kind it is, and the files in it. Never raises for what is in it."""
    try:
        kind, inner = _opened(found)
        if kind is None:
            ending = "." + found.name.rpartition(".")[2] if "." in found.name.lstrip(".") else "files without an ending"
            yield found.refuse("unsupported", f"no reader for {ending}")
            return
        reader: Reader = resolve_name(kind.reader)
        for one in reader(inner):
            if not isinstance(one, Found):
                yield one
            elif one.depth > DEEPEST:
                yield one.refuse("unsupported", f"an archive in an archive, {one.depth} deep; unpack it first")
            else:
                yield from read_file(one)
    except RefusedFileError as error:
        yield found.refuse(error.reason, str(error))


def find_kind(name: str, head: bytes) -> Kind | None:
    """Tell the kind of a file by the longest ending that fits its name, else by its first bytes, unpacked."""
    low = name.lower()
    plain = low.removesuffix(".gz")
    fitting = [
        (len(ending), kind)
        for kind in KINDS
        for ending in kind.endings
        if low.endswith(ending) or (not kind.packed and plain.endswith(ending))
    ]
    if fitting:
        return max(fitting, key=lambda pair: pair[0])[1]
    return next((kind for kind in KINDS if kind.begins and kind.begins.match(head)), None)


def _opened(found: Found) -> tuple[Kind | None, Found]:
    """Give the kind of a file, and the file with its stream as that kind's reader wants it."""
    kind = find_kind(found.name, b"")
    packed = found.name.lower().endswith(".gz")
    plain = cast("BinaryIO", gzip.GzipFile(fileobj=found.stream, mode="rb")) if packed else found.stream
    if kind is None:
        with reading():
            kind = find_kind(found.name, plain.read(_HEAD))
            plain.seek(0)
    if kind is None or kind.packed:
        found.stream.seek(0)
        return kind, found
    return kind, replace(found, stream=plain)
