"""Web addresses to fetch: parsed as browsers do, refused where they are none of ours, and shown without secrets."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import ada_url

from connectors.web.errors import CredentialsError, MalformedUrlError, PortBlockedError, SchemeBlockedError
from transforms.credentials import has_secret, masked

PORTS = {"http": 80, "https": 443}

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class FetchUrl:
    """An address that may be asked for. `text` is its one spelling, without a fragment."""

    text: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as robots.txt files and credentials hang on them."""
        return f"{self.scheme}://{self.host}:{self.port}"

    def at(self, path: str) -> str:
        """Give the address of another place of the same site."""
        return f"{self.scheme}://{self.text.split('/', 3)[2]}{path}"


def parse_url(
    text: str, *, ports: Collection[int] = (80, 443), base: str | None = None, longest: int = 8192
) -> FetchUrl:
    """Parse an address, relative to `base` if there is one.

    Raises MalformedUrlError, SchemeBlockedError, CredentialsError or PortBlockedError.
    """
    try:
        parts = ada_url.URL(text.strip(), base) if base else ada_url.URL(text.strip())
    except (ValueError, UnicodeError):
        raise MalformedUrlError("this is no web address that a browser would open") from None
    scheme = parts.protocol.removesuffix(":")
    if scheme not in PORTS:
        raise SchemeBlockedError(f"only http and https are fetched, not {scheme[:20]}")
    if parts.username or parts.password or has_secret(parts.search):
        raise CredentialsError("the address carries a password or a key; take it out of the address")
    port = int(parts.port) if parts.port else PORTS[scheme]
    if port not in ports:
        raise PortBlockedError(f"port {port} is not among those that are fetched from (DATELINE_FETCH_PORTS)")
    parts.hash = ""
    href = parts.href.removesuffix("#")
    if len(href) > longest:
        raise MalformedUrlError(f"the address is longer than {longest} characters")
    return FetchUrl(href, scheme, parts.hostname, port, f"{parts.pathname}{parts.search}")


def shown(text: str) -> str:
    """Give an address, or a message with one, as it may stand in a log: on one line, without passwords and keys."""
    plain = _UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], text[:_LONGEST_SHOWN])
    return masked(plain)


def hostname_of(text: str) -> str:
    """Give the host of an address, to sort addresses by; empty where there is none."""
    try:
        return str(ada_url.URL(text.strip()).hostname)
    except (ValueError, UnicodeError):
        return ""
