"""From bytes to text: which charset, and when bytes are no text at all.

The order is that of the WHATWG: byte order mark, then what the transport says, then what the markup says; after that
valid UTF-8, and a detector last.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from chardetng_py import EncodingDetector

from transforms.prescan import declared_charset, known_charset

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF", b"\xd0\xcf\x11\xe0")
_CONTROL = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1b")
_REFUSED = re.compile("[\x00\ud800-\udfff]")
_UNREADABLE = re.compile("[\ufffd\x80-\x84\x86-\x9f]")
_SAMPLE = 65536
_MOST_CONTROL = 0.02
_MOST_UNREADABLE = 0.02


class NotTextError(ValueError):
    """Bytes that are not a text; `reason` is `empty`, `binary` or `undecodable`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text whose lines end with a line feed; `replaced` counts the characters that could not be read or kept."""

    text: str
    charset: str
    replaced: int


def decode(payload: bytes, *, declared: str | None = None, markup: bool = False) -> Decoded:
    """Decode a document's bytes.

    `declared` is the charset of the transport; with `markup`, a declaration inside the document counts too.
    Raises NotTextError for what is empty, binary or in no charset; never anything else.
    """
    if not payload.strip():
        raise NotTextError("empty", "the document has no content")
    charset, skip = _marked(payload)
    if charset is None:
        charset = _unmarked(payload, declared, markup)
    text = payload[skip:].decode(charset, "replace")
    # What is valid UTF-8 was meant to be; only what was lost before it came here stands out.
    unreadable = text.count("\ufffd") if charset == "utf-8" else len(_UNREADABLE.findall(text))
    return _tidied(text, charset, unreadable)


def read_text(text: str) -> Decoded:
    """Take a text that some format holds as characters, as `decode` takes bytes: lines, NULs and what is no text.

    Raises NotTextError for what is empty or binary.
    """
    if not text or text.isspace():
        raise NotTextError("empty", "the document has no content")
    _refuse_binary(text[:_SAMPLE].encode("utf-8", "replace"))
    return _tidied(text, "utf-8", text.count("\ufffd"))


def _tidied(text: str, charset: str, unreadable: int) -> Decoded:
    if unreadable > max(2, _MOST_UNREADABLE * len(text)):
        raise NotTextError("undecodable", f"{unreadable} of {len(text)} characters cannot be read as {charset}")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = text
    if charset != "utf-8":
        kept = _REFUSED.sub("", text)
    elif "\0" in text:
        kept = text.replace("\0", "")
    if not kept or kept.isspace():
        raise NotTextError("empty", "the document has no content")
    return Decoded(kept, charset, unreadable + len(text) - len(kept))


def _refuse_binary(sample: bytes) -> None:
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    if sample.startswith(_MAGIC) or controls > _MOST_CONTROL * len(sample):
        raise NotTextError("binary", f"{controls} control bytes in the first {len(sample)}: this is not a text")


def _marked(payload: bytes) -> tuple[str | None, int]:
    return next(((name, len(mark)) for mark, name in _MARKS if payload.startswith(mark)), (None, 0))


def _unmarked(payload: bytes, declared: str | None, markup: bool) -> str:
    sample = payload[:_SAMPLE]
    if wide := _wide(sample):
        return wide
    _refuse_binary(sample)
    told = known_charset((declared or "").strip("\"' "))
    for known in (told, declared_charset(payload) if markup else None):
        if known and _reads(payload, known):
            return known
    if _reads(payload, "utf-8") or _mostly_utf8(payload):
        return "utf-8"
    return _detected(payload)


def _wide(sample: bytes) -> str | None:
    """Recognise UTF-16 without a mark: in text of any script every second byte of ASCII signs is zero."""
    if len(sample) < 8 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0) / len(sample[::2]), sample[1::2].count(0) / len(sample[1::2])
    if odd > 0.1 and even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > 0.1 and odd < 0.02 else None


def _reads(payload: bytes, charset: str) -> bool:
    try:
        payload.decode(charset)
    except (UnicodeDecodeError, ValueError):
        return charset == "cp1252"  # the web's reading of windows-1252 has no undefined bytes
    return True


def _mostly_utf8(payload: bytes) -> bool:
    """Tell damaged UTF-8 (a cut or flipped byte) from another charset, in which hardly a sequence would be valid."""
    text = payload.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return bad * 10 <= good


def _detected(payload: bytes) -> str:
    detector = EncodingDetector()
    detector.feed(payload, last=True)
    name = detector.guess(tld=None, allow_utf8=False)
    return known_charset(name) or "cp1252"
