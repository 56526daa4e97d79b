"""Where records begin: how a WARC is compressed, and where the next record begins behind bytes that are damaged."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from backports.zstd import ZstdDecompressor, ZstdDict, ZstdError

from connectors.warcs.contents import DICTIONARY_MAGIC, GZIP_MAGIC, ZSTD_MAGIC, DamagedError, Raw

_WINDOW = 1 << 20
_LONGEST_MARK = 32
_TRIAL = 1024  # compressed bytes that are enough to see the first plain ones
_VERSION = b"WARC/"
_ARC = b"filedesc:"
_PLAIN_MARK = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n(?=[A-Za-z])")
_MAGIC = {"gzip": re.compile(re.escape(GZIP_MAGIC) + rb"[\x00-\x1f]"), "zstd": re.compile(re.escape(ZSTD_MAGIC))}
_LARGEST_DICTIONARY = 16 * 1024 * 1024


def find_packing(raw: Raw) -> str:
    """Tell how a WARC is compressed, `gzip`, `zstd` or `plain`; a file with a damaged head by its first whole record."""
    head = raw.whole(0, 8)
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith((ZSTD_MAGIC, DICTIONARY_MAGIC)):
        return "zstd"
    if head.startswith(_VERSION):
        return "plain"
    return min(("plain", "gzip", "zstd"), key=lambda packing: find_record(raw, 0, packing, None))


def is_arc(raw: Raw) -> bool:
    """Tell whether a file is an ARC, which came before WARC."""
    head = raw.whole(0, _TRIAL)
    return head.startswith(_ARC) or _first_bytes(head, "gzip", None, len(_ARC)) == _ARC


def find_record(raw: Raw, start: int, packing: str, dictionary: ZstdDict | None) -> int:
    """Give the offset of the next record at or behind `start`, or the file's size where there is none."""
    if packing == "plain":
        return next(_places(raw, start, _PLAIN_MARK), raw.size)
    for place in _places(raw, start, _MAGIC[packing]):
        if _first_bytes(raw.whole(place, _TRIAL), packing, dictionary).startswith(_VERSION):
            return place
    return raw.size


def read_dictionary(raw: Raw) -> tuple[ZstdDict | None, int]:
    """Read the dictionary that a .warc.zst may begin with; gives it and the offset behind it. Raises DamagedError."""
    head = raw.whole(0, 8)
    if not head.startswith(DICTIONARY_MAGIC):
        return None, 0
    size = int.from_bytes(head[4:8], "little")
    if size > _LARGEST_DICTIONARY:
        raise DamagedError(f"a dictionary of {size} bytes", "oversized")
    content = raw.whole(8, size)
    try:
        if content.startswith(ZSTD_MAGIC):
            content = ZstdDecompressor().decompress(content, max_length=_LARGEST_DICTIONARY)
        return ZstdDict(content), 8 + size
    except (ZstdError, ValueError) as error:
        raise DamagedError(f"the dictionary cannot be read: {error}") from None


def _places(raw: Raw, start: int, mark: re.Pattern[bytes]) -> Iterator[int]:
    while start < raw.size:
        window = raw.whole(start, _WINDOW + _LONGEST_MARK)
        for found in mark.finditer(window):
            if found.start() < _WINDOW:
                yield start + found.start()
        start += _WINDOW


def _first_bytes(content: bytes, packing: str, dictionary: ZstdDict | None, size: int = len(_VERSION)) -> bytes:
    try:
        if packing == "gzip":
            return zlib.decompressobj(wbits=31).decompress(content, size)
        return ZstdDecompressor(zstd_dict=dictionary).decompress(content, max_length=size)
    except (zlib.error, ZstdError, EOFError):
        return b""
