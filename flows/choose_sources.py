"""Which sources a run reads, and from where on: the places that it is given, or those that `dateline.toml` declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from connectors.seeds import SeedConnector
from connectors.tables import checked_map
from transforms.records import Capture, Rejection

if TYPE_CHECKING:
    from connectors.feeds.leads import Lead
    from flows.settings import Settings, Source
    from warehouse.database import Warehouse

Role = Literal["page", "any", "lead", "site", "robots"]
Since = datetime | Literal["cursor"] | None
SavedLead = tuple[str, "Lead", str, Since]  # the place of a saved feed, what it leads to, its source, from when on

WEB = "web"
# What the addresses of a declared source are taken for; a kind that is not here has none.
ROLES: Mapping[str, Role] = {"pages": "page", "feed": "lead", "sitemap": "lead", "site": "site"}

_KIND = "files"


class NoSourceError(ValueError):
    """Neither a path nor a declared source."""


@dataclass(frozen=True, slots=True)
class Root:
    """An address that a run begins with: what it is taken for, in whose name, and from when on its links are followed.

    `any` is a page unless what comes is a lead; a `site` is looked through for feeds and sitemaps and is no page itself.
    With `since` "cursor" only what is newer than the newest that an earlier run saw is fetched.
    """

    url: str
    role: Role = "page"
    source: str = WEB
    since: Since = None


@dataclass(frozen=True, slots=True)
class Sources:
    """The connectors of a run, and the addresses that it begins with.

    With `only_new` files that are as the last run found them are passed over. `since` is for the links of saved feeds.
    """

    connectors: tuple[SeedConnector, ...] = ()
    roots: tuple[Root, ...] = ()
    only_new: bool = False
    since: Mapping[str, Since] = field(default_factory=dict)
    lists: tuple[tuple[str, str], ...] = ()

    @property
    def is_fetched(self) -> bool:
        """Whether anything of it is on the web."""
        return bool(self.roots or self.lists) or any(one.leads is not None for one in self.connectors)

    @property
    def followed(self) -> list[str]:
        """The paths whose saved feeds are followed."""
        return [path for one in self.connectors if one.leads is not None for path in one.paths]

    def captures(self, warehouse: Warehouse) -> Iterator[Capture | Rejection]:
        """Yield what the connectors find, one after the other."""
        from warehouse.sources import read_states  # noqa: PLC0415  (which loads DuckDB)

        for connector in self.connectors:
            known = read_states(warehouse, connector.name, _KIND) if self.only_new else {}
            cursor = {place: one.state for place, one in known.items()}
            yield from connector.captures(cursor if self.only_new else None)

    def leads(self) -> Iterator[SavedLead]:
        """Yield what the saved feeds lead to that were read until now."""
        for connector in self.connectors:
            for place, lead in connector.leads or ():
                yield place, lead, WEB if connector.name == "seeds" else connector.name, self.since.get(connector.name)

    def note(self, warehouse: Warehouse, run_id: str) -> None:
        """Keep how far the sources were read; call this when everything that they gave is loaded."""
        from warehouse.sources import SourceState, save_states  # noqa: PLC0415

        now = datetime.now(UTC)
        for connector in self.connectors if self.only_new else ():
            read = connector.state.items()
            states = [SourceState(connector.name, _KIND, place, state, run_id, now) for place, state in read]
            save_states(warehouse, states)
        save_states(warehouse, [SourceState(name, "pages", place, {}, run_id, now) for name, place in self.lists])

    @property
    def skipped(self) -> dict[str, int]:
        """What was left out on purpose, by what it is, the most frequent first."""
        return dict(sum((connector.skipped for connector in self.connectors), Counter()).most_common())


def choose_sources(
    settings: Settings,
    given: Sequence[str],
    columns: Mapping[str, str] | None = None,
    *,
    lists: Sequence[Path] = (),
    only_new: bool | None = None,
    follow: bool = False,
    since: Since = None,
) -> Sources:
    """Choose what a run reads: the places given, every file of them, or without any the declared sources, and what is new.

    `only_new` stands over these habits. With `follow` pages are looked through for feeds and sitemaps, and the links of
    saved feeds are followed. Raises NoSourceError, UnknownFieldError for a column map, and OSError for a list.
    """
    since = since or settings.follow_since
    if not given and not lists:
        return _declared(settings, since, only_new=only_new is not False)
    addresses = [*filter(is_address, given), *read_lists(lists)]
    paths = [place for place in given if not is_address(place)]
    limit, columns = settings.document_limit, checked_map(columns or {})
    seeds = SeedConnector(paths, limit, columns=columns, leads=[] if follow else None)
    return Sources(
        (seeds,) if paths else (),
        tuple(Root(url, "site" if follow else "any", WEB, since) for url in addresses),
        only_new=bool(only_new),
        since={seeds.name: since},
        lists=tuple((WEB, str(path.absolute())) for path in lists),
    )


def _declared(settings: Settings, since: Since, *, only_new: bool) -> Sources:
    if not settings.sources:
        raise NoSourceError("no path is given, and dateline.toml declares no [[sources]]")
    connectors, roots, lists = [], [], []
    for source in settings.sources:
        role = ROLES.get(source.kind)
        from_when = source.since or since
        paths = [place for place in source.places if not is_address(place)]
        roots += [Root(url, role or "any", source.name, from_when) for url in source.places if is_address(url)]
        if role == "page":
            roots += [Root(url, role, source.name) for url in read_lists(map(Path, paths))]
            lists += [(source.name, place) for place in source.places]
        elif paths:
            connectors.append(_connector(settings, source, paths, follows=role is not None))
    starts = {source.name: source.since or since for source in settings.sources}
    return Sources(tuple(connectors), tuple(roots), only_new=only_new, since=starts, lists=tuple(lists))


def _connector(settings: Settings, source: Source, paths: Sequence[str], *, follows: bool) -> SeedConnector:
    columns = checked_map(source.columns)
    return SeedConnector(paths, settings.document_limit, source.name, columns, leads=[] if follows else None)


def read_lists(paths: Iterable[Path]) -> list[str]:
    """Read files of addresses, one a line; empty lines and those that begin with # are passed over. Raises OSError."""
    lines = (line.strip() for path in paths for line in path.read_text("utf-8", "replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def is_address(given: str) -> bool:
    """Tell an address from a path."""
    return given.lower().startswith(("http://", "https://"))
