"""Digests of WARC records: whether a block is what its header says it is."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from typing import Literal

State = Literal["holds", "fails", "absent"]

_ALGORITHMS: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "sha1": hashlib.sha1,
    "sha-1": hashlib.sha1,
    "md5": hashlib.md5,
    "sha256": hashlib.sha256,
    "sha-256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "sha-512": hashlib.sha512,
}


def digest_state(told: str | None, contents: Iterable[bytes]) -> State:
    """Tell whether a `WARC-…-Digest` holds for one of several readings of a content.

    `absent` where none is told, and where what is told is no digest that we know how to take.
    """
    if not told:
        return "absent"
    label, _, value = told.partition(":")
    algorithm = _ALGORITHMS.get(label.strip().lower())
    if algorithm is None:
        return "absent"
    expected = _read(value.strip(), algorithm().digest_size)
    if expected is None:
        return "absent"
    return "holds" if any(algorithm(content).digest() == expected for content in contents) else "fails"


def _read(value: str, size: int) -> bytes | None:
    """Read a digest in hex, base32 or base64, whichever gives the right number of bytes."""
    for reader in (bytes.fromhex, _base32, _base64):
        try:
            found = reader(value)
        except (ValueError, binascii.Error):
            continue
        if len(found) == size:
            return found
    return None


def _base32(value: str) -> bytes:
    return base64.b32decode(value.upper() + "=" * (-len(value) % 8))


def _base64(value: str) -> bytes:
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_" if set(value) & set("-_") else None, validate=True)
