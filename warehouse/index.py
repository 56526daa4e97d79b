"""The index of what was fetched: sorted CDXJ, by which programs that replay web archives find their way."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import orjson

from transforms.identity import sort_key
from warehouse.archive import LEDGER, Archive, sync_folder

_FIELDS = ("url", "mime", "status", "digest", "length", "offset", "filename")


def write_index(archive: Archive, start: int = 0, stop: int | None = None, name: str = "all") -> Path | None:
    """Write what the ledger's bytes [start, stop) tell of fetched answers to `indexes/NAME.cdxj`; None if of none.

    A line is a sort-friendly address, a time and JSON; times are those of the requests. The ledger is the truth, so an
    index that is lost can be written again.
    """
    lines = sorted(_lines(archive, start, stop)) if (archive.folder / LEDGER).exists() else []
    if not lines:
        return None
    path = archive.folder / "indexes" / f"{name}.cdxj"
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)
    return path


def _lines(archive: Archive, start: int, stop: int | None) -> list[bytes]:
    found = []
    with (archive.folder / LEDGER).open("rb") as ledger:
        ledger.seek(start)
        while (stop is None or start < stop) and (line := ledger.readline()):
            start += len(line)
            told = orjson.loads(line.split(b" ", 2)[2])
            if "status" in told and not told.get("again"):
                at = datetime.fromisoformat(told.get("asked") or told["captured"])
                named = orjson.dumps({name: told[name] for name in _FIELDS})
                found.append(
                    b"%s %s %s\n" % (sort_key(told["url"]).encode(), at.strftime("%Y%m%d%H%M%S").encode(), named)
                )
    return found
