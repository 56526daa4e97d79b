"""The sentences of a text, with their stops."""

from __future__ import annotations

import re

SENTENCE = re.compile(r"[^\n]*?(?:[.!?…][\"”“’»)]*(?=\s+[\"“„‘«(]?[^\W\d_a-zß-öø-ÿ]|\s*$|\n)|[。！？][」”]*)|[^\n]+")
ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|St|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec)|\b\w|\b(?:[A-Z]\.)+[A-Z])\.$"
)


def split_sentences(text: str) -> list[str]:
    """Split a text into its sentences, without the white space around them; a line's end ends a sentence too."""
    found: list[str] = []
    for line in text.split("\n"):
        held = ""
        for match in SENTENCE.finditer(line):
            held += match.group()
            if not ABBREVIATION.search(held.rstrip('"”’»)')):
                found.append(held.strip())
                held = ""
        found.append(held.strip())
    return [sentence for sentence in found if sentence]
