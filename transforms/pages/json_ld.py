"""What a page states in JSON-LD, read with forgiveness."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
import turbohtml

Item = dict[str, Any]

CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*;?\s*$|/\*\s*\]\]>\s*\*/\s*$"
)
TRAILING_COMMA = re.compile(r",\s{0,200}([}\]])")
BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")
MOST_ITEMS = 2_000


def read_values(document: turbohtml.Document) -> list[Any]:
    """Read each block of the page's JSON-LD, in document order; one beyond mending gives its text."""
    found: list[Any] = []
    for script in document.select("script[type*='ld+json' i]"):
        value = parse(script.text)
        found.append(script.text if value is None else value)
    return found


def list_items(values: Iterable[Any]) -> list[Item]:
    """List every object in the blocks read, outer before inner, in document order."""
    items: list[Item] = []
    for value in values:
        items.extend(_flatten(value, MOST_ITEMS - len(items)))
    return items


def parse(text: str) -> Any:
    """Read one block, mending raw control characters, comment wrappers, trailing commas, bad escapes and entities."""
    for mend in (str, _unwrap, _mend, lambda t: _mend(html.unescape(t))):
        try:
            return orjson.loads(mend(text))
        except ValueError:
            continue
    return None


def _unwrap(text: str) -> str:
    return CONTROL.sub(" ", WRAPPER.sub("", text)).strip().rstrip(";")


def _mend(text: str) -> str:
    text = TRAILING_COMMA.sub(r"\1", _unwrap(text)).encode("utf-8", "replace").decode("utf-8")
    return BAD_ESCAPE.sub(r"\\\\", text)


def _flatten(value: Any, room: int) -> Iterator[Item]:
    stack = [value]
    while stack and room > 0:
        here = stack.pop()
        if isinstance(here, dict):
            room -= 1
            yield here
            stack.extend(reversed([v for v in here.values() if isinstance(v, dict | list)]))
        elif isinstance(here, list):
            stack.extend(reversed([v for v in here if isinstance(v, dict | list)]))


def types_of(item: Item) -> tuple[str, ...]:
    """Name an item's types without their vocabulary."""
    stated = item.get("@type")
    found = stated if isinstance(stated, list) else [stated]
    return tuple(t.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for t in found if isinstance(t, str))


def text_of(value: Any) -> str | None:
    """Give the words of a stated value: a string, a list's first, or an object's name."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("headline")
    if isinstance(value, str):
        value = " ".join(html.unescape(value).split())
        return value or None
    return None
