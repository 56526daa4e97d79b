"""The page's headline, from the places that state it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.pages.features import fold

JOINT = re.compile(r"\s+[|\-–—•·:»«/~]{1,3}\s+|\s*[|｜]\s*|\s*_\s*(?=\S{1,12}$)|\s*[-–—]\s*(?=[^-–—]{2,14}$)")
Stated = tuple[str, str]  # the words and where they stand


def choose_title(stated: Iterable[Stated], site_names: Iterable[str]) -> Stated | None:
    """Give the first stated title that says something, without the site's name at its end."""
    sites = {fold(name) for name in site_names if name}
    heard = [(clean, origin) for words, origin in stated if (clean := " ".join(words.split()))]
    shorter = [fold(words) for words, _ in heard]
    for words, origin in heard:
        bare = _without_site(words, sites, shorter)
        if bare and fold(bare) not in sites:
            return bare, origin
    return heard[0] if heard else None


def title_parts(words: str) -> list[str]:
    """List what may be the headline inside a window title: the whole, its parts of some length, all but the last."""
    parts = [part for part in JOINT.split(words) if part]
    found = [words, *(part for part in parts if len(part) > 25)]
    if len(parts) > 1:
        longest = max(parts, key=len)
        found.append(longest)
    return found


def _without_site(words: str, sites: set[str], others: list[str]) -> str:
    """Cut the site's name, or what the other titles do not repeat, from either end."""
    for match in reversed(list(JOINT.finditer(words))):
        head, tail = words[: match.start()].strip(), words[match.end() :].strip()
        if _is_site(tail, sites) or (fold(head) in others and len(tail) < 60):
            return _without_site(head, sites, others) if head else words
    for match in JOINT.finditer(words):
        head, tail = words[: match.start()].strip(), words[match.end() :].strip()
        if tail and _is_site(head, sites):
            return tail
        break
    return words


def _is_site(words: str, sites: set[str]) -> bool:
    key = fold(words)
    packed = key.replace(" ", "")
    return bool(key) and any(
        key == s or packed == s.replace(" ", "") or (len(s) > 4 and s in key and len(key) < 2 * len(s) + 8)
        for s in sites
    )
