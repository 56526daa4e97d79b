"""What a reader of a kind of file is given, and what it gives."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

from connectors.warcs.originals import Originals, Reopen
from transforms.records import Capture, Rejection

if TYPE_CHECKING:
    from connectors.feeds.leads import Lead  # which loads an XML parser that most files have no need of


@dataclass(frozen=True, slots=True)
class Found:
    """An open file, or an entry of one: its bytes as they are, where they were found, and the bounds they are read in.

    `place` is the locator so far and `name` what the ending is taken from. `stream` is seekable. `columns` says which
    column of a table holds which field. What is left out on purpose (an image in a WARC, an address in a sitemap) is
    counted in `skipped` by what it is. Where there is a list of `leads`, feeds and sitemaps are put into it with their
    places. `reopen` opens the same bytes again later, where that can be done, and `originals` are the places of what the
    files of this run hold.
    """

    source: str
    place: str
    name: str
    stream: BinaryIO
    modified_at: datetime
    limit: int
    columns: Mapping[str, str] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    depth: int = 0
    leads: list[tuple[str, Lead]] | None = None
    reopen: Reopen | None = None
    originals: Originals = field(default_factory=Originals)

    def inside(
        self, name: str, stream: BinaryIO, modified_at: datetime | None = None, reopen: Reopen | None = None
    ) -> Found:
        """Give an entry of this file; its place is the file's with `#` and the entry's name."""
        return replace(
            self,
            place=self.at(name),
            name=PurePath(name).name,
            stream=stream,
            modified_at=modified_at or self.modified_at,
            depth=self.depth + 1,
            reopen=reopen,
        )

    def at(self, inner: str | int) -> str:
        """Give the locator of something in this file."""
        return f"{self.place}#{inner}"

    def refuse(self, reason: str, detail: str, inner: str | int | None = None, payload: bytes = b"") -> Rejection:
        """Refuse this file, or something in it."""
        return Rejection(
            source=self.source,
            locator=self.place if inner is None else self.at(inner),
            stage="read",
            reason=reason,
            detail=detail,
            payload_sha256=hashlib.sha256(payload).hexdigest() if payload else None,
            payload=payload,
        )


Reader = Callable[[Found], Iterator[Capture | Rejection | Found]]
