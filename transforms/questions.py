"""What to ask for similar coverage of an article: its rare names and phrases, its place, and the days around it.

A word counts for more the fewer documents of the archive have it. A small archive knows little of that, so what is
general in a language counts as if a few hundred documents more had been seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from transforms.clues import find_candidates
from transforms.language import small_words
from transforms.terms import RAREST, ZIPF, background
from transforms.words import is_unspaced, words_of

WINDOW = timedelta(days=3)  # before and after the publication, as articles of one story lie apart
MOST_CLUES = 16

_READ = 6000  # characters of a text; news says first what it is about
_LEAD = 400
_LENGTH = 400  # words of a usual text
_LONGEST_TITLE = 500
_SUPPOSED = 300  # documents that the knowledge of the language counts for
_NAME, _IN_LEAD, _IN_TITLE, _WORD = 1.5, 1.3, 1.3, 0.6
_SMALL = 1.0  # rarity below which a word is one that holds sentences together
_TELLING = 2.5  # rarity from which a word may stand in a phrase: one document in twelve has it

Frequencies = Mapping[str, int]
Prior = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Clue:
    """A name, phrase or word to ask for, as the article writes it. `words` are as `words_of` gives them."""

    text: str
    words: tuple[str, ...]
    weight: float
    is_name: bool

    @property
    def is_phrase(self) -> bool:
        """Whether its words belong one after the other."""
        return len(self.words) > 1


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a provider; `clues` are in order of weight, `since` and `until` bound the publication.

    `url` is the article's own address, for archives of the web. No bounds, where the article has no date.
    """

    clues: tuple[Clue, ...]
    place: str | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    url: str | None = None

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each word that a clue has: that of the weightiest, once."""
        weights: dict[str, float] = {}
        for clue in self.clues:
            for word in clue.words:
                weights[word] = max(weights.get(word, 0.0), clue.weight)
        return weights


@dataclass(frozen=True, slots=True)
class Subject:
    """The article that is asked about; `published` is the interval of its date, half-open."""

    title: str | None
    text: str
    language: str | None = None
    published: tuple[datetime, datetime] | None = None
    dateline: str | None = None
    url: str | None = None

    @property
    def head(self) -> str:
        """What is read of it."""
        return f"{' '.join((self.title or '').split())[:_LONGEST_TITLE]}\n{self.text[:_READ]}"


@dataclass(frozen=True, slots=True)
class Archive:
    """How many documents there are, and how many of them have a word; words that are not named are in none."""

    documents: int = 0
    frequencies: Frequencies = field(default_factory=dict)


def build_question(subject: Subject, archive: Archive, prior: Prior | None = None, most: int = MOST_CLUES) -> Question:
    """Build the question about an article; `prior` is the share of all documents of its language that have a word."""
    weigh = _Rarity(archive, prior or prior_of(subject.language))
    since, until = _window(subject.published)
    return Question(
        clues=tuple(_distinct(sorted(_clues(subject, weigh), key=lambda clue: (-clue.weight, clue.text)), most)),
        place=_place(subject.dateline),
        language=subject.language,
        since=since,
        until=until,
        url=subject.url,
    )


def phrasings(question: Question, most: int, widest: int = 3) -> Iterator[tuple[Clue, ...]]:
    """Yield up to `most` sets of clues that belong into one document, the narrow ones and the weighty ones first."""
    clues = question.clues[:6]
    given: set[frozenset[int]] = set()
    # Weighty clues in threes, in pairs, then alone: what the narrow ones miss, the wide ones find.
    orders: tuple[tuple[int, ...], ...] = (
        *((0, 1, 2), (0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (0, 5)),
        *((0,), (1,), (2,)),
    )
    for order in orders:
        chosen = frozenset(place for place in order if place < len(clues))
        if chosen and len(chosen) <= widest and chosen not in given and len(given) < most:
            given.add(chosen)
            yield tuple(clues[place] for place in sorted(chosen))


def likeness(question: Question, words: Sequence[str]) -> float:
    """Give the share of a question's weight that a title or a list of names has, 0 to 1."""
    weights, held = question.weights, set(words)
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in held) / whole if whole else 0.0


def prior_of(language: str | None) -> Prior:
    """Give the share of a language's documents that have a word, as far as it is known without an archive.

    Where the frequencies of the language are known, it follows from them; else its commonest small words are known, and
    short words are taken for common ones.
    """
    small = small_words(language)
    rarities = background(language or "")
    if rarities:
        return lambda word: 1 - math.exp(-_LENGTH * 10 ** (ZIPF - 9 - rarities.get(word, RAREST)))

    def share(word: str) -> float:
        if word in small:
            return 0.7
        return 0.02 if len(word) > 3 or is_unspaced(word) else 0.08

    return share


class _Rarity:
    def __init__(self, archive: Archive, prior: Prior) -> None:
        self._archive, self._prior = archive, prior

    def of(self, words: Sequence[str]) -> float:
        """Give how rare words are that stand together: as the rarest, and a little more for each of the others."""
        rarities = sorted(map(self._word, words), reverse=True)
        return rarities[0] + 0.25 * sum(rarities[1:3]) if rarities else 0.0

    def is_telling(self, word: str) -> bool:
        """Tell a word that says something of its own from common ones."""
        return len(word) > 3 and self._word(word) > _TELLING

    def is_small(self, word: str) -> bool:
        """Tell a word that most texts have."""
        return self._word(word) < _SMALL

    def _word(self, word: str) -> float:
        archive = self._archive
        expected = archive.frequencies.get(word, 0) + _SUPPOSED * self._prior(word)
        return -math.log(min(1.0, (expected + 0.5) / (archive.documents + _SUPPOSED + 1)))


def _clues(subject: Subject, rarity: _Rarity) -> Iterator[Clue]:
    head = subject.head
    title, _, text = head.partition("\n")
    title, lead = title.lower(), f"{title} {text[:_LEAD]}".lower()
    found = find_candidates(head, rarity.is_telling, rarity.is_small)
    if place := _place(subject.dateline):
        found.setdefault(place, (1, True))
    for text, (count, is_name) in found.items():
        words = tuple(words_of(text))
        weight = (1 + math.log(count)) * rarity.of(words)
        weight *= _NAME if is_name else 1.0 if len(words) > 1 else _WORD
        weight *= _IN_LEAD if text.lower() in lead else 1.0
        weight *= _IN_TITLE if text.lower() in title else 1.0
        if words and weight > 0:
            yield Clue(text, words, round(weight, 4), is_name)


def _distinct(clues: Sequence[Clue], most: int) -> Iterator[Clue]:
    """Leave out what says no more than a weightier clue does, and what says the same."""
    taken: list[frozenset[str]] = []
    for clue in clues:
        words = frozenset(clue.words)
        if len(taken) < most and not any(words <= other or (len(words) > 1 and other < words) for other in taken):
            taken.append(words)
            yield clue


def _place(dateline: str | None) -> str | None:
    """Give the town of a dateline as the text would write it."""
    town = (dateline or "").partition(",")[0].strip()
    return (town.title() if town.isupper() else town) or None


def _window(published: tuple[datetime, datetime] | None) -> tuple[datetime | None, datetime | None]:
    if published is None:
        return None, None
    return published[0] - WINDOW, published[1] + WINDOW
