"""One request and its answer: sent over judged connections, read within limits, decoded by decoders of our own."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import httpcore
import httpx

from connectors.web.addresses import AddressPolicy
from connectors.web.clock import Clock, now
from connectors.web.errors import (
    BodyDamagedError,
    BodyTooLargeError,
    BodyTruncatedError,
    ConnectionLostError,
    DeadlineExceededError,
    FetchError,
    MalformedUrlError,
    ProtocolViolationError,
    UnknownCodingError,
)
from connectors.web.limits import Limits
from connectors.web.network import JudgedBackend, Recorder, Resolver, recorder, resolve
from connectors.web.urls import FetchUrl, shown
from transforms import codings
from transforms.http_messages import Headers
from transforms.http_messages import field as header_field
from transforms.records import Exchange

_CREDENTIALS = re.compile(
    rb"^(?:authorization|cookie|proxy-authorization|(?:x-)?(?:api-?key|auth-?token)):[^\n]*\n",
    re.IGNORECASE | re.MULTILINE,
)
_CODING_ERRORS = {
    codings.DamagedCodingError: BodyDamagedError,
    codings.TruncatedCodingError: BodyTruncatedError,
    codings.TooLargeError: BodyTooLargeError,
    codings.UnknownCodingError: UnknownCodingError,
}
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_CUT_SHORT = ("peer closed", "Server disconnected", "<StreamReset", "<ConnectionTerminated")
_TRUNCATED: dict[type, str] = {  # what WARC calls it
    BodyTooLargeError: "length",
    BodyTruncatedError: "disconnect",
    ConnectionLostError: "disconnect",
    DeadlineExceededError: "time",
    ProtocolViolationError: "unspecified",
    UnknownCodingError: "unspecified",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: status, header fields and decoded body; or `error`, and what had come until then.

    `seconds` is how long all of it took. `exchange` is None where nothing was sent.
    """

    exchange: Exchange | None
    status: int = 0
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    error: FetchError | None = None
    seconds: float = 0.0

    def header(self, name: str) -> str | None:
        """Give a header field's value."""
        return header_field(self.headers, name)


class Client:
    """Sends requests; keeps connections open between them, and nothing else: no cookies, no cache, no redirects."""

    def __init__(
        self,
        limits: Limits,
        policy: AddressPolicy,
        clock: Clock,
        headers: Mapping[str, str],
        *,
        resolver: Resolver = resolve,
        trust: ssl.SSLContext | None = None,
        connections: int = 32,
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        """`trust` is whose certificates are believed; `credentials` maps origins to their Authorization."""
        self._limits = limits
        self._clock = clock
        self._credentials = credentials or {}
        self._headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip, br", **headers}
        self._transport = _Transport(JudgedBackend(policy, resolver), trust, connections)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def get(self, url: FetchUrl, headers: Mapping[str, str] | None = None, *, keep: int | None = None) -> Answer:
        """Ask for an address. With `keep`, a body is cut there and counts as whole; total but for cancellation."""
        wire = Recorder(self._limits)
        begun, sent_at = self._clock.steady(), now(self._clock)
        reading = _Reading(self._limits, keep)
        error: FetchError | None = None
        try:
            async with asyncio.timeout(self._limits.deadline):
                await self._exchange(url, headers or {}, wire, reading)
        except FetchError as failure:
            error = failure
        except TimeoutError:
            error = DeadlineExceededError(f"not answered within {self._limits.deadline:g} s")
        except (httpcore.TimeoutException, httpx.TimeoutException):
            error = DeadlineExceededError(f"nothing came for {self._limits.read_timeout:g} s")
        except (httpcore.RemoteProtocolError, httpcore.NetworkError) as failure:
            error = _broken(failure, reading)
        except (httpx.InvalidURL, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as failure:
            # Over HTTP/2 the library calls it our own fault, too, when a peer breaks the rules.
            kind = ProtocolViolationError if wire.multiplexed else MalformedUrlError
            error = kind(f"this address cannot be asked for: {failure}")
        except Exception as failure:  # noqa: BLE001  (an HTTP/2 peer can make the libraries raise errors of many kinds)
            error = ProtocolViolationError(f"{type(failure).__name__}: {failure}")
        seconds = self._clock.steady() - begun
        exchange = _exchange(url, wire, reading, error, sent_at)
        return Answer(exchange, reading.status, reading.headers, b"".join(reading.body), error, seconds)

    async def _exchange(self, url: FetchUrl, headers: Mapping[str, str], wire: Recorder, reading: _Reading) -> None:
        read, connect = self._limits.read_timeout, self._limits.connect_timeout
        timeouts = {"connect": connect, "read": read, "write": read, "pool": None}
        sent = {**self._headers, **headers}
        request = httpx.Request("GET", url.text, headers=sent, extensions={"timeout": timeouts})
        if (request.url.raw_host.decode("ascii"), request.url.scheme) != (url.host.strip("[]"), url.scheme):
            raise MalformedUrlError("this address is read in two ways; write its host plainly")
        if url.origin in self._credentials:
            request.headers["Authorization"] = self._credentials[url.origin]
        reading.request = request
        token = recorder.set(wire)
        try:
            # Not by way of httpx's client: it keeps cookies, and reads Location where nobody asked it to.
            response = await self._transport.handle_async_request(request)
            try:
                wire.answered = True
                reading.answer(response)
                async for piece in response.aiter_raw():
                    if not reading.take(piece):
                        return
                reading.close()
            finally:
                await response.aclose()
        finally:
            recorder.reset(token)


class _Reading:
    """An answer as it comes in."""

    def __init__(self, limits: Limits, keep: int | None) -> None:
        self.request: httpx.Request | None = None
        self.status = 0
        self.protocol = "http/1.1"
        self.headers: Headers = ()
        self.body: list[bytes] = []
        self.raw: list[bytes] = []  # as it came, where the wire cannot be cut into requests
        self.cut = False
        self._limits = limits
        self._keep = keep
        self._decoding: codings.Decoding | None = None
        self._size = 0

    def answer(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        if response.http_version == "HTTP/2":
            self.protocol = "h2"
            if len(self.headers) > self._limits.head_fields:
                raise ProtocolViolationError(f"the answer has more than {self._limits.head_fields} header fields")
        try:
            coding = header_field(self.headers, "content-encoding")
            self._decoding = codings.Decoding(coding, self._limits.body_bytes, self._limits.codings)
        except codings.CodingError as error:
            raise _CODING_ERRORS[type(error)](str(error)) from None

    def take(self, piece: bytes) -> bool:
        """Take some of the body; False where no more of it is wanted."""
        if self.protocol == "h2":
            self.raw.append(piece)
        assert self._decoding
        try:
            for decoded in self._decoding.feed(piece):
                self.body.append(decoded)
                self._size += len(decoded)
                if self._keep is not None and self._size >= self._keep:
                    self.cut = True
                    return False
        except codings.CodingError as error:
            raise _CODING_ERRORS[type(error)](str(error)) from None
        return True

    def close(self) -> None:
        assert self._decoding
        try:
            self._decoding.close()
        except codings.CodingError as error:
            raise _CODING_ERRORS[type(error)](str(error)) from None


class _Transport(httpx.AsyncBaseTransport):
    """What httpx sends through: a small pool of httpcore for each origin, on our own connections.

    One pool for all would look at every connection of every host at every request. Errors come up as they are.
    """

    def __init__(self, backend: JudgedBackend, trust: ssl.SSLContext | None, connections: int) -> None:
        self._backend = backend
        self._trust = trust or ssl.create_default_context()
        self._most = connections
        self._pools: OrderedDict[tuple[bytes, bytes, int | None], httpcore.AsyncConnectionPool] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        url = request.url
        origin = (url.raw_scheme, url.raw_host, url.port)
        # Taken out while it is in use, so that nobody closes it; at most one request of a host is under way.
        pool = self._pools.pop(origin, None) or self._opened()
        try:
            answer = await pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(scheme=origin[0], host=origin[1], port=origin[2], target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except BaseException:
            await self._keep(origin, pool)
            raise
        body = _Body(answer, partial(self._keep, origin, pool))
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    async def aclose(self) -> None:
        """Close every connection."""
        while self._pools:
            await self._pools.popitem()[1].aclose()

    def _opened(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._trust,
            max_connections=1,
            keepalive_expiry=20.0,
            http1=True,
            http2=True,
            retries=0,
            network_backend=self._backend,
        )

    async def _keep(self, origin: tuple[bytes, bytes, int | None], pool: httpcore.AsyncConnectionPool) -> None:
        """Put a pool back, and close those that have rested longest where there are too many."""
        resting = [self._pools.pop(origin, None)]
        self._pools[origin] = pool
        while len(self._pools) > self._most:
            resting.append(self._pools.popitem(last=False)[1])
        for one in resting:
            if one and one is not pool:
                await one.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, closed: Callable[[], Awaitable[None]]) -> None:
        self._answer = answer
        self._closed = closed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert not isinstance(self._answer.stream, bytes)
        async for piece in self._answer.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            await self._closed()


def _broken(failure: Exception, reading: _Reading) -> FetchError:
    """Name a connection that broke: before the answer, within its body, or by its own words."""
    cut_short = isinstance(failure, httpcore.NetworkError) or str(failure).startswith(_CUT_SHORT)
    if not cut_short:
        return ProtocolViolationError(shown(str(failure)))
    if reading.status:
        return BodyTruncatedError("the connection ended before the body did")
    return ConnectionLostError("the connection ended before an answer came")


def _exchange(
    url: FetchUrl, wire: Recorder, reading: _Reading, error: FetchError | None, sent_at: datetime
) -> Exchange | None:
    """Give what went over the wire, if anything did."""
    request = reading.request
    if request is None or not (wire.sent or wire.multiplexed):
        return None
    sent, received = bytes(wire.sent), bytes(wire.received)
    if wire.multiplexed:
        sent = b"GET %s HTTP/1.1\r\n%s\r\n" % (request.url.raw_path, _lines(request.headers.raw))
        if reading.status:
            head = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reading.headers]
            received = b"HTTP/1.1 %d \r\n%s\r\n%s" % (reading.status, _lines(head), b"".join(reading.raw))
    why = "length" if reading.cut else _TRUNCATED.get(type(error)) if received else None
    return Exchange(
        url=url.text,
        sent_at=sent_at,
        request=_CREDENTIALS.sub(b"", sent),
        response=received,
        protocol="h2" if wire.multiplexed else "http/1.1",
        address=wire.address,
        truncated=why,
    )


def _lines(fields: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % pair for pair in fields)
