"""Every setting of Dateline, in one place: environment variables over `dateline.toml` over the defaults."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from connectors.web.addresses import AddressPolicy
from connectors.web.limits import Limits as FetchLimits
from connectors.web.limits import Manners
from flows.supervise_workers import Limits, Means

if TYPE_CHECKING:
    from warehouse.database import Warehouse


SourceKind = Literal["files", "warc", "pages", "feed", "sitemap", "site"]


class Source(BaseModel):
    """A source that `dateline.toml` declares: its name, what and where it is, and what only its kind needs."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="The `source` of its captures")
    kind: SourceKind = Field("files", description="What it is")
    location: str | list[str] = Field(description="A path, glob pattern or address, or several")
    columns: dict[str, str] = Field(
        default_factory=dict, description="Fields of a document and their columns in tables"
    )
    since: datetime | Literal["cursor"] | None = Field(None, description="As `follow_since`, for this source")

    @property
    def places(self) -> list[str]:
        """The locations, as a list."""
        return [self.location] if isinstance(self.location, str) else self.location

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        from connectors.tables import checked_map  # noqa: PLC0415  (only who declares columns needs it)

        return checked_map(columns) if columns else columns

    @field_validator("since")
    @classmethod
    def _in_utc(cls, given: datetime | str | None) -> datetime | str | None:
        return in_utc(given)

    @model_validator(mode="after")
    def _fitting(self) -> Source:
        is_web = [place.lower().startswith(("http://", "https://")) for place in self.places]
        if self.kind in ("files", "warc") and any(is_web):
            raise ValueError(f"{self.name}: an address is of kind pages, feed, sitemap or site, not {self.kind}")
        if self.kind == "site" and not all(is_web):
            raise ValueError(f"{self.name}: a site is an address, which begins with http:// or https://")
        if self.columns and self.kind != "files":
            raise ValueError(f"{self.name}: only files have columns")
        if self.since and self.kind not in ("feed", "sitemap", "site"):
            raise ValueError(f"{self.name}: only feeds, sitemaps and sites have a since")
        return self


def in_utc(given: datetime | str | None) -> datetime | str | None:
    """Give an instant without a zone that of UTC."""
    return given.replace(tzinfo=given.tzinfo or UTC) if isinstance(given, datetime) else given


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
    memory_limit: str | None = Field(
        None,
        pattern=r"(?i)^\d+(\.\d+)? *[kmgt]i?b$",
        description="Memory that DuckDB may use, such as 500MB; without one 250 MB, or more to read a large warehouse",
    )
    threads: int = Field(1, gt=0, description="Threads that DuckDB may use; the cores are busy with transforming")

    batch_seconds: float = Field(
        60.0, gt=0, description="Seconds after which a batch of fetched pages is closed, however small"
    )
    fetch_agent: str = Field(
        "dateline", pattern=r"^[A-Za-z_-]+$", description="Name by which robots.txt files know the fetcher"
    )
    fetch_contact: str | None = Field(
        None, pattern=r"^[ -~]+$", description="Address or mail to write to, told to every server"
    )
    fetch_ports: Annotated[list[int], NoDecode] = Field([80, 443], description="Ports that are fetched from, by commas")
    fetch_addresses: Annotated[list[str], NoDecode] = Field(
        [],
        description="Networks that are fetched from though they are not public, by commas; 127.0.0.0/8 is this machine",
    )
    fetch_gap: float = Field(3.0, ge=0, description="Least seconds between two requests to a host")
    fetch_gap_factor: float = Field(5.0, ge=0, description="The same, in times of what the last answer took")
    fetch_longest_gap: float = Field(60.0, ge=0, description="Seconds to which a slow answer can stretch it")
    fetch_longest_crawl_delay: float = Field(300.0, ge=0, description="Largest Crawl-delay that is kept to, in seconds")
    fetch_longest_wait: float = Field(300.0, ge=0, description="Longest Retry-After that is waited for, in seconds")
    fetch_attempts: int = Field(3, gt=0, description="Times that a failing page is asked for in a run")
    fetch_backoff: float = Field(
        4.0, ge=0, description="Seconds before the second attempt; then twice as long each time"
    )
    fetch_most_failures: int = Field(12, gt=0, description="Weight of failures in a row at which a host is given up")
    fetch_mining_file: bool = Field(True, description="Ask every site for its /.well-known/tdmrep.json")
    fetch_heed_reservations: bool = Field(False, description="Leave out pages that their site reserves from mining")
    fetch_connections: int = Field(32, gt=0, description="Hosts that are asked at the same time")
    fetch_wire_bytes: int = Field(16 * 1024 * 1024, gt=0, description="Largest answer on the wire, in bytes")
    fetch_body_bytes: int = Field(32 * 1024 * 1024, gt=0, description="Largest answer decoded, in bytes")
    fetch_head_bytes: int = Field(64 * 1024, gt=0, description="Largest head of an answer, in bytes")
    fetch_head_fields: int = Field(100, gt=0, description="Most header fields of an answer")
    fetch_interim_answers: int = Field(20, ge=0, description="Most interim (1xx) answers before an answer")
    fetch_codings: int = Field(2, ge=0, description="Most content codings on top of each other")
    fetch_redirects: int = Field(10, ge=0, description="Most redirects that are followed")
    fetch_robots_redirects: int = Field(5, ge=0, description="The same for robots.txt")
    fetch_robots_bytes: int = Field(512 * 1024, ge=512_000, description="How much of a robots.txt is read, in bytes")
    fetch_robots_seconds: float = Field(86400.0, ge=0, le=86400, description="How long a robots.txt is believed")
    fetch_deadline: float = Field(60.0, gt=0, description="Seconds that one answer may take from first to last")
    fetch_connect_timeout: float = Field(10.0, gt=0, description="Seconds for looking up a host and connecting")
    fetch_read_timeout: float = Field(15.0, gt=0, description="Seconds without a byte")
    fetch_url_bytes: int = Field(8192, gt=0, description="Longest address")

    follow_links: int = Field(
        500,
        gt=0,
        description="Pages that a run fetches from a feed, or from the sitemaps of an index, the newest first",
    )
    follow_lists: int = Field(1000, gt=0, description="Feeds and sitemaps that a run reads because others name them")
    follow_attempts: int = Field(3, gt=0, description="Runs in which a link is tried that is refused")
    follow_since: datetime | Literal["cursor"] | None = Field(
        None, description='Only links dated from then on; "cursor": what is newer than all that a feed had before'
    )

    providers: dict[str, dict[str, Any]] = Field(
        {}, description="Who is asked for similar coverage: a table each, with kind and what the kind needs"
    )
    similar_budget: int = Field(20, gt=0, description="Documents that one question for similar coverage may load")
    similar_requests: int = Field(4, gt=0, description="Requests that it may send to a provider")
    similar_hits: int = Field(100, gt=0, description="Hits that it takes from a provider")

    @field_validator("fetch_ports", "fetch_addresses", mode="before")
    @classmethod
    def _by_commas(cls, given: object) -> object:
        return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given

    @field_validator("follow_since")
    @classmethod
    def _in_utc(cls, given: datetime | str | None) -> datetime | str | None:
        return in_utc(given)

    @field_validator("fetch_addresses")
    @classmethod
    def _networks(cls, given: list[str]) -> list[str]:
        AddressPolicy.of(given)
        return given

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

    def fetch_limits(self) -> FetchLimits:
        """Give what one answer may cost."""
        return FetchLimits(**{one.name: getattr(self, f"fetch_{one.name}") for one in fields(FetchLimits)})

    def manners(self) -> Manners:
        """Give how hosts are treated."""
        return Manners(**{one.name: getattr(self, f"fetch_{one.name}") for one in fields(Manners)})

    def open_warehouse(self, path: Path | None = None) -> Warehouse:
        """Give the warehouse at a path, or at the one that is set."""
        from warehouse.database import Warehouse  # noqa: PLC0415  (what asks no warehouse need not load DuckDB)

        return Warehouse(path or self.warehouse, self.lock_wait, self.memory_limit, self.threads)
