"""Seals: how a written file looked when its bytes were last known to be right, so that an untouched one need not be read.

A seal is the file's inode, size and time of change of its content. A file that was edited, cut, replaced or restored has
another one, and only then is its digest taken. The seals lie beside the folder, for its own bytes are those of its rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

import orjson

Seal = list[int]


class Seals:
    """The seals of the files of a folder, by their paths below it; lost or damaged ones only cost time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder.with_name(f".{folder.name}.seals")
        self._known = self._read()

    def is_whole(self, path: str, size: int, sha256: str) -> bool:
        """Tell whether a file has the bytes that it is said to have; reads it where its seal is broken or lost."""
        file = self._folder / path
        seal = _seal(file)
        if seal is None or seal[1] != size:
            return False
        if self._known.get(path) == seal:
            return True
        try:
            with file.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def keep(self, paths: Iterable[str]) -> None:
        """Seal files whose bytes are known to be right, in the place of all seals before."""
        found = {path: seal for path in paths if (seal := _seal(self._folder / path))}
        writing = self._file.with_name(f"{self._file.name}.writing")
        writing.write_bytes(orjson.dumps(found))
        writing.replace(self._file)

    def _read(self) -> dict[str, Seal]:
        try:
            told = orjson.loads(self._file.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        return told if isinstance(told, dict) else {}


def _seal(file: Path) -> Seal | None:
    """Seal a file; None for one that is not there, or is a link or no file."""
    try:
        found = file.lstat()
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns] if S_ISREG(found.st_mode) else None
