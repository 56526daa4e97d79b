"""Names of people in a byline."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

_KNOWN = tomllib.loads(files("transforms.pages").joinpath("data/metadata.toml").read_text("utf-8"))["authors"]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


OPENER = re.compile(rf"^\W*(?:{_any(_KNOWN['openers'])})(?=[\s:：])[\s:：]+", re.IGNORECASE)
INSIDE = re.compile(
    rf"(?:^|[\s·|•,(（–—-])(?i:{_any(_KNOWN['inside'])})(?:\s*[:：]\s*|\s+|(?=[A-ZÄÖÜ]))(?=[^\W\d_a-z])"
)
JOINT = re.compile(rf"\s*[;,|/•·\n、]\s*|\s+(?:{_any(_KNOWN['joints'])})\s+", re.IGNORECASE)
TAIL = re.compile(rf"(?:^|\s*[,(–—]\s*)(?:{_any(_KNOWN['tails'])})\b.*$", re.IGNORECASE)
EMAIL = re.compile(r"\(?[\w.+-]{1,64}@[\w.-]{1,200}\)?")
LINK = re.compile(r"\S*(?:://|www\.)\S*")
JUNK = re.compile(r"https?:|www\.|\.(?:com|html?)/|[@{}<>=]|\d{3}")
NOBODY = frozenset(_KNOWN["nobody"])
LONGEST_NAME, MOST_NAMES = 60, 30


def split_names(stated: Iterable[str]) -> tuple[str, ...]:
    """Split bylines into names, without their opening word, roles, addresses and nobodies; order kept, no repeats."""
    names: dict[str, str] = {}
    for words in stated:
        for part in JOINT.split(OPENER.sub("", " ".join(LINK.sub(" ", EMAIL.sub(" ", words[:1000])).split()))):
            name = TAIL.sub("", OPENER.sub("", part)).strip(" .,:;-–—|()[]\"'")
            if (
                2 <= len(name) <= LONGEST_NAME
                and not JUNK.search(name)
                and name.lower() not in NOBODY
                and any(c.isalpha() for c in name)
            ):
                names.setdefault(name.lower(), name)
    return tuple(names.values())[:MOST_NAMES]
