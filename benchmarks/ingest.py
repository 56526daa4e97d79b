"""Time an ingest of many text documents beside a bare DuckDB load of the same texts.

    python benchmarks/ingest.py [--documents 100000] [--kilobytes 4] [--jobs 2]

Makes documents by recombining the paragraphs of the samples, seeded, so that the same arguments make the same documents;
writes them as text files, 1,000 to a folder; ingests them with the command line in a process of its own; and loads the
same texts into a plain DuckDB table. Prints documents per second and the peak memory of the whole process tree.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import duckdb
import pyarrow as pa

SAMPLES = Path(__file__).parent.parent / "samples" / "seeds"
DIRT = (
    "Read more: Why the cranes stand still",
    "Advertisement",
    "contact us at [email protected]",
    "Back to top button",
    "Sign up for our daily newsletter",
    "The port was closed. , as it was in 2014, the harbour master has said. .",
)


def make_documents(folder: Path, count: int, size: int) -> None:
    """Write `count` documents of about `size` bytes, no two alike."""
    paragraphs = [
        line
        for path in sorted(SAMPLES.glob("*.txt"))
        for line in path.read_bytes().decode("utf-8", "ignore").splitlines()
        if len(line) > 120
    ]
    generator = random.Random(2022)
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"{number // 1000:05d}").mkdir()
        day = f"2022-{generator.randint(1, 12):02d}-{generator.randint(1, 28):02d}"
        parts = [f" date {day} PORTO, Portugal – The ministry reported case {number} on Tuesday."]
        while sum(map(len, parts)) < size:
            parts.append(shuffled(generator.choice(paragraphs), generator))
            if generator.random() < 0.1:
                parts.append(generator.choice(DIRT))
        path = folder / f"{number // 1000:05d}" / f"{number:07d}.txt"
        path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def shuffled(paragraph: str, generator: random.Random) -> str:
    """Give a paragraph with its sentences in another order, so that texts differ as news does."""
    sentences = paragraph.split(". ")
    generator.shuffle(sentences)
    return ". ".join(sentences)


def ingest(folder: Path, scratch: Path, jobs: int) -> tuple[float, int, dict[str, object]]:
    """Ingest a folder; gives seconds, the peak memory of all processes in MiB, and the counts."""
    command = [sys.executable, "-m", "flows.run_commands", "ingest", str(folder), "--json", "--jobs", str(jobs)]
    environment = {**os.environ, "DATELINE_WAREHOUSE": str(scratch / "dateline.duckdb")}
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=Path(__file__).parent.parent)
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    printed = process.communicate()[0]
    seconds = time.perf_counter() - begun
    watcher.join()
    return seconds, peak[0], json.loads(printed)


def watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    """Follow the resident memory of a process and its children until it ends."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(resident, family(process.pid))) // 1024)
        time.sleep(0.2)


def family(pid: int) -> list[int]:
    """Name a process and all that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def resident(pid: int) -> int:
    """Give the resident memory of a process in KiB; what it shares with others counts in each."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def load_bare(folder: Path, scratch: Path) -> float:
    """Load the same texts into one DuckDB table, 1,000 rows a transaction; gives seconds."""
    begun = time.perf_counter()
    with duckdb.connect(str(scratch / "bare.duckdb")) as connection:
        connection.execute("CREATE TABLE texts (path VARCHAR, text VARCHAR)")
        for part in sorted(folder.iterdir()):
            paths = sorted(part.iterdir())
            batch = pa.table(
                {"path": [str(path) for path in paths], "text": [path.read_text("utf-8") for path in paths]}
            )
            connection.register("batch", batch)
            connection.execute("INSERT INTO texts SELECT * FROM batch")
    return time.perf_counter() - begun


def main() -> None:
    """Make the documents, time both loads, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--kilobytes", type=float, default=4)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = scratch / "documents"
        folder.mkdir()
        make_documents(folder, options.documents, int(options.kilobytes * 1000))
        bare = load_bare(folder, scratch)
        seconds, peak, counts = ingest(folder, scratch, options.jobs)
        again, _, recounts = ingest(folder, scratch, options.jobs)
        outcome = {name: counts[name] for name in ("inserted", "duplicate", "rejected")}
        print(f"{options.documents:,} documents of about {options.kilobytes:g} kB, {options.jobs} jobs")
        print(
            f"ingest     {options.documents / seconds:8,.0f} documents/s  {seconds:7.1f} s  peak {peak:,} MiB  {outcome}"
        )
        print(
            f"again      {options.documents / again:8,.0f} documents/s  {again:7.1f} s  unchanged {recounts['unchanged']}"
        )
        print(f"bare load  {options.documents / bare:8,.0f} documents/s  {bare:7.1f} s  ratio {seconds / bare:.1f}")
        files = [path for path in scratch.rglob("*") if path.is_file() and "documents" not in path.parts]
        print(", ".join(f"{path.name} {path.stat().st_size / 1e6:,.0f} MB" for path in files))


if __name__ == "__main__":
    main()
