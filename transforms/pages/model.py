"""The learnt judge of blocks: a small convolution over a page's blocks, evaluated with numpy."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np

from transforms.pages.features import Floats
from transforms.pages.lexicon import Lexicon

CLIP = 5.0
# So few rows are multiplied at a time that the linear algebra beneath numpy never starts threads of its own, which
# would double the processor time of a page.
CHUNK = 32


@dataclass(frozen=True)
class Model:
    """Weights by name, the reach of each convolution in blocks, and the words whose weight was learnt."""

    weights: dict[str, Floats]
    reaches: tuple[int, ...]
    lexicon: Lexicon

    @cached_property
    def _first(self) -> Floats:
        """The first layer, with what skips the others as its last column: shape (members, 1, inputs, hidden + 1)."""
        return np.concatenate([self.weights["first"], self.weights["skip"][:, :, None]], axis=2)[:, None]

    def body_odds(self, features: Floats) -> Floats:
        """Give each row's probability of being body text, shape (rows,); rows are in document order."""
        w, count = self.weights, len(features)
        chunks = -(-count // CHUNK)
        inputs = np.zeros((chunks * CHUNK, features.shape[1]), np.float32)
        np.clip((features - w["mean"]) * w["scale"], -CLIP, CLIP, out=inputs[:count])
        seen = inputs.reshape(chunks, CHUNK, -1) @ self._first
        members, width = len(seen), seen.shape[-1] - 1
        seen = seen.reshape(members, -1, width + 1)[:, :count]
        hidden = np.maximum(seen[:, :, :-1] + w["first_bias"][:, None], 0)
        near = np.zeros((members, chunks * CHUNK, 3, width), np.float32)
        for layer, reach in enumerate(self.reaches):
            near[:, :reach, 0] = near[:, max(count - reach, 0) :, 2] = 0
            near[:, reach:count, 0] = hidden[:, :-reach]
            near[:, :count, 1] = hidden
            near[:, : max(count - reach, 0), 2] = hidden[:, reach:]
            mixed = near.reshape(members, chunks, CHUNK, -1) @ w["conv"][:, layer, None]
            mixed = mixed.reshape(members, -1, width)[:, :count] + w["conv_bias"][:, layer, None]
            hidden += np.maximum(mixed, 0)
        out = ((hidden * w["last"][:, None]).sum(2) + seen[:, :, -1]).mean(0) + w["last_bias"].mean()
        odds: Floats = np.round(1 / (1 + np.exp(-out)), 4)
        return odds


@cache
def load_model() -> Model:
    """Read the weights that `benchmarks/train_pages.py` wrote."""
    folder = files("transforms.pages").joinpath("data")
    with np.load(io.BytesIO(folder.joinpath("blocks.npz").read_bytes())) as packed:
        weights = {name: packed[name].astype(np.float32) for name in packed.files if name != "reaches"}
        reaches = tuple(int(r) for r in packed["reaches"])
    words = json.loads(folder.joinpath("block_words.json").read_text("utf-8"))
    return Model(weights, reaches, Lexicon(words["names"], words["edges"]))
