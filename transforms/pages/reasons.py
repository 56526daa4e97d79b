"""Why a block is not the article: names for the audit trail."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate

from transforms.pages.blocks import Blocks
from transforms.pages.lexicon import MOST_REMEMBERED, name_words

_KNOWN = tomllib.loads(files("transforms.pages").joinpath("data/rules.toml").read_text("utf-8"))
_RULES = _KNOWN["rule"]
CERTAIN_TAGS: dict[str, str] = _KNOWN["certain"]["tags"]
CERTAIN_NAMES: dict[str, str] = _KNOWN["certain"]["blockquotes"]
BY_TAG = {tag: rule["name"] for rule in reversed(_RULES) for tag in rule.get("tags", ())}
BY_WORD = {word: (rank, rule["name"]) for rank, rule in reversed(list(enumerate(_RULES))) for word in rule["words"]}
HEADLINE, RELATED, OUTSIDE, ASIDE = "page:headline", "page:related", "page:outside", "page:aside"
NEAR_BOXES = 3


class Reasons:
    """Name the rule for each dropped block of one page, where `kept` says which blocks stay."""

    def __init__(self, blocks: Blocks, kept: Sequence[bool]) -> None:
        self._blocks = blocks
        before = [0, *accumulate(kept)]
        of_box: list[str | None] = []
        for above, tag, names, first, last in zip(
            blocks.parent, blocks.tag, blocks.names, blocks.first, blocks.last, strict=True
        ):
            # A box around parts of the body says nothing about the rest of what it holds.
            if first == last or before[first] < before[last]:
                of_box.append(None)
            else:
                of_box.append(_rule(tag, names) or (of_box[above] if above >= 0 else None))
        self._of_box = of_box

    def reason(self, block: int, inside: bool) -> str:
        """Give the rule of the innermost box that has one, else whether the block stands inside the body."""
        inner = self._blocks.inner[block]
        named = _rule("", inner) if inner else None
        return named or self._of_box[self._blocks.box[block]] or (ASIDE if inside else OUTSIDE)

    def certain(self, block: int) -> str | None:
        """Give the rule that drops a block whatever its words: a caption, or a post embedded from elsewhere."""
        blocks, here = self._blocks, self._blocks.box[block]
        for _ in range(NEAR_BOXES):
            if here <= 0:
                break
            if blocks.tag[here] in CERTAIN_TAGS:
                return CERTAIN_TAGS[blocks.tag[here]]
            if blocks.tag[here] == "blockquote":
                for name in blocks.names[here].split():
                    if name in CERTAIN_NAMES:
                        return CERTAIN_NAMES[name]
            here = blocks.parent[here]
        return None


@lru_cache(maxsize=MOST_REMEMBERED)
def _rule(tag: str, names: str) -> str | None:
    """Find the rule for an element by its (learnt) names, else by its tag."""
    ranked = [BY_WORD[word] for word in name_words(names) if word in BY_WORD] if names else None
    return min(ranked)[1] if ranked else BY_TAG.get(tag)
