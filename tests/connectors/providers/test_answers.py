from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.providers.catalogue import KINDS, make_provider
from connectors.providers.provider import (
    AnswerError,
    Budget,
    Hit,
    MalformedAnswerError,
    RefusedAnswerError,
    Request,
    Shelf,
    ThrottledError,
)
from transforms.questions import Clue, Question
from transforms.records import Capture, Rejection

ANSWERS = Path(__file__).parents[1] / "answers"
ERRORS = {"refused": RefusedAnswerError, "throttled": ThrottledError, "malformed": MalformedAnswerError}
SETTINGS = {
    "common_crawl": {"crawls": ["CC-MAIN-2024-10"]},
    "endpoint": {"url": "https://api.example/search?q={words}&from={since}&n={limit}"},
    "local": {"paths": [str(ANSWERS / "local")]},
    "media_cloud": {"token": "s3cret"},
}
PLACE = "https://www.harbourpost.example/news/ferry-terminal-vote"
TITLE = "Port Ellen council votes on the ferry terminal"
RANGE = (("Range", "bytes=802113-819124"),)
WARC = (
    "https://data.commoncrawl.org/crawl-data/CC-MAIN-2024-10/segments/1707947474676.79/warc/"
    "CC-MAIN-20240307103742-20240307133742-00001.warc.gz"
)
WEB = "https://web.archive.org/web"
QUESTION = Question(
    clues=(
        Clue("Port Ellen", ("port", "ellen"), 9.0, is_name=True),
        Clue("Islay", ("islay",), 7.0, is_name=True),
        Clue("ferry", ("ferry",), 3.0, is_name=False),
    ),
    language="en",
    since=datetime(2024, 3, 2, tzinfo=UTC),
    until=datetime(2024, 3, 9, tzinfo=UTC),
    url=PLACE,
)
READ = {
    "common_crawl/index.jsonl": [
        Hit(PLACE, language="eng", seen_at=datetime(2024, 3, 7, 12, 1, 2, tzinfo=UTC), request=Request(WARC, RANGE))
    ],
    "gdelt/articles.json": [
        Hit(PLACE, TITLE, "harbourpost.example", "20240305T091500Z", "English"),
        Hit(
            "https://zeitung.example/islay-faehre-2024",
            "Islay streitet über den Fährhafen: 'Das reicht nicht'",
            "zeitung.example",
            "20240306T120000Z",
            "German",
        ),
    ],
    "gdelt_files/20240305091500.gkg.csv.zip": [
        Hit(
            PLACE,
            f"{TITLE} – again",
            "harbourpost.example",
            "20240305091500",
            names=("isla", "mackay", "port", "ellen", "council", "islay"),
        )
    ],
    "gdelt_files/20240305093000.mentions.CSV": [
        Hit(PLACE, publisher="harbourpost.example", published="20240305093000")
    ],
    "google_news/search.xml": [
        Hit(PLACE, TITLE, "Harbour Post", "Tue, 05 Mar 2024 09:15:00 GMT"),
        Hit(
            "https://news.google.com/rss/articles/CBMilgFBVV95cUxOZjhrMlFtNHg?oc=5",
            "Ferry - and fear - on Islay",
            "Island Times",
            "Wed, 06 Mar 2024 10:00:00 GMT",
        ),
    ],
    "media_cloud/stories.json": [Hit(PLACE, TITLE, "harbourpost.example", "2024-03-05", "en")],
    "wayback/captures.json": [
        Hit(
            "http://www.harbourpost.example:80/news/ferry-terminal-vote",
            seen_at=datetime(2024, 3, 5, 10, 30, tzinfo=UTC),
            request=Request(f"{WEB}/20240305103000id_/http://www.harbourpost.example:80/news/ferry-terminal-vote"),
        ),
        Hit(
            PLACE,
            seen_at=datetime(2024, 4, 1, tzinfo=UTC),
            request=Request(f"{WEB}/20240401000000id_/{PLACE}"),
        ),
    ],
    "endpoint/lines.jsonl": [
        Hit("https://www.harbourpost.example/a", "One"),
        Hit("https://www.harbourpost.example/b", "Two"),
    ],
}


def provider(kind: str):
    return make_provider(kind, SETTINGS.get(kind, {}))


def recorded(kind: str) -> list[Path]:
    return sorted(path for path in (ANSWERS / kind).iterdir() if path.is_file())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_recorded_answers(kind):
    """A kind of provider without an answer that gives hits, or without one that does not, cannot be added."""
    made = provider(kind)
    if isinstance(made, Shelf):
        assert made.search(QUESTION, Budget())
        return
    outcomes = set()
    for path in recorded(kind):
        try:
            outcomes.add("hits" if made.hits(path.read_bytes()) else "none")
        except AnswerError as error:
            outcomes.add(error.reason)
    assert {"hits", "none"} <= outcomes, outcomes
    assert outcomes & {"refused", "throttled", "malformed"}


@pytest.mark.parametrize("name", READ)
def test_answers_are_read_as_they_were_recorded(name):
    """What a service gives becomes hits in its order, with its own words; what has no address is left out."""
    kind, _, file = name.partition("/")
    assert provider(kind).hits((ANSWERS / kind / file).read_bytes()) == READ[name]


@pytest.mark.parametrize(
    "path",
    [path for kind in KINDS for path in recorded(kind) if path.stem.partition("_")[0] in ERRORS],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_refusals_say_what_the_service_says(path):
    """A service that answers in plain words, or in HTML, is quoted; a reason can be counted."""
    with pytest.raises(ERRORS[path.stem.partition("_")[0]], match=r"service says: \w|answer|index|zip|list"):
        provider(path.parent.name).hits(path.read_bytes())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "local"])
def test_an_answer_that_was_cut_or_mangled_is_an_error_or_hits(kind):
    """Whatever comes, a reader gives hits or an answer error, and nothing else is raised."""
    made = provider(kind)
    for path in recorded(kind):
        whole = path.read_bytes()
        cuts = [whole[:stop] for stop in range(0, len(whole), 7)]
        flips = [whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :] for at in range(0, len(whole), 5)]
        for answer in [*cuts, *flips, b"\xff\xfe\x00", b"[[[", b"null", b"[1]", b'{"articles": 3}', b'[["a"], []]']:
            try:
                assert all(hit.address or hit.capture for hit in made.hits(answer))
            except AnswerError:
                continue


def test_gdelt_files_are_bounded_when_they_are_unpacked():
    """A zip file without a table in it is a malformed answer, and so is one that is no zip at all."""
    with pytest.raises(MalformedAnswerError, match="zip"):
        provider("gdelt_files").hits(b"PK\x05\x06" + bytes(18))


def test_an_endpoint_may_give_the_documents_themselves():
    """An object with a text is the document; nothing more is fetched for it."""
    hit = provider("endpoint").hits((ANSWERS / "endpoint" / "articles.json").read_bytes())[1]
    assert hit.capture is not None
    assert hit.capture.locator == "7"
    assert hit.capture.captured_at == datetime(2024, 3, 6, 10, tzinfo=UTC)
    assert hit.address is None


def test_a_record_of_common_crawl_is_the_page_in_it():
    """The answer to a range of bytes is one WARC record; what it holds is a page with its own address and time."""
    hit = provider("common_crawl").hits((ANSWERS / "common_crawl" / "index.jsonl").read_bytes())[0]
    made = provider("common_crawl").unpack(hit, crawled(record(b"text/html", b"<p>The terminal</p>")))
    assert isinstance(made, Capture)
    assert (made.source, made.url, made.payload) == ("common_crawl", PLACE, b"<p>The terminal</p>")
    assert made.locator == f"{WARC}#bytes=802113-819124"
    assert made.captured_at == datetime(2024, 3, 7, 12, 1, 2, tzinfo=UTC)
    for content in (record(b"image/png", b"x"), b"", b"<html>gone</html>", record(b"text/html", b"a")[:90]):
        assert isinstance(provider("common_crawl").unpack(hit, crawled(content)), Rejection)


def crawled(content: bytes) -> Capture:
    return Capture("common_crawl", WARC, datetime(2024, 4, 1, tzinfo=UTC), "application/octet-stream", content)


def record(media_type: bytes, body: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (media_type, len(body), body)
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:b7e1f0c2-5d0f-4c46-9a3e-3f1f1f0c0d0e>\r\n"
        b"WARC-Date: 2024-03-07T12:01:02Z\r\nWARC-Target-URI: %s\r\nContent-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n"
    )
    return gzip.compress(head % (PLACE.encode(), len(block)) + block + b"\r\n\r\n", mtime=0)


def test_documents_on_disk_come_with_their_bytes():
    """The local provider ranks what it reads, and its hits need no request."""
    (hit,) = provider("local").search(QUESTION, Budget())
    assert (hit.url, hit.title, hit.published) == (PLACE, TITLE, "2024-03-05")
    assert hit.capture is not None
    assert hit.capture.locator == str(ANSWERS / "local" / "papers.jsonl#p1")
