"""A page, fetched with manners: robots asked, the host's turn awaited, redirects followed one by one, failures retried.

Whatever happens, a fetch ends as a capture or as a rejection with its reason, and carries everything that went over the
wire on the way.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import tenacity

from connectors.robots import Robots, read_robots
from connectors.web.client import Answer, Client
from connectors.web.clock import Clock, now
from connectors.web.errors import (
    DeadlineExceededError,
    FetchError,
    ReservedError,
    RobotsDeniedError,
    RobotsUnavailableError,
    StatusError,
    TooManyRedirectsError,
)
from connectors.web.freshness import conditions, confirms, retry_after, updated
from connectors.web.hosts import HostBook
from connectors.web.limits import Limits, Manners
from connectors.web.mining import PATH as MINING_PATH
from connectors.web.mining import read_mining_rules, site_reservations
from connectors.web.urls import FetchUrl, parse_url, shown
from transforms.http_messages import Headers, read_response
from transforms.records import Capture, Exchange, Rejection
from transforms.reservations import header_reservations, undecoded_reservations

SOURCE = "web"

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_EMPTY = frozenset((204, 205))
_BUSY = frozenset((429, 503))
_LONGEST_BACKOFF = 60.0


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier run got from an address: where it was in the end, its header fields, and which bytes they stand for.

    `headers` are those on which freshness and conditions rest, as the last answer left them.
    """

    url: str
    payload_sha256: str
    media_type: str
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class _Rules:
    robots: Robots | FetchError
    until: float  # of the steady clock
    mining: Robots | None = None


class Fetcher:
    """Fetches pages; keeps robots.txt files for a day, and the hosts in peace."""

    def __init__(
        self,
        client: Client,
        hosts: HostBook,
        limits: Limits,
        manners: Manners,
        clock: Clock,
        ports: frozenset[int] = frozenset((80, 443)),
    ) -> None:
        self._client = client
        self._hosts = hosts
        self._limits = limits
        self._manners = manners
        self._clock = clock
        self._ports = ports
        self._permits = asyncio.Semaphore(manners.connections)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rules: dict[str, _Rules] = {}
        self.waited: defaultdict[str, float] = defaultdict(float)  # seconds that each host was left alone for

    async def fetch(
        self, url: str, known: Known | None = None, headers: Mapping[str, str] | None = None
    ) -> Capture | Rejection:
        """Fetch an address, of which an earlier run may have got something, with further header fields; total."""
        trail: list[Exchange] = []
        try:
            async for attempt in self._attempts():
                with attempt:
                    trail[:] = [replace(one, role="attempt") if one.role == "document" else one for one in trail]
                    final, answer = await self._follow(
                        parse_url_of(url, self._ports, self._limits), known, trail, headers or {}
                    )
                    return self._capture(url, final, answer, known, trail)
        except FetchError as error:
            return _rejection(url, error, trail)
        raise AssertionError("an attempt ends with a value or an error")

    def _attempts(self) -> tenacity.AsyncRetrying:
        return tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, FetchError) and error.passing),
            stop=tenacity.stop_after_attempt(self._manners.attempts),
            wait=tenacity.wait_exponential_jitter(multiplier=self._manners.backoff, max=_LONGEST_BACKOFF),
            sleep=self._clock.sleep,
            reraise=True,
        )

    async def _follow(
        self, url: FetchUrl, known: Known | None, trail: list[Exchange], headers: Mapping[str, str]
    ) -> tuple[FetchUrl, Answer]:
        """Go where an address leads, asking robots and taking a turn at every step."""
        for _ in range(self._limits.redirects + 1):
            await self._ask_robots(url, trail)
            asked = conditions(known.headers) if known and known.url == url.text else {}
            answer = await self._turn(url, {**headers, **asked})
            target = _target(answer)
            _keep(trail, answer, "redirect" if target else "document")
            if answer.error:
                raise answer.error
            if target:
                url = parse_url_of(target, self._ports, self._limits, base=url.text)
                continue
            if answer.status == 304 and asked and known:
                if confirms(known.headers, answer.headers):
                    return url, replace(answer, headers=updated(known.headers, answer.headers))
                known = None  # it speaks of something that is not kept, and is asked for as a whole
                trail[-1] = replace(trail[-1], role="attempt")
                continue
            if not 200 <= answer.status < 300 or answer.status in _EMPTY:
                raise StatusError(answer.status, f"the server answers {answer.status}")
            self._heed(header_reservations(answer.headers))
            if self._manners.heed_reservations and "html" in media_type_of(answer).lower():
                self._heed(undecoded_reservations(answer.body))
            return url, answer
        raise TooManyRedirectsError(f"more than {self._limits.redirects} redirects")

    async def _turn(self, url: FetchUrl, headers: Mapping[str, str], keep: int | None = None) -> Answer:
        """Ask when the host may be asked, one request at a time."""
        async with self._turns[url.host]:
            while True:
                self._hosts.check(url.host)
                async with self._permits:
                    if (wait := self._hosts.take(url.host)) <= 0:
                        answer = await self._client.get(url, headers, keep=keep)
                        self._hosts.done(url.host, answer.seconds)
                        break
                self.waited[url.host] += wait
                await self._clock.sleep(wait)
        if answer.status in _BUSY:
            pause = retry_after(answer.headers, now(self._clock))
            self._hosts.pause(url.host, self._manners.backoff if pause is None else pause)
        failed = 1 if answer.status >= 500 or answer.status == 429 else 0
        self._hosts.count(url.host, answer.error.weight if answer.error else failed)
        return answer

    # ── robots ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _ask_robots(self, url: FetchUrl, trail: list[Exchange]) -> None:
        rules = await self._rules_of(url, trail)
        if isinstance(rules.robots, FetchError):
            raise rules.robots
        if not rules.robots.allowed(self._manners.agent, url.text):
            raise RobotsDeniedError(f"robots.txt does not allow {self._manners.agent} here")
        if self._manners.mining_file and rules.mining is None:
            await self._ask_mining_rules(url, rules.robots, trail)
        self._heed(self._reservations(url))

    def _heed(self, reservations: tuple[str, ...]) -> None:
        if reservations and self._manners.heed_reservations:
            raise ReservedError(
                f"the site reserves this page from mining ({', '.join(reservations)}; DATELINE_FETCH_HEED_RESERVATIONS)"
            )

    async def _rules_of(self, url: FetchUrl, trail: list[Exchange]) -> _Rules:
        async with self._asking[url.origin]:
            rules = self._rules.get(url.origin)
            if rules is None or rules.until < self._clock.steady():
                rules = self._rules[url.origin] = await self._fetch_rules(url, trail)
                if isinstance(rules.robots, Robots):
                    self._hosts.delay(url.host, rules.robots.crawl_delay(self._manners.agent))
            return rules

    async def _ask_mining_rules(self, url: FetchUrl, robots: Robots, trail: list[Exchange]) -> None:
        """Get what a site says of mining, once; a file that cannot be had says nothing."""
        async with self._asking[url.origin]:
            rules = self._rules[url.origin]
            if rules.mining is not None:
                return
            mining, place = Robots(), url.at(MINING_PATH)
            if robots.allowed(self._manners.agent, place):
                with suppress(FetchError):
                    answer = await self._site_file(place, trail)
                    if answer and answer.status == 200 and not answer.error:
                        mining = read_mining_rules(answer.body)
            self._rules[url.origin] = replace(rules, mining=mining)

    async def _fetch_rules(self, url: FetchUrl, trail: list[Exchange]) -> _Rules:
        before = len(trail)
        try:
            robots: Robots | FetchError = await self._robots(url, trail)
        except FetchError as error:
            if len(trail) == before and not isinstance(error, DeadlineExceededError):
                robots = error  # the host was not even reached, and that is the better reason
                robots.passing = False  # type: ignore[misc]
            else:
                why = f"{error.reason}: {shown(str(error))}"
                robots = RobotsUnavailableError(f"robots.txt could not be had, so nothing is fetched: {why}")
        # What could not be had is asked for again sooner, but not by every page of the site.
        seconds = self._limits.robots_seconds if isinstance(robots, Robots) else self._manners.longest_wait
        return _Rules(robots, self._clock.steady() + seconds)

    async def _robots(self, site: FetchUrl, trail: list[Exchange]) -> Robots:
        """Get a site's robots.txt; one that is not there allows everything (RFC 9309, 2.3.1.3)."""
        async for attempt in self._attempts():
            with attempt:
                answer = await self._site_file(site.at("/robots.txt"), trail)
                return _robots_in(answer) if answer else Robots()  # too many redirects are as good as none (2.3.1.2)
        raise AssertionError("an attempt ends with a value or an error")

    async def _site_file(self, place: str, trail: list[Exchange]) -> Answer | None:
        """Get a file in which a site speaks of itself; None where it leads on and on."""
        url = parse_url_of(place, self._ports, self._limits)
        for _ in range(self._limits.robots_redirects + 1):
            answer = await self._turn(url, {}, keep=self._limits.robots_bytes)
            _keep(trail, answer, "robots")
            target = _target(answer)
            if not target:
                return answer
            url = parse_url_of(target, self._ports, self._limits, base=url.text)
        return None

    # ── what came of it ───────────────────────────────────────────────────────────────────────────────────────────────

    def _capture(
        self, asked: str, final: FetchUrl, answer: Answer, known: Known | None, trail: list[Exchange]
    ) -> Capture:
        unchanged = known if answer.status == 304 else None
        return Capture(
            source=SOURCE,
            locator=locator_of(asked),
            captured_at=trail[-1].sent_at,
            media_type=unchanged.media_type if unchanged else media_type_of(answer),
            payload=answer.body,
            url=final.text,
            http_status=answer.status,
            http_headers=answer.headers,
            reservations=self._reservations(final),
            payload_sha256=unchanged.payload_sha256 if unchanged else None,
            exchanges=tuple(trail),
        )

    def _reservations(self, url: FetchUrl) -> tuple[str, ...]:
        rules = self._rules.get(url.origin)
        if not rules or not isinstance(rules.robots, Robots):
            return ()
        return site_reservations(rules.robots, rules.mining, self._manners.agent, url.text)


def parse_url_of(text: str, ports: frozenset[int], limits: Limits, base: str | None = None) -> FetchUrl:
    """Parse an address within the limits; raises FetchError."""
    return parse_url(text, ports=ports, base=base, longest=limits.url_bytes)


def locator_of(url: str) -> str:
    """Give the place that an address stands for in the archive: its one spelling where it has one, without secrets."""
    try:
        return parse_url(url, ports=range(65536)).text
    except FetchError:
        return shown(url)


def media_type_of(answer: Answer) -> str:
    """Give the media type that the server names, or what the first bytes look like."""
    given = (answer.header("content-type") or "").split(",")[0].strip()
    if "/" in given:
        return given
    return "text/html" if answer.body[:1000].lstrip()[:1] == b"<" else "application/octet-stream"


def _target(answer: Answer) -> str | None:
    return answer.header("location") if answer.status in _REDIRECTS and not answer.error else None


def _keep(trail: list[Exchange], answer: Answer, role: str) -> None:
    if answer.exchange and answer.exchange.response:
        trail.append(replace(answer.exchange, role=role))  # type: ignore[arg-type]


def _robots_in(answer: Answer) -> Robots:
    """Read an answer to a request for robots.txt. Raises FetchError where it says nothing about what is allowed."""
    if answer.error:
        raise answer.error
    if answer.status >= 500 or answer.status == 429:
        raise StatusError(answer.status, f"the server answers {answer.status}")
    if not 200 <= answer.status < 300:
        return Robots()
    body = answer.body
    if answer.exchange and answer.exchange.truncated:
        body = body[: body.rfind(b"\n") + 1]  # half a line might say something else
    return read_robots(body)


def _rejection(url: str, error: FetchError, trail: list[Exchange]) -> Rejection:
    """Say why a fetch came to nothing, with the body of the answer as far as it came."""
    document = trail[-1] if trail and trail[-1].role == "document" else None
    body = read_response(document.response).body if document else b""
    return Rejection(
        source=SOURCE,
        locator=locator_of(url),
        stage="read",
        reason=error.reason,
        detail=shown(str(error)),
        payload_sha256=hashlib.sha256(body).hexdigest() if document else None,
        payload=body,
        exchanges=tuple(trail),
    )
