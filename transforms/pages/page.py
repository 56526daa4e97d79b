"""One web page as text, what of it is not the article, and what it says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import turbohtml

from transforms.dates.claims import RawClaim
from transforms.dates.page_claims import page_claims
from transforms.pages.blocks import Blocks, read_blocks
from transforms.pages.bylines import find_byline
from transforms.pages.features import fold, measure
from transforms.pages.hostile import refuse_hostile
from transforms.pages.languages import choose_language
from transforms.pages.metadata import Statements, read_statements
from transforms.pages.model import load_model
from transforms.pages.reasons import HEADLINE, Reasons
from transforms.pages.titles import choose_title
from transforms.records import Cut

BODY_ODDS = 0.6  # a block is body from here on; chosen on out-of-fold pages
FAINT_ODDS = 0.3  # where nothing reaches that, the page's best blocks from here on
UNREADABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Page:
    """A page's whole visible text, the cuts that leave its body, and its own statements with where they stand.

    `cuts` are in order, disjoint and cover whole blocks. `dates` are (kind, raw words, origin), most trusted first.
    """

    source_text: str
    cuts: tuple[Cut, ...]
    title: str | None
    title_origin: str | None
    authors: tuple[str, ...]
    authors_origin: str | None
    publisher: str | None
    language: str | None
    url: str | None
    dates: tuple[RawClaim, ...]
    flags: tuple[str, ...]


def read_page(html: str, url: str | None = None) -> Page:
    """Read one page; raise `HostilePage` for one built to hurt a parser, and nothing else for any string."""
    refuse_hostile(html)
    document = turbohtml.parse(UNREADABLE.sub("\ufffd", html), positions=False)
    stated = read_statements(document, url)
    blocks = read_blocks(document)
    rules = judge(blocks, stated)
    source, starts = _lay_out(blocks)
    cuts = _cuts(blocks, rules, source, starts)
    title = choose_title(stated.titles, stated.site_names)
    body = [i for i, rule in enumerate(rules) if rule is None]
    authors, authors_origin = find_byline(stated, blocks, body)
    return Page(
        source_text=source,
        cuts=cuts,
        title=title[0] if title else None,
        title_origin=title[1] if title else None,
        authors=authors,
        authors_origin=authors_origin,
        publisher=stated.publisher,
        language=choose_language(
            stated.languages, " ".join(blocks.text[i] for i in (body[:12] or range(len(rules))[:40]))
        ),
        url=stated.url,
        dates=page_claims(document, url),
        flags=stated.flags,
    )


def judge(blocks: Blocks, stated: Statements) -> list[str | None]:
    """Give the rule that drops each block, or None where it is body."""
    if not blocks.text:
        return []
    model = load_model()
    features = measure(blocks, stated.hints, model.lexicon)
    odds = model.body_odds(features)
    keep = odds >= BODY_ODDS
    if not keep.any():
        keep = odds >= max(FAINT_ODDS, float(odds.max()) / 2)
    kept = np.flatnonzero(keep)
    first, last = (int(kept[0]), int(kept[-1])) if len(kept) else (len(keep), -1)
    reasons = Reasons(blocks)
    rules: list[str | None] = []
    for block, kept_here in enumerate(keep.tolist()):
        if len(blocks.text[block]) < 320 and fold(blocks.text[block]) in stated.hints.titles:
            rules.append(HEADLINE)
        else:
            rules.append(None if kept_here else reasons.reason(block, first < block < last))
    return rules


def _lay_out(blocks: Blocks) -> tuple[str, list[int]]:
    """Join the blocks: an empty line between paragraphs, none between rows of a table or items of a list."""
    parts: list[str] = []
    starts: list[int] = []
    place = 0
    last_rows = -1
    for block, text in enumerate(blocks.text):
        box = blocks.box[block]
        tag = blocks.tag[box]
        holder = box
        if tag not in {"li", "tr"}:
            holder = blocks.parent[box] if box else 0
            tag = blocks.tag[holder]
        is_row = tag in {"li", "tr"} and blocks.first[holder] == block
        rows = blocks.parent[holder] if is_row else -1
        if parts:
            gap = "\n" if is_row and rows == last_rows else "\n\n"
            parts.append(gap)
            place += len(gap)
        line = f"- {text}" if is_row and tag == "li" else text
        starts.append(place)
        parts.append(line)
        place += len(line)
        last_rows = rows
    return "".join(parts), starts


def _cuts(blocks: Blocks, rules: list[str | None], source: str, starts: list[int]) -> tuple[Cut, ...]:
    cuts: list[Cut] = []
    previous: str | None = None
    for block, rule in enumerate(rules):
        if rule is not None:
            following = starts[block + 1] if block + 1 < len(starts) else len(source)
            stop = len(source[starts[block] : following].rstrip("\n")) + starts[block]
            if rule == previous:
                cuts[-1] = Cut(cuts[-1].start, stop, rule)
            else:
                cuts.append(Cut(starts[block], stop, rule))
        previous = rule
    return tuple(cuts)
