"""Which sources a run reads, and from where on: the paths that it is given, or those that `dateline.toml` declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.seeds import SeedConnector
from connectors.tables import checked_map
from transforms.records import Capture, Rejection

if TYPE_CHECKING:
    from flows.settings import Settings
    from warehouse.database import Warehouse


_KIND = "files"


class NoSourceError(ValueError):
    """Neither a path nor a declared source."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The connectors of a run; with `only_new` they pass over the files that are as the last run found them."""

    connectors: tuple[SeedConnector, ...]
    only_new: bool

    def captures(self, warehouse: Warehouse) -> Iterator[Capture | Rejection]:
        """Yield what the connectors find, one after the other."""
        from warehouse.sources import read_states  # noqa: PLC0415  (which loads DuckDB)

        for connector in self.connectors:
            known = read_states(warehouse, connector.name, _KIND) if self.only_new else {}
            cursor = {place: one.state for place, one in known.items()}
            yield from connector.captures(cursor if self.only_new else None)

    def note(self, warehouse: Warehouse, run_id: str) -> None:
        """Keep how far the sources were read; call this when everything that they gave is loaded."""
        from warehouse.sources import SourceState, save_states  # noqa: PLC0415

        now = datetime.now(UTC)
        for connector in self.connectors if self.only_new else ():
            read = connector.state.items()
            states = [SourceState(connector.name, _KIND, place, state, run_id, now) for place, state in read]
            save_states(warehouse, states)

    @property
    def skipped(self) -> dict[str, int]:
        """What was left out on purpose, by what it is, the most frequent first."""
        return dict(sum((connector.skipped for connector in self.connectors), Counter()).most_common())


def choose_sources(
    settings: Settings, paths: Sequence[str], columns: Mapping[str, str] | None = None, *, only_new: bool | None = None
) -> Sources:
    """Choose what a run reads: the paths, every file of them, or without any the declared sources, and what is new there.

    `only_new` stands over these habits. Raises NoSourceError, and UnknownFieldError for a column map.
    """
    limit = settings.document_limit
    if paths:
        found = [SeedConnector(paths, limit, columns=checked_map(columns or {}))]
    else:
        found = [
            SeedConnector(source.places, limit, source.name, checked_map(source.columns)) for source in settings.sources
        ]
    if not found:
        raise NoSourceError("no path is given, and dateline.toml declares no [[sources]]")
    return Sources(tuple(found), not paths if only_new is None else only_new)
