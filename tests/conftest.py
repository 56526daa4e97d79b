"""What tests of several packages share: a place for seeds, a warehouse, a way in, a way to ask, and no network."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.seeds import SeedConnector
from flows.supervise_workers import Means
from flows.walk_documents import walk
from transforms.boilerplate import shipped_rules
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.runs import open_run

IN_PROCESS = Means(jobs=0)
WRITTEN = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Give the folder that `write` writes to."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


@pytest.fixture
def write(seeds: Path) -> Callable[..., Path]:
    """Give a function that writes a seed file with a fixed time of writing, `at`."""

    def written(name: str, content: str | bytes, at: datetime = WRITTEN) -> Path:
        path = seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    return written


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Give a warehouse that is not there yet."""
    return Warehouse(tmp_path / "house" / "dateline.duckdb", lock_wait=5.0)


@pytest.fixture
def ingest(warehouse: Warehouse) -> Callable[..., LoadReport]:
    """Give a function that takes seed files, folders and patterns all the way into the warehouse."""

    def ingested(*paths: Path | str, documents: int = 1000, into: Warehouse = warehouse) -> LoadReport:
        items = SeedConnector([str(path) for path in paths]).captures()
        with open_run(into, "ingest", shipped_rules().sha256) as run:
            return walk(into, run, items, documents=documents, size=1 << 24, means=IN_PROCESS)

    return ingested


@pytest.fixture
def rows(warehouse: Warehouse) -> Callable[..., list[tuple[Any, ...]]]:
    """Give a function that asks the warehouse in SQL."""

    def asked(query: str, values: Any = None) -> list[tuple[Any, ...]]:
        with warehouse.reading() as connection:
            return connection.execute(query, values).fetchall()

    return asked


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
