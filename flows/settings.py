"""Every setting of Dateline, in one place: environment variables over `dateline.toml` over the defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from flows.supervise_workers import Limits, Means

if TYPE_CHECKING:
    from warehouse.database import Warehouse


class Source(BaseModel):
    """A source that `dateline.toml` declares: its name, where it is, and which columns of its tables hold which fields."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="The `source` of its captures")
    kind: Literal["files"] = Field("files", description="What it is")
    location: str | list[str] = Field(description="A path or glob pattern, or several")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Fields of a document and their columns in tables"
    )

    @property
    def places(self) -> list[str]:
        """The locations, as a list."""
        return [self.location] if isinstance(self.location, str) else self.location

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        from connectors.tables import checked_map  # noqa: PLC0415  (only who declares columns needs it)

        return checked_map(columns) if columns else columns


class Settings(BaseSettings):
    """Settings; each is also an environment variable, `DATELINE_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", toml_file="dateline.toml", extra="forbid")

    warehouse: Path = Field(Path("dateline.duckdb"), description="The DuckDB file; its archive lies beside it")
    document_limit: int = Field(16 * 1024 * 1024, gt=0, description="Largest document, in bytes after gzip")
    max_rejected: float = Field(
        0.0, ge=0, le=1, description="Share of captures that may be rejected before exit code 1"
    )
    batch_documents: int = Field(1000, gt=0, description="Documents in a batch, which is one transaction")
    batch_bytes: int = Field(16 * 1024 * 1024, gt=0, description="Bytes in a batch, after which it is closed early")
    jobs: int = Field(
        default_factory=lambda: os.cpu_count() or 1, gt=0, description="Processes that transform documents"
    )
    mentions: bool = Field(
        default=False, description="Find the dates that texts speak of; halves the documents a second"
    )
    document_seconds: float = Field(10.0, gt=0, description="Processor time that one document may take")
    document_memory: int = Field(1 << 30, gt=0, description="Bytes that a process may take for one document")
    rules: Path | None = Field(None, description="A file of further rules, as `dateline learn-boilerplate` proposes")
    sources: list[Source] = Field(default_factory=list, description="The sources that `ingest` reads without a path")
    lock_wait: float = Field(10.0, ge=0, description="Seconds to wait for another process to let go of the warehouse")
    memory_limit: str = Field("250MB", description="Memory that DuckDB may use")
    threads: int = Field(1, gt=0, description="Threads that DuckDB may use; the cores are busy with transforming")

    @field_validator("sources")
    @classmethod
    def _named_once(cls, sources: list[Source]) -> list[Source]:
        names = [source.name for source in sources]
        if len(set(names)) < len(names):
            raise ValueError("two sources have the same name")
        return sources

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read `dateline.toml` of the working folder below the environment."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def means(self, jobs: int | None = None) -> Means:
        """Give the means by which documents are transformed; `jobs` stands over what is set.

        Raises OSError or UnicodeDecodeError for a file of rules that cannot be read.
        """
        limits = Limits(self.document_seconds, self.document_memory)
        rules = (self.rules.read_text("utf-8"),) if self.rules else ()
        return Means(jobs or self.jobs, limits, self.mentions, rules)

    def open_warehouse(self, path: Path | None = None) -> Warehouse:
        """Give the warehouse at a path, or at the one that is set."""
        from warehouse.database import Warehouse  # noqa: PLC0415  (what asks no warehouse need not load DuckDB)

        return Warehouse(path or self.warehouse, self.lock_wait, self.memory_limit, self.threads)
