"""What tests of the fetcher share: the server, and a way to fetch from it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from connectors.web.addresses import AddressPolicy
from connectors.web.client import Client
from connectors.web.fetcher import Fetcher, Known
from connectors.web.hosts import HostBook
from connectors.web.limits import Limits, Manners
from connectors.web.network import Resolver
from tests.loopback import Hours, Http2Web, Web, write_certificate
from transforms.records import Capture, Rejection

HASTY = Manners(gap=0.0, gap_factor=0.0, backoff=0.0, connections=8)
LOOPBACK = AddressPolicy.of(["127.0.0.0/8", "::1/128"])


@dataclass
class Setting:
    """What a test may change of a fetcher."""

    limits: Limits = field(default_factory=lambda: Limits(deadline=10.0))
    manners: Manners = HASTY
    policy: AddressPolicy = LOOPBACK
    resolver: Resolver | None = None
    trust: ssl.SSLContext | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    clock: Any = field(default_factory=Hours)
    ports: frozenset[int] = frozenset((80, 443))
    folder: Any = None

    def limit(self, **limits: Any) -> None:
        self.limits = replace(self.limits, **limits)

    def behave(self, **manners: Any) -> None:
        self.manners = replace(self.manners, **manners)


@pytest.fixture
def web() -> Iterator[Web]:
    """Give a server."""
    served = Web()
    yield served
    served.close()


@pytest.fixture
def tls_web(tmp_path: Path) -> Iterator[Web]:
    """Give a server with a certificate for localhost that nobody knows; `trusted` believes it."""
    yield from secured(tmp_path, Web, [])


@pytest.fixture
def http2_web(tmp_path: Path) -> Iterator[Web]:
    """Give the same over HTTP/2."""
    yield from secured(tmp_path, Http2Web, ["h2"])


def secured(folder: Path, kind: type[Web], protocols: list[str]) -> Iterator[Web]:
    certificate, key = write_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if protocols:
        context.set_alpn_protocols(protocols)
    served = kind(context)
    served.trusted = ssl.create_default_context(cafile=str(certificate))
    yield served
    served.close()


@pytest.fixture
def setting(web: Web) -> Setting:
    """Give what a fetcher of this test is to be like; it may talk to the server."""
    made = Setting(ports=frozenset((80, 443, web.port)))
    web.clock = made.clock
    return made


@pytest.fixture
def fetch(setting: Setting) -> Callable[..., Any]:
    """Give a function that fetches one address, or several one after the other with one fetcher."""

    def fetched(*urls: str, known: Known | None = None, at_once: bool = False) -> Any:
        results = asyncio.run(fetch_all(setting, urls, known, at_once=at_once))
        return results[0] if len(results) == 1 else results

    return fetched


async def fetch_all(
    setting: Setting, urls: Sequence[str], known: Known | None = None, *, at_once: bool = False
) -> list[Capture | Rejection]:
    more = {"resolver": setting.resolver} if setting.resolver else {}
    client = Client(
        setting.limits,
        setting.policy,
        setting.clock,
        {"User-Agent": setting.manners.user_agent("0")},
        trust=setting.trust,
        credentials=setting.credentials,
        **more,
    )
    hosts = HostBook(setting.folder, setting.manners, setting.clock)
    fetcher = Fetcher(client, hosts, setting.limits, setting.manners, setting.clock, setting.ports)
    try:
        if at_once:
            return list(await asyncio.gather(*(fetcher.fetch(url, known) for url in urls)))
        return [await fetcher.fetch(url, known) for url in urls]
    finally:
        await client.aclose()
