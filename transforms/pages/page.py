"""One web page as text, what of it is not the article, and what it says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from transforms.dates.claims import RawClaim
from transforms.dates.page_claims import page_claims
from transforms.pages.blocks import Blocks, read_blocks
from transforms.pages.bylines import find_byline
from transforms.pages.features import MOST_JUDGED, Hints, looks_like_prose, measure, spread
from transforms.pages.hostile import refuse_attributes
from transforms.pages.languages import choose_language
from transforms.pages.metadata import read_statements
from transforms.pages.model import Model, load_model
from transforms.pages.parsed import parse_page
from transforms.pages.reasons import HEADLINE, RELATED, Reasons
from transforms.pages.titles import choose_title
from transforms.records import Cut

BODY_ODDS = 0.5  # a block is body from here on; chosen on out-of-fold pages
MOSTLY_LINKED, PROMPT_ODDS = 0.5, 0.85  # a line that opens like a prompt needs few links and high odds to stay
FAINT_ODDS = 0.05  # where nothing reaches that, the page's best blocks, if they have any odds at all
SAMPLE = 500  # characters that tell a language
ROWS, LISTS = frozenset({"li", "tr"}), frozenset({"ul", "ol"})
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
    page = _read_page(html, url)
    try:
        f"{page.source_text}{page.title}{page.authors}{page.publisher}".encode()
    except UnicodeEncodeError:
        page = _read_page(HALVES.sub("\ufffd", html), url)
    return page


def _read_page(html: str, url: str | None) -> Page:
    refuse_attributes(html)
    parsed = parse_page(html)
    stated = read_statements(parsed, url)
    dates = page_claims(parsed)
    blocks = read_blocks(parsed)
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
        language=choose_language(stated.languages, _sample(blocks, body)),
        url=stated.url,
        dates=dates,
        flags=stated.flags,
    )


def _sample(blocks: Blocks, body: list[int]) -> str:
    """Give enough text to tell the language by."""
    parts: list[str] = []
    size = 0
    for block in body or range(min(len(blocks.text), 40)):
        parts.append(blocks.text[block])
        size += len(parts[-1])
        if size > SAMPLE:
            break
    return " ".join(parts)[:SAMPLE]


def judge(blocks: Blocks, hints: Hints, model: Model, body_odds: float = BODY_ODDS) -> list[str | None]:
    """Give the rule that drops each block, or None where it is body."""
    if not blocks.text:
        return []
    count = len(blocks.text)
    measured = measure(blocks, hints, model.lexicon)
    odds = model.body_odds(measured.features)
    keep = spread(odds, measured.rows, count) >= body_odds
    if not keep.any():
        keep = spread(odds, measured.rows, count) >= max(FAINT_ODDS, float(odds.max()) / 2)
    if len(measured.rows) == MOST_JUDGED:
        beyond = int(measured.rows[-1]) + 1
        keep[beyond:] = looks_like_prose(blocks, beyond)
    kept = np.flatnonzero(keep)
    first, last = (int(kept[0]), int(kept[-1])) if len(kept) else (count, -1)
    stays = keep.tolist()
    reasons = Reasons(blocks, stays)
    titled = frozenset(measured.rows[measured.titled].tolist())
    doubtful = (measured.linked > MOSTLY_LINKED) | (odds < PROMPT_ODDS)
    pointing = frozenset(measured.rows[measured.prompts & doubtful].tolist())
    rules: list[str | None] = []
    for block, stay in enumerate(stays):
        if not stay:
            rules.append(HEADLINE if block in titled else reasons.reason(block, first < block < last))
        elif block in titled:
            rules.append(HEADLINE)
        else:
            rules.append(RELATED if block in pointing else reasons.certain(block))
    return rules


def _lay_out(blocks: Blocks) -> tuple[str, list[tuple[int, int]]]:
    """Join the blocks: an empty line between paragraphs, none between rows of a table or items of a list."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    place, last_rows = 0, -1
    tags, parents, firsts = blocks.tag, blocks.parent, blocks.first
    for block, (text, box) in enumerate(zip(blocks.text, blocks.box, strict=True)):
        tag = tags[box]
        row, rows = box, -1
        if tag in LISTS:  # a list of links, read in one go
            rows, tag = box, "li"
        else:
            if tag not in ROWS:
                row = parents[box] if box else 0
                tag = tags[row]
            if tag in ROWS and firsts[row] == block:
                rows = parents[row]
        if rows < 0:
            gap = "\n\n"
        else:
            gap = "\n" if rows == last_rows else "\n\n"
            if tag == "li":
                text = f"- {text}"  # noqa: PLW2901
        last_rows = rows
        if parts:
            parts.append(gap)
            place += len(gap)
        parts.append(text)
        stop = place + len(text)
        spans.append((place, stop))
        place = stop
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
