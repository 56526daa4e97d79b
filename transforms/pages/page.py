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
from transforms.pages.features import LINKED_COLUMN, PROMPT_COLUMN, TITLE_COLUMN, Hints, measure
from transforms.pages.hostile import refuse_hostile
from transforms.pages.languages import choose_language
from transforms.pages.metadata import read_statements
from transforms.pages.model import Model, load_model
from transforms.pages.reasons import HEADLINE, RELATED, Reasons
from transforms.pages.titles import choose_title
from transforms.records import Cut

BODY_ODDS = 0.6  # a block is body from here on; chosen on out-of-fold pages
MOSTLY_LINKED, PROMPT_ODDS = 0.5, 0.85  # a line that opens like a prompt needs few links and high odds to stay
FAINT_ODDS = 0.05  # where nothing reaches that, the page's best blocks, if they have any odds at all
ROWS = frozenset({"li", "tr"})
HALVES = re.compile("[\ud800-\udfff]")


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
    """Read one page; raise `HostilePageError` for one built to hurt a parser, and nothing else for any string."""
    html, markup = _readable(html)
    refuse_hostile(markup)
    document = turbohtml.parse(html, positions=False)
    stated = read_statements(document, url)
    dates = page_claims(document, url)  # before the blocks are read, which takes scripts and their like out
    blocks = read_blocks(document)
    rules = judge(blocks, stated.hints, load_model())
    source, spans = _lay_out(blocks)
    title = choose_title(stated.titles, stated.site_names)
    body = [i for i, rule in enumerate(rules) if rule is None]
    authors, authors_origin = find_byline(stated, blocks, body)
    return Page(
        source_text=source,
        cuts=_cuts(rules, spans),
        title=title[0] if title else None,
        title_origin=title[1] if title else None,
        authors=authors,
        authors_origin=authors_origin,
        publisher=stated.publisher,
        language=choose_language(
            stated.languages, " ".join(blocks.text[i] for i in (body[:12] or range(len(rules))[:40]))
        ),
        url=stated.url,
        dates=dates,
        flags=stated.flags,
    )


def _readable(html: str) -> tuple[str, bytes]:
    """Replace what no text may hold, NUL and halves of characters; give the page and its bytes."""
    html = html.replace("\0", "\ufffd")
    try:
        return html, html.encode()
    except UnicodeEncodeError:
        html = HALVES.sub("\ufffd", html)
        return html, html.encode()


def judge(blocks: Blocks, hints: Hints, model: Model, body_odds: float = BODY_ODDS) -> list[str | None]:
    """Give the rule that drops each block, or None where it is body."""
    if not blocks.text:
        return []
    features = measure(blocks, hints, model.lexicon)
    odds = model.body_odds(features)
    keep = odds >= body_odds
    if not keep.any():
        keep = odds >= max(FAINT_ODDS, float(odds.max()) / 2)
    kept = np.flatnonzero(keep)
    first, last = (int(kept[0]), int(kept[-1])) if len(kept) else (len(keep), -1)
    reasons = Reasons(blocks)
    titled = (features[:, TITLE_COLUMN] >= 1).tolist()
    doubtful = (features[:, LINKED_COLUMN] > MOSTLY_LINKED) | (odds < PROMPT_ODDS)
    pointing = ((features[:, PROMPT_COLUMN] > 0) & doubtful).tolist()
    rules: list[str | None] = []
    for block, kept_here in enumerate(keep.tolist()):
        if titled[block]:
            rules.append(HEADLINE)
        elif kept_here:
            rules.append(RELATED if pointing[block] else reasons.certain(block))
        else:
            rules.append(reasons.reason(block, first < block < last))
    return rules


def _lay_out(blocks: Blocks) -> tuple[str, list[tuple[int, int]]]:
    """Join the blocks: an empty line between paragraphs, none between rows of a table or items of a list."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    place, last_rows = 0, -1
    tags, parents, firsts = blocks.tag, blocks.parent, blocks.first
    for block, (text, box) in enumerate(zip(blocks.text, blocks.box, strict=True)):
        row = box if tags[box] in ROWS else max(parents[box], 0)
        rows = parents[row] if tags[row] in ROWS and firsts[row] == block else -1
        if parts:
            gap = "\n" if rows >= 0 and rows == last_rows else "\n\n"
            parts.append(gap)
            place += len(gap)
        line = f"- {text}" if rows >= 0 and tags[row] == "li" else text
        parts.append(line)
        spans.append((place, place + len(line)))
        place += len(line)
        last_rows = rows
    return "".join(parts), spans


def _cuts(rules: list[str | None], spans: list[tuple[int, int]]) -> tuple[Cut, ...]:
    """Join neighbouring blocks that go for the same reason."""
    runs: list[tuple[int, int, str]] = []
    previous: str | None = None
    for rule, (start, stop) in zip(rules, spans, strict=True):
        if rule is not None:
            if rule == previous:
                runs[-1] = (runs[-1][0], stop, rule)
            else:
                runs.append((start, stop, rule))
        previous = rule
    return tuple(Cut(*run) for run in runs)
