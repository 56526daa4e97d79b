"""Similar coverage: an article turned into a question, providers asked, what they offer fetched, loaded and compared.

Nothing here decides what a document is: hits go the same way into the warehouse as everything else, and are compared by
the numbers that put texts into stories.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.providers.asking import Answered, ask, fetch_documents, look_up
from connectors.providers.catalogue import make_provider
from connectors.providers.local import searchable
from connectors.providers.provider import Budget, Hit, Keeper, Provider, ProviderSettingsError, Shelf
from connectors.web.fetcher import SOURCE, locator_of
from connectors.web.wire import Wire
from flows.fetch_pages import open_pages, walk_pages, wire_of
from flows.settings import Settings
from flows.supervise_workers import Means
from flows.walk_documents import Staged, recover, settle, walk
from transforms.boilerplate import shipped_rules
from transforms.identity import canonical_url
from transforms.questions import Question, build_question, likeness
from transforms.records import Capture, Passage, Rejection
from transforms.words import words_of
from warehouse.coverage import (
    HitOutcome,
    Place,
    RequestOutcome,
    compare,
    count_words,
    find_known,
    find_refused,
    read_subject,
    save_coverage,
)
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.runs import Run, open_run

_HOW = (
    "no provider is configured; write one in dateline.toml, for example\n\n"
    '  [providers.papers]\n  kind = "local"\n  paths = ["/data/papers"]\n\n'
    "  [providers.gdelt]\n\n"
    "kinds: common_crawl, endpoint, gdelt, gdelt_files, google_news, local, media_cloud, wayback"
)
_UNPROMISING = 0.0
_GONE = ("http_404", "http_410", "unknown_host")


@dataclass(frozen=True, slots=True)
class Offer:
    """A hit with its provider's name, where its document is or would be, and how promising it looks, 0 to 1."""

    provider: str
    hit: Hit
    place: Place
    promise: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What came of looking for coverage: the run, the question, what was loaded, and how many offers were over the budget."""

    run: Run
    question: Question
    report: LoadReport
    answers: tuple[Answered, ...]
    left: int


def open_providers(settings: Settings, names: Sequence[str] = ()) -> list[Provider | Shelf]:
    """Make the providers of the settings, or those that are named; raises ProviderSettingsError."""
    if not settings.providers:
        raise ProviderSettingsError(_HOW)
    if unknown := [name for name in names if name not in settings.providers]:
        raise ProviderSettingsError(
            f"there is no provider {unknown[0]!r} in the settings; there are {', '.join(sorted(settings.providers))}"
        )
    return [make_provider(name, settings.providers[name]) for name in names or settings.providers]


def find_similar(
    warehouse: Warehouse,
    settings: Settings,
    article_id: str,
    providers: Sequence[Provider | Shelf],
    means: Means,
    flow: str,
    *,
    budget: int | None = None,
    settle_batch: Callable[[Warehouse, Staged], LoadReport] = settle,
) -> Coverage:
    """Ask providers for coverage of an article, load what is new, and keep what came of it, in a run of the name `flow`.

    `budget` is the most documents to load, over that of the settings. Raises NoSuchArticleError, and StoppedError where
    the fetching was stopped.
    """
    recover(warehouse, means)
    most = budget or settings.similar_budget
    with open_run(warehouse, flow, shipped_rules(*means.rules).sha256) as run:
        return _found(warehouse, run, settings, article_id, providers, most, means, settle_batch)


def _found(
    warehouse: Warehouse,
    run: Run,
    settings: Settings,
    article_id: str,
    providers: Sequence[Provider | Shelf],
    budget: int,
    means: Means,
    settle_batch: Callable[[Warehouse, Staged], LoadReport],
) -> Coverage:
    wire = wire_of(warehouse, settings)
    subject = read_subject(warehouse, article_id)
    question = build_question(subject, count_words(warehouse, words_of(subject.head)))
    answers = ask(providers, question, Budget(settings.similar_requests, settings.similar_hits), wire)
    own = _own_addresses(subject.url)
    offers = [offer for offer in _offers(question, answers) if canonical_url(offer.hit.url) not in own]
    known = find_known(warehouse, [offer.place for offer in offers])
    offers_known = [(offer, known.get(number)) for number, offer in enumerate(offers)]
    offers_known = [(offer, found) for offer, found in offers_known if found != article_id]
    fresh = [offer for offer, found in offers_known if found is None]
    taken = fresh[:budget]
    left = len(fresh) - len(taken)

    def loaded(offers: Sequence[Offer], asked: Iterable[Answered]) -> LoadReport:
        return _load(warehouse, run, settings, offers, asked, providers, means, wire, settle_batch)

    report = loaded(taken, answers)
    remote = [one for one in providers if not isinstance(one, Shelf)]
    keepers: list[Provider] = [one for one in remote if isinstance(one, Keeper)]
    copies = look_up(keepers, _dead(warehouse, run, taken), question, wire)
    if copies:
        asked = [answer for those in copies.values() for answer in those]
        copied = {url: _copy(those, taken, url) for url, those in copies.items()}
        report += loaded([copy for copy in copied.values() if copy], asked)
        answers = [*answers, *asked]
        offers_known = [(copied.get(offer.hit.url or "") or offer, known) for offer, known in offers_known]
        taken = [copied.get(offer.hit.url or "") or offer for offer in taken]
    outcomes = _outcomes(warehouse, run, article_id, question, offers_known, taken)
    save_coverage(warehouse, run.run_id, article_id, map(_request_outcome, answers), outcomes)
    return Coverage(run, question, report, tuple(answers), left)


def _dead(warehouse: Warehouse, run: Run, taken: Sequence[Offer]) -> list[str]:
    """Give the addresses of hits at which there is no page any more."""
    refused = find_refused(warehouse, run.run_id)
    gone = [offer for offer in taken if not offer.hit.request and not offer.hit.capture]
    return [offer.hit.url or "" for offer in gone if refused.get(offer.place.locator, ("", ""))[0] in _GONE]


def _copy(answers: Iterable[Answered], taken: Iterable[Offer], url: str) -> Offer | None:
    """Give the copy that somebody keeps of a page, in the place of the hit that led to it."""
    gone = next(offer for offer in taken if offer.hit.url == url)
    for answer in answers:
        for hit in answer.hits:
            told = replace(hit, url=url, title=gone.hit.title, published=gone.hit.published, names=gone.hit.names)
            return Offer(answer.provider, told, _place(answer.provider, told), gone.promise)
    return None


def _own_addresses(url: str | None) -> frozenset[str]:
    """Give the addresses under which a hit is the article itself."""
    own = canonical_url(url)
    return frozenset((own,)) if own else frozenset()


def _offers(question: Question, answers: Iterable[Answered]) -> list[Offer]:
    """Put what all providers gave in one order, the most promising first, each document once."""
    offers: dict[str, Offer] = {}
    for answer in answers:
        for hit, promise in zip(answer.hits, _promises(question, answer.hits), strict=True):
            offer = Offer(answer.provider, hit, _place(answer.provider, hit), promise)
            if offer.promise > _UNPROMISING or hit.capture:
                offers.setdefault(canonical_url(hit.url) or offer.place.locator, offer)
    return sorted(offers.values(), key=lambda offer: -offer.promise)


def _promises(question: Question, hits: Sequence[Hit]) -> list[float]:
    """Say how promising hits look: those that were scored by their texts keep the order of their scores."""
    best = max((hit.score or 0.0 for hit in hits), default=0.0)
    first = next((hit for hit in hits if best and hit.score == best), None)
    most = _promise(question, first) if first else 0.0
    return [round(most * hit.score / best, 4) if hit.score and best else _promise(question, hit) for hit in hits]


def _promise(question: Question, hit: Hit) -> float:
    words = [*words_of(hit.title or ""), *hit.names, *words_of((hit.url or "").partition("//")[2])]
    if hit.capture:
        words += words_of(searchable(hit.capture))
    return round(likeness(question, words), 4)


def _place(provider: str, hit: Hit) -> Place:
    if hit.capture:
        digest = hashlib.sha256(hit.capture.payload).hexdigest()
        return Place(hit.url, hit.capture.source, hit.capture.locator, digest)
    if hit.request:
        return Place(hit.url, provider, hit.locator)
    return Place(hit.url, SOURCE, locator_of(hit.url or ""))


def _load(
    warehouse: Warehouse,
    run: Run,
    settings: Settings,
    taken: Sequence[Offer],
    answers: Iterable[Answered],
    providers: Sequence[Provider | Shelf],
    means: Means,
    wire: Wire,
    settle_batch: Callable[[Warehouse, Staged], LoadReport],
) -> LoadReport:
    """Take the documents of offers into the warehouse: those that came with their hits, then those that are fetched.

    What the services answered is kept before them, as everything that was fetched.
    """
    named = {provider.name: provider for provider in providers if not isinstance(provider, Shelf)}
    before: list[Capture | Rejection | Passage] = [Passage(one.exchanges) for one in answers if one.exchanges]
    before += [offer.hit.capture for offer in taken if offer.hit.capture]
    before += fetch_documents([(named[offer.provider], offer.hit) for offer in taken if offer.hit.request], wire)
    urls = [offer.hit.url for offer in taken if offer.hit.url and not offer.hit.request and not offer.hit.capture]
    if not urls:
        documents, size = settings.batch_documents, settings.batch_bytes
        return walk(warehouse, run, before, documents=documents, size=size, means=means, settle_batch=settle_batch)
    outward: dict[str, Any] = {"clock": wire.clock, "resolver": wire.resolver, "trust": wire.trust}
    pages = open_pages(warehouse, settings, urls, **outward)
    return walk_pages(warehouse, run, settings, pages, means=means, before=before, settle_batch=settle_batch)


def _outcomes(
    warehouse: Warehouse,
    run: Run,
    article_id: str,
    question: Question,
    offers: Sequence[tuple[Offer, str | None]],
    taken: Sequence[Offer],
) -> list[HitOutcome]:
    """Say of every offer that was fetched or known what it has in common with the article, or why it is no article."""
    chosen = {id(offer) for offer in taken}
    told = [(offer, known) for offer, known in offers if known or id(offer) in chosen]
    loaded = find_known(warehouse, [offer.place for offer, _ in told])
    refused = find_refused(warehouse, run.run_id)
    matches = compare(warehouse, article_id, set(loaded.values()) - {article_id}, question.clues)
    outcomes = []
    for number, (offer, known) in enumerate(told):
        found = loaded.get(number)
        reason, detail = refused.get(offer.place.locator, ("not_loaded", "no article came of it"))
        if found == article_id:
            reason, detail = "itself", "the document is the article that was asked about"
        compared = matches.get(found or "")
        outcomes.append(
            HitOutcome(
                provider=offer.provider,
                url=offer.hit.url,
                locator=offer.place.locator,
                title=offer.hit.title,
                published=offer.hit.published,
                promise=offer.promise,
                hit_article_id=found,
                is_known=known is not None,
                reason=reason,
                detail="" if compared else detail,
                match=compared,
            )
        )
    return outcomes


def _request_outcome(answer: Answered) -> RequestOutcome:
    asked = answer.request.url if answer.request else None
    return RequestOutcome(answer.provider, asked, len(answer.hits), answer.reason, answer.detail)
