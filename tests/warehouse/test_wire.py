from __future__ import annotations

import gzip
import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.http_messages import read_response
from transforms.records import Capture, Exchange, Passage, Rejection
from warehouse.archive import LEDGER, Archive
from warehouse.index import write_index
from warehouse.warc import UnreadableRecordError, pack, payload_sha256, unpack
from warehouse.wire import describe, pack_again, pack_passage, pack_way

NOON = datetime(2024, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)
SITE = "https://example.org"


def exchange(path: str = "/a", body: bytes = b"bread", role: str = "document", later: int = 0, **more: str) -> Exchange:
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
    return Exchange(
        f"{SITE}{path}",
        NOON + timedelta(seconds=later),
        f"GET {path} HTTP/1.1\r\nHost: example.org\r\n\r\n".encode(),
        f"HTTP/1.1 200 OK\r\n{head}\r\n".encode("latin-1") + body,
        role,  # type: ignore[arg-type]
        address="192.0.2.1",
    )


def fetched(payload: bytes = b"bread", *way: Exchange, coding: str | None = None, later: int = 0) -> Capture:
    coders = {None: bytes, "gzip": lambda content: gzip.compress(content, mtime=0), "br": brotli.compress}
    more = {"Content-Type": "text/html", **({"Content-Encoding": coding} if coding else {})}
    last = exchange("/a", coders[coding](payload), later=later, **more)
    answer = read_response(last.response)
    return Capture(
        *("web", f"{SITE}/a", last.sent_at, "text/html", payload, f"{SITE}/a"),
        http_status=200,
        http_headers=answer.headers,
        reservations=("reserved_by_robots",),
        exchanges=(*way, last),
    )


def as_read(item: Capture | Rejection) -> Capture | Rejection:
    return replace(item, exchanges=())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=500), st.sampled_from([None, "gzip", "br"]))
def test_what_was_fetched_comes_back_as_it_was(payload, coding):
    """The record holds the wire; the payload, decoded, is read from it, with status and header fields."""
    item = fetched(payload, coding=coding)
    assert unpack(pack(item, payload_sha256(item))) == as_read(item)
    assert pack(item, payload_sha256(item)) == pack(replace(item), payload_sha256(item))


def test_a_refused_answer_comes_back_with_its_body():
    """A rejection of an answer is the answer's record, and its payload what came of the body, codings and all."""
    cut = replace(exchange("/a", gzip.compress(b"bread")[:-5], Content_Encoding="gzip"), truncated="disconnect")
    body = read_response(cut.response).body
    item = Rejection(
        "web", f"{SITE}/a", "read", "body_truncated", "it stops", hashlib.sha256(body).hexdigest(), body, (cut,)
    )
    content = pack(item, payload_sha256(item))
    assert unpack(content) == as_read(item)
    assert b"WARC-Truncated: disconnect\r\n" in gzip.decompress(content)


def test_a_changed_answer_is_noticed():
    """Bytes that are not those of the digest are damage, and nothing is read from them."""
    plain = gzip.decompress(pack(fetched(), payload_sha256(fetched())))
    with pytest.raises(UnreadableRecordError, match="digest"):
        unpack(gzip.compress(plain.replace(b"bread", b"bred!")))


def test_an_append_keeps_the_way_before_the_answer(tmp_path):
    """Robots file, redirect and request lie before the answer; only the answer is an item of the archive."""
    archive = Archive(tmp_path / "kept")
    item = fetched(b"bread", exchange("/robots.txt", b"", "robots"), exchange("/moved", b"", "redirect"))
    appended = archive.append([item], "run")
    assert [archive.read(one) for one in appended.placements] == [as_read(item)]
    told = [(entry.on_the_way, entry.placement.warc_length > 0) for entry in archive.entries()]
    assert told == [(True, True), (True, True), (False, True)]
    assert archive.recover() == appended.ledger_stop


def test_a_passage_is_kept_and_is_no_item(tmp_path):
    """What led to documents and is none lies in the archive as it came, and a lost ledger finds it again."""
    archive = Archive(tmp_path / "kept")
    passage = Passage((exchange("/robots.txt", b"", "robots"), exchange("/feed.xml", b"<rss/>")))
    appended = archive.append([fetched()], "run", passages=[passage])
    assert len(appended.placements) == 1
    told = [(describe(content).url.removeprefix(SITE), content) for content in pack_passage(passage)[1::2]]
    assert [path for path, _ in told] == ["/robots.txt", "/feed.xml"]
    assert [entry.on_the_way for entry in archive.entries()] == [True, True, False]
    first = next(iter(archive.entries())).placement
    kept = archive.folder.joinpath(first.warc_file).read_bytes()
    assert all(content in kept for _, content in told)
    (archive.folder / LEDGER).unlink()
    archive.recover()
    assert [entry.on_the_way for entry in archive.entries()] == [True, True, False]


def test_the_same_payload_again_is_a_revisit(tmp_path):
    """Equal bytes are referred to; the same text in another coding is kept as it came."""
    archive = Archive(tmp_path / "kept")
    first = fetched(b"bread" * 50, coding="gzip")
    (placement,) = archive.append([first], "run-1").placements
    kept = archive.folder.joinpath(placement.warc_file).read_bytes()[placement.warc_offset :][: placement.warc_length]
    _, same = pack_again(fetched(b"bread" * 50, coding="gzip", later=60), kept)
    _, other = pack_again(fetched(b"bread" * 50, coding="br", later=60), kept)
    unmodified = Exchange(f"{SITE}/a", NOON, b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\nETag: 1\r\n\r\n")
    _, not_sent = pack_again(replace(first, payload=b"", exchanges=(unmodified,)), kept)
    assert [describe(one).kind for one in (same, other, not_sent)] == ["revisit", "response", "revisit"]
    assert b"bread" not in gzip.decompress(same)
    assert b"WARC-Refers-To-Date: 2024-03-01T12:00:00.25" in gzip.decompress(same)
    assert gzip.decompress(same).endswith(b"\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n\r\n\r\n")
    before = archive.recover()
    appended = archive.append([], "run-2", (), [(fetched(b"bread" * 50, coding="gzip", later=60), placement)])
    assert (appended.placements, appended.ledger_start) == ((), before)
    assert [entry.on_the_way for entry in archive.entries(before)] == [True]


def test_a_tail_torn_anywhere_is_mended(tmp_path):
    """Wherever a crash cut what was written, whole answers stay, and nothing else is taken for one."""
    archive = Archive(tmp_path / "kept")
    one, two = fetched(b"one"), fetched(b"two", exchange("/robots.txt", b"", "robots"), exchange("/m", b"", "redirect"))
    archive.append([one], "run")
    whole = (archive.folder / "dateline-000001.warc.gz").stat().st_size
    ledger = (archive.folder / LEDGER).read_bytes()
    archive.append([two], "run")
    content = (archive.folder / "dateline-000001.warc.gz").read_bytes()
    for cut in (*range(whole, len(content), 23), len(content)):
        shutil.rmtree(archive.folder / "quarantine", ignore_errors=True)
        (archive.folder / "dateline-000001.warc.gz").write_bytes(content[:cut])
        (archive.folder / LEDGER).write_bytes(ledger)
        size = archive.recover()
        found = [archive.read(entry.placement) for entry in archive.entries() if not entry.on_the_way]
        assert found == [as_read(one), as_read(two)] if cut == len(content) else found == [as_read(one)]
        assert archive.recover() == size
        (placement,) = archive.append([two], "run").placements
        assert archive.read(placement) == as_read(two)


def test_the_index_lists_what_was_fetched(tmp_path):
    """Answers, redirects and refused answers in the order of their addresses; what was no answer is not in it."""
    archive = Archive(tmp_path / "kept")
    assert write_index(Archive(tmp_path / "none")) is None
    seed = Capture("seeds", "/a.txt", NOON, "text/plain", b"x", "https://example.org/other")
    archive.append([fetched(b"bread", exchange("/Z?b=1&a=2", b"", "redirect")), seed], "run")
    path = write_index(archive, name="run")
    assert path is not None
    keys = [line.split(" ")[:2] for line in path.read_text().splitlines()]
    assert keys == [["org,example)/a", "20240301120000"], ["org,example)/z?a=2&b=1", "20240301120000"]]


def test_requests_name_the_answer_that_they_had():
    """A request is tied to its answer, the last one to the record of the item."""
    item = fetched(b"bread", exchange("/m", b"", "redirect"))
    digest = payload_sha256(item)
    answer_name = gzip.decompress(pack(item, digest)).split(b"WARC-Record-ID: ")[1].split(b"\r\n")[0]
    hop, asked_hop, asked = [gzip.decompress(one) for one in pack_way(item)]
    assert b"WARC-Concurrent-To: " + answer_name in asked
    assert b"WARC-Concurrent-To: " + hop.split(b"WARC-Record-ID: ")[1].split(b"\r\n")[0] in asked_hop
