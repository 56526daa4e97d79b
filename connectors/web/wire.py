"""How requests leave the house: everything that a fetcher is made of, in one record, and the fetcher made of it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.web.addresses import AddressPolicy
from connectors.web.client import Client
from connectors.web.clock import Clock, SystemClock
from connectors.web.fetcher import Fetcher
from connectors.web.hosts import HostBook
from connectors.web.limits import Limits, Manners
from connectors.web.network import Resolver, resolve


@dataclass(frozen=True, slots=True)
class Wire:
    """Within which limits, with which manners, and to where. `folder` is where hosts are remembered between runs."""

    limits: Limits = field(default_factory=Limits)
    manners: Manners = field(default_factory=Manners)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    ports: frozenset[int] = frozenset((80, 443))
    version: str = "0"
    folder: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    resolver: Resolver = resolve
    trust: ssl.SSLContext | None = None


@asynccontextmanager
async def opened(wire: Wire, credentials: Mapping[str, str] | None = None) -> AsyncIterator[tuple[Fetcher, HostBook]]:
    """Give a fetcher and its book of hosts; `credentials` are the Authorization fields of origins."""
    client = Client(
        wire.limits,
        wire.policy,
        wire.clock,
        {"User-Agent": wire.manners.user_agent(wire.version)},
        resolver=wire.resolver,
        trust=wire.trust,
        connections=wire.manners.connections,
        credentials=credentials or {},
    )
    hosts = HostBook(wire.folder, wire.manners, wire.clock)
    try:
        yield Fetcher(client, hosts, wire.limits, wire.manners, wire.clock, wire.ports), hosts
    finally:
        await client.aclose()
