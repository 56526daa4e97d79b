"""Why a block is not the article: names for the audit trail."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from transforms.pages.blocks import Blocks
from transforms.pages.features import NAME

_RULES = tomllib.loads(files("transforms.pages").joinpath("data/rules.toml").read_text("utf-8"))["rule"]
BY_TAG = {tag: rule["name"] for rule in reversed(_RULES) for tag in rule.get("tags", ())}
BY_WORD = {word: (rank, rule["name"]) for rank, rule in reversed(list(enumerate(_RULES))) for word in rule["words"]}
HEADLINE, OUTSIDE, ASIDE = "page:headline", "page:outside", "page:aside"
MOST_BOXES = 6


class Reasons:
    """Name the rule for each dropped block of one page, remembering what its boxes are called."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._known: dict[tuple[str, str], str | None] = {}

    def reason(self, block: int, inside: bool) -> str:
        """Give the rule of the innermost box that has one, else whether the block stands inside the body."""
        blocks, box = self._blocks, self._blocks.box[block]
        if blocks.inner[block] and (found := self._named("", blocks.inner[block])):
            return found
        for _ in range(MOST_BOXES):
            if box <= 0:
                break
            if found := self._named(blocks.tag[box], blocks.names[box]):
                return found
            box = blocks.parent[box]
        return ASIDE if inside else OUTSIDE

    def _named(self, tag: str, names: str) -> str | None:
        key = (tag, names)
        if key not in self._known:
            ranked = [BY_WORD[w] for word in NAME.findall(names) if (w := word.lower()) in BY_WORD]
            self._known[key] = min(ranked)[1] if ranked else BY_TAG.get(tag)
        return self._known[key]
