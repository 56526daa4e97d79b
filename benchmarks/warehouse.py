"""Measure the warehouse as it grows: load, search, export and size, per batch and in all.

    python -m benchmarks.warehouse [--articles 10000 100000] [--words 300] [--batch 1000] [--questions 200] [--fts]

Generates archives by recombining words and sentences, seeded, with copies, new versions and returning publishers, loads
them batch by batch through `warehouse.load` (no archive of bytes and no worker processes, so that what is timed is the
warehouse), asks it questions, exports it beside a bare `COPY` of the same rows, and exports it again after one more batch.
With --fts the whole-index rebuild of DuckDB's own full-text search is timed beside, where that extension is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from transforms.identity import article_id
from transforms.records import Article, Capture, DateClaim, Edit
from warehouse.archive import Placement
from warehouse.database import Warehouse
from warehouse.export import export_parquet
from warehouse.load import Batch, load
from warehouse.queries import search_articles
from warehouse.rows import KeptItem, article_rows
from warehouse.runs import open_run

SAMPLES = Path(__file__).parent.parent / "samples" / "seeds"
BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
PUBLISHERS = [f"paper-{number:03d}.example" for number in range(200)]
RARE = 400_000  # words that are names, places and figures: few texts have any one of them


class Generator:
    """Articles that are alike as news is: common words often, names seldom, one in twenty a copy, one in fifty anew."""

    def __init__(self, words: int) -> None:
        self.words = words
        self.random = random.Random(2022)
        content = " ".join(path.read_bytes().decode("utf-8", "ignore") for path in sorted(SAMPLES.glob("*.txt")))
        self.common = content.split()
        self.texts: list[str] = []

    def text(self) -> str:
        """Write a text of about `words` words."""
        made: list[str] = []
        while len(made) < self.words:
            at = self.random.randrange(len(self.common) - 12)
            made += self.common[at : at + self.random.randint(3, 12)]
            made += (f"{self.name()}," for _ in range(self.random.randint(1, 4)))
            if self.random.random() < 0.1:
                made[-1] += ".\n\n"
        return " ".join(made).replace("\n ", "\n")

    def name(self) -> str:
        """Make up a name; the lower its number, the more often it comes."""
        number = int(RARE ** self.random.random())
        return hashlib.md5(str(number).encode()).hexdigest()[: 4 + number % 5].translate(_LETTERS).title()

    def article(self, number: int) -> tuple[str, str, datetime]:
        """Give an address, a text and the time at which it was seen, for the n-th article."""
        chance = self.random.random()
        text = self.random.choice(self.texts) if chance < 0.05 and self.texts else self.text()
        if len(self.texts) < 1000 or chance > 0.99:
            self.texts = [*self.texts[-999:], text]
        known = chance > 0.98 and number > 100
        address = self.random.randrange(number) if known else number
        publisher = PUBLISHERS[address % len(PUBLISHERS)]
        return f"https://{publisher}/{address}", text, BEGAN + timedelta(minutes=3 * number)


_LETTERS = str.maketrans("0123456789abcdef", "aeioulnrstmdkbvg")


def batches(generator: Generator, count: int, size: int) -> Iterator[list[tuple[Capture, Article]]]:
    """Generate articles in batches."""
    for start in range(0, count, size):
        batch = []
        for number in range(start, min(count, start + size)):
            url, text, seen = generator.article(number)
            batch.append((capture_of(url, text, seen), article_of(url, text, seen)))
        yield batch


def capture_of(url: str, text: str, seen: datetime) -> Capture:
    """Make the capture that an article comes from."""
    return Capture("benchmark", url, seen, "text/plain", text.encode(), url)


def article_of(url: str, text: str, seen: datetime) -> Article:
    """Make an article as the transforms would, with an edit and a claim."""
    cut = "Advertisement\n\n"
    day = seen.replace(hour=0, minute=0)
    claim = DateClaim("published", f"{day:%Y-%m-%d}", "meta", day, day + timedelta(days=1), "day", chosen=True)
    return Article(
        article_id=article_id(url, "benchmark", url),
        url=url,
        hostname=url.split("/")[2],
        publisher=None,
        title=" ".join(text.split()[:9]),
        title_origin="first-sentence",
        authors=(),
        credit=None,
        dateline=None,
        language="en",
        published_at=day,
        published_local=day.replace(tzinfo=None),
        published_precision="day",
        published_origin="meta",
        modified_at=None,
        text=text,
        source_text=cut + text,
        word_count=len(text.split()),
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        extractor="text",
        charset="utf-8",
        edits=(Edit(0, len(cut), cut, "", "advertisement"),),
        date_claims=(claim,),
    )


def staged(run_id: str, number: int, batch: list[tuple[Capture, Article]]) -> Batch:
    """Lay a batch out as the walk does; places in the archive are made up."""
    kept, results = [], []
    for ordinal, (capture, article) in enumerate(batch):
        digest = hashlib.sha256(capture.payload).hexdigest()
        name = hashlib.md5(f"{capture.locator}\0{digest}".encode()).hexdigest()
        place = Placement("dateline-000001.warc.gz", (number * len(batch) + ordinal) * 1000, 1000)
        kept.append(KeptItem(ordinal, capture, name, digest, place))
        results.append((ordinal, name, capture, article))
    return Batch(run_id, number, datetime.now(UTC), tuple(kept), article_rows(results), 0, 0)


def grow(warehouse: Warehouse, generator: Generator, count: int, size: int) -> list[float]:
    """Load an archive; gives the processor seconds of each batch."""
    spent = []
    with open_run(warehouse, "benchmark", "rules") as run:
        for number, batch in enumerate(batches(generator, count, size)):
            ready = staged(run.run_id, number, batch)
            begun = time.process_time()
            load(warehouse, ready)
            spent.append(time.process_time() - begun)
    return spent


def ask(warehouse: Warehouse, generator: Generator, count: int) -> dict[str, list[float]]:
    """Ask questions of several kinds; gives the seconds of each, with opening the file."""
    word = lambda: generator.random.choice(generator.common).strip(".,“”\"'—–-:;()") or "the"  # noqa: E731
    kinds = {
        "a name": generator.name,
        "a word": word,
        "two words": lambda: f"{word()} {word()}",
        "a word and a name": lambda: f"{word()} {generator.name()}",
        "title:": lambda: f"title:{generator.name()} {word()}",
        "a phrase of names": lambda: f'"{generator.name()} {generator.name()}"',
    }
    spent: dict[str, list[float]] = {}
    for kind, question in kinds.items():
        for _ in range(max(1, count // len(kinds))):
            begun = time.perf_counter()
            search_articles(warehouse, question(), 20)
            spent.setdefault(kind, []).append(time.perf_counter() - begun)
    return spent


def p95(seconds: list[float]) -> str:
    """Show median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return f"median {1000 * statistics.median(ordered):,.0f} ms, p95 {1000 * ordered[int(0.95 * (len(ordered) - 1))]:,.0f} ms"


def bare_copy(warehouse: Warehouse, scratch: Path) -> float:
    """Write the same rows as one Parquet file with DuckDB alone; gives seconds."""
    begun = time.perf_counter()
    with warehouse.reading() as connection:
        connection.execute("SET threads = 1")
        connection.execute(f"COPY (FROM articles) TO '{scratch / 'bare.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    return time.perf_counter() - begun


def rebuild_fts(warehouse: Warehouse, scratch: Path) -> str:
    """Time DuckDB's own full-text index over the same texts, which is made whole each time."""
    with duckdb.connect(str(scratch / "fts.duckdb")) as connection:
        connection.execute(f"ATTACH '{warehouse.path}' AS house (READ_ONLY)")
        connection.execute("CREATE TABLE texts AS SELECT article_id, title, text FROM house.articles")
        try:
            connection.execute("LOAD fts")
        except duckdb.Error:
            return "the extension fts is not installed"
        begun = time.perf_counter()
        connection.execute("PRAGMA create_fts_index('texts', 'article_id', 'title', 'text')")
        return f"{time.perf_counter() - begun:,.1f} s"


def measure(count: int, options: argparse.Namespace, scratch: Path) -> None:
    """Grow one archive and print what it costs."""
    warehouse, generator = Warehouse(scratch / "house" / "dateline.duckdb"), Generator(options.words)
    spent = grow(warehouse, generator, count, options.batch)
    late, early = statistics.median(spent[-10:]), statistics.median(spent[5:15])
    print(f"\n{count:,} articles of about {options.words} words, {options.batch:,} a batch")
    print(f"load      {count / sum(spent):,.0f} articles per processor second; a batch {early:.2f} s at the beginning,")
    print(f"          {late:.2f} s at the end ({late / early:.2f} times), the slowest {max(spent):.2f} s")
    with warehouse.reading() as connection:
        postings = connection.execute("SELECT sum(postings), count(*) FROM search_segments").fetchone()
    print(f"size      {warehouse.path.stat().st_size / count:,.0f} bytes an article; postings and segments {postings}")
    answers = ask(warehouse, generator, options.questions)
    for kind, seconds in answers.items():
        print(f"search    {kind:<20}{p95(seconds)}")
    print(f"search    {'all':<20}{p95([one for seconds in answers.values() for one in seconds])}")
    copied = bare_copy(warehouse, scratch)
    begun = time.perf_counter()
    export_parquet(warehouse, scratch / "export")
    whole = time.perf_counter() - begun
    grow(warehouse, generator, options.batch, options.batch)
    begun = time.perf_counter()
    export_parquet(warehouse, scratch / "export")
    again = time.perf_counter() - begun
    print(
        f"export    {whole:.1f} s, bare COPY {copied:.1f} s ({whole / copied:.2f} times); after one more batch {again:.1f} s"
    )
    if options.fts:
        print(f"fts       index made whole in {rebuild_fts(warehouse, scratch)}")
    print(f"memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at the peak")


def main() -> None:
    """Measure archives of the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--fts", action="store_true")
    options = parser.parse_args()
    for count in options.articles:
        with tempfile.TemporaryDirectory() as name:
            measure(count, options, Path(name))


if __name__ == "__main__":
    main()
