"""Why a block is not the article: names for the audit trail."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from transforms.pages.blocks import Blocks
from transforms.pages.lexicon import PART as NAME

_KNOWN = tomllib.loads(files("transforms.pages").joinpath("data/rules.toml").read_text("utf-8"))
_RULES = _KNOWN["rule"]
CERTAIN_TAGS: dict[str, str] = _KNOWN["certain"]["tags"]
CERTAIN_NAMES: dict[str, str] = _KNOWN["certain"]["blockquotes"]
BY_TAG = {tag: rule["name"] for rule in reversed(_RULES) for tag in rule.get("tags", ())}
BY_WORD = {word: (rank, rule["name"]) for rank, rule in reversed(list(enumerate(_RULES))) for word in rule["words"]}
HEADLINE, RELATED, OUTSIDE, ASIDE = "page:headline", "page:related", "page:outside", "page:aside"
MOST_BOXES, NEAR_BOXES = 6, 3


class Reasons:
    """Name the rule for each dropped block of one page, remembering what its boxes are called."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._known: dict[tuple[str, str], str | None] = {}
        self._of: dict[int, str | None] = {}
        self._sure: dict[int, str | None] = {}

    def reason(self, block: int, inside: bool) -> str:
        """Give the rule of the innermost box that has one, else whether the block stands inside the body."""
        inner, box = self._blocks.inner[block], self._blocks.box[block]
        named = self._named("", inner) if inner else None
        return named or self._of_box(box) or (ASIDE if inside else OUTSIDE)

    def certain(self, block: int) -> str | None:
        """Give the rule that drops a block whatever its words: a caption, or a post embedded from elsewhere."""
        box = self._blocks.box[block]
        if box not in self._sure:
            blocks, found, here = self._blocks, None, box
            for _ in range(NEAR_BOXES):
                if here <= 0 or found:
                    break
                found = CERTAIN_TAGS.get(blocks.tag[here])
                if found is None and blocks.tag[here] == "blockquote":
                    found = next((CERTAIN_NAMES[n] for n in blocks.names[here].split() if n in CERTAIN_NAMES), None)
                here = blocks.parent[here]
            self._sure[box] = found
        return self._sure[box]

    def _of_box(self, box: int) -> str | None:
        if box not in self._of:
            blocks, found, here = self._blocks, None, box
            for _ in range(MOST_BOXES):
                if here <= 0 or found:
                    break
                found = self._named(blocks.tag[here], blocks.names[here])
                here = blocks.parent[here]
            self._of[box] = found
        return self._of[box]

    def _named(self, tag: str, names: str) -> str | None:
        key = (tag, names)
        if key not in self._known:
            ranked = [BY_WORD[w] for word in NAME.findall(names) if (w := word.lower()) in BY_WORD]
            self._known[key] = min(ranked)[1] if ranked else BY_TAG.get(tag)
        return self._known[key]
