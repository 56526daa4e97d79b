"""Providers asked: side by side, each at the pace that it allows, by the fetcher and its manners.

A provider that fails is an answer with a reason; it never ends the others.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.providers.provider import (
    AnswerError,
    Authorised,
    Budget,
    Hit,
    Packed,
    Provider,
    Request,
    Shelf,
    ThrottledError,
)
from connectors.web.addresses import AddressPolicy
from connectors.web.client import Client
from connectors.web.clock import Clock, SystemClock
from connectors.web.fetcher import Fetcher
from connectors.web.hosts import HostBook
from connectors.web.limits import Limits, Manners
from connectors.web.network import Resolver, resolve
from connectors.web.urls import hostname_of, shown
from transforms.questions import Question
from transforms.records import Capture, Rejection

_SPOKEN = "http_4"  # a service that says no with such a status says why in its body


@dataclass(frozen=True, slots=True)
class Wire:
    """How requests leave the house: within which limits, with which manners, and to where."""

    limits: Limits = field(default_factory=Limits)
    manners: Manners = field(default_factory=Manners)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    ports: frozenset[int] = frozenset((80, 443))
    version: str = "0"
    folder: Path | None = None
    clock: Clock = field(default_factory=SystemClock)
    resolver: Resolver = resolve
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one request to a provider: hits, or one word for why there are none, and its detail.

    `request` is None for documents that were here already.
    """

    provider: str
    request: Request | None
    hits: tuple[Hit, ...] = ()
    reason: str | None = None
    detail: str = ""


def ask(providers: Sequence[Provider | Shelf], question: Question, budget: Budget, wire: Wire) -> list[Answered]:
    """Ask providers; gives what came of every request, provider by provider in their order."""
    remote = [provider for provider in providers if not isinstance(provider, Shelf)]
    answers = {
        provider.name: _search(provider, question, budget) for provider in providers if isinstance(provider, Shelf)
    }
    if remote:
        answers |= asyncio.run(_ask_all(remote, question, budget, wire))
    return [answer for provider in providers for answer in answers[provider.name]]


def fetch_documents(hits: Sequence[tuple[Provider, Hit]], wire: Wire) -> list[Capture | Rejection]:
    """Fetch what hits are to be asked for elsewhere than at their own address, each as the document that it is."""
    return asyncio.run(_fetch_all(hits, wire)) if hits else []


def _search(shelf: Shelf, question: Question, budget: Budget) -> list[Answered]:
    return [Answered(shelf.name, None, tuple(shelf.search(question, budget)))]


async def _ask_all(
    providers: Sequence[Provider], question: Question, budget: Budget, wire: Wire
) -> Mapping[str, list[Answered]]:
    credentials = {origin: value for one in providers for origin, value in _credentials(one).items()}
    async with _opened(wire, credentials) as (fetcher, hosts):
        found = await asyncio.gather(*(_ask_one(fetcher, hosts, one, question, budget) for one in providers))
    return {provider.name: answers for provider, answers in zip(providers, found, strict=True)}


async def _ask_one(
    fetcher: Fetcher, hosts: HostBook, provider: Provider, question: Question, budget: Budget
) -> list[Answered]:
    """Ask until there are hits enough, or the service wants no more questions."""
    answers: list[Answered] = []
    seen: set[str | None] = set()
    for request in provider.requests(question, budget):
        hosts.delay(hostname_of(request.url), provider.limits.seconds)
        item = await fetcher.fetch(request.url, headers=dict(request.headers))
        try:
            hits = [hit for hit in _hits(provider, item) if hit.url is None or hit.url not in seen]
        except AnswerError as error:
            answers.append(Answered(provider.name, request, (), error.reason, shown(str(error))))
            if isinstance(error, ThrottledError):
                break
            continue
        except _FailedError as error:
            answers.append(Answered(provider.name, request, (), error.reason, str(error)))
            break
        hits = hits[: budget.hits - len(seen)]
        seen.update(hit.url for hit in hits)
        answers.append(Answered(provider.name, request, tuple(hits)))
        if len(seen) >= budget.hits:
            break
    return answers


class _FailedError(Exception):
    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.detail)
        self.reason = rejection.reason


def _hits(provider: Provider, item: Capture | Rejection) -> list[Hit]:
    if isinstance(item, Rejection) and not (item.reason.startswith(_SPOKEN) and item.payload.strip()):
        raise _FailedError(item)
    return provider.hits(item.payload)


async def _fetch_all(hits: Sequence[tuple[Provider, Hit]], wire: Wire) -> list[Capture | Rejection]:
    async with _opened(wire, {}) as (fetcher, _):
        return list(await asyncio.gather(*(_fetch_one(fetcher, provider, hit) for provider, hit in hits)))


async def _fetch_one(fetcher: Fetcher, provider: Provider, hit: Hit) -> Capture | Rejection:
    assert hit.request
    item = await fetcher.fetch(hit.request.url, headers=dict(hit.request.headers))
    item = replace(item, source=provider.name, locator=hit.locator)
    if isinstance(item, Rejection) or not isinstance(provider, Packed):
        return item
    return provider.unpack(hit, item)


def _credentials(provider: Provider) -> Mapping[str, str]:
    return provider.credentials() if isinstance(provider, Authorised) else {}


@asynccontextmanager
async def _opened(wire: Wire, credentials: Mapping[str, str]) -> AsyncIterator[tuple[Fetcher, HostBook]]:
    client = Client(
        wire.limits,
        wire.policy,
        wire.clock,
        {"User-Agent": wire.manners.user_agent(wire.version)},
        resolver=wire.resolver,
        trust=wire.trust,
        connections=wire.manners.connections,
        credentials=credentials,
    )
    hosts = HostBook(wire.folder, wire.manners, wire.clock)
    manners = replace(wire.manners, mining_file=False, heed_reservations=False)  # answers of services are no pages
    try:
        yield Fetcher(client, hosts, wire.limits, manners, wire.clock, wire.ports), hosts
    finally:
        await client.aclose()
