"""Measure the links as an archive grows: seconds a batch, copies and stories found, memory, and size.

    python benchmarks/links.py [--articles 10000] [--batch 1000] [--words 300] [--folder DIR]

The archive is made by a seeded generator of common English words and made-up rare ones. Three articles in ten are on an event that others report
too (names and topic words in common, sentences of their own, two to nine reports within two days); one in ten is a copy
of one of the last thousand articles: whole within lines of another site, cut to 60 or 30 %, or with each fifth word
another; now and then forty outlets run one text. Dates advance by a thousand articles a day. Every batch is loaded as a
walk loads it.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.supervise_workers import Means
from flows.walk_documents import walk
from transforms.boilerplate import shipped_rules
from transforms.records import Capture, SourceClaims
from transforms.terms import background
from warehouse import load as loading
from warehouse.database import Warehouse
from warehouse.link import link
from warehouse.runs import open_run

START = datetime(2020, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
SYLLABLES = ("ba", "len", "tos", "ri", "mu", "var", "dim", "ko", "sel", "ne", "fa", "gri", "pol", "que", "zan", "wit")
FRAME = " Sign up for the letter of the evening gazette and never miss a story from the harbour and the hills again."


class Archive:
    """Articles with the family of copies and the story that each belongs to."""

    def __init__(self, seed: int, words: int) -> None:
        self.rng = random.Random(seed)
        self.words = words
        self.common = self.rng.sample(sorted(background("en")[1]), 400)
        self.rare = [self._word(4) for _ in range(40_000)]
        self.weights = [1 / (rank + 3) for rank in range(len(self.common))]
        self.recent: list[tuple[str, int, int]] = []
        self.families: list[int] = []
        self.stories: list[int] = []
        self.planned: list[tuple[int, list[str], list[str]]] = []
        self.wire: list[tuple[str, int, int]] = []

    def captures(self, count: int) -> Iterator[Capture]:
        """Give articles, the next ones of the archive."""
        for _ in range(count):
            number = len(self.families)
            text, family, story = self._next(number)
            self.families.append(family)
            self.stories.append(story)
            self.recent = [*self.recent[-999:], (text, family, story)]
            yield Capture(
                source="benchmark",
                locator=f"/{number}",
                captured_at=LATER,
                media_type="text/plain",
                payload=text.encode(),
                claims=SourceClaims(
                    title=" ".join(text.split()[:8]),
                    published=(START + timedelta(days=number / 1000)).isoformat(),
                    language="en",
                ),
            )

    def _next(self, number: int) -> tuple[str, int, int]:
        chance = self.rng.random()
        if self.wire or chance < 0.0005:
            if not self.wire:
                text = self._prose([], [])
                self.wire = [(text, number, number)] * 40
            text, family, story = self.wire.pop()
            return self._copied(text), family, story
        if chance < 0.1 and self.recent:
            text, family, story = self.rng.choice(self.recent)
            return self._copied(text), family, story
        if chance < 0.4:
            if not self.planned or self.rng.random() < 0.2:
                names = [self._word(3).capitalize() for _ in range(5)]
                topics = self.rng.sample(self.rare, 10)
                self.planned += [(number, names, topics)] * self.rng.randrange(2, 10)
                self.rng.shuffle(self.planned)
            story, names, topics = self.planned.pop()
            return self._prose(names, topics), number, story
        return (
            self._prose([self._word(3).capitalize() for _ in range(5)], self.rng.sample(self.rare, 10)),
            number,
            number,
        )

    def _prose(self, names: list[str], topics: list[str]) -> str:
        size = self.rng.randrange(self.words // 2, self.words * 3 // 2)
        words = self.rng.choices(self.common, self.weights, k=size)
        for at in range(size):
            chance = self.rng.random()
            if names and chance < 0.05:
                words[at] = self.rng.choice(names)
            elif topics and chance < 0.1:
                words[at] = self.rng.choice(topics)
            elif chance < 0.14:
                words[at] = self.rng.choice(self.rare)
        return " ".join(words[:12]) + ". " + " ".join(words[12:]) + "."

    def _copied(self, text: str) -> str:
        words = text.split()
        kind = self.rng.randrange(4)
        if kind == 0:
            return text + FRAME
        if kind == 3:
            return " ".join(self.rng.choice(self.common) if self.rng.random() < 0.2 else word for word in words)
        return " ".join(words[: int(len(words) * (0.6 if kind == 1 else 0.3))])

    def _word(self, syllables: int) -> str:
        return "".join(self.rng.choices(SYLLABLES, k=syllables))


def main() -> None:
    """Load the archive batch by batch and print a line for each tenth of it, then what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--folder", help="keep the warehouse there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        warehouse = Warehouse(Path(options.folder or scratch) / "links.duckdb", memory_limit="400MB")
        archive = Archive(7, options.words)
        grow(warehouse, archive, options.articles, options.batch)
        judge(warehouse, archive)


def grow(warehouse: Warehouse, archive: Archive, articles: int, batch: int) -> None:
    """Load all articles; print what a batch costs as the archive grows."""
    spent = [0.0]

    def timed(*arguments: object) -> object:
        began = time.process_time()
        report = link(*arguments)  # type: ignore[arg-type]
        spent[0] += time.process_time() - began
        return report

    loading.link = timed  # type: ignore[assignment]
    number = articles // batch
    print("articles   link s/batch   whole s/batch   peak MB   bytes/article")
    with open_run(warehouse, "benchmark", shipped_rules().sha256) as run:
        links, began = 0.0, time.process_time()
        for done in range(1, number + 1):
            items = list(archive.captures(batch))
            before = time.process_time()
            walk(warehouse, run, items, documents=batch, size=1 << 28, means=Means(jobs=0, mentions=False))
            whole = time.process_time() - before
            links, spent[0] = spent[0], 0.0
            if done % max(1, number // 10) == 0 or done in (1, 10):
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                size = warehouse.path.stat().st_size // (done * batch)
                print(f"{done * batch:>8,}   {links:>12.2f}   {whole:>13.2f}   {peak:>7,}   {size:>13,}", flush=True)
        print(f"all in {time.process_time() - began:,.0f} CPU seconds")


def judge(warehouse: Warehouse, archive: Archive) -> None:
    """Print how many of the copies were found, and how well the stories were put together."""
    with warehouse.reading() as connection:
        places = dict(
            connection.execute(
                "SELECT article_id, CAST(substring(locator, 2) AS INTEGER) FROM articles JOIN captures USING (capture_id)"
            ).fetchall()
        )
        pairs = connection.execute("SELECT article_id, other_id FROM near_duplicates").fetchall()
        members = dict(connection.execute("SELECT article_id, story_id FROM story_articles").fetchall())
    above = list(range(len(archive.families)))

    def top(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    for one, other in pairs:
        above[top(places[one])] = top(places[other])
    found = [top(number) for number in range(len(above))]
    told = {places[article]: members.get(article, article) for article in places}
    print(f"copies:  {pairwise(found, archive.families)}")
    print(f"stories: {b_cubed([told[number] for number in range(len(above))], archive.stories)}")


def pairwise(found: list[int], gold: list[int]) -> str:
    """Score groups by the pairs that they make."""
    both, made, wanted = (pairs_in(column) for column in (list(zip(found, gold, strict=True)), found, gold))
    return shown(both / max(1, made), both / max(1, wanted))


def pairs_in(labels: list) -> int:  # type: ignore[type-arg]
    """Count the pairs of equal labels."""
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def b_cubed(found: list, gold: list) -> str:  # type: ignore[type-arg]
    """Score groups by each article's neighbours."""
    both, made, wanted = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    precision = sum(count * count / made[one] for (one, _), count in both.items()) / len(gold)
    recall = sum(count * count / wanted[other] for (_, other), count in both.items()) / len(gold)
    return shown(precision, recall)


def shown(precision: float, recall: float) -> str:
    """Put a score into words."""
    return f"P {precision:.4f} R {recall:.4f} F {2 * precision * recall / max(1e-9, precision + recall):.4f}"


if __name__ == "__main__":
    main()
