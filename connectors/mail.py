"""Mail: a message, or a mailbox of them. Newsletters and alerts are news, and their heads say when and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import cast

from connectors.files import read_bounded, reading
from connectors.reading import Found
from transforms.records import Capture, Rejection, SourceClaims

_LARGEST_HEAD = 256 * 1024
_LONGEST_VALUE = 4096
_TYPES = ("text/html", "text/plain")


def read_message(found: Found) -> Iterator[Capture | Rejection]:
    """Yield a message: its HTML part, else its plain one, with its subject, sender and date as claims."""
    yield _capture(found, read_bounded(found.stream, found.limit), None)


def read_mailbox(found: Found) -> Iterator[Capture | Rejection]:
    """Yield the messages of an mbox file; a locator ends with the `Message-ID`, else with `M` and the number."""
    seen: set[str] = set()
    for number, message in enumerate(_messages(found), 1):
        place = f"M{number}"
        if message is None:
            yield found.refuse("oversized", f"more than the {found.limit} bytes that a document may have", place)
            continue
        named = _identifier(message)
        if named and named not in seen:
            seen.add(named)
            place = named
        yield _capture(found, message, place)
    if not seen and not found.stream.tell():
        yield found.refuse("empty", "the mailbox has no message")


def _messages(found: Found) -> Iterator[bytes | None]:
    """Split a mailbox at the lines that begin with `From ` behind an empty one; None for a message over the limit."""
    lines: list[bytes] = []
    size, begun, after_empty = 0, False, True
    while True:
        with reading():
            line = found.stream.readline(1 << 16)
        if not line or (after_empty and line.startswith(b"From ")):
            if begun:
                yield b"".join(lines) if size <= found.limit else None
            if not line:
                return
            lines, size, begun, after_empty = [], 0, True, False
            continue
        after_empty = line in (b"\n", b"\r\n")
        begun = begun or not after_empty
        size += len(line)
        if size <= found.limit:
            lines.append(line[1:] if line.lstrip(b">").startswith(b"From ") and line.startswith(b">") else line)
        else:
            lines.clear()


def _identifier(message: bytes) -> str:
    head = message[:_LARGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for line in head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n"):
        if line[:11].lower() == b"message-id:":
            return line[11:].strip().strip(b"<>").decode("ascii", "replace")[:200]
    return ""


def _capture(found: Found, content: bytes, place: str | None) -> Capture | Rejection:
    head = content[: _LARGEST_HEAD + 4].replace(b"\r\n", b"\n").partition(b"\n\n")
    if not head[1] and len(content) > _LARGEST_HEAD:
        return found.refuse("malformed", f"more than {_LARGEST_HEAD} bytes of header fields", place, content)
    try:
        message = message_from_bytes(content, policy=default)
        part = message.get_body(preferencelist=("html", "plain"))
        payload = cast("bytes", part.get_payload(decode=True)) if part else b""
        media_type = part.get_content_type() if part else ""
        charset = part.get_content_charset() if part else None
        claims = _claims(message)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        # The standard library's reader of mail raises errors of these kinds for what is no mail.
        return found.refuse("malformed", f"no message: {error.__class__.__name__}: {error}", place, content)
    if not message.keys() or media_type not in _TYPES or not payload:
        return found.refuse("malformed", "no message with a text or an HTML part", place, content)
    return Capture(
        source=found.source,
        locator=found.place if place is None else found.at(place),
        captured_at=found.modified_at,
        media_type=f"{media_type}; charset={charset}" if charset else media_type,
        payload=payload,
        claims=claims,
    )


def _claims(message: EmailMessage) -> SourceClaims:
    told = {name: _value(message, name) for name in ("subject", "from", "date")}
    name, address = parseaddr(told["from"])
    sender = name or address
    return SourceClaims(
        title=told["subject"] or None,
        published=told["date"] or None,
        authors=(sender,) if sender else (),
    )


def _value(message: EmailMessage, name: str) -> str:
    """Give a field in words; one that is a flood is left unread, for reading it takes time by its square."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name), "")
    if len(raw) > _LONGEST_VALUE:
        return ""
    return " ".join(str(message[name] or "").replace("\0", "").split())
