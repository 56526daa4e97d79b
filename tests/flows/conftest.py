"""What tests of flows that fetch share: a server, settings under which it may be fetched from, and the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.run_commands import main
from tests.loopback import Web


@pytest.fixture
def web() -> Iterator[Web]:
    """Give a server."""
    served = Web()
    yield served
    served.close()


@pytest.fixture
def environment(web: Web, tmp_path: Path) -> dict[str, str]:
    """Give settings under which the server may be fetched from, in haste."""
    return {
        "DATELINE_WAREHOUSE": str(tmp_path / "dateline.duckdb"),
        "DATELINE_JOBS": "1",
        "DATELINE_FETCH_ADDRESSES": "127.0.0.0/8",
        "DATELINE_FETCH_PORTS": f"80,443,{web.port}",
        "DATELINE_FETCH_GAP": "0",
        "DATELINE_FETCH_GAP_FACTOR": "0",
        "DATELINE_FETCH_BACKOFF": "0",
        "DATELINE_FETCH_MINING_FILE": "false",
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def ran(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return ran
