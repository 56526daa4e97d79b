"""The page's headline, from the places that state it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from transforms.pages.lexicon import fold

_KNOWN = tomllib.loads(files("transforms.pages").joinpath("data/metadata.toml").read_text("utf-8"))
TRUST: dict[str, float] = _KNOWN["title"]["trust"]
JOINT = re.compile(r"\s[|\-–—•·:»«/~]{1,3}\s|[|｜]|_(?=\S{1,12}$)|[-–—](?=[^-–—]{2,14}$)")
JOINING = re.compile("[|｜_–—•·:»«/~-]")  # far cheaper to look for than a joint
LONGEST, MOST_JOINTS, LONG_PART, LONGEST_SITE = 400, 12, 25, 60
Stated = tuple[str, str]  # the words and where they stand


def choose_title(stated: Iterable[Stated], site_names: Iterable[str]) -> Stated | None:
    """Give the stated title that the most trusted places agree on, without the site's name at either end."""
    sites = {fold(name) for name in site_names if name}
    heard = [(clean, origin) for words, origin in stated if (clean := " ".join(words[:LONGEST].split()))]
    known = {fold(words) for words, _ in heard}
    votes: dict[str, float] = {}
    said: dict[str, Stated] = {}
    counted: set[Stated] = set()
    for words, origin in heard:
        bare = _without_site(words, sites, known)
        key = fold(bare)
        if key and key not in sites and (key, origin) not in counted:
            counted.add((key, origin))
            said.setdefault(key, (bare, origin))
            votes[key] = votes.get(key, 0.0) + TRUST.get(origin, 0.0)
    if votes:
        return said[max(votes, key=lambda key: votes[key])]
    return heard[0] if heard else None


def title_parts(words: str) -> list[str]:
    """List what may be the headline inside a window title: the whole, its parts of some length, the longest."""
    words = words[:LONGEST]
    parts = [part for part in JOINT.split(words) if part] if JOINING.search(words) else [words]
    return [
        words,
        *(part for part in parts if len(part) > LONG_PART),
        *([max(parts, key=len)] if len(parts) > 1 else []),
    ]


def _without_site(words: str, sites: set[str], known: set[str]) -> str:
    """Cut the site's name from either end, and what follows one of the page's other titles."""
    joints = list(JOINT.finditer(words))[:MOST_JOINTS] if JOINING.search(words) else []
    for joint in reversed(joints):
        head, tail = words[: joint.start()].strip(), words[joint.end() :].strip()
        if head and (_is_site(tail, sites) or (fold(head) in known and len(tail) < LONGEST_SITE)):
            words = head
    if joints:
        head, tail = words[: joints[0].start()].strip(), words[joints[0].end() :].strip()
        if tail and _is_site(head, sites):
            return tail
    return words


def _is_site(words: str, sites: set[str]) -> bool:
    """Say whether some words are a site's name, written together or apart, or little more than it."""
    key = fold(words)
    packed = key.replace(" ", "")
    return bool(key) and any(
        packed == site.replace(" ", "") or (len(site) > 4 and site in key and len(key) < 2 * len(site) + 8)
        for site in sites
    )
