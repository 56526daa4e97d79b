"""Providers asked: side by side, each at the pace that it allows, by the fetcher and its manners.

A provider that fails is an answer with a reason; it never ends the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.providers.provider import (
    AnswerError,
    Authorised,
    Budget,
    Hit,
    Keeper,
    Packed,
    Provider,
    Request,
    Shelf,
    ThrottledError,
)
from connectors.web.fetcher import Fetcher
from connectors.web.hosts import HostBook
from connectors.web.urls import hostname_of, shown
from connectors.web.wire import Wire, opened
from transforms.questions import Question
from transforms.records import Capture, Exchange, Rejection

_SPOKEN = "http_4"  # a service that says no with such a status says why in its body


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one request to a provider: hits, or one word for why there are none, and its detail.

    `request` is None for documents that were here already; `exchanges` are what went over the wire.
    """

    provider: str
    request: Request | None
    hits: tuple[Hit, ...] = ()
    reason: str | None = None
    detail: str = ""
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)


def ask(providers: Sequence[Provider | Shelf], question: Question, budget: Budget, wire: Wire) -> list[Answered]:
    """Ask providers; gives what came of every request, provider by provider in their order."""
    remote = [provider for provider in providers if not isinstance(provider, Shelf)]
    answers = {
        provider.name: _search(provider, question, budget) for provider in providers if isinstance(provider, Shelf)
    }
    if remote:
        answers |= asyncio.run(_ask_all(remote, question, budget, wire))
    return [answer for provider in providers for answer in answers[provider.name]]


def look_up(
    keepers: Sequence[Provider], urls: Sequence[str], question: Question, wire: Wire
) -> dict[str, list[Answered]]:
    """Ask for pages that are gone, each until somebody has a copy; gives what came of the requests, by address."""
    return asyncio.run(_look_up_all(keepers, urls, question, wire)) if keepers and urls else {}


def fetch_documents(hits: Sequence[tuple[Provider, Hit]], wire: Wire) -> list[Capture | Rejection]:
    """Fetch what hits are to be asked for elsewhere than at their own address, each as the document that it is."""
    return asyncio.run(_fetch_all(hits, wire)) if hits else []


def _search(shelf: Shelf, question: Question, budget: Budget) -> list[Answered]:
    return [Answered(shelf.name, None, tuple(shelf.search(question, budget)))]


async def _ask_all(
    providers: Sequence[Provider], question: Question, budget: Budget, wire: Wire
) -> Mapping[str, list[Answered]]:
    credentials = {origin: value for one in providers for origin, value in _credentials(one).items()}
    async with opened(_spoken_to(wire), credentials) as (fetcher, hosts):
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
        answer, is_last = await _answered(fetcher, provider, request)
        hits = [hit for hit in answer.hits if hit.url is None or hit.url not in seen][: budget.hits - len(seen)]
        seen.update(hit.url for hit in hits)
        answers.append(replace(answer, hits=tuple(hits)))
        if is_last or len(seen) >= budget.hits:
            break
    return answers


async def _answered(fetcher: Fetcher, provider: Provider, request: Request) -> tuple[Answered, bool]:
    """Send a request; gives what came of it, and whether the service is to be left alone."""
    item = await fetcher.fetch(request.url, headers=dict(request.headers))
    answer = Answered(provider.name, request, exchanges=item.exchanges)
    try:
        return replace(answer, hits=tuple(_hits(provider, item))), False
    except AnswerError as error:
        return replace(answer, reason=error.reason, detail=shown(str(error))), isinstance(error, ThrottledError)
    except _FailedError as error:
        return replace(answer, reason=error.reason, detail=str(error)), True


async def _look_up_all(
    keepers: Sequence[Provider], urls: Sequence[str], question: Question, wire: Wire
) -> dict[str, list[Answered]]:
    credentials = {origin: value for one in keepers for origin, value in _credentials(one).items()}
    found: dict[str, list[Answered]] = {url: [] for url in urls}
    async with opened(_spoken_to(wire), credentials) as (fetcher, hosts):
        for keeper in keepers:
            for url, answers in found.items():
                if not isinstance(keeper, Keeper) or any(answer.hits for answer in answers):
                    continue
                request = keeper.copies(url, question)
                hosts.delay(hostname_of(request.url), keeper.limits.seconds)
                answer, is_last = await _answered(fetcher, keeper, request)
                answers.append(answer)
                if is_last:
                    break
    return found


def _spoken_to(wire: Wire) -> Wire:
    """Give the means to ask services, whose answers are no pages that anybody could reserve."""
    return replace(wire, manners=replace(wire.manners, mining_file=False, heed_reservations=False))


class _FailedError(Exception):
    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.detail)
        self.reason = rejection.reason


def _hits(provider: Provider, item: Capture | Rejection) -> list[Hit]:
    if isinstance(item, Rejection) and not (item.reason.startswith(_SPOKEN) and item.payload.strip()):
        raise _FailedError(item)
    return provider.hits(item.payload)


async def _fetch_all(hits: Sequence[tuple[Provider, Hit]], wire: Wire) -> list[Capture | Rejection]:
    async with opened(_spoken_to(wire), {}) as (fetcher, _):
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
