"""Rules learnt from the archive: lines that a site repeats under all its stories, proposed for people to keep or not."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transforms.cleaning import HEAD_LINES, TAIL_LINES
from warehouse.database import Warehouse
from warehouse.queries import Row, repeated_lines

_LIMITS = {
    "head_lines": HEAD_LINES,
    "tail_lines": TAIL_LINES,
    "longest": 400,
    "prose_words": 12,  # a longer line, or a whole sentence, may be news that goes on for weeks
    "prose_share": 0.2,
}
_NUMBER = re.compile(r"[0-9]+")
_HEADING = """\
# Lines that recur across the stories of one site, proposed by `dateline learn-boilerplate`.
#
# Set `keep = true` on those that are litter; the others do nothing. A later run adds new proposals and leaves what is
# decided here. Texts are cleaned by this file when the setting `rules` (DATELINE_RULES) names it.
"""


class UnreadableProposalsError(Exception):
    """A file of proposals that is no TOML; the message says where."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was found: every line that recurs, as rows of the query, and how many of them the file did not have yet."""

    lines: Sequence[Row]
    fresh: int


def propose_rules(warehouse: Warehouse, into: Path, site: str | None, least: int) -> Learnt:
    """Write the lines that recur in `least` stories of a site into a file of proposals, beside what it holds already."""
    found = repeated_lines(warehouse, site, least, _LIMITS)
    known = _known(into)
    fresh = [row for row in found if (row["site"], _pattern(row["shape"])) not in known]
    if fresh or not into.exists():
        held = into.read_text("utf-8") if into.exists() else _HEADING
        _replace(into, held + "".join(_proposal(row) for row in fresh))
    return Learnt(found, len(fresh))


def _known(path: Path) -> set[tuple[str, str]]:
    if not path.exists():
        return set()
    try:
        rules = tomllib.loads(path.read_text("utf-8")).get("rule", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableProposalsError(f"{path} is no TOML and was left as it is: {error}") from None
    return {(site, rule.get("pattern", "")) for rule in rules for site in rule.get("sites", ())}


def _pattern(shape: str) -> str:
    """Match a line whatever its numbers are."""
    return "[0-9]+".join(re.escape(part) for part in _NUMBER.split(shape))


def _proposal(row: Row) -> str:
    fields: dict[str, Any] = {
        "name": "learnt",
        "keep": False,
        "scope": "line",
        "sites": [row["site"]],
        "pattern": _pattern(row["shape"]),
        "place": row["place"],
        "longest": _LIMITS["longest"],
        "needs": [_needed(row["shape"])],
        "seen": f"{row['stories']} of {row['site_stories']} stories of {row['site']}, as in article {row['article_id']}",
        "cuts": row["examples"],
    }
    return "\n[[rule]]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in fields.items())


def _needed(shape: str) -> str:
    """Give the longest part of a line that is the same in all of its forms."""
    return max(_NUMBER.split(shape.lower()), key=len)


def _toml(value: Any) -> str:
    """Write a value; the strings of JSON are strings of TOML, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.writing")
    beside.write_text(text, "utf-8")
    os.replace(beside, path)  # noqa: PTH105  (a file half written would lose what people decided)
