from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.providers.local import LocalProvider, searchable
from connectors.providers.provider import Budget
from connectors.seeds import SeedConnector
from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.questions import Archive, Subject, build_question
from transforms.records import Article, Capture
from transforms.words import words_of

SHARED = Path(__file__).parents[4] / "shared"
TOWNS = ("Bowmore", "Port Charlotte", "Ardbeg", "Kilchoman", "Portnahaven", "Craighouse", "Bridgend", "Ballygrant")
SUBJECTS = ("school", "harbour", "distillery", "library", "bakery", "lighthouse", "bridge", "market", "museum", "bus")

STRIKE = """Dockers of Port Ellen walk out over night shifts

PORT ELLEN, Scotland — Dockers in Port Ellen stopped work on Tuesday after talks with Calmar Lines on night shifts
broke down. Isla Mackay, who speaks for the union, said that no ferry would be unloaded before Friday. The company's
manager, Ruaridh Shaw, called the walkout a breach of the agreement of January. Whisky for Rotterdam stands on the pier.
"""
OTHER = """No ferries unloaded as talks on shifts fail

Islay's trade with the continent came to a halt this week: the union led by Isla Mackay refuses night work, and Calmar
Lines refuses to pay more for it. Casks bound for Rotterdam wait in Port Ellen. Ruaridh Shaw, who runs the harbour for
the company, wants a judge to decide.
"""


def articles(*texts: str, folder: Path) -> list[Article]:
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text)
    made = [to_article(capture, shipped_rules()) for capture in SeedConnector([str(folder)]).captures()]
    assert all(isinstance(one, Article) for one in made)
    return made


def archive_of(made: list[Article]) -> Archive:
    return Archive(len(made), Counter(word for one in made for word in set(words_of(f"{one.title} {one.text}"))))


def ranked(article: Article, archive: Archive, paths: list[Path], most: int = 3) -> list[str]:
    subject = Subject(article.title, article.text, article.language, None, article.dateline)  # of any day
    hits = LocalProvider([str(path) for path in paths]).search(build_question(subject, archive), Budget(hits=most))
    return [hit.capture.locator for hit in hits]


def test_coverage_is_found_among_a_thousand_texts(tmp_path):
    """Of two reports on one strike either leads to the other, past texts on its town and on its trade."""
    folder = tmp_path / "reports"
    folder.mkdir()
    made = articles(STRIKE, OTHER, folder=folder)
    with gzip.open(tmp_path / "papers.jsonl.gz", "wt") as file:
        for number in range(1000):
            town, subject = TOWNS[number % 8], SUBJECTS[number % 10]
            text = (
                f"The {subject} of {town} near Port Ellen opens on day {number}. Calmar Lines pays for the {subject}."
            )
            file.write(json.dumps({"id": f"d{number}", "title": f"{town} gets a {subject}", "text": text}) + "\n")
    for here, there in ((0, 1), (1, 0)):
        paths = [tmp_path / "papers.jsonl.gz", folder / f"{there}.txt"]
        found = ranked(made[here], archive_of(made), paths)
        assert found[0] == str(folder / f"{there}.txt"), found


def test_documents_of_other_days_are_no_hits(tmp_path):
    """What says that it is of another month is left out; what says nothing that can be read stays."""
    dates = {"near": "2024-03-07T10:00:00Z", "far": "2024-06-01", "unread": "last spring", "none": None}
    lines = [
        json.dumps({"id": name, "text": "Dockers of Port Ellen", "published_at": at}) for name, at in dates.items()
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    days = (datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC))
    question = build_question(Subject("Dockers of Port Ellen", STRIKE, "en", days), Archive())
    hits = LocalProvider([str(tmp_path)]).search(question, Budget())
    assert {hit.capture.locator.rpartition("#")[2] for hit in hits} == {"near", "unread", "none"}


def test_pages_and_files_that_are_no_texts(tmp_path):
    """Marks and scripts are no words; what cannot be read is passed over."""
    (tmp_path / "a.html").write_text(
        "<html><head><title>x</title></head><script>ferry()</script><p>A <b>pier</b> &amp; inn"
    )
    (tmp_path / "b.txt").write_bytes(bytes(range(256)))
    (tmp_path / "c.jsonl").write_text('{"text": "pier"}\n{"html": "<p>pier</p>"}\nno json\n')
    captures = [item for item in SeedConnector([str(tmp_path)]).captures() if isinstance(item, Capture)]
    assert [words_of(searchable(one)) for one in captures] == [["a", "pier", "inn"], [], ["pier"], ["pier"]]


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the shared seeds and articles are not on this machine")
def test_either_seed_leads_to_the_other_among_ten_thousand_articles(tmp_path):
    """With an archive of the two seeds alone, the other one ranks first of 10,424 documents."""
    seeds = sorted((SHARED / "seeds").glob("*.txt"))
    made = articles(*(path.read_text() for path in seeds), folder=tmp_path)
    for here, there in ((0, 1), (1, 0)):
        paths = [SHARED / "data" / "similarity" / "copies.jsonl.gz", seeds[there]]
        assert ranked(made[here], archive_of(made), paths)[0] == str(seeds[there])
