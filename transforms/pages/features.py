"""What can be measured of a page's blocks: one row of numbers for each, all rows at once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.pages.blocks import TAG_NUMBER, TAGS, Blocks

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WORD = re.compile(r"\w+")
NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
LEVELS = 5  # how many boxes around a block are measured
NEAR = 2  # how many boxes around a block have their names looked up

UPPER, LOWER, DIGIT, SPACE, COMMA, STOP, QUOTE, MARK, WIDE, LETTER = (1 << n for n in range(10))


def _classes() -> NDArray[np.uint16]:
    table = np.zeros(0x10000, np.uint16)
    for code in range(0x10000):
        char = chr(code)
        if char.isspace():
            table[code] = SPACE
        elif char.isdigit():
            table[code] = DIGIT | LETTER
        elif char.isalpha():
            wide = 0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0x0E00 <= code <= 0x0EFF
            table[code] = (
                LETTER | (UPPER if char.isupper() else 0) | (LOWER if char.islower() else 0) | (WIDE if wide else 0)
            )
    for chars, bit in (
        (",،、，", COMMA),
        (".!?…。！？؟।۔", STOP),
        ("\"'“”„«»‘’」』)", QUOTE),
        ("|©@#*•·▶►»>→+/:", MARK),
    ):
        for char in chars:
            table[ord(char)] |= bit
    return table


CLASSES = _classes()


@dataclass(frozen=True, slots=True)
class Hints:
    """What the page says elsewhere about its article: folded titles, description and body."""

    titles: frozenset[str]
    description: str
    body: str


def fold(text: str) -> str:
    """Reduce to lower-case words with one space between."""
    return " ".join(WORD.findall(text.lower()))


def name_tokens(names: str) -> list[str]:
    """Split class names and ids into lower-case words, and pairs of neighbours."""
    words = [word.lower() for word in NAME.findall(names)][:24]
    return words + [f"{a}_{b}" for a, b in zip(words, words[1:], strict=False)]


def edge_tokens(text: str) -> list[str]:
    """Name the words at a short block's edges: where prompts and labels give themselves away."""
    words = WORD.findall(text[:60].lower())
    if not words:
        return ["^"]
    found = [f"^{words[0]}", f"^{words[0]} {words[1]}" if len(words) > 1 else f"^{words[0]}$"]
    tail = WORD.findall(text[-30:].lower())
    if tail:
        found.append(f"{tail[-1]}$")
    return found


def measure(blocks: Blocks, hints: Hints, lexicon: Lexicon) -> Floats:
    """Give the features of every block, shape (blocks, features)."""
    count = len(blocks.text)
    box = np.array(blocks.box)
    parent = np.array(blocks.parent)
    first, last = np.array(blocks.first), np.array(blocks.last)
    tag = np.array([TAG_NUMBER.get(t, len(TAGS)) for t in blocks.tag])
    letters = _letters(blocks.text)
    words, chars = letters["words"], letters["chars"]
    linked = np.minimum(np.array(blocks.linked) / chars, 1.0)
    bold = np.minimum(np.array(blocks.bold) / chars, 1.0)
    ends = letters["ends"]
    good = np.where((words >= 10) & (linked < 0.3) & (ends > 0) | (words >= 25) & (linked < 0.3), words, 0.0)
    columns: list[NDArray[np.floating]] = []

    log_words, log_chars = np.log1p(words), np.log1p(chars)
    columns += [
        log_words,
        log_chars,
        linked,
        bold,
        ends,
        letters["upper"],
        letters["digit"],
        letters["comma"],
        letters["stop"],
        letters["mark"],
        letters["quote"],
        letters["wide"],
        chars / np.maximum(words, 1),
        letters["starts_upper"],
        letters["starts_mark"],
        letters["starts_digit"],
        letters["starts_quote"],
        letters["colon"],
    ]
    # text knowledge
    hinted = _hinted(blocks.text, words, hints)
    columns += list(hinted.T)
    edge = lexicon.edges(blocks.text)
    columns += list(edge.T)
    # tags of the box and the boxes around it
    own = tag[box]
    tag_box = [own]
    up = [box]
    for _ in range(LEVELS):
        up.append(np.where(up[-1] > 0, parent[up[-1]], 0))
    for number in OWN_TAGS:
        columns.append((own == number).astype(float))
    around = _inherited(parent, tag)
    for bit in range(len(AROUND_TAGS)):
        columns.append(((around[box] >> bit) & 1).astype(float))
    for number in PARENT_TAGS:
        columns.append((tag[up[1]] == number).astype(float))
    # names
    scores = lexicon.names(blocks.names)  # (boxes, 3): mean, most, least
    inner = lexicon.names(blocks.inner)
    path = _path(parent, scores)
    columns += list(inner.T)
    for level in range(4):
        columns += list(scores[up[level]].T)
    columns += list(path[box].T)
    # where it stands
    index = np.arange(count)
    total = max(good.sum(), 1.0)
    before = np.concatenate([[0.0], np.cumsum(good)])
    columns += [
        index / count,
        np.full(count, np.log1p(count)),
        np.full(count, np.log1p(total)),
        np.array(blocks.depth)[box] / 10.0,
        before[:-1] / total,
    ]
    all_words = np.concatenate([[0.0], np.cumsum(words)])
    all_linked = np.concatenate([[0.0], np.cumsum(words * linked)])
    sums_good, sums_words, sums_linked = (s[last] - s[first] for s in (before, all_words, all_linked))
    size = last - first
    for level in range(1, LEVELS + 1):
        here = up[level]
        w = np.maximum(sums_words[here], 1)
        columns += [
            sums_good[here] / total,
            sums_good[here] / w,
            sums_linked[here] / w,
            np.log1p(size[here]),
            (index - first[here]) / np.maximum(size[here], 1),
        ]
    direct = np.bincount(up[1], weights=good, minlength=len(parent))
    direct2 = np.bincount(up[2], weights=good, minlength=len(parent))
    main, main2 = int(direct.argmax()), int(direct2.argmax())
    for scheme, which, here in ((direct, main, up[1]), (direct2, main2, up[2])):
        inside = np.flatnonzero((here == which) & (good > 0))
        lo, hi = (int(inside[0]), int(inside[-1])) if len(inside) else (0, count)
        columns += [
            scheme[here] / total,
            scheme[here] / max(scheme[which], 1),
            (here == which).astype(float),
            np.log1p(np.maximum(lo - index, 0)),
            np.log1p(np.maximum(index - hi, 0)),
            ((index >= first[which]) & (index < last[which])).astype(float),
        ]
    heads = np.flatnonzero((own == TAG_NUMBER["h1"]) | (hinted[:, 0] >= 1) & (words > 3))
    head = int(heads[0]) if len(heads) else -1
    columns += [
        np.sign(index - head) * np.log1p(np.abs(index - head)) if head >= 0 else np.full(count, -9.0),
        np.full(count, float(head >= 0)),
    ]
    for reach in (2, 5, 12):
        low, high = np.maximum(index - reach, 0), np.minimum(index + reach + 1, count)
        columns += [np.log1p(before[index] - before[low]), np.log1p(before[high] - before[index + 1])]
    # company: blocks of the same make
    make = [(t, n) for t, n in zip(blocks.tag, blocks.names, strict=True)]
    kinds: dict[tuple[str, str], int] = {}
    kind_of_box = np.array([kinds.setdefault(m, len(kinds)) for m in make])
    pair = kind_of_box[box] * len(kinds) + kind_of_box[up[1]]
    for key in (
        kind_of_box[box],
        np.unique(pair, return_inverse=True)[1],
        np.unique(kind_of_box[up[1]] * len(kinds) + kind_of_box[up[2]], return_inverse=True)[1],
    ):
        n = np.bincount(key)
        n = np.maximum(n, 1)
        columns += [
            np.log1p(n[key]),
            np.log1p(np.bincount(key, weights=words)[key] / n[key]),
            (np.bincount(key, weights=good) / n / np.maximum(np.bincount(key, weights=words) / n, 1))[key],
            (np.bincount(key, weights=linked) / n)[key],
            np.bincount(key, weights=good)[key] / total,
        ]
    seen = Counter(blocks.text)
    columns.append(np.minimum([seen[t] for t in blocks.text], 5) - 1.0)
    return np.stack(columns, axis=1).astype(np.float32)


OWN_TAGS = [
    TAG_NUMBER[t]
    for t in (
        "p",
        "div",
        "section",
        "h1",
        "h2",
        "h3",
        "h4",
        "li",
        "td",
        "tr",
        "figcaption",
        "blockquote",
        "button",
        "header",
        "figure",
        "body",
        "label",
        "dd",
        "pre",
        "article",
    )
]
PARENT_TAGS = [
    TAG_NUMBER[t]
    for t in ("div", "section", "article", "li", "ul", "td", "blockquote", "figure", "header", "body", "main", "aside")
]
AROUND_TAGS = (
    "article",
    "main",
    "aside",
    "footer",
    "header",
    "nav",
    "figure",
    "li",
    "table",
    "form",
    "blockquote",
    "figcaption",
    "button",
)
AROUND_BITS = {TAG_NUMBER[t]: 1 << bit for bit, t in enumerate(AROUND_TAGS)}


def _inherited(parent: Ints, tag: Ints) -> Ints:
    bits = [AROUND_BITS.get(t, 0) for t in tag.tolist()]
    for here, above in enumerate(parent.tolist()):
        if above >= 0:
            bits[here] |= bits[above]
    return np.array(bits)


def _path(parent: Ints, scores: Floats) -> Floats:
    """Carry the highest and lowest name scores, and their sum, from the outermost box to each."""
    rows = scores.tolist()
    out: list[tuple[float, float, float]] = []
    for above, (mean, most, least) in zip(parent.tolist(), rows, strict=True):
        if above < 0:
            out.append((most, least, mean))
        else:
            m, l, s = out[above]
            out.append((max(most, m), min(least, l), s * 0.8 + mean))
    return np.array(out, np.float32)


def _letters(texts: list[str]) -> dict[str, NDArray[np.floating]]:
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    kinds = CLASSES[np.minimum(codes, 0xFFFF)]
    lengths = np.array([len(t) for t in texts])
    starts = np.concatenate([[0], np.cumsum(lengths + 1)[:-1]])
    stops = starts + lengths - 1
    chars = np.maximum(lengths, 1).astype(float)
    letter = (kinds & LETTER) > 0
    opening = letter.copy()
    opening[1:] &= ~letter[:-1]

    def count(mask: NDArray[np.bool_]) -> NDArray[np.floating]:
        return np.add.reduceat(mask.astype(np.int32), starts).astype(float)

    wide = count((kinds & WIDE) > 0)
    words = count(opening) + wide / 2.5
    last, second = kinds[stops], kinds[np.maximum(stops - 1, starts)]
    ends = ((last & STOP) > 0) | (((last & QUOTE) > 0) & ((second & STOP) > 0))
    head = kinds[starts]
    return {
        "chars": chars, "words": words, "ends": ends.astype(float), "upper": count((kinds & UPPER) > 0) / chars,
        "digit": count((kinds & DIGIT) > 0) / chars, "comma": count((kinds & COMMA) > 0) / np.maximum(words, 1) * 5,
        "stop": np.log1p(count((kinds & STOP) > 0)), "mark": np.log1p(count((kinds & MARK) > 0)), "quote": np.log1p(count((kinds & QUOTE) > 0)),
        "wide": wide / chars, "starts_upper": ((head & UPPER) > 0).astype(float), "starts_mark": ((head & (MARK | STOP)) > 0).astype(float),
        "starts_digit": ((head & DIGIT) > 0).astype(float), "starts_quote": ((head & QUOTE) > 0).astype(float),
        "colon": (codes[stops] == 58).astype(float),
    }  # fmt: skip


def _hinted(texts: list[str], words: NDArray[np.floating], hints: Hints) -> Floats:
    """Compare each block with the page's titles, description and stated body."""
    out = np.zeros((len(texts), 5), np.float32)
    titles = hints.titles
    vocabulary = {word for title in titles for word in title.split()}
    about, body = hints.description, hints.body
    for row, text in enumerate(texts):
        if len(text) < 320 or about or body:
            folded = fold(text[:320])
            if len(text) < 320:
                if folded in titles:
                    out[row, 0] = 1.0
                elif len(folded) > 12 and any(
                    (folded in t and 2 * len(folded) > len(t)) or (t in folded and len(t) > 0.7 * len(folded))
                    for t in titles
                ):
                    out[row, 0] = 0.5
                if vocabulary:
                    split = folded.split()
                    out[row, 1] = sum(w in vocabulary for w in split) / max(len(split), 1)
            if about and len(folded) > 20 and (folded[:60] in about or about[:60] in folded):
                out[row, 2] = 1.0
            if body:
                out[row, 3] = 1.0
                if len(folded) > 8 and folded[:100] in body:
                    out[row, 4] = 1.0
    return out


class Lexicon:
    """Learnt log-odds of being body text, for words in element names and at block edges."""

    def __init__(self, name_scores: dict[str, float], edge_scores: dict[str, float]) -> None:
        self._names, self._edges = name_scores, edge_scores

    def names(self, names: list[str]) -> Floats:
        known: dict[str, tuple[float, float, float]] = {"": (0.0, 0.0, 0.0)}
        for name in set(names):
            if name and name not in known:
                found = [s for t in name_tokens(name) if (s := self._names.get(t)) is not None]
                known[name] = (sum(found) / len(found), max(found), min(found)) if found else (0.0, 0.0, 0.0)
        return np.array([known[name] for name in names], np.float32).reshape(len(names), 3)

    def edges(self, texts: list[str]) -> Floats:
        get = self._edges.get
        out = np.zeros((len(texts), 3), np.float32)
        for row, text in enumerate(texts):
            for column, token in enumerate(edge_tokens(text)):
                out[row, column] = get(token, 0.0)
        return out
