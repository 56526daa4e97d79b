"""The learnt judge of blocks: a small convolution over a page's blocks, evaluated with numpy."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from transforms.pages.features import Floats
from transforms.pages.lexicon import Lexicon

CLIP = 5.0


@dataclass(frozen=True)
class Model:
    """Weights by name, the reach of each convolution in blocks, and the words whose weight was learnt."""

    weights: dict[str, Floats]
    reaches: tuple[int, ...]
    lexicon: Lexicon

    def body_odds(self, features: Floats) -> Floats:
        """Give each block's probability of being body text, shape (blocks,)."""
        w = self.weights
        inputs = np.clip((features - w["mean"]) * w["scale"], -CLIP, CLIP)
        total = np.zeros(len(inputs), np.float32)
        members = w["first"].shape[0]
        for member in range(members):
            total += self._member(inputs, member)
        odds: Floats = np.round(1 / (1 + np.exp(-total / members)), 4)
        return odds

    def _member(self, inputs: Floats, member: int) -> Floats:
        w, count = self.weights, len(inputs)
        hidden = np.maximum(inputs @ w["first"][member] + w["first_bias"][member], 0)
        for layer, reach in enumerate(self.reaches):
            near = np.zeros((count, 3, hidden.shape[1]), np.float32)
            near[reach:, 0] = hidden[:-reach]
            near[:, 1] = hidden
            near[:-reach, 2] = hidden[reach:]
            mixed = near.reshape(count, -1) @ w["conv"][member, layer] + w["conv_bias"][member, layer]
            hidden = hidden + np.maximum(mixed, 0)
        out: Floats = hidden @ w["last"][member] + inputs @ w["skip"][member] + w["last_bias"][member]
        return out


@cache
def load_model() -> Model:
    """Read the weights that `benchmarks/train_pages.py` wrote."""
    folder = files("transforms.pages").joinpath("data")
    with np.load(io.BytesIO(folder.joinpath("blocks.npz").read_bytes())) as packed:
        weights = {name: packed[name].astype(np.float32) for name in packed.files if name != "reaches"}
        reaches = tuple(int(r) for r in packed["reaches"])
    words = json.loads(folder.joinpath("block_words.json").read_text("utf-8"))
    return Model(weights, reaches, Lexicon(words["names"], words["edges"]))
