"""Digests of WARC records: whether a block is what its header says it is."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Literal

State = Literal["holds", "fails", "absent"]

_ALGORITHMS: dict[str, tuple[Callable[[bytes | memoryview], hashlib._Hash], int]] = {
    "sha1": (hashlib.sha1, 20),
    "sha-1": (hashlib.sha1, 20),
    "md5": (hashlib.md5, 16),
    "sha256": (hashlib.sha256, 32),
    "sha-256": (hashlib.sha256, 32),
    "sha512": (hashlib.sha512, 64),
    "sha-512": (hashlib.sha512, 64),
}
# Other characters become one that is no digit, so that "0" or "w" in a base32 digest is an error and not a number.
_DIGITS = bytes(
    b"0123456789abcdefghijklmnopqrstuv"[place] if (place := b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(byte)) >= 0 else 33
    for byte in range(256)
)
_PLAIN_BASE64 = str.maketrans("-_", "+/")


def digest_state(told: str | None, contents: Iterable[bytes | memoryview]) -> State:
    """Tell whether a `WARC-…-Digest` holds for one of several readings of a content.

    `absent` where none is told, and where what is told is no digest that we know how to take.
    """
    if not told:
        return "absent"
    label, _, value = told.partition(":")
    algorithm = _ALGORITHMS.get(label) or _ALGORITHMS.get(label.strip().lower())
    expected = _read(value.strip(), algorithm[1]) if algorithm else None
    if algorithm is None or expected is None:
        return "absent"
    for content in contents:
        if algorithm[0](content).digest() == expected:
            return "holds"
    return "fails"


def _read(value: str, size: int) -> bytes | None:
    """Read a digest in hex, base32 or base64, told apart by their lengths."""
    plain = value.rstrip("=")
    try:
        if len(plain) == -(-size * 8 // 5):
            # Python counts in base 32 too, with other digits: quicker by far than decoding it.
            number = int(plain.upper().encode().translate(_DIGITS), 32) >> (5 * len(plain) - 8 * size)
            return number.to_bytes(size, "big")
        if len(plain) == 2 * size:
            return bytes.fromhex(plain)
        if len(plain) == -(-size * 8 // 6):
            return base64.b64decode(plain.translate(_PLAIN_BASE64) + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, OverflowError):
        return None
    return None
