"""Measure the warehouse as it grows: load, links, search, export and size, per batch and in all.

    python -m benchmarks.warehouse [--articles 10000 100000] [--words 300] [--batch 1000] [--questions 300]
                                   [--then 1000] [--folder DIR] [--stages] [--peers] [--fts]

Loads made articles (`benchmarks/articles.py`) batch by batch through `warehouse.load`, without an archive of bytes and
without worker processes, so that what is timed is the warehouse and what it is loaded with: fingerprints, terms and keys.
Then asks it questions, scores the copies and stories that it found, exports it beside a bare `COPY` of the same rows, and
exports it again after one more batch. --then loads twenty batches of another size into the archive when it has grown, and
says how long they take beside the 10th to 20th of an archive of their own. --stages tells what each part of a batch costs early and late; --peers finds
near-duplicates in the first 20,000 articles with datasketch and rensa, and --fts times the whole-index rebuild of DuckDB's
own full-text search, where these are installed. --folder keeps the archives there.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.articles import Made, Maker, b_cubed, by_pairs
from transforms.groups import Numbers, connected
from transforms.identity import article_id
from transforms.records import Article, Capture, DateClaim, Edit
from warehouse import link as linking
from warehouse import load as loading
from warehouse import search as searching
from warehouse import statements
from warehouse.archive import Placement
from warehouse.database import Warehouse
from warehouse.export import export_parquet
from warehouse.load import Batch, load
from warehouse.queries import search_articles
from warehouse.rows import KeptItem, article_rows
from warehouse.runs import open_run

_COMPARED = 20_000  # articles that the peers are given


class Meter:
    """Processor seconds of each part of each batch; a part is a folder of SQL, a file of it, or a step of ours."""

    def __init__(self) -> None:
        self.batches: list[dict[str, float]] = []
        for module in (loading, linking, searching):
            module.run_sql = self._run_sql  # type: ignore[attr-defined]
        linking._group = self._timed("grouping", linking._group)  # noqa: SLF001

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add what happens to a part of the batch."""
        begun = time.process_time()
        yield
        spent = self.batches[-1] if self.batches else {}
        spent[name] = spent.get(name, 0.0) + time.process_time() - begun

    def median(self, part: slice, *names: str) -> float:
        """Give the median, over some of the batches, of the seconds of all parts whose names begin so."""
        sums = [sum(s for name, s in spent.items() if name.startswith(names)) for spent in self.batches[part]]
        return statistics.median(sums)

    def _run_sql(self, connection: duckdb.DuckDBPyConnection, name: str, *values: Any) -> duckdb.DuckDBPyConnection:
        with self.timed(name):
            return statements.run_sql(connection, name, *values)

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            with self.timed(name):
                return function(*arguments)

        return run


def pair_of(made: Made) -> tuple[Capture, Article]:
    """Make the capture and the article that the transforms would, with an edit and a claim."""
    text, seen, cut = made.text, made.published, "Advertisement\n\n"
    capture = Capture("benchmark", made.address, seen, "text/plain", text.encode(), made.address)
    day = seen.replace(hour=0, minute=0, second=0, microsecond=0)
    claim = DateClaim("published", f"{day:%Y-%m-%d}", "meta", day, day + timedelta(days=1), "day", chosen=True)
    article = Article(
        article_id=article_id(made.address, "benchmark", made.address),
        url=made.address,
        hostname=made.address.split("/")[2],
        publisher=None,
        title=made.title,
        title_origin="claim",
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
    return capture, article


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


def grow(warehouse: Warehouse, maker: Maker, meter: Meter, count: int, size: int) -> tuple[Numbers, Numbers]:
    """Load articles; gives the family and the story of each, and prints a line for each tenth of them."""
    families, stories = np.zeros(maker.count + count, np.int64), np.zeros(maker.count + count, np.int64)
    with open_run(warehouse, "benchmark", "rules") as run:
        for number in range(count // size):
            batch = [maker.make() for _ in range(size)]
            pairs = [pair_of(made) for made in batch]
            meter.batches.append({})
            with meter.timed("rows"):
                ready = staged(run.run_id, number, pairs)
            with meter.timed("whole"):
                load(warehouse, ready)
            for made in batch:
                place = int(made.address.rpartition("/")[2])
                families[place], stories[place] = made.family, made.story
            if (number + 1) % max(1, count // size // 10) == 0 and count > size:
                spent, peak = meter.median(slice(-10, None), "rows", "whole"), _peak()
                print(
                    f"          {(number + 1) * size:>9,} articles   {spent:.2f} s a batch   peak {peak:,} MiB",
                    flush=True,
                )
    return families, stories


def judge(warehouse: Warehouse, families: Numbers, stories: Numbers) -> None:
    """Score the copies and the stories that were found."""
    with warehouse.reading() as connection:
        found = connection.execute("SELECT article_id, url FROM articles").fetchall()
        pairs = connection.execute("SELECT article_id, other_id FROM near_duplicates").fetchall()
        members = dict(connection.execute("SELECT article_id, story_id FROM story_articles").fetchall())
    numbers = np.array([int(url.rpartition("/")[2]) for _, url in found])
    places = {identifier: place for place, (identifier, _) in enumerate(found)}
    ends = np.array([(places[one], places[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    for label, scores in (
        ("copies", by_pairs(connected(len(found), ends[:, 0], ends[:, 1]).tolist(), families[numbers].tolist())),
        ("stories", b_cubed([members.get(one, one) for one, _ in found], stories[numbers].tolist())),
    ):
        print(f"{label:<10}precision {scores[0]:.4f}, recall {scores[1]:.4f}, F {scores[2]:.4f}")


def ask(warehouse: Warehouse, maker: Maker, count: int) -> None:
    """Ask questions of several kinds; prints the seconds of each, in an open file and with opening it."""
    rng, titles = random.Random(7), [made.title.split() for made in maker.recent]
    name = lambda: rng.choice(titles)[0]  # noqa: E731
    topic = lambda: rng.choice(titles)[rng.randint(1, 3)]  # noqa: E731
    word = lambda: str(maker.vocabulary[np.searchsorted(maker.rises, rng.random())])  # noqa: E731
    kinds: dict[str, Callable[[], str]] = {
        "a name": name,
        "a word": word,
        "two words": lambda: f"{word()} {word()}",
        "three words": lambda: f"{topic()} {topic()} {word()}",
        "title:": lambda: f"title:{name()} {topic()}",
        "a turn of phrase": lambda: f'"{rng.choice(maker.phrases[:300])}"',
    }
    every: list[float] = []
    asked: list[str] = []
    for kind, question in kinds.items():
        spent = []
        asked += (these := [question() for _ in range(max(1, count // len(kinds)))])
        with warehouse.reading() as connection:
            for words in these:
                values = {"words": words, "limit": 20, "since": None, "until": None, "publisher": None}
                begun = time.perf_counter()
                statements.run_sql(connection, "queries/search", values).fetchall()
                spent.append(time.perf_counter() - begun)
        print(f"search    {kind:<20}{_p95(spent)}")
        every += spent
    print(f"search    {'all':<20}{_p95(every)}")
    spent = []
    for words in rng.sample(asked, len(asked) // 4):
        begun = time.perf_counter()
        search_articles(warehouse, words, 20)
        spent.append(time.perf_counter() - begun)
    print(f"search    {'opening the file':<20}{_p95(spent)}")


def bare_copy(warehouse: Warehouse, scratch: Path) -> float:
    """Write the same rows as one Parquet file with DuckDB alone; gives seconds."""
    begun = time.perf_counter()
    with warehouse.reading() as connection:
        connection.execute("SET threads = 1")
        connection.execute("SET memory_limit = '4GB'")  # at a million it takes more than a reader of ours is given
        connection.execute(f"COPY (FROM articles) TO '{scratch / 'bare.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    return time.perf_counter() - begun


def rebuild_fts(warehouse: Warehouse, scratch: Path) -> str:
    """Time DuckDB's own full-text index over the same texts, which is made whole each time."""
    with duckdb.connect(str(scratch / "fts.duckdb")) as connection:
        connection.execute(f"ATTACH '{warehouse.path}' AS house (READ_ONLY)")
        connection.execute("CREATE TABLE texts AS SELECT article_id, title, text FROM house.articles")
        try:
            importlib.import_module("duckdb_extensions").import_extension("fts", con=connection)
            connection.execute("LOAD fts")
        except (ImportError, duckdb.Error) as error:
            return str(error).splitlines()[0]
        begun = time.perf_counter()
        connection.execute("PRAGMA create_fts_index('texts', 'article_id', 'title', 'text')")
        made = time.perf_counter() - begun
        spent = []
        for word in ("harbour", "minister", "election", "season", "market") * 4:
            begun = time.perf_counter()
            connection.execute(
                "SELECT article_id FROM (SELECT article_id, fts_main_texts.match_bm25(article_id, ?) AS score FROM texts)"
                " WHERE score IS NOT NULL ORDER BY score DESC LIMIT 20",
                [word],
            ).fetchall()
            spent.append(time.perf_counter() - begun)
        return f"index made whole in {made:,.1f} s; a word {_p95(spent)}"


def compare(words: int, daily: int) -> None:
    """Find copies with the peers, among the first articles."""
    maker = Maker(words, daily)
    made = [maker.make() for _ in range(_COMPARED)]
    for label, find in (("datasketch, 3-grams, 128, .5", _datasketch), ("rensa, 3-grams, 256, .2", _rensa)):
        begun = time.process_time()
        try:
            pairs = np.array(find([one.text for one in made]), np.int64).reshape(-1, 2)
        except ImportError as error:
            print(f"peer      {error}")
            continue
        speed = len(made) / (time.process_time() - begun)
        found = connected(len(made), pairs[:, 0], pairs[:, 1]).tolist()
        precision, recall, score = by_pairs(found, [one.family for one in made])
        print(f"peer      {label}: P {precision:.3f} R {recall:.3f} F {score:.3f}, {speed:,.0f} documents a CPU second")


def _shingles(text: str) -> set[str]:
    words = text.lower().split()
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def _datasketch(texts: list[str]) -> list[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - a peer, that may be missing

    index, pairs = MinHashLSH(threshold=0.5, num_perm=128), []
    for number, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in _shingles(text)])
        pairs += [(number, other) for other in index.query(sketch)]
        index.insert(number, sketch)
    return pairs


def _rensa(texts: list[str]) -> list[tuple[int, int]]:
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415 - a peer, that may be missing

    index, sketches, pairs = RMinHashLSH(threshold=0.2, num_perm=256, num_bands=128), [], []
    for number, text in enumerate(texts):
        sketch = RMinHash(num_perm=256, seed=42)
        sketch.update(list(_shingles(text)))
        pairs += [(number, other) for other in index.query(sketch) if sketch.jaccard(sketches[other]) >= 0.2]
        index.insert(number, sketch)
        sketches.append(sketch)
    return pairs


def extend(warehouse: Warehouse, maker: Maker, meter: Meter, options: argparse.Namespace, scratch: Path) -> None:
    """Load twenty batches of one size into an archive that has grown, and into one of their own."""
    few = Warehouse(scratch / "few" / "dateline.duckdb")
    begun = len(meter.batches)
    for into, makes in ((few, Maker(options.words, options.daily)), (warehouse, maker)):
        grow(into, makes, meter, 20 * options.then, options.then)
    early, late = (meter.median(slice(begun + at, begun + to), "rows", "whole") for at, to in ((8, 18), (20, 40)))
    print(
        f"then      batches of {options.then:,}: {late:.2f} s, the 10th of an archive {early:.2f} s ({late / early:.2f} times)"
    )


def measure(count: int, options: argparse.Namespace, scratch: Path) -> None:
    """Grow one archive and print what it costs."""
    warehouse = Warehouse(scratch / f"archive-{count}" / "dateline.duckdb")
    maker, meter = Maker(options.words, options.daily), Meter()
    print(f"\n{count:,} articles of about {options.words} words, {options.batch:,} a batch, {options.daily:,} a day")
    gold = grow(warehouse, maker, meter, count, options.batch)
    peak, tell = _peak(), ("rows", "whole")
    tenth, last = slice(8, 18) if len(meter.batches) > 8 else slice(0, 8), slice(-10, None)
    early, late = meter.median(tenth, *tell), meter.median(last, *tell)
    spent = sum(meter.median(slice(at, at + 1), *tell) for at in range(len(meter.batches)))
    print(f"load      {count / spent:,.0f} articles per processor second; around the 10th batch {early:.2f} s,")
    print(f"          at the end {late:.2f} s ({late / early:.2f} times); peak {peak:,} MiB")
    copies = meter.median(slice(None), "link/1", "link/2", "link/3", "link/4", "link/5")
    print(f"copies    found at {options.batch / copies:,.0f} articles per processor second")
    if options.stages:
        for name in sorted({name for batch in meter.batches for name in batch}):
            print(
                f"          {name:<28}{1000 * meter.median(tenth, name):>7,.0f}{1000 * meter.median(last, name):>7,.0f} ms"
            )
    judge(warehouse, *gold)
    with warehouse.reading() as connection:
        postings = connection.execute("SELECT sum(postings), count(*) FROM search_segments").fetchone()
    if options.then:
        extend(warehouse, maker, meter, options, scratch)
    print(
        f"size      {warehouse.path.stat().st_size / maker.count:,.0f} bytes an article; postings and segments {postings}"
    )
    ask(warehouse, maker, options.questions)
    copied = bare_copy(warehouse, scratch)
    begun = time.perf_counter()
    export_parquet(warehouse, scratch / "export")
    whole = time.perf_counter() - begun
    grow(warehouse, maker, meter, options.batch, options.batch)
    begun = time.perf_counter()
    export_parquet(warehouse, scratch / "export")
    again = time.perf_counter() - begun
    print(
        f"export    {whole:.1f} s, bare COPY {copied:.1f} s ({whole / copied:.2f} times); one batch later {again:.1f} s"
    )
    if options.fts:
        print(f"fts       {rebuild_fts(warehouse, scratch)}")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _p95(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {1000 * statistics.median(ordered):,.0f} ms, p95 {1000 * ordered[int(0.95 * (len(ordered) - 1))]:,.0f} ms"


def main() -> None:
    """Measure archives of the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--daily", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--then", type=int, default=0)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    for name in ("--stages", "--peers", "--fts"):
        parser.add_argument(name, action="store_true")
    options = parser.parse_args()
    if options.peers:
        compare(options.words, options.daily)
    for count in options.articles:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            measure(count, options, options.folder or Path(name))


if __name__ == "__main__":
    main()
