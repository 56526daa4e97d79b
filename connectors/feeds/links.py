"""Links: addresses that a feed, a sitemap or a page leads to, with what it says of what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import ada_url

from transforms.records import SourceClaims

Origin = Literal["feed", "sitemap", "sitemap-index", "opml", "page", "robots"]


@dataclass(frozen=True, slots=True)
class Link:
    """An address to fetch, where it was found, and the claims that go with it.

    With `is_whole` the place where it was found has the article itself. `changed` is when a sitemap says that what is
    there was last changed, in its own words.
    """

    url: str
    origin: Origin
    claims: SourceClaims = field(default_factory=SourceClaims)
    is_whole: bool = False
    changed: str | None = None


def absolute(address: str | None, base: str | None) -> str | None:
    """Give an address as browsers read it, against its base; None for one that is not of the web."""
    if not address or len(address) > 8192:
        return None
    try:
        parts = ada_url.URL(address.strip(), base) if base else ada_url.URL(address.strip())
    except ValueError:
        return None
    return str(parts.href) if parts.protocol in ("http:", "https:") else None
