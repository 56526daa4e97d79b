"""Connections: the host looked up once, its addresses judged, one of them opened, and the wire written down.

This stands below httpcore, so that nothing above can connect to an address that was not judged: neither a redirect, nor
a second answer of the resolver, nor a spelling that one parser reads so and another otherwise.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

import httpcore

from connectors.web.addresses import AddressPolicy
from connectors.web.errors import (
    AddressBlockedError,
    BodyTooLargeError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    ProtocolViolationError,
    ResolutionError,
    TlsError,
)
from connectors.web.limits import Limits

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_ADDRESSES = 4  # tried one after the other
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] +(\d{3})")

recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for the addresses of a host, in its order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Recorder:
    """One request and its answer on the wire; raises as soon as the answer's head is more than an honest one."""

    def __init__(self, limits: Limits) -> None:
        self.sent = bytearray()
        self.received = bytearray()
        self.address: str | None = None
        self.multiplexed = False
        self.answered = False  # whether the head of the answer is there
        self._limits = limits
        self._interim = 0
        self._head = 0
        self._sought = 0
        self._count = 0

    def send(self, content: bytes) -> None:
        """Take bytes that are being sent."""
        if not self.multiplexed:
            self.sent += content

    def receive(self, content: bytes) -> None:
        """Take bytes that came. Raises ProtocolViolationError or BodyTooLargeError."""
        self._count += len(content)
        if self.multiplexed:
            if self._count > (self._limits.wire_bytes if self.answered else 2 * self._limits.head_bytes):
                raise (
                    BodyTooLargeError(self._too_large())
                    if self.answered
                    else ProtocolViolationError("more than twice a head's size before the head of an answer")
                )
            return
        self.received += content
        while not self.answered and self._read_head():
            pass
        if self.answered and len(self.received) - self._head > self._limits.wire_bytes:
            del self.received[self._head + self._limits.wire_bytes :]
            raise BodyTooLargeError(self._too_large())

    def _too_large(self) -> str:
        return f"more than {self._limits.wire_bytes} bytes came over the wire"

    def _read_head(self) -> bool:
        """Look for the end of a head; True where it was of an interim answer, and another follows."""
        end = _HEAD_END.search(self.received, self._sought)
        self._sought = 0 if end else max(0, len(self.received) - 3)
        size = end.end() if end else len(self.received)
        if size > self._limits.head_bytes:
            del self.received[self._limits.head_bytes :]
            raise ProtocolViolationError(f"the answer's head is larger than {self._limits.head_bytes} bytes")
        if not end:
            return False
        head = bytes(self.received[: end.start()])
        status = _STATUS.match(head)
        if not status:
            raise ProtocolViolationError("the answer does not begin as HTTP does")
        if status[1].startswith(b"1") and status[1] != b"101":
            self._interim += 1
            if self._interim > self._limits.interim_answers:
                raise ProtocolViolationError(f"more than {self._limits.interim_answers} interim answers")
            del self.received[: end.end()]
            return True
        self._check(head)
        self._head, self.answered = end.end(), True
        return False

    def _check(self, head: bytes) -> None:
        lines = head.split(b"\n")[1:]
        if len(lines) > self._limits.head_fields:
            raise ProtocolViolationError(f"the answer has more than {self._limits.head_fields} header fields")
        names = [line.partition(b":")[0].strip().lower() for line in lines]
        if b"content-length" in names and b"transfer-encoding" in names:
            raise ProtocolViolationError("the answer gives its length in two ways (Content-Length, Transfer-Encoding)")


class RecordedStream(httpcore.AsyncNetworkStream):
    """A connection whose bytes go into the recorder of the request that is using it."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, address: str) -> None:
        self._inner = inner
        self._address = address
        self._recorder: Recorder | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Read, and write down what was read."""
        content = await self._inner.read(max_bytes, timeout)
        if self._recorder:
            self._recorder.receive(content)
        return content

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write down, and write, for the request that is being sent."""
        self._recorder = recorder.get()
        if self._recorder:
            self._recorder.address = self._address
            self._recorder.multiplexed = self._speaks_http2()
            self._recorder.send(buffer)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Encrypt; raises TlsError where the other side cannot be trusted."""
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectTimeout:
            raise DeadlineExceededError("encryption was not agreed on in time") from None
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise TlsError(str(error.__cause__)) from None
            raise ConnectionLostError("the connection ended while encryption was agreed on") from None
        return RecordedStream(inner, self._address)

    def get_extra_info(self, info: str) -> Any:
        """Tell what is known of the connection."""
        return self._inner.get_extra_info(info)

    def _speaks_http2(self) -> bool:
        encrypted = self._inner.get_extra_info("ssl_object")
        return encrypted is not None and encrypted.selected_alpn_protocol() == "h2"


class JudgedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that the policy leaves open, and to nothing else."""

    def __init__(self, policy: AddressPolicy, resolver: Resolver = resolve) -> None:
        self._policy = policy
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Look a host up once and connect to what was found. Raises FetchError."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._judged(host, port)
                return await self._opened(addresses, port, socket_options)
        except TimeoutError:
            raise DeadlineExceededError(f"no connection to the host within {timeout:g} s") from None

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a socket of this machine is no place of the web."""
        raise AddressBlockedError("sockets of this machine are not connected to")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _judged(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolver(host.removeprefix("[").removesuffix("]"), port)
        except (OSError, UnicodeError) as error:
            raise ResolutionError(f"the host has no address: {error}") from None
        if not addresses:
            raise ResolutionError("the host has no address")
        for address in addresses:
            if refusal := self._policy.refusal(address):
                raise AddressBlockedError(f"the host is at {address}: {refusal} (DATELINE_FETCH_ADDRESSES opens more)")
        return addresses

    async def _opened(self, addresses: Sequence[str], port: int, options: Any) -> httpcore.AsyncNetworkStream:
        failures = []
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return RecordedStream(await self._inner.connect_tcp(address, port, socket_options=options), address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failures.append(f"{address}: {error.__cause__ or error}")
        raise ConnectError("; ".join(failures))
