"""Passwords and keys in addresses: what of them is a secret, and the address without it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from urllib.parse import unquote

import ada_url

from transforms.records import Capture, Rejection

# Browsers take any number of slashes, of either kind, and the last @ before the path.
_USERINFO = re.compile(r"((?:(?:https?|ftp|wss?):[/\\]{0,8}|(?<![\w:])//))[^/\\?#\s]*@", re.IGNORECASE)
_PARAMETER = re.compile(r"([?&;#])([^=&;#?\s]{1,80})=([^&;#\s]*)")


def has_secret(query: str) -> bool:
    """Tell whether a query, or a fragment, names a parameter that lets its bearer in."""
    return any(_is_secret(found[2]) for found in _PARAMETER.finditer(f"?{query.removeprefix('?')}"))


def secret_parameters() -> frozenset[str]:
    """Name the parameters whose value lets its bearer in, in lower case."""
    return _parameters()


def masked(text: str) -> str:
    """Give an address, or a message with one, without passwords and keys; three stars stand in their place."""
    return _PARAMETER.sub(_hidden, _USERINFO.sub(r"\1***@", text))


def without_secrets(url: str) -> str:
    """Give an address without its user and password and without the parameters that let their bearer in."""
    if not _is_suspect(url):
        return url
    try:
        parts = ada_url.URL(url.strip())
    except (ValueError, UnicodeError):
        return masked(url)
    parts.username = parts.password = ""
    parts.search = _kept(parts.search)
    parts.hash = _kept(parts.hash)
    return str(parts.href)


def free_of_secrets(item: Capture | Rejection) -> Capture | Rejection:
    """Give a capture or a rejection whose place and address let nobody in; what it holds is left as it came."""
    address = item.url if isinstance(item, Capture) else None
    if not _is_suspect(item.locator) and not (address and _is_suspect(address)):
        return item
    if isinstance(item, Capture):
        return replace(item, locator=masked(item.locator), url=address and without_secrets(address))
    return replace(item, locator=masked(item.locator))


def _is_suspect(text: str) -> bool:
    return ("@" in text and _USERINFO.search(text) is not None) or (
        "=" in text and any(_is_secret(found[2]) for found in _PARAMETER.finditer(text))
    )


def _is_secret(name: str) -> bool:
    return unquote(name).strip().lower() in _parameters()


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}=***" if _is_secret(found[2]) else found[0]


def _kept(part: str) -> str:
    kept = (one for one in part[1:].split("&") if not _is_secret(one.partition("=")[0]))
    left = "&".join(kept)
    return f"{part[:1]}{left}" if left else ""


@cache
def _parameters() -> frozenset[str]:
    table = tomllib.loads(resources.files("transforms").joinpath("credentials.toml").read_text("utf-8"))
    return frozenset(table["parameters"])
