"""Network addresses: which of them a fetcher may open a connection to."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses are open: those of the public internet, and the networks that are `allowed` besides."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Sequence[str]) -> AddressPolicy:
        """Allow networks by their CIDR names; raises ValueError for what is none."""
        return cls(tuple(ipaddress.ip_network(name) for name in networks))

    def refusal(self, address: str) -> str | None:
        """Say why an address, as a resolver gives it, must not be connected to; None if it may."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return "no address"
        if any(parsed.version == network.version and parsed in network for network in self.allowed):
            return None
        if isinstance(parsed, ipaddress.IPv6Address) and (parsed.scope_id or parsed not in _PUBLIC_V6):
            return "not of the public internet"
        return next(
            (use for network, use in _special() if parsed.version == network.version and parsed in network), None
        )


@cache
def _special() -> tuple[tuple[Network, str], ...]:
    table = tomllib.loads(resources.files("connectors.web").joinpath("addresses.toml").read_text("utf-8"))
    return tuple((ipaddress.ip_network(name), use) for part in table.values() for name, use in part.items())
