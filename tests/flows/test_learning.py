"""Boilerplate learnt from an archive: what is proposed, what is not, and that people decide."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime

import pytest

from flows.learn_boilerplate import UnreadableProposalsError, propose_rules
from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.records import Capture

STORIES = {
    "harbour": "Dockers walked off the quay at dawn. Cranes stood idle while containers piled up beside the ferry berth.",
    "orchard": "Late frost blackened the plum blossom. Growers lit braziers between the rows and prayed for cloud.",
    "railway": "A signal fault stranded commuters outside Millbrook junction. Engineers replaced two relays by torchlight.",
    "library": "Volunteers catalogued nine thousand donated novels. The reading room reopens with longer evening hours.",
    "bakery": "Rye loaves doubled in price within a month. Millers blame drought and a shortage of sacks.",
    "museum": "Curators unrolled a Flemish tapestry for cleaning. Moths had eaten a hunting dog and half a falcon.",
    "bridge": "Divers found cracks below the second pier. Lorries must now cross the gorge one at a time.",
    "lighthouse": "The last keeper handed over his lamp and logbook. Seals watched from the rocks as the launch left.",
}
TOPICS = tuple(STORIES)
LITTER = "Our reporters answer to nobody but you"


def page(topic: str, *more: str) -> str:
    """Write a report whose words no other topic shares, with lines that may recur."""
    told = STORIES.get(topic) or f"The {topic} began its {topic}ing, and {topic}ers of {topic}ton cheered the {topic}."
    return "\n\n".join([f"News of the {topic}", *told.split(". ", 1), *more])


@pytest.fixture
def archive(ingest, write, warehouse):
    """Give a function that ingests pages of one site and gives the proposals for it."""

    def made(pages: list[str], site: str = "paper.example"):
        lines = [
            json.dumps({"id": n, "url": f"https://{site}/{n}", "title": f"No. {n}", "text": text})
            for n, text in enumerate(pages)
        ]
        ingest(write(f"{site}.jsonl", "\n".join(lines)))
        return warehouse

    return made


@pytest.fixture
def capture_page():
    """Give a function that makes the capture of a text at an address."""

    def made(url: str, text: str) -> Capture:
        return Capture("seeds", url, datetime(2024, 3, 1, tzinfo=UTC), "text/plain", text.encode(), url)

    return made


def proposals(path):
    """Read what a file of proposals holds."""
    return tomllib.loads(path.read_text("utf-8")).get("rule", [])


def test_a_line_under_every_story_is_proposed(archive, tmp_path):
    """A line that recurs is proposed once, with its support, its place, and not kept until somebody says so."""
    into = tmp_path / "learnt.toml"
    learnt = propose_rules(archive([page(topic, LITTER) for topic in TOPICS]), into, None, 5)
    assert (learnt.fresh, len(learnt.lines)) == (1, 1)
    (rule,) = proposals(into)
    assert (rule["keep"], rule["sites"], rule["place"], rule["cuts"]) == (False, ["paper.example"], "tail", [LITTER])
    assert rule["seen"].startswith("8 of 8 stories of paper.example")


def test_numbers_do_not_tell_lines_apart(archive, tmp_path):
    """A counter makes no new line; the proposed pattern matches whatever the numbers are."""
    into = tmp_path / "learnt.toml"
    propose_rules(archive([page(topic, f"{n} readers like this") for n, topic in enumerate(TOPICS)]), into, None, 5)
    (rule,) = proposals(into)
    assert rule["pattern"] == r"[0-9]+\ readers\ like\ this"


def test_a_wire_report_run_many_times_is_one_story(archive, tmp_path):
    """The lines of one report do not recur, however many copies of it a site ran."""
    wire = page("harbour", "The strike goes on")
    others = [page(topic) for topic in TOPICS[1:]]
    learnt = propose_rules(archive([wire] * 9 + others), tmp_path / "learnt.toml", None, 5)
    assert "The strike goes on" not in [line for row in learnt.lines for line in row["examples"]]


def test_the_background_of_a_long_affair_is_not_proposed(archive, tmp_path):
    """A paragraph of prose that recurs in a tenth of a site's stories is news, and a short label is not."""
    background = "The strike began when the port's owners cut the wages of two hundred dockers by a third in spring."
    told = [page(topic, "Dock news") for topic in TOPICS]
    many = [
        page(f"{topic}{letter}", *([background] if letter == "b" else [])) for topic in TOPICS for letter in "bcdefgh"
    ]
    learnt = propose_rules(archive(told + many), tmp_path / "learnt.toml", None, 5)
    assert [row["examples"] for row in learnt.lines] == [["Dock news"]]


def test_a_line_of_two_sites_is_proposed_for_neither_below_its_support(archive, tmp_path):
    """Support is counted for each site by itself, and `site` asks for one of them."""
    archive([page(topic, LITTER) for topic in TOPICS[:4]], "one.example")
    house = archive([page(topic, LITTER, "Told twice") for topic in TOPICS[4:]], "two.example")
    assert not propose_rules(house, tmp_path / "learnt.toml", None, 5).lines
    learnt = propose_rules(house, tmp_path / "learnt.toml", "two.example", 4)
    assert [row["examples"][0] for row in learnt.lines] == [LITTER, "Told twice"]


def test_decisions_stay(archive, tmp_path):
    """A second run adds what is new and leaves what people wrote."""
    into = tmp_path / "learnt.toml"
    house = archive([page(topic, LITTER, f"Told {len(topic)} times") for topic in TOPICS])
    propose_rules(house, into, None, 5)
    decided = into.read_text("utf-8").replace("keep = false", "keep = true", 1)
    into.write_text(decided, "utf-8")
    assert propose_rules(house, into, None, 5).fresh == 0
    assert into.read_text("utf-8") == decided


def test_what_is_kept_is_cut_from_that_site_alone(archive, tmp_path, capture_page):
    """A proposal does nothing until it is kept; then its line goes from the site's texts, and from no others."""
    into = tmp_path / "learnt.toml"
    propose_rules(archive([page(topic, LITTER) for topic in TOPICS]), into, None, 5)
    proposed = into.read_text("utf-8")
    kept = proposed.replace("keep = false", "keep = true")
    for rules, url, cut in (
        (proposed, "https://paper.example/new", False),
        (kept, "https://paper.example/new", True),
        (kept, "https://other.example/new", False),
    ):
        article = to_article(capture_page(url, page("windmill", LITTER)), shipped_rules(rules))
        assert (LITTER in article.text) is not cut
        assert ("learnt" in {edit.rule for edit in article.edits}) is cut


def test_a_broken_file_is_left_alone(archive, tmp_path):
    """A file that is no TOML is not written over."""
    into = tmp_path / "learnt.toml"
    into.write_text("[[rule]\n", "utf-8")
    with pytest.raises(UnreadableProposalsError, match=r"learnt\.toml is no TOML"):
        propose_rules(archive([page(TOPICS[0])]), into, None, 5)
    assert into.read_text("utf-8") == "[[rule]\n"
