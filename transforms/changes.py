"""What changed between two versions of an article, sentence by sentence, and what kind of change each is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Literal

from transforms.dates.mentions import find_mentions
from transforms.sentences import split_sentences

ChangeKind = Literal["title", "date", "number", "quote", "correction", "wording", "added", "removed"]

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|「[^」]*」")
_AHEAD = 30  # sentences to look through for the one that a sentence became
_SAME_SENTENCE = 0.5  # a sentence that keeps half of its words was changed; one that keeps fewer was replaced


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence before and after; one of them is empty where it was added or removed.

    `kind` is title, date (only the words of a date differ), number (only figures differ), quote (quoted words differ),
    correction (the newsroom says that it mended the story), wording, added or removed.
    """

    kind: ChangeKind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a version tells: its title, when it says that it was published, and its text."""

    title: str | None
    published: str | None
    text: str
    language: str | None = None


def find_changes(before: Told, after: Told) -> list[Change]:
    """List what changed, title and date of publication first, then the sentences in their order."""
    found: list[Change] = []
    if before.title != after.title:
        found.append(Change("title", before.title or "", after.title or ""))
    if before.published != after.published:
        found.append(Change("date", before.published or "", after.published or ""))
    old, new = split_sentences(before.text), split_sentences(after.text)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, start, stop, begin, end in matcher.get_opcodes():
        if what != "equal":
            for one, other in _paired(old[start:stop], new[begin:end]):
                found.append(Change(_kind(one, other, after.language), one, other))
    return found


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair the sentences of a stretch that are alike, in their order; the others were removed or added."""
    at = 0
    for sentence in old:
        likeness = [(_likeness(sentence, other), -place) for place, other in enumerate(new[at : at + _AHEAD], at)]
        best, place = max(likeness, default=(0.0, 0))
        if best < _SAME_SENTENCE:
            yield sentence, ""
            continue
        yield from (("", other) for other in new[at:-place])
        yield sentence, new[-place]
        at = 1 - place
    yield from (("", other) for other in new[at:])


def _likeness(one: str, other: str) -> float:
    words = SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    return words.ratio() if words.real_quick_ratio() >= _SAME_SENTENCE else 0.0


def _kind(before: str, after: str, language: str | None) -> ChangeKind:
    if after and not before:
        return "correction" if _is_note(after) else "quote" if _QUOTED.search(after) else "added"
    if not after:
        return "quote" if _QUOTED.search(before) else "removed"
    if _without_dates(before, language) == _without_dates(after, language):
        return "date"
    if _NUMBER.sub("0", before) == _NUMBER.sub("0", after):
        return "number"
    return "quote" if _QUOTED.findall(before) != _QUOTED.findall(after) else "wording"


def _is_note(sentence: str) -> bool:
    return sentence.lstrip("(*[–—- ").casefold().startswith(_notes())


def _without_dates(sentence: str, language: str | None) -> str:
    pieces, at = [], 0
    for mention in find_mentions(sentence, published=None, language=language):
        pieces.append(sentence[at : mention.start])
        at = mention.stop
    return "\0".join([*pieces, sentence[at:]])


@cache
def _notes() -> tuple[str, ...]:
    content = resources.files("transforms").joinpath("changes.toml").read_text("utf-8")
    return tuple(words.casefold() for note in tomllib.loads(content)["note"] for words in note["words"])
