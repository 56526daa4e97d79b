"""Make `transforms/background/*.json.gz` from the lists of the package wordfreq (install it first; nothing else needs it).

    python benchmarks/count_words.py

A file holds the words that occur a million times rarer than all words together or less, in steps of a tenth on the Zipf
scale from 7.8 down. wordfreq's data is under CC BY-SA 4.0, and so are these files.
"""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import wordfreq  # type: ignore[import-not-found]

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "ar")
FOLDER = Path(__file__).parent.parent / "transforms" / "background"


def main() -> None:
    """Write one file a language."""
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        steps: list[list[str]] = [[] for _ in range(50)]
        for word, frequency in wordfreq.get_frequency_dict(language, "small").items():
            if len(word) > 1:
                steps[max(0, round((7.8 - math.log10(frequency) - 9) * 10))].append(word)
        content = json.dumps([sorted(words) for words in steps], ensure_ascii=False).encode()
        path = FOLDER / f"{language}.json.gz"
        path.write_bytes(gzip.compress(content, 9, mtime=0))
        print(f"{path.name}: {sum(map(len, steps)):,} words, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
