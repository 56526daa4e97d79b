"""The kinds of providers, and how a table of settings becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from connectors.providers.common_crawl import CommonCrawl
from connectors.providers.endpoint import Endpoint
from connectors.providers.gdelt import Gdelt
from connectors.providers.gdelt_files import GdeltFiles
from connectors.providers.google_news import GoogleNews
from connectors.providers.local import LocalProvider
from connectors.providers.media_cloud import MediaCloud
from connectors.providers.provider import Provider, ProviderSettingsError, Shelf
from connectors.providers.wayback import Wayback

KINDS: Mapping[str, type[Any]] = {
    "common_crawl": CommonCrawl,
    "endpoint": Endpoint,
    "gdelt": Gdelt,
    "gdelt_files": GdeltFiles,
    "google_news": GoogleNews,
    "local": LocalProvider,
    "media_cloud": MediaCloud,
    "wayback": Wayback,
}

_HOW = 'write it in dateline.toml, as in [providers.papers] kind = "local", paths = ["/data/papers"]'


def make_provider(name: str, settings: Mapping[str, Any]) -> Provider | Shelf:
    """Make the provider that a table of settings describes; its `kind` is its name unless the table names one.

    Raises ProviderSettingsError, which says what to write instead.
    """
    given = dict(settings)
    kind = given.pop("kind", name)
    made = KINDS.get(str(kind))
    if made is None:
        raise ProviderSettingsError(f"provider {name!r} is of no known kind ({', '.join(KINDS)}); {_HOW}")
    known = {field.name: str(field.type) for field in fields(made) if field.init and field.name != "name"}
    if unknown := sorted(given.keys() - known.keys()):
        raise ProviderSettingsError(f"provider {name!r} has no setting {unknown[0]!r}; it has {', '.join(known)}")
    for key, value in given.items():
        given[key] = _read(name, key, known[key], value)
    try:
        provider: Provider | Shelf = made(name=name, **given)
    except TypeError:
        missing = next(key for key in known if key not in given)
        raise ProviderSettingsError(f"provider {name!r} needs a setting {missing!r}; {_HOW}") from None
    return provider


def _read(name: str, key: str, kind: str, value: Any) -> Any:
    """Check a value against the field that it is for; lists may come as one string, as from the environment."""
    one: type = int if "int" in kind else str
    if kind.startswith(("Sequence", "tuple")):
        values = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(part, one) and part for part in values):
            return tuple(values)
        raise ProviderSettingsError(f"{key!r} of provider {name!r} is a list; write {key} = [ … ]")
    if not isinstance(value, one):
        raise ProviderSettingsError(f"{key!r} of provider {name!r} is no {'number' if one is int else 'text'}")
    return value
