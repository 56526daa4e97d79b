"""Read feedparser's own cases, which its source distribution holds under `tests/`, with ours and with feedparser alone.

    python benchmarks/feeds.py FOLDER [--failed]

A case is a feed with an expectation in Python, so the folder has to be one that you trust. The first two rows evaluate it
on what feedparser gives, alone and behind our guards; the others compare each `entries[0]['title'] == '…'` about a field
that Dateline keeps with what `read_feed` gives, as text without marks. Only `read_feed` is told the HTTP header fields of a
case (type and place).
"""

from __future__ import annotations

import argparse
import ast
import datetime as dt
import io
import re
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from connectors.feeds.entries import Entry, Feed, parse_feed, read_feed
from connectors.feeds.guards import FeedError
from transforms.dates.reading import read_date

_EXPECTED = re.compile(rb"Description:\s*(.*?)\s*Expect:\s*(.*)\s*-->")
_NAMES = {"datetime": dt, "feedparser": feedparser}
_LONGEST = 10.0  # seconds that a case may take
_NOTHING = object()
_HEADER = re.compile(rb"^Header:\s+([^:]+):(.+)$", re.MULTILINE)


def main() -> None:
    """Print how many cases pass, by reader, and how many fields are as expected."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--failed", action="store_true", help="print the cases that are read otherwise")
    told = options.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _over)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for path, content, expected in _cases(told.folder):
        begun = time.perf_counter()
        for name, failure in _judged(content, expected):
            outcomes[f"{name}: {'as expected' if not failure else failure.split(':')[0]}"] += 1
            if failure and told.failed:
                print(f"{path.relative_to(told.folder)}  {name}  {failure}")
        slowest = max(slowest, time.perf_counter() - begun)
    for name, count in sorted(outcomes.items()):
        print(f"{name:40} {count:6}")
    print(f"{'longest case, all readers':40} {slowest:6.2f} s")


def _cases(folder: Path) -> Iterator[tuple[Path, bytes, str]]:
    for path in sorted(folder.rglob("*.xml")):
        content = path.read_bytes()
        found = _EXPECTED.search(content)
        if found is None:  # in UTF-16 or UTF-32
            found = _EXPECTED.search(convert_to_utf8({}, content, feedparser.FeedParserDict()) or b"")
        if found:
            yield path, content, found[2].decode().strip()


def _judged(content: bytes, expected: str) -> Iterator[tuple[str, str]]:
    """Yield a name, and what was wrong; nothing where it is as expected."""
    code = compile(expected, "expectation", "eval")

    def holds(read: Callable[[], Any]) -> str:
        return "" if eval(code, dict(_NAMES), read()) else "other"

    yield "feedparser alone", _tried(lambda: holds(lambda: feedparser.parse(io.BytesIO(content))))
    yield "feedparser behind our guards", _tried(lambda: holds(lambda: parse_feed(content, sanitize=True)[0]))
    told: list[Feed] = []
    head = {name.decode().lower(): value.decode().strip() for name, value in _HEADER.findall(content)}
    address, media_type = head.get("content-location", "http://127.0.0.1:8097/"), head.get("content-type")
    failure = _tried(lambda: told.append(read_feed(content, address, media_type)) or "")  # type: ignore[func-returns-value]
    yield "read_feed", failure
    for place, value in _said(expected) if told else ():
        name = place[-1] if isinstance(place[-1], str) else "?"
        ours = _tried(lambda place=place, value=value: _compared(told[0], place, value))  # type: ignore[misc]
        if ours != "not kept":
            yield f"field {name}", ours


def _tried(action: Callable[[], str]) -> str:
    signal.setitimer(signal.ITIMER_REAL, _LONGEST)
    try:
        return action()
    except _OverError:
        return "hangs"
    except FeedError as error:
        return f"refused, {error.reason}"
    except Exception as error:  # noqa: BLE001  (whatever a reader raises is counted)
        return f"raises {type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _said(expected: str) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the fields that an expectation speaks of, each as the way to it, with the value that it is to have."""
    for node in ast.walk(ast.parse(expected, mode="eval")):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
            continue
        place: list[str | int] = []
        one: ast.expr = node.left
        while isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant):
            place.append(one.slice.value)  # type: ignore[arg-type]
            one = one.value
        try:
            value = ast.literal_eval(node.comparators[0])
        except ValueError:
            continue
        if isinstance(one, ast.Name) and place:
            yield (one.id, *reversed(place)), value


def _compared(feed: Feed, place: tuple[str | int, ...], value: Any) -> str:
    """Compare a field; `not kept` for one that has no place in an entry of ours."""
    if place == ("feed", "title"):
        return _differs(feed.title, value)
    if len(place) < 3 or place[0] != "entries" or not isinstance(place[1], int) or place[1] >= len(feed.entries):
        return "not kept"
    entry, way = feed.entries[place[1]], ".".join("*" if isinstance(step, int) else step for step in place[2:])
    if way in ("content.*.value", "summary", "description", "summary_detail.value"):
        return "" if _plain(value) in _texts(entry) else f"other: {_texts(entry)!r}, not {value!r}"
    ours = _kept(entry, way, next((step for step in reversed(place[2:]) if isinstance(step, int)), 0))
    return "not kept" if ours is _NOTHING else _differs(_utc(ours) if way.endswith("_parsed") else ours, value)


def _kept(entry: Entry, way: str, number: int) -> Any:
    claims = entry.claims
    if re.fullmatch(r"(?:published|issued|created)(?:_parsed)?", way):
        return claims.published
    if re.fullmatch(r"(?:updated|modified)(?:_parsed)?", way):  # the only date of an item in RSS is its publication's
        return claims.modified or claims.published
    name = claims.authors[number] if number < len(claims.authors) else None
    ours = {
        "title": claims.title,
        "title_detail.value": claims.title,
        "link": entry.url,
        "id": entry.entry_id,
        "guid": entry.entry_id,
        "authors.*.name": name,
        "author_detail.name": name,
        "content.*.language": claims.language,
        "summary_detail.language": claims.language,
        "title_detail.language": claims.language,
    }
    return ours.get(way, _NOTHING)


def _utc(words: str | None) -> tuple[int, ...] | None:
    earliest = read_date(words or "").earliest
    return tuple(earliest.utctimetuple()) if earliest else None


def _texts(entry: Entry) -> str:
    return f"{_plain(entry.page or '')} | {_plain(entry.summary or '')}"


def _plain(value: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", str(value))).split())


def _differs(ours: Any, value: Any) -> str:
    return "" if ours == value or _plain(ours or "") == _plain(value) else f"other: {ours!r}, not {value!r}"


class _OverError(BaseException):
    """A case took too long."""


def _over(*_: object) -> None:
    raise _OverError


if __name__ == "__main__":
    main()
