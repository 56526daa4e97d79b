from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import socket
from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectors.seeds import SeedConnector
from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.records import Article, Capture, Rejection, SourceClaims

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".jsonl": "application/json",
    ".ndjson": "application/json",
}
STORY = """Bakers in Port Ellen lower the price of bread

PORT ELLEN, Scotland — Bakers on the harbour front cut the price of a loaf by a tenth on Monday.
The mill that serves them had a good harvest, its owner said.
"""


def read(*paths, limit: int = 1 << 20) -> list[Capture | Rejection]:
    return list(SeedConnector([str(path) for path in paths], limit).captures())


def names(found) -> list[str]:
    return [one.locator.rpartition("/")[2] for one in found]


def article(item: Capture | Rejection) -> Article | Rejection:
    assert isinstance(item, Capture)
    return to_article(item, shipped_rules())


def line(**fields) -> str:
    return json.dumps(fields) + "\n"


class TestPlaces:
    def test_a_folder_is_read_in_order_of_names(self, seeds, write):
        """The captures of a folder come in the order of its names, whatever the order of writing."""
        for name in ("c.txt", "b/a.html", "a.md", ".hidden.txt"):
            write(name, STORY)
        assert names(read(seeds)) == ["a.md", "a.html", "c.txt"]

    def test_a_capture_is_the_file(self, write):
        """Bytes, time, absolute path and media type are the file's; a file makes no claims."""
        at = datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
        path = write("a.txt", STORY, at)
        assert read(path) == [Capture("seeds", str(path), at, "text/plain", STORY.encode())]

    def test_a_relative_path_gives_the_same_locator(self, seeds, write, monkeypatch):
        """Where the program was started makes no difference to a locator."""
        path = write("a.txt", STORY)
        monkeypatch.chdir(seeds)
        assert [one.locator for one in read("a.txt")] == [str(path)]

    def test_a_file_named_in_several_ways_is_read_once(self, seeds, write, monkeypatch):
        """A file that several paths lead to is read at the first of them only."""
        path = write("a.txt", STORY)
        write("b.txt", STORY)
        monkeypatch.chdir(seeds)
        assert names(read(path, "./a.txt", seeds, f"{seeds}/*.txt", path)) == ["a.txt", "b.txt"]

    def test_paths_keep_their_order(self, write):
        """Paths are read as they were given, not sorted."""
        first, second = write("z.txt", STORY), write("a.txt", STORY)
        assert names(read(first, second)) == ["z.txt", "a.txt"]

    def test_patterns_are_expanded_and_sorted(self, seeds, write):
        """A pattern stands for what it matches, in order; `**` reaches into folders."""
        for name in ("c.txt", "a.txt", "x/b.txt", "a.md"):
            write(name, STORY)
        assert names(read(f"{seeds}/*.txt")) == ["a.txt", "c.txt"]
        assert names(read(f"{seeds}/**/*.txt")) == ["a.txt", "c.txt", "b.txt"]

    def test_a_pattern_may_match_a_folder(self, seeds, write):
        """A folder that a pattern matches is read like one that was named."""
        write("spring/b.txt", STORY)
        write("spring/a.txt", STORY)
        assert names(read(f"{seeds}/spr*")) == ["a.txt", "b.txt"]

    def test_a_file_whose_name_looks_like_a_pattern_is_read(self, write):
        """A name with brackets stands for itself where there is such a file."""
        path = write("[draft].txt", STORY)
        assert [one.locator for one in read(path)] == [str(path)]

    def test_a_pattern_without_a_match_is_missing(self, seeds):
        """A pattern that matches nothing is one rejection that names it."""
        (found,) = read(f"{seeds}/*.txt")
        assert (found.stage, found.reason, found.locator) == ("read", "missing", f"{seeds}/*.txt")

    def test_a_missing_path_is_missing(self, seeds):
        """A path where nothing is becomes a rejection, and the next path is read."""
        (found,) = read(seeds / "gone.txt")
        assert isinstance(found, Rejection)
        assert (found.source, found.stage, found.reason) == ("seeds", "read", "missing")
        assert found.locator == str(seeds / "gone.txt")

    def test_a_name_that_no_file_can_have_is_rejected(self, seeds, write):
        """A name over the system's length is a rejection and not the end of the run."""
        found = read(seeds / ("x" * 300), write("a.txt", STORY))
        assert [type(one) for one in found] == [Rejection, Capture]
        assert found[0].reason in ("missing", "unreadable")

    def test_a_name_that_is_not_utf8_is_read(self, seeds):
        """A file name in a legacy charset becomes a locator that can be stored, and one for each name."""
        for name in (b"caf\xe9.txt", b"caf\xe8.txt"):
            (seeds / os.fsdecode(name)).write_text(STORY)
        found = read(seeds)
        assert [one.payload for one in found if isinstance(one, Capture)] == [STORY.encode()] * 2
        assert len({one.locator.encode("utf-8") for one in found}) == 2

    def test_accents_in_names_are_kept(self, write):
        """A file name in UTF-8 is the locator's end, letter by letter."""
        path = write("Hafenstraße-été-📰.txt", STORY)
        assert [one.locator for one in read(path)] == [str(path)]

    def test_an_empty_folder_has_nothing(self, seeds):
        """A folder without files yields nothing and is no error."""
        assert read(seeds) == []


class TestRefusals:
    def test_an_ending_without_a_reader_is_unsupported(self, write):
        """Files of other kinds are refused by their ending, each with a row."""
        found = read(write("a.pdf", b"%PDF-1.4"), write("b.docx.gz", gzip.compress(b"x")), write("README", STORY))
        assert [(one.stage, one.reason) for one in found] == [("read", "unsupported")] * 3
        assert found[0].detail == "no reader for .pdf"
        assert found[2].detail == "no reader for files without an ending"

    def test_a_pipe_in_a_folder_is_refused_and_the_rest_is_read(self, seeds, write):
        """A pipe among the seeds keeps nobody waiting."""
        os.mkfifo(seeds / "b.txt")
        write("a.txt", STORY)
        write("c.txt", STORY)
        found = read(seeds)
        assert [type(one) for one in found] == [Capture, Rejection, Capture]
        assert found[1].reason == "refused"

    def test_a_socket_in_a_folder_is_refused(self, seeds, monkeypatch):
        """A socket among the seeds is refused like a pipe."""
        monkeypatch.chdir(seeds)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("s.txt")
            (found,) = read(seeds)
        assert found.reason in ("refused", "unreadable")

    def test_a_device_is_refused(self):
        """`/dev/zero` is refused at once; it has no end to wait for."""
        (found,) = read("/dev/zero")
        assert (found.stage, found.reason) == ("read", "refused")

    def test_a_link_out_of_the_folder_is_refused(self, seeds, tmp_path):
        """A folder of seeds cannot make us read files beside it, unless the link itself is named."""
        (tmp_path / "beside.txt").write_text(STORY)
        link = seeds / "link.txt"
        link.symlink_to(tmp_path / "beside.txt")
        (refused,) = read(seeds)
        assert (refused.reason, refused.locator) == ("refused", str(link))
        (named,) = read(link)
        assert (named.payload, named.locator) == (STORY.encode(), str(link))

    def test_a_linked_folder_is_refused_and_the_rest_is_read(self, seeds, write):
        """A link to a folder, inside or outside, is a rejection and not the end of the run."""
        write("a/x.txt", STORY)
        (seeds / "b").symlink_to(seeds / "a")
        (seeds / "c").symlink_to(seeds.parent)
        write("d.txt", STORY)
        found = read(seeds)
        assert names(found) == ["x.txt", "b", "c", "d.txt"]
        assert [one.reason for one in found if isinstance(one, Rejection)] == ["refused", "refused"]

    def test_an_oversized_file_is_refused(self, write):
        """One byte over the limit is refused, the limit itself is read; no bytes come with the refusal."""
        fits, over = write("a.txt", b"x" * 100), write("b.txt", b"x" * 101)
        first, second = read(fits, over, limit=100)
        assert isinstance(first, Capture)
        assert (second.reason, second.payload, second.payload_sha256) == ("oversized", b"", None)

    def test_a_gzip_bomb_is_oversized(self, write):
        """What a small gzip file would unpack to counts, not its own size."""
        (found,) = read(write("a.html.gz", gzip.compress(bytes(20_000_000))), limit=100_000)
        assert (found.stage, found.reason) == ("read", "oversized")

    def test_cut_gzip_is_malformed(self, write):
        """A gzip file without its end is refused as malformed, and the rest is read."""
        found = read(write("a.txt.gz", gzip.compress(STORY.encode())[:-4]), write("b.txt", STORY))
        assert [getattr(one, "reason", None) for one in found] == ["malformed", None]

    @pytest.mark.parametrize("content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
    def test_an_empty_file_is_a_capture_that_is_rejected_as_empty(self, write, content):
        """A file without a word is seen, and refused when it is read."""
        for path in (write("a.txt", content), write("b.html", content), write("c.txt.gz", gzip.compress(content))):
            rejected = article(read(path)[0])
            assert isinstance(rejected, Rejection)
            assert (rejected.stage, rejected.reason, rejected.payload) == ("decode", "empty", content)
            assert rejected.payload_sha256 == hashlib.sha256(content).hexdigest()

    def test_a_binary_file_is_rejected_as_binary(self, write):
        """A picture that calls itself a text is refused when it is read."""
        rejected = article(read(write("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256))))[0])
        assert (rejected.stage, rejected.reason) == ("decode", "binary")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
    def test_what_may_not_be_read_is_unreadable(self, seeds, write):
        """A file and a folder without permission are rejections, and the rest is read."""
        write("a.txt", STORY).chmod(0)
        write("b/x.txt", STORY)
        (seeds / "b").chmod(0)
        write("c/x.txt", STORY)
        (seeds / "c").chmod(0o400)
        write("d.txt", STORY)
        try:
            found = read(seeds)
        finally:
            for name in "bc":
                (seeds / name).chmod(0o700)
        assert [getattr(one, "reason", None) for one in found] == ["unreadable", "unreadable", "unreadable", None]


class TestGzip:
    @pytest.mark.parametrize("ending", sorted(MEDIA_TYPES))
    def test_every_kind_may_be_gzipped(self, write, ending):
        """Each ending has its media type, with .gz behind it too, and in capitals."""
        content = line(text=STORY) if MEDIA_TYPES[ending] == "application/json" else STORY
        plain = write(f"a{ending}", content)
        packed = write(f"b{ending}.gz", gzip.compress(content.encode()))
        capitals = write(f"C{ending.upper()}.GZ", gzip.compress(content.encode()))
        found = read(plain, packed, capitals)
        assert [one.media_type for one in found] == [MEDIA_TYPES[ending]] * 3
        assert len({one.payload for one in found}) == 1

    def test_the_payload_is_what_is_inside(self, write):
        """A gzipped file's payload is its content, so that packing a file anew changes nothing."""
        one, other = gzip.compress(STORY.encode(), 1), gzip.compress(STORY.encode(), 9)
        found = read(write("a.txt.gz", one), write("b.txt.gz", other))
        assert [item.payload for item in found] == [STORY.encode()] * 2


class TestBytes:
    def test_line_ends_of_windows_are_kept_in_the_payload(self, write):
        """CR LF stays in the raw bytes and becomes LF in the text."""
        content = STORY.replace("\n", "\r\n").encode()
        (capture,) = read(write("a.txt", content))
        assert capture.payload == content
        assert "\r" not in article(capture).source_text
        assert article(capture).title == "Bakers in Port Ellen lower the price of bread"

    @pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
    def test_a_byte_order_mark_is_kept_in_the_payload(self, write, charset):
        """A byte order mark stays in the raw bytes, names the charset, and is no part of the text."""
        (capture,) = read(write("a.txt", STORY.encode(charset)))
        assert capture.payload == STORY.encode(charset)
        assert article(capture).source_text == STORY

    def test_a_legacy_charset_is_read(self, write):
        """Bytes that are not UTF-8 are read in the charset they are in."""
        german = "Die Bäcker am Hafen senken die Preise für Brötchen, sagte Müllermeister Jörg Übel über die Ernte.\n"
        made = article(read(write("a.txt", german.encode("cp1252")))[0])
        assert made.source_text == german
        assert made.charset != "utf-8"


class TestDocumentLines:
    def test_lines_are_named_by_id_or_number(self, write):
        """A line with an id is found by it, one without by its number, which counts empty lines too."""
        content = line(id="mill-7", text=STORY) + "\n" + line(text=STORY) + line(id=42, text=STORY)
        path = write("a.jsonl", content)
        assert [one.locator for one in read(path)] == [f"{path}#mill-7", f"{path}#L3", f"{path}#42"]

    def test_the_payload_is_the_line(self, write):
        """The raw bytes of a line are kept as they were, unknown fields and spacing too, without the line's end."""
        first = b'{ "text" : "bread",  "x-colour": "blue" }'
        second = '{"text": "Bäckerei"}'.encode()
        found = read(write("a.ndjson", first + b"\r\n" + second))
        assert [one.payload for one in found] == [first, second]

    def test_claims_are_carried_raw(self, write):
        """What a line says of its document comes along in its own words, unread."""
        told = line(
            text=STORY,
            title="Bread: cheaper",
            url="https://www.Example.org/bread?utm_source=feed",
            published_at="last Monday, they said",
            modified_at=1_700_000_000,
            authors=["Ann Oat", "Bo Rye"],
            publisher="Harbour Gazette",
            language="EN-gb",
        )
        (capture,) = read(write("a.jsonl", told))
        assert capture.url == "https://www.Example.org/bread?utm_source=feed"
        assert capture.claims == SourceClaims(
            title="Bread: cheaper",
            published="last Monday, they said",
            modified="1700000000",
            authors=("Ann Oat", "Bo Rye"),
            publisher="Harbour Gazette",
            language="EN-gb",
        )

    @pytest.mark.parametrize(
        ("words", "instant"),
        [
            ("2023-04-05T06:07:08Z", datetime(2023, 4, 5, 6, 7, 8, tzinfo=UTC)),
            ("2023-04-05T06:07:08", datetime(2023, 4, 5, 6, 7, 8, tzinfo=UTC)),
            ("2023-04-05T06:07:08.5+02:00", datetime(2023, 4, 5, 6, 7, 8, 500_000, timezone(timedelta(hours=2)))),
        ],
    )
    def test_a_line_may_say_when_it_was_captured(self, write, words, instant):
        """`captured_at` stands over the file's time, and is UTC where it names no zone."""
        (capture,) = read(write("a.jsonl", line(text=STORY, captured_at=words)))
        assert capture.captured_at == instant
        assert capture.captured_at.utcoffset() == timedelta()

    def test_a_line_without_a_time_has_the_file_s(self, write):
        """Without `captured_at` a line was captured when its file was written."""
        at = datetime(2021, 2, 3, 4, 5, 6, tzinfo=UTC)
        assert read(write("a.jsonl", line(text=STORY), at))[0].captured_at == at

    def test_a_malformed_line_keeps_its_neighbours(self, write):
        """A line that is no JSON is rejected with its bytes, and those around it are read."""
        path = write("a.jsonl", line(id="a", text=STORY) + '{"id": "b", "text": \n' + line(id="c", text=STORY))
        first, second, third = read(path)
        assert (first.locator, third.locator) == (f"{path}#a", f"{path}#c")
        assert isinstance(second, Rejection)
        assert (second.stage, second.reason, second.locator) == ("parse", "malformed", f"{path}#L2")
        assert second.payload == b'{"id": "b", "text": '
        assert second.payload_sha256 == hashlib.sha256(second.payload).hexdigest()
        assert second.detail.startswith("no JSON")

    @pytest.mark.parametrize(
        ("content", "detail"),
        [
            ("[1, 2]", "a document is a JSON object, not list"),
            ('"bread"', "a document is a JSON object, not str"),
            ("null", "a document is a JSON object, not NoneType"),
            ("{}", "a document needs `text`, `html` or `html_base64`"),
            ('{"title": "Bread"}', "a document needs `text`, `html` or `html_base64`"),
            ('{"text": null}', "a document needs `text`, `html` or `html_base64`"),
            ('{"text": ["bread"]}', "`text` must be a string"),
            ('{"html_base64": "%%%"}', "`html_base64` is not base64"),
            ('{"text": "x", "title": {}}', "`title` must be a string"),
            ('{"text": "x", "authors": 7}', "`authors` must be a string or a list of strings"),
            ('{"text": "x", "id": [1]}', "`id` must be a string or a whole number"),
            ('{"text": "\\ud800"}', "no JSON"),
            ("[" * 100_000, "no JSON"),
            ('{"text": NaN}', "no JSON"),
        ],
    )
    def test_a_line_that_is_no_document_says_why(self, write, content, detail):
        """Each way of being no document has its own words."""
        (found,) = read(write("a.jsonl", content + "\n"))
        assert isinstance(found, Rejection)
        assert (found.stage, found.reason) == ("parse", "malformed")
        assert found.detail.startswith(detail)

    def test_a_line_without_words_is_rejected_as_empty(self, write):
        """A line whose text is empty is a capture, and refused when it is read."""
        rejected = article(read(write("a.jsonl", line(text=" ")))[0])
        assert (rejected.stage, rejected.reason) == ("decode", "empty")

    def test_a_line_over_the_limit_keeps_its_neighbours(self, write):
        """Too long a line is refused without being held, and those around it are read."""
        small = json.dumps({"text": "bread"})
        path = write("a.jsonl", f"{small}\n{line(text='x' * 500)}{small}")
        first, second, third = read(path, limit=100)
        assert [first.locator, second.locator, third.locator] == [f"{path}#L{number}" for number in (1, 2, 3)]
        assert (second.stage, second.reason, second.payload) == ("read", "oversized", b"")

    def test_a_line_of_one_byte_over_the_limit_is_oversized(self, write):
        """The limit of a line is that of a document: the limit itself passes, a byte more does not."""
        fits = line(text="x" * 80)
        limit = len(fits) - 1
        found = read(write("a.jsonl", fits + line(text="x" * 81)), limit=limit)
        assert [getattr(one, "reason", None) for one in found] == [None, "oversized"]

    def test_a_file_without_lines_is_empty(self, write):
        """A file of JSON lines that has none is one rejection."""
        found = read(write("a.jsonl", ""), write("b.jsonl", "\n \n"), write("c.jsonl.gz", gzip.compress(b"")))
        assert [(one.stage, one.reason) for one in found] == [("read", "empty")] * 3

    def test_cut_gzip_keeps_the_lines_before_the_cut(self, write):
        """The lines before the damage are captures, and the file has one rejection."""
        lines = "".join(line(id=number, text=os.urandom(3000).hex()) for number in range(20))
        path = write("a.jsonl.gz", gzip.compress(lines.encode())[:-30])
        *before, last = read(path)
        assert [one.locator for one in before] == [f"{path}#{number}" for number in range(len(before))]
        assert len(before) >= 15
        assert (last.stage, last.reason, last.locator) == ("read", "malformed", str(path))

    def test_a_byte_order_mark_before_the_first_line_is_no_damage(self, write):
        """A byte order mark at the head of a file of lines is passed over, and kept in the raw bytes."""
        content = line(id="a", text=STORY).encode()
        (capture,) = read(write("a.jsonl", b"\xef\xbb\xbf" + content))
        assert capture.locator.endswith("#a")
        assert capture.payload == b"\xef\xbb\xbf" + content.rstrip()
        assert article(capture).source_text == STORY

    def test_a_page_may_come_as_base64(self, write):
        """`html_base64` carries a page's own bytes, with the charset that they declare."""
        page = '<html><head><meta charset="iso-8859-1"><title>Brot</title></head><body><p>' + "Bäcker backen. " * 40
        (capture,) = read(write("a.jsonl", line(html_base64=base64.b64encode(page.encode("latin-1")).decode())))
        assert "Bäcker backen." in article(capture).text

    def test_ids_may_hold_any_letters(self, write):
        """An id with accents, spaces or slashes is the locator's end as it is."""
        path = write("a.jsonl", line(id="Straße 7/ä 📰", text=STORY))
        assert read(path)[0].locator == f"{path}#Straße 7/ä 📰"


class TestWatching:
    """With a cursor only files that are new or changed are read."""

    @staticmethod
    def watch(*paths, cursor=None, **settings):
        connector = SeedConnector([str(path) for path in paths], **settings)
        return list(connector.captures(cursor or {})), connector

    def test_files_as_they_were_are_passed_over(self, seeds, write):
        """A second look at a folder reads nothing, a new file alone is read, and what was passed over is counted."""
        write("a.txt", STORY)
        write("b.jsonl", line(text=STORY) * 3)
        first, before = self.watch(seeds)
        assert len(first) == 4
        again, after = self.watch(seeds, cursor=before.state)
        assert (again, dict(after.skipped)) == ([], {"files as they were": 2})
        write("c.txt", STORY)
        assert names(self.watch(seeds, cursor=after.state)[0]) == ["c.txt"]

    def test_a_changed_file_is_read(self, seeds, write):
        """New bytes are read, in a file of the same size and time of writing too."""
        write("a.txt", STORY)
        _, before = self.watch(seeds)
        write("a.txt", STORY.replace("Monday", "Friday"))
        found, _ = self.watch(seeds, cursor=before.state)
        assert [item.payload for item in found] == [STORY.replace("Monday", "Friday").encode()]

    def test_a_touched_file_is_not_read(self, seeds, write):
        """A file that has another time and the same bytes is as it was."""
        write("a.txt", STORY)
        _, before = self.watch(seeds)
        write("a.txt", STORY, datetime(2024, 5, 5, tzinfo=UTC))
        assert self.watch(seeds, cursor=before.state)[0] == []

    def test_a_file_that_was_just_written_is_known_by_its_bytes(self, seeds, write):
        """Times that are younger than the tick of a clock are not trusted: such a file is compared by digest."""
        path = write("a.txt", STORY)
        _, before = self.watch(seeds)
        assert before.state[str(seeds)]["files"][str(path)][0] is None
        os.utime(path, (1, 1))
        _, after = self.watch(seeds, cursor=before.state)
        assert after.state[str(seeds)]["files"][str(path)][1] == hashlib.sha256(STORY.encode()).hexdigest()

    def test_what_was_refused_is_tried_again(self, seeds, write):
        """A file that is refused as a whole stays refused, in every run, until it can be read."""
        write("a.pdf", b"%PDF")
        write("b.txt.gz", b"\x1f\x8bxx")
        write("c.jsonl", "no json\n")
        first, before = self.watch(seeds)
        assert len(first) == 3
        assert names(self.watch(seeds, cursor=before.state)[0]) == ["a.pdf", "b.txt.gz"]

    def test_another_way_of_reading_reads_all(self, seeds, write):
        """With another limit or column map nothing is known, for it might be read otherwise."""
        write("a.csv", f"text\n{STORY.split(maxsplit=1)[0]}\n")
        _, before = self.watch(seeds)
        assert len(self.watch(seeds, cursor=before.state, columns={"text": "text"})[0]) == 1
        assert len(self.watch(seeds, cursor=before.state, limit=1000)[0]) == 1

    def test_without_a_cursor_every_file_is_read(self, seeds, write):
        """A plain reading keeps no marks and passes nothing over."""
        write("a.txt", STORY)
        connector = SeedConnector([str(seeds)])
        assert len(list(connector.captures())) == 1
        assert connector.state == {}

    def test_a_cursor_is_json(self, seeds, write):
        """What a cursor holds can be kept as JSON, and read from it."""
        write("a.txt", STORY)
        _, before = self.watch(seeds)
        assert self.watch(seeds, cursor=json.loads(json.dumps(before.state)))[0] == []
