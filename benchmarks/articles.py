"""Articles for measuring: recombined words, seeded, with the copies and the stories among them known.

They are alike as news is. Words come as often as in general language; turns of phrase and a site's own lines come again;
names are made up. Of a hundred articles thirty tell of an event that others tell of too, each in words of its own, two to
nine within three days; every third of these events belongs to a matter that goes on for years and keeps its names. Ten are
copies of an article of the last days: within lines of another site, cut to 60 or 30 %, brought up to date by 40 %, or with
each fifth word another. Two are articles seen before, with another ending. Now and then forty outlets run one text.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from transforms.terms import ZIPF, background

BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
_OUTLETS = 300
_SHORTEST = 120  # words
_SYLLABLES = (
    "ba",
    "len",
    "tos",
    "ri",
    "mu",
    "var",
    "dim",
    "ko",
    "sel",
    "ne",
    "fa",
    "gri",
    "pol",
    "que",
    "zan",
    "wit",
    "or",
)


@dataclass(frozen=True, slots=True)
class Made:
    """An article: its address, when it came out, title and text, and the numbers of the first copy and report of it."""

    address: str
    published: datetime
    title: str
    text: str
    family: int
    story: int


@dataclass(frozen=True, slots=True)
class _Event:
    story: int
    names: npt.NDArray[np.str_]
    topics: npt.NDArray[np.str_]


class Maker:
    """Makes articles one after the other, `daily` to a day of about `words` words each."""

    def __init__(self, words: int = 300, daily: int = 2000, seed: int = 2022) -> None:
        self.rng = np.random.default_rng(seed)
        self.words, self.daily, self.count = words, daily, 0
        rarities = background("en")
        self.vocabulary = np.array(list(rarities))
        self.rises = np.cumsum(10.0 ** (ZIPF - np.fromiter(rarities.values(), float)))
        self.rises /= self.rises[-1]
        self.topical = np.array([word for word, rarity in rarities.items() if rarity > 1.5])
        self.phrases = [" ".join(self._common(int(size))) for size in self.rng.integers(4, 9, 3000)]
        self.lines = [" ".join(self._common(14)) + "." for _ in range(_OUTLETS)]
        self.matters = [self._event(0) for _ in range(40)]
        self.planned: list[_Event] = []
        self.wire: list[Made] = []
        self.recent: deque[Made] = deque(maxlen=2 * daily)

    def make(self) -> Made:
        """Make the next article."""
        number, self.count = self.count, self.count + 1
        published = BEGAN + timedelta(days=number / self.daily)
        address = f"https://paper-{number % _OUTLETS:03d}.example/{number}"
        chance = self.rng.random()
        if self.wire or chance < 0.0002:
            self.wire = self.wire or [self._fresh(number, address, published, self._event(number))] * 40
            return self._copy(self.wire.pop(), address, published)
        if chance < 0.1 and self.recent:
            return self._copy(self._choice(self.recent), address, published)
        if chance < 0.12 and self.recent:
            old = self._choice(self.recent)
            return Made(old.address, published, old.title, self._updated(old.text, 0.9), old.family, old.story)
        made = self._fresh(number, address, published, self._told(number) if chance < 0.42 else self._event(number))
        self.recent.append(made)
        return made

    def _told(self, number: int) -> _Event:
        # What is planned is a tenth of a day's articles, or the reports of an event would come ever later after each other.
        if not self.planned or (self.rng.random() < 0.2 and len(self.planned) < self.daily // 10):
            event = self._event(number)
            if self.rng.random() < 0.33:
                matter = self.matters[int(self.rng.integers(len(self.matters)))]
                names = np.concatenate([event.names[:3], matter.names[:3]])
                event = _Event(number, names, np.concatenate([event.topics[:7], matter.topics[:5]]))
            self.planned += [event] * int(self.rng.integers(2, 10))
            self.rng.shuffle(self.planned)  # type: ignore[arg-type]
        if number % (20 * self.daily) == 0:
            self.matters[int(self.rng.integers(len(self.matters)))] = self._event(number)
        return self.planned.pop()

    def _event(self, number: int) -> _Event:
        names = np.array(["".join(self.rng.choice(_SYLLABLES, 3)).capitalize() for _ in range(5)])
        return _Event(number, names, self.rng.choice(self.topical, 10))

    def _fresh(self, number: int, address: str, published: datetime, event: _Event) -> Made:
        size = int(self.rng.integers(max(_SHORTEST, self.words // 2), max(_SHORTEST + 1, self.words * 3 // 2)))
        words = self._common(size).astype(object)
        for share, chosen in ((0.05, event.names), (0.05, event.topics)):
            places = self.rng.integers(0, size, int(size * share))
            words[places] = self.rng.choice(chosen, len(places))
        for place in self.rng.integers(0, size, size // 60):
            words[place] = self.phrases[int(3000 ** self.rng.random()) - 1]
        title = " ".join([str(event.names[0]), *self.rng.choice(event.topics, 3), *words[:4]])
        for place in range(int(self.rng.integers(8, 20)), size, 17):
            words[place] = f"{words[place]}."
        text = " ".join(words)
        line = self.lines[number % _OUTLETS]
        body = f"{text}.\n\n{line}" if number % _OUTLETS < _OUTLETS // 5 else f"{text}."
        return Made(address, published, title, body, number, event.story)

    def _copy(self, made: Made, address: str, published: datetime) -> Made:
        words = made.text.split(" ")
        kind = int(self.rng.integers(6))
        if kind == 0:
            text = f"{self.lines[int(self.rng.integers(_OUTLETS))]}\n\n{made.text}"
        elif kind == 1:
            text = " ".join(words[: max(60, int(0.6 * len(words)))])
        elif kind == 2:
            text = " ".join(words[: max(60, int(0.3 * len(words)))])
        elif kind == 3:
            text = self._updated(made.text, 0.6)
        elif kind == 4:
            others = self._common(len(words))
            text = " ".join(np.where(self.rng.random(len(words)) < 0.2, others, words).tolist())
        else:
            text = made.text
        title = " ".join([*made.title.split()[:3], *self._common(4)]) if kind % 2 else made.title
        return Made(address, published, title, text, made.family, made.story)

    def _updated(self, text: str, kept: float) -> str:
        words = text.split(" ")
        stay = int(kept * len(words))
        return " ".join([*words[:stay], *self._common(len(words) - stay)]) + "."

    def _common(self, size: int) -> npt.NDArray[np.str_]:
        return self.vocabulary[np.searchsorted(self.rises, self.rng.random(size))]

    def _choice(self, among: deque[Made]) -> Made:
        return among[int(self.rng.integers(len(among)))]


def by_pairs(found: list[int], gold: list[int]) -> tuple[float, float, float]:
    """Score groups by the pairs that they make: precision, recall, F."""
    both, made, wanted = (_pairs(column) for column in (list(zip(found, gold, strict=True)), found, gold))
    return _scores(both / max(1, made), both / max(1, wanted))


def b_cubed(found: list[str], gold: list[int]) -> tuple[float, float, float]:
    """Score groups by the neighbours of each article: precision, recall, F."""
    both, made, wanted = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    precision = sum(count * count / made[one] for (one, _), count in both.items()) / len(gold)
    recall = sum(count * count / wanted[other] for (_, other), count in both.items()) / len(gold)
    return _scores(precision, recall)


def _pairs(labels: list) -> int:  # type: ignore[type-arg]
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def _scores(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
