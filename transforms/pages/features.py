"""What can be measured of a page's blocks: one row of numbers for each, all rows at once."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from transforms.pages.blocks import TAG_NUMBER, TAGS, Blocks
from transforms.pages.letters import count_letters
from transforms.pages.lexicon import NO_EDGES, Lexicon, edge_words, fold

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LEVELS = 5  # how many boxes around a block are measured
NAMED_LEVELS = 4  # of how many the names are looked up
REACHES = (2, 5, 12)  # how many neighbours to each side are summed
PROSE_WORDS, LONG_WORDS, MOST_LINKED = 10, 25, 0.3  # a block of prose: so many words, ended, and so few of them links
TITLE_WORDS = 40  # longer blocks are neither title nor prompt, and their edges say nothing
LABEL_WORDS = 4  # shorter links are labels, whatever they say
FAR = -9.0
LINKED_COLUMN, TITLE_COLUMN, PROMPT_COLUMN = 2, 18, 23  # where a row says that a block is links, title or prompt

OWN_TAGS = np.array([TAG_NUMBER[t] for t in (
    "p", "div", "section", "h1", "h2", "h3", "h4", "li", "td", "tr", "figcaption", "blockquote", "button", "header",
    "figure", "body", "label", "dd", "pre", "article",
)])  # fmt: skip
PARENT_TAGS = np.array([TAG_NUMBER[t] for t in (
    "div", "section", "article", "li", "ul", "td", "blockquote", "figure", "header", "body", "main", "aside",
)])  # fmt: skip
AROUND_TAGS = (
    "article", "main", "aside", "footer", "header", "nav", "figure", "li", "table", "form", "blockquote", "figcaption",
    "button",
)  # fmt: skip
AROUND_BITS = {tag: 1 << bit for bit, tag in enumerate(AROUND_TAGS)}
BITS = np.arange(len(AROUND_TAGS))


@dataclass(frozen=True, slots=True)
class Hints:
    """What the page says elsewhere about its article: folded titles, and description and body in lower case."""

    titles: frozenset[str]
    description: str
    body: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """A page's boxes as arrays, and for each block the numbers of the boxes around it, innermost first."""

    parent: Ints
    tag: Ints
    first: Ints
    last: Ints
    around: list[Ints]


def measure(blocks: Blocks, hints: Hints, lexicon: Lexicon) -> Floats:
    """Give the features of every block, shape (blocks, features)."""
    letters = count_letters(blocks.text)
    linked = np.minimum(np.array(blocks.linked) / letters.chars, 1.0)
    bold = np.minimum(np.array(blocks.bold) / letters.chars, 1.0)
    words = letters.words
    prose = (linked < MOST_LINKED) & ((words >= PROSE_WORDS) & (letters.ends > 0) | (words >= LONG_WORDS))
    good = np.where(prose, words, 0.0)
    boxes = _boxes(blocks)
    worded = _worded(blocks.text, words, linked, hints, lexicon)
    own = np.stack([np.log1p(words), np.log1p(letters.chars), linked, bold, letters.ends], axis=1)
    columns = [
        own, letters.shape, worded, _tagged(blocks, boxes),
        _named(blocks, boxes, lexicon), _placed(blocks, boxes, good, words, linked),
        _headed(blocks, boxes, worded, words), _accompanied(blocks, boxes, good, words, linked),
    ]  # fmt: skip
    return np.concatenate(columns, axis=1, dtype=np.float32)


def _boxes(blocks: Blocks) -> Boxes:
    parent = np.array(blocks.parent)
    tag = np.array([TAG_NUMBER.get(t, len(TAGS)) for t in blocks.tag])
    around = [np.array(blocks.box)]
    for _ in range(LEVELS):
        around.append(np.maximum(parent[around[-1]], 0))
    return Boxes(parent, tag, np.array(blocks.first), np.array(blocks.last), around)


@cache
def _prompts() -> frozenset[str]:
    """Load the openings of lines that ask or point elsewhere, as `edge_words` writes them."""
    text = files("transforms.pages").joinpath("data/prompts.toml").read_text("utf-8")
    return frozenset(f"^{line}" for lines in tomllib.loads(text)["openings"].values() for line in lines)


def _worded(texts: list[str], words: Floats, linked: Floats, hints: Hints, lexicon: Lexicon) -> Floats:
    """Weigh each block's own words: its edges, known prompts, the page's titles, description and stated body."""
    edges: list[tuple[float, ...]] = []
    hinted = np.zeros((len(texts), 6), np.float32)
    vocabulary = frozenset(word for title in hints.titles for word in title.split())
    about, body = hints.description, hints.body
    prompts, weigh = _prompts(), lexicon.edges
    silent = ((linked > 0.9) & (words < LABEL_WORDS)).tolist()
    short = (words <= TITLE_WORDS).tolist()
    for row, text in enumerate(texts):
        if silent[row]:
            edges.append(NO_EDGES)
            continue
        lowered = text.lower()
        if short[row]:
            split = lowered.split()
            share = len(vocabulary.intersection(split)) / len(split)
            hinted[row, 1] = share
            if share > 0.4:
                hinted[row, 0] = likeness(fold(lowered), hints.titles)
            at_edge = edge_words(split)
            edges.append(weigh(at_edge))
            hinted[row, 5] = not prompts.isdisjoint(at_edge)
        else:
            edges.append(NO_EDGES)
        if len(text) > 20 and (about or body):
            opening = lowered[:60]
            hinted[row, 2] = bool(about) and (opening in about or about[:60] in lowered)
            hinted[row, 4] = bool(body) and opening in body
    hinted[:, 3] = bool(body)
    return np.concatenate([hinted, np.array(edges, np.float32)], axis=1)


def likeness(folded: str, titles: frozenset[str]) -> float:
    """Say how much a folded line is one of the titles: 1 the same, 0.5 most of one, 0 not."""
    if folded in titles:
        return 1.0
    size = len(folded)
    near = size > 12 and any(
        (folded in t and 2 * size > len(t)) or (t in folded and len(t) > 0.7 * size) for t in titles
    )
    return 0.5 if near else 0.0


def _tagged(blocks: Blocks, boxes: Boxes) -> Floats:
    bits: list[int] = []
    for tag, above in zip(blocks.tag, blocks.parent, strict=True):
        bits.append(AROUND_BITS.get(tag, 0) | (bits[above] if above >= 0 else 0))
    around = np.array(bits)[boxes.around[0]]
    own, outer = boxes.tag[boxes.around[0]], boxes.tag[boxes.around[1]]
    tests = [own[:, None] == OWN_TAGS, (around[:, None] >> BITS) & 1, outer[:, None] == PARENT_TAGS]
    return np.concatenate(tests, axis=1, dtype=np.float32)


def _named(blocks: Blocks, boxes: Boxes, lexicon: Lexicon) -> Floats:
    """Look up the names of the boxes around each block, and carry them inwards from the outermost."""
    scores = lexicon.names(blocks.names)
    carried: list[tuple[float, float, float]] = []
    for above, (mean, most, least) in zip(blocks.parent, scores.tolist(), strict=True):
        high, low, total = carried[above] if above >= 0 else (most, least, 0.0)
        carried.append((max(most, high), min(least, low), total * 0.8 + mean))
    levels = [scores[boxes.around[level]] for level in range(NAMED_LEVELS)]
    return np.concatenate([lexicon.names(blocks.inner), *levels, np.array(carried)[boxes.around[0]]], axis=1)


def _sums(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def _placed(blocks: Blocks, boxes: Boxes, good: Floats, words: Floats, linked: Floats) -> Floats:
    """Say where each block stands, on the page, in its boxes and near the prose."""
    count, index = len(good), np.arange(len(good))
    total = max(float(good.sum()), 1.0)
    before, all_words, all_linked = _sums(good), _sums(words), _sums(words * linked)
    first, last = boxes.first, boxes.last
    in_good, in_words, in_linked = (s[last] - s[first] for s in (before, all_words, all_linked))
    in_words = np.maximum(in_words, 1)
    size = np.maximum(last - first, 1)
    depth = np.array(blocks.depth)[boxes.around[0]] / 10.0
    columns = [
        index / count,
        np.full(count, np.log1p(count)),
        np.full(count, np.log1p(total)),
        depth,
        before[:-1] / total,
    ]
    table = np.stack([in_good / total, in_good / in_words, in_linked / in_words, np.log1p(size)], axis=1)
    levels = [table[here] for here in boxes.around[1:]]
    columns += [(index - first[here]) / size[here] for here in boxes.around[1:]]
    for reach in REACHES:
        low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, count)
        columns += [np.log1p(before[index] - before[low]), np.log1p(before[high] - before[index + 1])]
    for here in boxes.around[1:3]:
        columns += _main_box(boxes, here, good, index, total)
    return np.concatenate([np.stack(columns, axis=1), *levels], axis=1)


def _main_box(boxes: Boxes, here: Ints, good: Floats, index: Ints, total: float) -> list[Floats]:
    """Compare with the box that holds the most prose directly: its share, and how far before or after it one is."""
    held = np.bincount(here, weights=good, minlength=len(boxes.parent))
    main = int(held.argmax())
    inside = np.flatnonzero((here == main) & (good > 0))
    low, high = (int(inside[0]), int(inside[-1])) if len(inside) else (0, len(good))
    return [
        held[here] / total, held[here] / max(held[main], 1), here == main, np.log1p(np.maximum(low - index, 0)),
        np.log1p(np.maximum(index - high, 0)), (index >= boxes.first[main]) & (index < boxes.last[main]),
    ]  # fmt: skip


def _headed(blocks: Blocks, boxes: Boxes, hinted: Floats, words: Floats) -> Floats:
    """Say how far each block is from the headline, and how often the page repeats it."""
    index = np.arange(len(words))
    is_head = (boxes.tag[boxes.around[0]] == TAG_NUMBER["h1"]) | (hinted[:, 0] >= 1) & (words > 3)
    heads = np.flatnonzero(is_head)
    away = index - heads[0] if len(heads) else np.zeros(len(words))
    distance = np.sign(away) * np.log1p(np.abs(away)) if len(heads) else np.full(len(words), FAR)
    seen = Counter(blocks.text)
    repeats = np.minimum([seen[text] for text in blocks.text], 5) - 1
    return np.stack([distance, np.full(len(words), float(len(heads) > 0)), repeats], axis=1)


def _accompanied(blocks: Blocks, boxes: Boxes, good: Floats, words: Floats, linked: Floats) -> Floats:
    """Describe the company of each block: all blocks on the page whose boxes are made alike."""
    kinds: dict[tuple[str, str], int] = {}
    kind = np.array([kinds.setdefault(make, len(kinds)) for make in zip(blocks.tag, blocks.names, strict=True)])
    own, outer, outmost = (kind[here] for here in boxes.around[:3])
    total = max(float(good.sum()), 1.0)
    columns = []
    for pair in (own, own * len(kinds) + outer, outer * len(kinds) + outmost):
        key = np.unique(pair, return_inverse=True)[1]
        count = np.bincount(key)
        in_words, in_good = np.bincount(key, weights=words), np.bincount(key, weights=good)
        in_links = np.bincount(key, weights=linked)
        shares = [
            np.log1p(count),
            np.log1p(in_words / count),
            in_good / np.maximum(in_words, 1),
            in_links / count,
            in_good / total,
        ]
        columns.append(np.stack(shares, axis=1)[key])
    return np.concatenate(columns, axis=1)
