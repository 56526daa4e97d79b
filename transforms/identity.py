"""Who is who: canonical addresses and the ids that hang on them. The same input has the same ids everywhere."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from importlib import resources
from urllib.parse import parse_qsl, urlencode

import ada_url

from transforms.credentials import secret_parameters

_ID_BYTES = 16
# An address within an AMP cache: https or not, and the page's own.
_AMP_CACHE = re.compile(r"https?://(?:[^/]+\.cdn\.ampproject\.org/[cv]|www\.google\.[a-z.]+/amp)/(s/)?(.+)")
_AMP_ENDINGS = {"/amp": "", "/amp/": "", ".amp": "", ".amp.html": ".html"}
_ARTICLE = re.compile(r"[-0-9]")  # in a segment that names an article, so that a shop's amps keep their page
_SLASHES = re.compile(r"/{2,}")
_WWW = re.compile(r"^www\d*\.")


def capture_id(source: str, locator: str, payload_sha256: str) -> str:
    """Name these bytes at this place: 32 lower-case hex digits. When they were seen does not matter."""
    return _digest("capture", source, locator, payload_sha256)


def article_id(url: str | None, source: str, locator: str) -> str:
    """Name the article: by its canonical URL where it has one, else by source and locator; 32 lower-case hex digits."""
    return _digest("url", url) if url else _digest("place", source, locator)


def canonical_url(url: str | None) -> str | None:
    """Give the one spelling of a web address: parsed as browsers do, without fragment, passwords, keys and tracking parameters.

    The AMP and print forms of a page, and copies of it in an AMP cache, have the address of the page. None where there is
    no http or https address.
    """
    if not url:
        return None
    try:
        parts = ada_url.URL(url.strip())
    except ValueError:
        return None
    if parts.protocol not in ("http:", "https:") or not parts.hostname:
        return None
    if (cached := _AMP_CACHE.match(parts.href)) and (
        page := canonical_url(f"http{'s' if cached[1] else ''}://{cached[2]}")
    ):
        return page
    parts.pathname = _without_amp(parts.pathname)
    parts.hash = ""
    parts.username = parts.password = ""
    if parts.search:
        parts.search = _without_tracking(parts.search[1:])
    return str(parts.href).removesuffix("?")


def hostname(url: str | None) -> str | None:
    """Give the host of a canonical URL, without a leading `www.`."""
    return ada_url.URL(url).hostname.removeprefix("www.") if url else None


def sort_key(url: str) -> str:
    """Give the key under which an index of web archives lists an address: its host from the top down, then its path.

    Case, a leading `www.`, the order of parameters and a last slash make no difference, as in other tools' indexes
    (Sort-friendly URI Reordering Transform).
    """
    try:
        parts = ada_url.URL(url)
    except ValueError:
        return url.lower()
    host = _WWW.sub("", parts.hostname.lower())
    labels = host.strip("[]") if host.startswith("[") else ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port else ""
    query = "&".join(sorted(parts.search[1:].lower().split("&")))
    path = _SLASHES.sub("/", parts.pathname.lower()).rstrip("/") or "/"
    return f"{labels}{port}){path}{'?' if query else ''}{query}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[: 2 * _ID_BYTES]


def _without_amp(path: str) -> str:
    for ending, instead in _AMP_ENDINGS.items():
        if path.endswith(ending) and _ARTICLE.search((rest := path.removesuffix(ending)).rpartition("/")[2]):
            return rest + instead
    return path


def _without_tracking(query: str) -> str:
    exact, prefixes, variants = _tracking()
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [
        (key, value)
        for key, value in pairs
        if (name := key.lower()) not in exact
        and not name.startswith(prefixes)
        and value.lower() not in variants.get(name, ())
    ]
    # A query that lost nothing keeps its own spelling.
    return query if len(kept) == len(pairs) else urlencode(kept)


@cache
def _tracking() -> tuple[frozenset[str], tuple[str, ...], dict[str, list[str]]]:
    table = tomllib.loads(resources.files("transforms").joinpath("tracking.toml").read_text("utf-8"))
    return frozenset(table["parameters"]) | secret_parameters(), tuple(table["prefixes"]), table["variants"]
