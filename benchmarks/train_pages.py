"""Learn the judge of page blocks: train_pages.py FOLDER [--into transforms/pages/data] [--folds 5] [--members 2].

FOLDER holds sets as `*.jsonl.gz`, one page a line: {"id", "url", "html" | "html_base64", "gold": {...}} where gold has
the `text` of the article (and `optional` parts of it), or snippets `with` and `without`. With `--folds` nothing is
written: pages are split by registered domain, each fold is judged by a model that saw none of its domains, and
shingle-4 precision, recall and F are printed for each set. Same pages, same seed: same weights.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from transforms.pages.blocks import Blocks, read_blocks
from transforms.pages.bylines import find_byline
from transforms.pages.features import ALL_LINKED, LABEL_WORDS, TITLE_WORDS, Measured, measure, worth_a_look
from transforms.pages.letters import count_letters
from transforms.pages.lexicon import Lexicon, edge_words, fold, learn_names, name_words
from transforms.pages.metadata import Statements, read_statements
from transforms.pages.model import CLIP, Model
from transforms.pages.page import judge
from transforms.pages.parsed import parse_page
from transforms.pages.titles import choose_title

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WORD = re.compile(r"\w+")
WIDE_FROM = "\u2e80"
SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "gob", "or", "ne", "go", "gv", "gouv"})
SET_WEIGHTS = {
    "fundus": 3.0,
    "magic": 0.5,
    "trafeval": 0.7,
}  # by how a set's name begins; newspapers' own texts count most
HIDDEN, REACHES, SPACE = 48, (1, 2, 4, 8), 16
ROWS, RATE, DECAY, DROPPED = 8192, 3e-3, 1e-4, 0.1
NAMES, NAMES_FORGOTTEN = slice(74, 92), 0.02  # the columns that look up names; on so many pages they stay silent
LEAST_DOMAINS, PRIOR_DOMAINS, LEAST_WEIGHT = 3, 3.0, 0.25
THRESHOLDS = (0.5, 0.55, 0.6)


@dataclass
class Sample:
    """One page to learn from: its blocks, which are body (`labels`) and which may teach (`known`)."""

    set_name: str
    domain: str
    blocks: Blocks
    stated: Statements
    gold: dict[str, object]
    labels: Floats
    known: Floats
    rows: Ints
    names: list[set[str]]
    edges: list[set[str]]


def read_samples(folder: Path) -> list[Sample]:
    """Read every set in the folder, in the order of their names."""
    return [s for path in sorted(folder.glob("*.jsonl.gz")) for s in _read_set(path)]


def _read_set(path: Path) -> Iterator[Sample]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        html = row.get("html") or base64.b64decode(row.get("html_base64", "")).decode("utf-8", "replace")
        page = parse_page(html)
        stated = read_statements(page, row.get("url"))
        blocks = read_blocks(page)
        if blocks.text:
            labels, known = label(blocks.text, row["gold"])
            rows, names, edges = _block_words(blocks)
            yield Sample(
                path.name, _domain(row), blocks, stated, row["gold"], labels[rows], known[rows], rows, names, edges
            )


def _domain(row: dict[str, object]) -> str:
    parts = (urlsplit(str(row.get("url") or "")).hostname or "").split(".")
    if len(parts) < 2:
        return f"page {row['id']}"
    return ".".join(parts[-3:] if len(parts) > 2 and parts[-2] in SECOND_LEVEL else parts[-2:])


def _words(text: object) -> list[str]:
    """Split into lower-case words; letters of scripts that set no words apart stand alone."""
    return [w for word in WORD.findall(str(text or "").lower()) for w in (word if word[0] >= WIDE_FROM else [word])]


def _grams(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def label(texts: list[str], gold: dict[str, object]) -> tuple[Floats, Floats]:
    """Say of each block whether the gold holds most of it, and whether that can be said at all."""
    if not gold.get("text"):
        return _label_by_snippets(texts, gold)
    body = _words(gold["text"])
    optional = gold.get("optional")
    spare = [_words(part) for part in (optional if isinstance(optional, list) else [])]
    in_body, in_spare = _grams(body), set().union(*map(_grams, spare), set())
    lines = {" ".join(_words(line)) for line in str(gold["text"]).split("\n")}
    labels, known = np.zeros(len(texts), np.float32), np.ones(len(texts), np.float32)
    keys = [_words(text) for text in texts]
    for row, words in enumerate(keys):
        grams = _grams(words)
        share = len(grams & in_body) / len(grams) if grams else float(bool(words) and " ".join(words) in lines)
        labels[row] = share >= 0.5
        if not words or (share < 0.5 and grams and len(grams & in_spare) / len(grams) >= 0.6):
            known[row] = 0
    _settle_repeats([" ".join(words) for words in keys], labels, " ".join(body))
    return labels, known


def _settle_repeats(keys: list[str], labels: Floats, body: str) -> None:
    """Where the same words stand several times, keep those places as body that have the most body around them."""
    places: dict[str, list[int]] = defaultdict(list)
    for place in np.flatnonzero(labels).tolist():
        places[keys[place]].append(place)
    for key, rows in places.items():
        wanted = max(1, body.count(key)) if len(key) > 15 else 1

        def company(row: int, key: str = key) -> float:
            near = range(max(0, row - 3), min(len(keys), row + 4))
            return sum(float(labels[n]) * len(keys[n]) for n in near if keys[n] != key)

        for row in sorted(rows, key=company, reverse=True)[wanted:]:
            labels[row] = 0


def _label_by_snippets(texts: list[str], gold: dict[str, object]) -> tuple[Floats, Floats]:
    wanted, unwanted = ([" ".join(_words(s)) for s in gold.get(k) or []] for k in ("with", "without"))  # type: ignore[attr-defined]
    labels, known = np.zeros(len(texts), np.float32), np.zeros(len(texts), np.float32)
    for row, text in enumerate(texts):
        key = " ".join(_words(text))
        good, bad = any(s and s in key for s in wanted), any(s and s in key for s in unwanted)
        labels[row], known[row] = good and not bad, good != bad
    return labels, known


class Votes:
    """In which share of the blocks of each domain a word stands for body text."""

    def __init__(self) -> None:
        self._by_domain: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self._all = [0, 0]

    def add(self, domain: str, words: list[set[str]], sample: Sample) -> None:
        """Count one page."""
        for found, body, known in zip(words, sample.labels, sample.known, strict=True):
            if known:
                self._all[int(body)] += 1
                for word in found:
                    self._by_domain[word].setdefault(domain, [0, 0])[int(body)] += 1

    def weights(self, words: Iterable[str], without: str | None = None) -> dict[str, float]:
        """Give the log-odds of each word met in enough domains, counted without one of them."""
        prior = self._all[1] / sum(self._all)
        base, out = math.log(prior / (1 - prior)), {}
        for word in words:
            shares = [p / (n + p) for d, (n, p) in self._by_domain.get(word, {}).items() if d != without]
            if len(shares) >= LEAST_DOMAINS:
                share = (sum(shares) + PRIOR_DOMAINS * prior) / (len(shares) + PRIOR_DOMAINS)
                share = min(max(share, 0.002), 0.998)
                weight = round(math.log(share / (1 - share)) - base, 2)
                if abs(weight) >= LEAST_WEIGHT:
                    out[word] = weight
        return out

    def words(self) -> list[str]:
        """List every word met."""
        return sorted(self._by_domain)


def _block_words(blocks: Blocks) -> tuple[Ints, list[set[str]], list[set[str]]]:
    """Give the blocks that are judged, the words in the names around each of them, and those at its edges."""
    linked = np.array(blocks.linked) / [len(text) for text in blocks.text]
    rows = worth_a_look(linked)[0]
    learn_names([*blocks.names, *blocks.inner])
    boxes = [frozenset(name_words(names)) for names in blocks.names]
    names, edges = [], []
    letters = count_letters([blocks.text[row] for row in rows])
    for place, row in enumerate(rows.tolist()):
        found, box = set(name_words(blocks.inner[row])), blocks.box[row]
        for _ in range(4):
            if box > 0:
                found, box = found | boxes[box], blocks.parent[box]
        names.append(found)
        mute = letters.words[place] > TITLE_WORDS or (linked[row] > ALL_LINKED and letters.words[place] < LABEL_WORDS)
        edges.append(set() if mute else set(edge_words(blocks.text[row].lower().split())) - {""})
    return rows, names, edges


def learn_words(samples: list[Sample]) -> tuple[Lexicon, list[Lexicon]]:
    """Learn the words' weights: one lexicon of all samples, and for each sample one that does not know its domain."""
    names, edges = Votes(), Votes()
    for sample in samples:
        if sample.gold.get("text"):
            names.add(sample.domain, sample.names, sample)
            edges.add(sample.domain, sample.edges, sample)
    own = []
    for sample in samples:
        elements = {*sample.blocks.names, *sample.blocks.inner}
        learn_names(elements)
        wanted: set[str] = set().union(*map(name_words, elements))
        at_edges: set[str] = set().union(*sample.edges)
        own.append(Lexicon(names.weights(wanted, sample.domain), edges.weights(at_edges, sample.domain)))
    return Lexicon(names.weights(names.words()), edges.weights(edges.words())), own


def _importance(sample: Sample, measured: Measured) -> Floats:
    """Weigh blocks by their words, pages alike whatever their length; headlines are cut by rule and teach nothing."""
    weight = 1.0
    if sample.gold.get("text"):
        words = np.expm1(measured.features[:, 0])
        weight = 0.05 + np.minimum(words, 150) / np.sqrt((words * sample.labels).sum() + 100) / 2
    taught = sample.known * ~(measured.titled & (sample.labels > 0))
    return np.asarray(weight * taught * _set_weight(sample.set_name), np.float32)


class Network:
    """The network of `transforms.pages.model` with its gradients, worked out by hand."""

    def __init__(self, inputs: int, seed: int) -> None:
        draw = np.random.default_rng(seed)

        def normal(*shape: int, scale: float) -> Floats:
            return (draw.standard_normal(shape) * scale).astype(np.float32)

        self.draw = draw
        self.weights: dict[str, Floats] = {
            "first": normal(inputs, HIDDEN, scale=math.sqrt(2 / inputs)), "first_bias": np.zeros(HIDDEN, np.float32),
            "conv": normal(len(REACHES), 3 * HIDDEN, HIDDEN, scale=math.sqrt(0.5 / (3 * HIDDEN))),
            "conv_bias": np.zeros((len(REACHES), HIDDEN), np.float32), "last": normal(HIDDEN, scale=0.1),
            "last_bias": np.zeros((), np.float32), "skip": np.zeros(inputs, np.float32),
        }  # fmt: skip
        self._first = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self._second = {name: np.zeros_like(w) for name, w in self.weights.items()}

    def _drop(self, shape: tuple[int, ...]) -> Floats:
        return (self.draw.random(shape, np.float32) >= DROPPED).astype(np.float32) / (1 - DROPPED)

    def gradients(self, inputs: Floats, labels: Floats, importance: Floats, real: Floats) -> dict[str, Floats]:
        """Go forward and back over one row of pages with `SPACE` empty rows between them."""
        w = self.weights
        seen = inputs * self._drop(inputs.shape)
        hidden = np.maximum(seen @ w["first"] + w["first_bias"], 0) * real
        first = hidden
        kept = []
        for layer, reach in enumerate(REACHES):
            drop = self._drop(hidden.shape)
            near = _neighbours(hidden * drop, reach)
            mixed = np.maximum(near @ w["conv"][layer] + w["conv_bias"][layer], 0)
            kept.append((drop, near, mixed))
            hidden = (hidden * drop + mixed) * real
        drop = self._drop(hidden.shape)
        odds = (hidden * drop) @ w["last"] + w["last_bias"] + inputs @ w["skip"]
        error = (1 / (1 + np.exp(-odds)) - labels) * importance / (importance.sum() + 1)
        out = {"last": (hidden * drop).T @ error, "last_bias": error.sum(), "skip": inputs.T @ error}
        back = np.outer(error, w["last"]) * drop
        out["conv"], out["conv_bias"] = np.empty_like(w["conv"]), np.empty_like(w["conv_bias"])
        for layer in reversed(range(len(REACHES))):
            drop, near, mixed = kept[layer]
            back = back * real
            inner = back * (mixed > 0)
            out["conv"][layer], out["conv_bias"][layer] = near.T @ inner, inner.sum(0)
            back = (back + _gathered(inner @ w["conv"][layer].T, REACHES[layer])) * drop
        back = back * (first > 0)
        out["first"], out["first_bias"] = seen.T @ back, back.sum(0)
        return out

    def step(self, gradients: dict[str, Floats], rate: float, count: int) -> None:
        """Move the weights: Adam with decoupled decay."""
        for name, gradient in gradients.items():
            self._first[name] = 0.9 * self._first[name] + 0.1 * gradient
            self._second[name] = 0.999 * self._second[name] + 0.001 * gradient**2
            first, second = self._first[name] / (1 - 0.9**count), self._second[name] / (1 - 0.999**count)
            self.weights[name] = (
                self.weights[name] * (1 - rate * DECAY) - rate * first / (np.sqrt(second) + 1e-8)
            ).astype(np.float32)


def _neighbours(hidden: Floats, reach: int) -> Floats:
    padded = np.pad(hidden, ((reach, reach), (0, 0)))
    return np.concatenate([padded[: len(hidden)], hidden, padded[2 * reach :]], axis=1)


def _gathered(near: Floats, reach: int) -> Floats:
    before, here, after = np.split(near, 3, axis=1)
    out = here.copy()
    out[:-reach] += before[reach:]
    out[reach:] += after[:-reach]
    return out


def train(samples: list[Sample], measured: list[Measured], epochs: int, seed: int) -> dict[str, Floats]:
    """Fit one network; give its weights with the mean and scale of the inputs."""
    features = [m.features for m in measured]
    mean, scale = _spread(features)
    sets = sorted({s.set_name for s in samples})
    inputs = [
        np.concatenate(
            [np.clip((f - mean) * scale, -CLIP, CLIP), np.tile(_habits(s.set_name, sets), (len(f), 1))], axis=1
        )
        for s, f in zip(samples, features, strict=True)
    ]
    weights = [_importance(s, m) for s, m in zip(samples, measured, strict=True)]
    network = Network(inputs[0].shape[1], seed)
    count, steps = 0, 0
    for _ in range(epochs):
        row = _lay_out(samples, inputs, weights, network.draw)
        parts = max(1, len(row[0]) // ROWS)
        steps = steps or parts * epochs + epochs
        for part in range(parts):
            count += 1
            here = slice(part * ROWS, (part + 1) * ROWS)
            rate = _rate(min(count / steps, 1.0))
            network.step(network.gradients(*(column[here] for column in row)), rate, count)
    return {**_as_newspaper(network.weights, sets), "mean": mean, "scale": scale}


def _habits(set_name: str, sets: list[str]) -> Floats:
    """Tell the network whose habits of marking it learns from: what is article and what not differs between sets."""
    return np.array([set_name == name for name in sets], np.float32)


def _as_newspaper(weights: dict[str, Floats], sets: list[str]) -> dict[str, Floats]:
    """Settle for the mean habits of the sets that count fully, as a part of the biases."""
    full = np.array([_set_weight(name) >= 1 for name in sets], np.float32)
    habits = (full if full.any() else np.ones_like(full)) / max(full.sum(), 1)
    first, skip = weights["first"], weights["skip"]
    inputs = len(first) - len(sets)
    return {
        **weights, "first": first[:inputs], "first_bias": weights["first_bias"] + habits @ first[inputs:],
        "skip": skip[:inputs], "last_bias": weights["last_bias"] + habits @ skip[inputs:],
    }  # fmt: skip


def _set_weight(set_name: str) -> float:
    return next((weight for start, weight in SET_WEIGHTS.items() if set_name.startswith(start)), 1.0)


def _rate(done: float) -> float:
    """Rise over the first fifth, fall to nothing over the rest."""
    up = done / 0.2
    return RATE * (0.5 - 0.5 * math.cos(math.pi * up) if up < 1 else 0.5 + 0.5 * math.cos(math.pi * (done - 0.2) / 0.8))


def _spread(features: list[Floats]) -> tuple[Floats, Floats]:
    rows = np.concatenate(features)
    return rows.mean(0), (1 / (rows.std(0) + 1e-3)).astype(np.float32)


def _lay_out(
    samples: list[Sample], inputs: list[Floats], weights: list[Floats], draw: np.random.Generator
) -> tuple[Floats, ...]:
    """Lay the pages in one row in a new order, some of them without names."""
    columns: list[list[Floats]] = [[], [], [], []]
    for number in draw.permutation(len(samples)):
        labels = samples[number].labels
        page = inputs[number]
        if draw.random() < NAMES_FORGOTTEN:
            page = page.copy()
            page[:, NAMES] = 0
        for column, part in zip(
            columns, (page, labels, weights[number], np.ones((len(page), 1), np.float32)), strict=True
        ):
            column += [part, np.zeros((SPACE, *part.shape[1:]), np.float32)]
    return tuple(np.concatenate(column) for column in columns)


def assemble(members: list[dict[str, Floats]], lexicon: Lexicon) -> Model:
    """Join networks of one set of inputs into the model that the package evaluates."""
    weights = {name: np.stack([m[name] for m in members]) for name in members[0] if name not in {"mean", "scale"}}
    return Model({**weights, "mean": members[0]["mean"], "scale": members[0]["scale"]}, REACHES, lexicon)


def save(model: Model, into: Path) -> None:
    """Write the weights in half precision, and the words' weights."""
    kept = {n: w.astype(np.float32 if n in {"mean", "scale"} else np.float16) for n, w in model.weights.items()}
    np.savez_compressed(into / "blocks.npz", reaches=np.array(model.reaches), **kept)  # type: ignore[arg-type]
    words = {
        kind: dict(sorted(known.items()))
        for kind, known in (("names", model.lexicon.known_names), ("edges", model.lexicon.known_edges))
    }
    (into / "block_words.json").write_text(json.dumps(words, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def _scores(sample: Sample, kept: list[bool]) -> tuple[float | None, float] | None:
    if not sample.gold.get("text"):
        return None
    got = "\n".join(text for text, keep in zip(sample.blocks.text, kept, strict=True) if keep)
    optional = sample.gold.get("optional")
    for part in optional if isinstance(optional, list) else []:
        words = str(part).split()
        if len(" ".join(words)) >= 15:
            got = re.sub(r"\s+".join(map(re.escape, words)), "\n", got, count=1)
    a, b = _shingles(str(sample.gold["text"])), _shingles(got)
    both = sum((a & b).values())
    return (both / sum(b.values()) if b else None), both / max(sum(a.values()), 1)


def _snippets(sample: Sample, kept: list[bool]) -> tuple[int, int, int]:
    """Count the snippets found that must be, found that must not be, and missed."""
    got = " ".join(text for text, keep in zip(sample.blocks.text, kept, strict=True) if keep)
    wanted, unwanted = (sample.gold.get(k) or [] for k in ("with", "without"))
    hits = sum(" ".join(s.split()) in got for s in wanted)  # type: ignore[attr-defined]
    bad = sum(" ".join(s.split()) in got for s in unwanted)  # type: ignore[attr-defined]
    return hits, bad, len(wanted) - hits  # type: ignore[arg-type]


def _named_right(sample: Sample, kept: list[bool]) -> tuple[bool | None, bool | None]:
    """Say whether the title and the set of authors are the gold's, letter case and marks aside."""
    title, authors = sample.gold.get("title"), _authors(sample.gold.get("author"))
    chosen = choose_title(sample.stated.titles, sample.stated.site_names)
    names, _ = find_byline(sample.stated, sample.blocks, [row for row, keep in enumerate(kept) if keep])
    return (
        fold(str(title)) == fold(chosen[0] if chosen else "") if title else None,
        _authors(list(names)) == authors if authors else None,
    )


def _authors(stated: object) -> set[str]:
    stated = [stated] if isinstance(stated, str) else stated or []
    parts = [part for words in stated for part in re.split(r"\s*[;,|/]\s*|\s+(?:and|und|et|y|&)\s+", str(words))]  # type: ignore[attr-defined]
    return {name for part in parts if (name := fold(re.sub(r"^(?:by|von|par|por)\s+", "", part, flags=re.IGNORECASE)))}


@dataclass
class Tally:
    """What was found on the pages of one set by one threshold."""

    shingles: list[tuple[float | None, float]] = field(default_factory=list)
    snippets: list[tuple[int, int, int]] = field(default_factory=list)
    titles: list[bool] = field(default_factory=list)
    authors: list[bool] = field(default_factory=list)

    def add(self, sample: Sample, kept: list[bool]) -> None:
        """Score one page."""
        if score := _scores(sample, kept):
            self.shingles.append(score)
        if sample.gold.get("with"):
            self.snippets.append(_snippets(sample, kept))
        title, authors = _named_right(sample, kept)
        self.titles += [title] if title is not None else []
        self.authors += [authors] if authors is not None else []

    def __str__(self) -> str:
        parts = []
        if self.shingles:
            p = statistics.mean([precision for precision, _ in self.shingles if precision is not None] or [0.0])
            r = statistics.mean(recall for _, recall in self.shingles)
            parts.append(f"{len(self.shingles)} pages P {p:.4f} R {r:.4f} F {2 * p * r / max(p + r, 1e-9):.4f}")
        if self.snippets:
            hits, bad, missed = (sum(column) for column in zip(*self.snippets, strict=True))
            parts.append(f"snippets: {bad} wrong, {missed} missed, F {2 * hits / (2 * hits + bad + missed):.4f}")
        for name, right in (("titles", self.titles), ("authors", self.authors)):
            if right:
                parts.append(f"{name} {sum(right) / len(right):.3f}")
        return ", ".join(parts)


def validate(samples: list[Sample], folds: int, epochs: int, members: int) -> None:
    """Judge each fold by a model of the others and print what was found for each set and threshold."""
    domains = sorted({s.domain for s in samples})
    np.random.default_rng(0).shuffle(domains)
    fold_of = {domain: number % folds for number, domain in enumerate(domains)}
    found: dict[tuple[str, float], Tally] = defaultdict(Tally)
    for fold_number in range(folds):
        model = fit([s for s in samples if fold_of[s.domain] != fold_number], epochs, members)
        for sample in (s for s in samples if fold_of[s.domain] == fold_number):
            for threshold in THRESHOLDS:
                rules = judge(sample.blocks, sample.stated.hints, model, threshold)
                found[sample.set_name, threshold].add(sample, [rule is None for rule in rules])
        print(f"fold {fold_number + 1} of {folds}", flush=True)
        for (name, threshold), tally in sorted(found.items()):
            print(f"{name:32s} {threshold:.2f}: {tally}", flush=True)


def fit(samples: list[Sample], epochs: int, members: int) -> Model:
    """Learn words and networks from the samples."""
    lexicon, own = learn_words(samples)
    measured = [measure(s.blocks, s.stated.hints, words) for s, words in zip(samples, own, strict=True)]
    return assemble([train(samples, measured, epochs, seed) for seed in range(members)], lexicon)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--into", type=Path, default=Path("transforms/pages/data"))
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--members", type=int, default=2)
    options = parser.parse_args()
    samples = read_samples(options.folder)
    if options.folds:
        validate(samples, options.folds, options.epochs, options.members)
    else:
        save(fit(samples, options.epochs, options.members), options.into)


if __name__ == "__main__":
    main()
