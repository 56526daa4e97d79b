"""What can be measured of a page's blocks: one row of numbers for each that is worth a look, all rows at once."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.pages.blocks import ALL_LINKED, TAG_NUMBER, TAGS, Blocks
from transforms.pages.letters import count_letters, table_of
from transforms.pages.lexicon import NO_EDGES, Lexicon, edge_words, fold, learn_names

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LEVELS = 5  # how many boxes around a block are measured
NAMED_LEVELS = 4  # of how many the names are looked up one by one
CARRIED = 8  # and of how many together
FADING = 0.8 ** np.arange(CARRIED - 1, -1, -1, dtype=np.float32)[:, None]
REACHES = (2, 5, 12)  # how many neighbours to each side are summed
PROSE_WORDS, LONG_WORDS, MOST_LINKED = 10, 25, 0.3  # a block of prose: so many words, ended, and so few of them links
TITLE_WORDS = 40  # longer blocks are neither title nor prompt, and their edges say nothing
LABEL_WORDS = 4  # shorter links are labels, whatever they say
MOST_COMPARED = 200_000_000  # letters of the stated body, once for each block: a second of looking at the very worst
LETTERS_A_WORD = 6.0  # where words are not counted
FAR = -9.0
LONG_LINE = 80  # letters
MOST_JUDGED = 10_000  # blocks; what follows in a page with more of them is judged by its length and links

OWN_TAGS = (
    "p", "div", "section", "h1", "h2", "h3", "h4", "li", "td", "tr", "figcaption", "blockquote", "button", "header",
    "figure", "body", "label", "dd", "pre", "article",
)  # fmt: skip
PARENT_TAGS = (
    "div", "section", "article", "li", "ul", "td", "blockquote", "figure", "header", "body", "main", "aside",
)  # fmt: skip
AROUND_TAGS = (
    "article", "main", "aside", "footer", "header", "nav", "figure", "li", "table", "form", "blockquote", "figcaption",
    "button",
)  # fmt: skip


def _one_hot(tags: tuple[str, ...]) -> Floats:
    table = np.zeros((len(TAGS) + 1, len(tags)), np.float32)
    for column, tag in enumerate(tags):
        table[TAG_NUMBER[tag], column] = 1
    return table


OWN, PARENT, AROUND = _one_hot(OWN_TAGS), _one_hot(PARENT_TAGS), _one_hot(AROUND_TAGS)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the page says elsewhere about its article: folded titles, and description and body in lower case."""

    titles: frozenset[str]
    description: str
    body: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of the blocks that are judged, their features, and what the rules ask of every row.

    Shapes: `rows` (rows,), `features` (rows, features). `titled` says which rows are the headline, `linked` how much of
    each is links, `prompts` which open like a prompt.
    """

    rows: Ints
    features: Floats
    titled: NDArray[np.bool_]
    linked: Floats
    prompts: NDArray[np.bool_]


def measure(blocks: Blocks, hints: Hints, lexicon: Lexicon) -> Measured:
    """Measure the blocks of a page that has any."""
    learn_names({*blocks.names, *blocks.inner})
    chars = np.fromiter(map(len, blocks.text), np.float32, len(blocks.text))
    linked = np.minimum(np.array(blocks.linked, np.float32) / chars, 1.0)
    rows, skipped = worth_a_look(linked)
    numbers = rows.tolist()
    texts = [blocks.text[number] for number in numbers]
    letters = count_letters(texts)
    words, here_linked = letters.words, linked[rows]
    bold = np.minimum(np.array(blocks.bold, np.float32)[rows] / letters.chars, 1.0)
    prose = (here_linked < MOST_LINKED) & ((words >= PROSE_WORDS) & (letters.ends > 0) | (words >= LONG_WORDS))
    all_words = chars / LETTERS_A_WORD
    all_words[rows] = words
    good = np.zeros(len(chars), np.float32)
    good[rows] = np.where(prose, words, 0.0)
    parent = _ints(blocks.parent)
    parent[0] = 0
    tag = _ints([TAG_NUMBER.get(name, len(TAGS)) for name in blocks.tag])
    around = [_ints(blocks.box)]
    for _ in range(CARRIED - 1):
        around.append(parent[around[-1]])
    boxes = np.array(around)
    near = boxes[:, rows]
    hinted = _worded(texts, words, here_linked, hints, lexicon)
    columns = [
        table_of([np.log1p(words), np.log1p(letters.chars), here_linked, bold, letters.ends, skipped]),
        letters.shape,
        hinted.T,
        _tagged(tag[near]).T,
        _named([blocks.inner[n] for n in numbers], blocks.names, near, lexicon),
        _placed(blocks, near, boxes, rows, good, all_words, linked),
        _headed(blocks, rows, tag[near[0]], hinted, words),
        _accompanied(blocks, boxes, rows, good, all_words, linked),
    ]
    features: Floats = np.concatenate(columns, dtype=np.float32).T
    return Measured(rows, features, hinted[:, 0] >= 1, here_linked, hinted[:, 5] > 0)


def _ints(numbers: list[int]) -> Ints:
    return np.fromiter(numbers, np.int64, len(numbers))


def worth_a_look(linked: Floats) -> tuple[Ints, Floats]:
    """List the blocks that are no link or at an end of a row of links, and tell how many were skipped before each."""
    link = linked > ALL_LINKED
    inside = link.copy()
    inside[0] = inside[-1] = False
    inside[1:-1] &= link[:-2] & link[2:]
    rows = np.flatnonzero(~inside)[:MOST_JUDGED]
    skipped = np.zeros(len(rows), np.float32)
    skipped[1:] = np.log(np.diff(rows))
    return rows, skipped


def spread(odds: Floats, rows: Ints, count: int) -> Floats:
    """Give each skipped block the lower odds of the two ends of its row of links."""
    before = np.searchsorted(rows, np.arange(count), side="right") - 1
    after = np.minimum(before + (rows[before] != np.arange(count)), len(rows) - 1)
    lower: Floats = np.minimum(odds[before], odds[after])
    return lower


def looks_like_prose(blocks: Blocks, first: int) -> list[bool]:
    """Say of each block from `first` on whether its length and links alone make it prose."""
    pairs = zip(blocks.text[first:], blocks.linked[first:], strict=True)
    return [len(text) >= LONG_LINE and linked < MOST_LINKED * len(text) for text, linked in pairs]


@cache
def _prompts() -> frozenset[str]:
    """Load the openings of lines that ask or point elsewhere, as `edge_words` writes them."""
    text = files("transforms.pages").joinpath("data/prompts.toml").read_text("utf-8")
    return frozenset(f"^{line}" for lines in tomllib.loads(text)["openings"].values() for line in lines)


def _worded(texts: list[str], words: Floats, linked: Floats, hints: Hints, lexicon: Lexicon) -> Floats:
    """Weigh each block's own words: its edges, known prompts, the page's titles, description and stated body."""
    vocabulary = frozenset(word for title in hints.titles for word in title.split())
    about, about_opening = hints.description, hints.description[:60]
    body = hints.body[: MOST_COMPARED // len(texts)]
    known, prompts = lexicon.known_edges.get, _prompts()
    silent = ((linked > ALL_LINKED) & (words < LABEL_WORDS)).tolist()
    has_body = float(bool(body))
    blank = (0.0, 0.0, 0.0, has_body, 0.0, 0.0, *NO_EDGES)
    rows: list[tuple[float, ...]] = []
    for text, mute, size in zip(texts, silent, words.tolist(), strict=True):
        if mute:
            rows.append(blank)
            continue
        lowered = text.lower()
        opening = lowered[:60]
        described = stated = 0.0
        if len(lowered) > 20:
            described = float((about and (opening in about or about_opening in lowered)) or 0)
            stated = float((body and opening in body) or 0)
        if size > TITLE_WORDS:
            rows.append((0.0, 0.0, described, has_body, stated, 0.0, *NO_EDGES))
            continue
        split = lowered.split()
        share = len(vocabulary.intersection(split)) / len(split)
        like = likeness(fold(lowered), hints.titles) if share > 0.4 else 0.0
        first, second, third, last = at_edge = edge_words(split)
        prompt = 0.0 if prompts.isdisjoint(at_edge) else 1.0
        rows.append(
            (
                like,
                share,
                described,
                has_body,
                stated,
                prompt,
                known(first, 0.0),
                known(second, 0.0),
                known(third, 0.0),
                known(last, 0.0),
            )
        )
    return np.fromiter(chain.from_iterable(rows), np.float32, len(rows) * len(blank)).reshape(len(rows), -1)


def likeness(folded: str, titles: frozenset[str]) -> float:
    """Say how much a folded line is one of the titles: 1 the same, 0.5 most of one, 0 not."""
    if folded in titles:
        return 1.0
    size = len(folded)
    near = size > 12 and any(
        (folded in t and 2 * size > len(t)) or (t in folded and len(t) > 0.7 * size) for t in titles
    )
    return 0.5 if near else 0.0


def _tagged(tags: Ints) -> Floats:
    """Name the tags of the innermost box, of the one around it, and of any box near."""
    return np.concatenate([OWN[tags[0]], PARENT[tags[1]], AROUND[tags].max(axis=0)], axis=1)


def _named(inner: list[str], names: list[str], near: Ints, lexicon: Lexicon) -> Floats:
    """Look up the names of the boxes around each block, one by one and together."""
    of_inner = lexicon.names(inner)
    asked = np.zeros(len(names), np.bool_)
    asked[near] = True
    table = np.zeros((len(names), 3), np.float32)
    table[asked] = lexicon.names([names[box] for box in asked.nonzero()[0].tolist()])
    scores = table[near]
    together = [
        scores[:, :, 1].max(axis=0),
        scores[:, :, 2].min(axis=0),
        (scores[:, :, 0] * FADING[::-1]).sum(axis=0),
    ]
    levels = scores[:NAMED_LEVELS].transpose(0, 2, 1).reshape(3 * NAMED_LEVELS, -1)
    return np.concatenate([of_inner.T, levels, table_of(together)])


def _placed(blocks: Blocks, near: Ints, boxes: Ints, rows: Ints, good: Floats, words: Floats, linked: Floats) -> Floats:
    """Say where each block stands, on the page, in its boxes and near the prose."""
    count = len(good)
    total = max(float(good.sum()), 1.0)
    sums = np.zeros((3, count + 1))
    np.cumsum(np.array([good, words, words * linked]), axis=1, out=sums[:, 1:])
    before = sums[0]
    first, last = _ints(blocks.first), _ints(blocks.last)
    in_good, in_words, in_linked = sums[:, last] - sums[:, first]
    in_words = np.maximum(in_words, 1)
    size = np.maximum(last - first, 1)
    table = np.array([in_good / total, in_good / in_words, in_linked / in_words, np.log1p(size), first, 1 / size])
    levels = table[:, near[1 : LEVELS + 1]]
    levels[4] = (rows - levels[4]) * levels[5]
    depth: list[int] = [0]
    for above in blocks.parent[1:]:
        depth.append(depth[above] + 1)
    low, high = np.maximum(rows - REACH, 0), np.minimum(rows + REACH + 1, count)
    of_main = [_main_box(first, last, boxes[level], rows, good) for level in (1, 2)]
    logs = [np.full(len(rows), count), np.full(len(rows), total), *(before[rows] - before[low])]
    logs += [*(before[high] - before[rows + 1]), *of_main[0][:2], *of_main[1][:2]]
    columns = [rows / count, _ints(depth)[near[0]] / 10.0, before[rows] / total]
    for found in of_main:
        columns += [found[2] / total, *found[3:]]
    return np.concatenate([np.log1p(table_of(logs)), table_of(columns), levels[:5].reshape(5 * LEVELS, -1)])


REACH = np.array(REACHES)[:, None]


def _main_box(first: Ints, last: Ints, box: Ints, rows: Ints, good: Floats) -> list[Floats]:
    """Compare with the box that holds the most prose directly: how far before or after its prose, and how much one has."""
    held = np.bincount(box, weights=good, minlength=len(first))
    main = int(held.argmax())
    here = box[rows]
    inside = ((box == main) & (good > 0)).nonzero()[0]
    low, high = (inside[0], inside[-1]) if len(inside) else (0, len(good))
    share = held[here]
    return [
        np.maximum(low - rows, 0), np.maximum(rows - high, 0), share, share / max(held[main], 1), here == main,
        (rows >= first[main]) & (rows < last[main]),
    ]  # fmt: skip


def _headed(blocks: Blocks, rows: Ints, tag: Ints, hinted: Floats, words: Floats) -> Floats:
    """Say how far each block is from the headline, and how often the page repeats it."""
    heads = rows[(tag == TAG_NUMBER["h1"]) | (hinted[:, 0] >= 1) & (words > 3)]
    out = np.empty((3, len(rows)), np.float32)
    if len(heads):
        away = rows - heads[0]
        out[0] = np.sign(away) * np.log1p(np.abs(away))
    else:
        out[0] = FAR
    out[1] = len(heads) > 0
    seen = Counter(blocks.text)
    out[2] = np.minimum([seen[blocks.text[row]] for row in rows.tolist()], 5)
    return out


def _accompanied(blocks: Blocks, boxes: Ints, rows: Ints, good: Floats, words: Floats, linked: Floats) -> Floats:
    """Describe the company of each block: all blocks on the page whose boxes, or two of them together, are made alike."""
    kinds: dict[tuple[str, str], int] = {}
    kind = _ints([kinds.setdefault(make, len(kinds)) for make in zip(blocks.tag, blocks.names, strict=True)])
    own, outer, outmost = kind[boxes[:3]]
    total = max(float(good.sum()), 1.0)
    shares: list[NDArray[Any]] = []
    for company in (own, _pairs(own, outer, len(kinds)), _pairs(outer, outmost, len(kinds))):
        here = company[rows]
        in_words, in_good, in_links = (np.bincount(company, weights)[here] for weights in (words, good, linked))
        count = np.bincount(company)[here]
        shares += [
            np.log1p(count),
            np.log1p(in_words / count),
            in_good / np.maximum(in_words, 1),
            in_links / count,
            in_good / total,
        ]
    return table_of(shares)


def _pairs(inner: Ints, outer: Ints, kinds: int) -> Ints:
    """Number the pairs of kinds that stand together."""
    numbers: Ints = np.unique(inner * kinds + outer, return_inverse=True)[1]
    return numbers
