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
        """Give each row's probability of being body text, shape (rows,); rows are in document order."""
        w, count = self.weights, len(features)
        inputs = np.clip((features - w["mean"]) * w["scale"], -CLIP, CLIP)
        hidden = np.maximum(inputs @ w["first"] + w["first_bias"][:, None], 0)  # (members, rows, hidden)
        members, _, width = hidden.shape
        for layer, reach in enumerate(self.reaches):
            near = np.zeros((members, count, 3, width), np.float32)
            near[:, reach:, 0] = hidden[:, :-reach]
            near[:, :, 1] = hidden
            near[:, :-reach, 2] = hidden[:, reach:]
            mixed = near.reshape(members, count, -1) @ w["conv"][:, layer] + w["conv_bias"][:, layer, None]
            hidden += np.maximum(mixed, 0)
        out = (hidden @ w["last"][:, :, None])[:, :, 0].mean(0) + inputs @ w["skip"].mean(0) + w["last_bias"].mean()
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
