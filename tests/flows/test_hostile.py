"""H1: pages built to hurt, in one batch with good ones. Every good page is an article, every other one has an outcome."""

from __future__ import annotations

import json

import pytest

from connectors.seeds import SeedConnector
from flows.supervise_workers import Limits, Means
from flows.walk_documents import walk
from warehouse.runs import open_run

GOOD = "".join(
    f"<p>The ferry ran aground for the {n}th time off the northern pier, and its passengers were rowed ashore.</p>"
    for n in ("fifth", "sixth", "seven", "eigh", "nin", "ten")
)
HOSTILE = {
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</div>",
    "some attributes": "".join("<i " + " ".join(f"a{n}=1" for n in range(1_900)) + ">x</i>" for _ in range(20)),
    "one long attribute": f"<div title='{'x' * 2_000_000}'>x</div>",
    "nested": "<div>" * 100_000 + "x",
    "nested and closed": "<div>" * 5_000 + "x" + "</div>" * 5_000,
    "formatting": "<b><i><u>" * 700 + "x" + "<p>y" * 2_000,
    "unclosed tables": "<table><tr><td>" * 1_500 + "x",
    "paragraphs": "<p>x" * 200_000,
    "footers": "<footer>" * 1_900 + "<p>x</p>" * 50_000,
    "links": "<a href=x>y" * 50_000,
    "comments": "<!--" * 200_000,
    "entities": "&amp;" * 500_000,
    "script": "<script>" + "let x = 1;\n" * 200_000 + "</script>",
    "NUL bytes": "\0<p>x\0</p>" * 20_000,
    "one line": "<p>" + "word " * 400_000,
    "half a tag": "<" * 500_000,
}


@pytest.mark.slow
def test_h1_hostile_pages_touch_no_neighbour(warehouse, write, rows):
    """Each good page between hostile ones is loaded with its text; each hostile one is loaded or rejected, with why."""
    lines = []
    for number, page in enumerate(HOSTILE.values()):
        lines.append({"id": f"good{number}", "html": f"<title>Ferry {number}</title><h1>Ferry {number}</h1>{GOOD}"})
        lines.append({"id": f"bad{number}", "html": page})
    path = write("pages.jsonl", "\n".join(map(json.dumps, lines)))
    means = Means(jobs=2, limits=Limits(seconds=2.0, memory=512 << 20))
    with open_run(warehouse, "ingest", "rules") as run:
        report = walk(warehouse, run, SeedConnector([str(path)]).captures(), documents=1000, size=1 << 30, means=means)
    assert report.captures == len(lines)
    loaded = dict(rows("SELECT title, text FROM articles WHERE title LIKE 'Ferry%'"))
    assert set(loaded) == {f"Ferry {number}" for number in range(len(HOSTILE))}
    assert all(text.count("rowed ashore") == 6 for text in loaded.values())
    rejected = dict(rows("SELECT regexp_extract(locator, '#(.*)', 1), reason FROM rejections"))
    assert set(rejected.values()) <= {"hostile_html", "timeout", "memory", "empty", "binary"}
    names = list(HOSTILE)
    told = {names[int(name.removeprefix("bad"))]: reason for name, reason in rejected.items()}
    assert told["attributes"] == told["nested"] == told["nested and closed"] == "hostile_html"
    assert told["script"] == "empty"
