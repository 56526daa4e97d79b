"""How much a fetch may take, and what its manners are: every limit of the fetcher, with its default."""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost: bytes, fields, hops and seconds."""

    wire_bytes: int = 16 * MIB
    body_bytes: int = 32 * MIB
    head_bytes: int = 64 * KIB
    head_fields: int = 100
    interim_answers: int = 20
    codings: int = 2
    redirects: int = 10
    robots_redirects: int = 5
    robots_bytes: int = 512 * KIB
    robots_seconds: float = 24 * 3600.0
    deadline: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    url_bytes: int = 8 * KIB


@dataclass(frozen=True, slots=True)
class Manners:
    """How a crawler behaves: its name, how long it leaves a host alone, how often it tries.

    Between two requests to a host lie at least the Crawl-delay of its robots.txt (up to `longest_crawl_delay`), `gap`
    seconds, and `gap_factor` times what the last answer took (up to `longest_gap`). A host that asks for a pause of more
    than `longest_wait` is not waited for. `most_failures` is the weight of failures at which a host is given up.
    `mining_file` has every site asked for its `/.well-known/tdmrep.json`; with `heed_reservations` what a site reserves
    from mining is not kept.
    """

    agent: str = "dateline"
    contact: str | None = None
    gap: float = 3.0
    gap_factor: float = 5.0
    longest_gap: float = 60.0
    longest_crawl_delay: float = 300.0
    longest_wait: float = 300.0
    attempts: int = 3
    backoff: float = 4.0
    most_failures: int = 12
    connections: int = 32
    mining_file: bool = False
    heed_reservations: bool = False

    def user_agent(self, version: str) -> str:
        """Give the User-Agent: the token that robots.txt files know, the version, and whom to write to."""
        return f"{self.agent}/{version} (news archive; {self.contact or 'no contact given'})"
