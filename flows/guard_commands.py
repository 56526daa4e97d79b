"""What all commands share: exit codes, options, settings, and errors that are told in one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from flows.settings import Settings
    from flows.supervise_workers import Means
    from warehouse.database import Warehouse

DONE, REJECTED, USAGE, LOCKED, DAMAGED = range(5)
STOPPED = 130

DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
warehouse_option = click.option(
    "--warehouse",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The DuckDB file; else DATELINE_WAREHOUSE, else dateline.duckdb in the working folder.",
)


def instant(given: datetime | None) -> str | None:
    """Write an instant of an option as SQL takes it."""
    return f"{given.isoformat()}Z" if given else None


def read_settings() -> Settings:
    """Read the settings; ends the command where they cannot be meant."""
    from pydantic import ValidationError

    from flows.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        raise click.UsageError(f"settings (DATELINE_… or dateline.toml): {error}") from None


def means_of(settings: Settings, jobs: int | None = None) -> Means:
    """Give the means by which documents are transformed; `jobs` stands over what is set."""
    try:
        means = settings.means(jobs)
        if means.rules:
            from transforms.boilerplate import shipped_rules

            shipped_rules(*means.rules)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"the rules that DATELINE_RULES names: {error}") from None
    return means


def open_store(path: Path | None) -> Warehouse:
    """Give the warehouse at a path, or at the one that is set."""
    return read_settings().open_warehouse(path)


@contextmanager
def as_one_line() -> Iterator[None]:
    """Turn what can go wrong with a warehouse into one line and an exit code."""
    from warehouse.archive import ArchiveDamagedError
    from warehouse.database import (
        MigrationError,
        WarehouseDamagedError,
        WarehouseLockedError,
        WarehouseMemoryError,
        WarehouseMissingError,
    )
    from warehouse.queries import NoSuchArticleError

    try:
        yield
    except WarehouseLockedError as error:
        end(LOCKED, error)
    except (WarehouseMissingError, WarehouseMemoryError, NoSuchArticleError, MigrationError) as error:
        end(USAGE, error)
    except (WarehouseDamagedError, ArchiveDamagedError) as error:
        end(DAMAGED, error)


def end(code: int, error: Exception) -> None:
    """Say what went wrong, and end the command with an exit code."""
    click.echo(f"dateline: {error}", err=True)
    sys.exit(code)
