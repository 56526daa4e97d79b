"""A web of one machine: a server that says what a test wrote down, and a clock that nobody waits for."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROBOTS = b"User-agent: *\nDisallow: /private/\n"


def answer(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """Write a whole answer."""
    fields = {
        "Content-Type": "text/html",
        "Content-Length": str(len(body)),
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("latin-1") + body


class Web:
    """A server on loopback. `pages` maps paths to bytes, or to pieces with pauses between them, or to a function."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[tuple[str, bytes]] = []
        self.times: list[tuple[str, float]] = []
        self.connections = 0
        self.clock: Any = None
        self._trust = trust
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._trust else 'http'}://{host}:{self.port}{path}"

    def listen_on(self, address: str) -> None:
        """Serve on another address of the machine too."""

        async def opened() -> None:
            self._servers.append(await asyncio.start_server(self._talk, address, self.port, ssl=self._trust))

        asyncio.run_coroutine_threadsafe(opened(), self._loop).result(10)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._trust)
        self.port = server.sockets[0].getsockname()[1]
        self._servers = [server]
        self._ready.set()
        await self._stop.wait()
        for one in self._servers:
            one.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                host = head.partition(b"Host: ")[2].partition(b"\r\n")[0].decode()
                self.asked.append((path, head))
                self.times.append((host.partition(":")[0], self.clock.wall() if self.clock else 0.0))
                if not await self._say(path, head, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _say(self, path: str, head: bytes, writer: asyncio.StreamWriter) -> bool:
        page = self.pages.get(path.partition("?")[0])
        if callable(page):
            page = page(head)
        if page is None:
            page = answer(ROBOTS, Content_Type="text/plain") if path == "/robots.txt" else answer(b"none", 404)
        for piece in [page] if isinstance(page, bytes) else page:
            if piece == "reset":
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                writer.transport.abort()
                return False
            if piece == "close":
                return False
            if isinstance(piece, (int, float)):
                await asyncio.sleep(piece)
                continue
            writer.write(piece)
            await writer.drain()
        return True


class Hours:
    """A clock of its own: whoever waits sets it forward."""

    def __init__(self, at: float = 1_700_000_000.0) -> None:
        self.at = at
        self.slept: list[float] = []

    def wall(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at - 1_000_000_000.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.at + seconds
        await asyncio.sleep(0)
        self.at = max(self.at, until)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begun = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "certificate.pem", folder / "key.pem"


class Http2Web(Web):
    """The same over HTTP/2: a page is a list of header fields and a body, or of events to send."""

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        talk.initiate_connection()
        writer.write(talk.data_to_send())
        try:
            while content := await reader.read(65536):
                for event in talk.receive_data(content):
                    if isinstance(event, h2.events.RequestReceived):
                        self._reply(talk, event)
                    elif isinstance(event, h2.events.WindowUpdated):
                        pass
                writer.write(talk.data_to_send())
                await writer.drain()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _reply(self, talk: Any, event: Any) -> None:
        path = dict(event.headers)[b":path"].decode()
        self.asked.append((path, repr(event.headers).encode()))
        fields, body = self.pages.get(path, ([(":status", "404")], b""))
        if body == "reset":
            talk.reset_stream(event.stream_id)
            return
        talk.send_headers(event.stream_id, fields)
        for at in range(0, len(body), 16384):
            talk.send_data(event.stream_id, body[at : at + 16384])
        talk.end_stream(event.stream_id)
