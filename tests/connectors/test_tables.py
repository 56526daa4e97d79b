from __future__ import annotations

import io
import tomllib
from datetime import UTC, date, datetime
from importlib import resources

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.tables import UnknownFieldError, find_columns, read_map
from transforms.documents import read_document
from transforms.records import Capture, SourceClaims

STORY = "The ferries sail again on Monday, the harbour office said."


def parquet(table, **options) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table(table), content, **options)
    return content.getvalue()


class TestColumns:
    def test_well_known_names_are_found(self):
        """Capitals, spaces and underscores make no difference; a better name goes before a worse one."""
        found = find_columns(["ID", "Head Line", "date", "Publish_Date", "maintext", "junk"], {})
        assert found == {"id": "ID", "title": "Head Line", "published_at": "Publish_Date", "text": "maintext"}

    def test_a_map_stands_over_names(self):
        """What the map says holds, and a body that it names keeps other columns from being taken for one."""
        assert find_columns(["text", "copy", "title"], {"html": "copy"}) == {"html": "copy", "title": "title"}

    def test_every_field_is_one_of_a_document(self):
        """The file of names knows no field that a document line has not."""
        names = tomllib.loads(resources.files("connectors").joinpath("columns.toml").read_text("utf-8"))
        line = {name: "x" for name in names if name not in ("html", "html_base64")}
        assert {"text", "html", "title", "published_at", "url", "authors", "id"} <= set(names)
        assert read_document(str(line).replace("'", '"').encode()).body == "x"

    def test_a_map_is_read(self):
        """FIELD=COLUMN, parted by commas; anything else is told."""
        assert read_map("title=headline, text = The Body") == {"title": "headline", "text": "The Body"}
        for words in ("title", "headline=title", "title=", ""):
            with pytest.raises(UnknownFieldError):
                read_map(words)


class TestCsv:
    def test_a_row_is_a_document(self, read):
        """A row's fields become a document line with claims; its locator ends with its id, else with its line."""
        content = (
            f'id,headline,body,date,author\n7,Ferries,"{STORY}\nSecond line.",2024-03-01,Ann Lee\n,Bread,{STORY},,\n'
        )
        first, second = read(content.encode(), "a.csv")
        assert [first.locator, second.locator] == ["/seeds/a.csv#7", "/seeds/a.csv#L4"]
        assert first.claims == SourceClaims(title="Ferries", published="2024-03-01", authors=("Ann Lee",))
        assert read_document(first.payload).body == f"{STORY}\nSecond line."

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_delimiters_and_charsets_are_told(self, read, delimiter, charset):
        """Tables from every office program are read."""
        rows = [["title", "text"], ["Fähren fahren wieder", "Die Fähren fahren wieder, sagte das Hafenamt über Nacht."]]
        content = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows).encode(charset)
        (found,) = read(content, "a.csv")
        assert found.claims.title == "Fähren fahren wieder"

    def test_a_table_without_a_body_says_what_to_do(self, read):
        """No column for a text is one refusal that names the columns and the option."""
        (found,) = read(b"a,b\n1,2\n", "a.csv")
        assert found.reason == "malformed"
        assert "the columns are a, b" in found.detail
        assert "--map" in found.detail

    def test_a_map_names_the_columns(self, read):
        """With a map any names do; a column that is not there is told."""
        (found,) = read(
            f"a,b\nFerries,{STORY}\n".encode().replace(b", ", b" "), "a.csv", columns={"title": "a", "text": "b"}
        )
        assert found.claims.title == "Ferries"
        (refused,) = read(b"a,b\n1,2\n", "a.csv", columns={"text": "c"})
        assert "no column c" in refused.detail

    def test_odd_rows_cost_themselves(self, read):
        """A row with too many values is refused, one with too few has what it has, one without a text is malformed."""
        found = read(b"title,text\na,b,c,d\nx,The ferries sail.\nonly\n\n", "a.csv")
        assert [getattr(item, "reason", "capture") for item in found] == ["malformed", "capture", "malformed"]
        assert [item.locator.rpartition("#")[2] for item in found] == ["L2", "L3", "L4"]

    def test_a_quote_that_never_closes_is_told(self, read):
        """What a lost quote swallows is told by the line that it begins on."""
        found = read(b'title,text\na,The ferries sail.\nb,"open\n' + b"c,d\n" * 50_000, "a.csv", 10_000)
        assert isinstance(found[0], Capture)
        assert (found[1].reason, "not read" in found[1].detail) == ("malformed", True)
        assert found[1].locator == "/seeds/a.csv#L3"


class TestParquet:
    def test_a_row_is_a_document(self, read):
        """Times, lists and bytes become words, names and pages; a row's place is its number."""
        table = {
            "html": [b"<p>F\xe4hren fahren.</p>", None],
            "text": [None, STORY],
            "published_at": [datetime(2024, 3, 1, 12, tzinfo=UTC), None],
            "authors": [["Ann", None, "Ben"], None],
            "captured_at": [date(2024, 3, 2), None],
        }
        first, second = read(parquet(table), "a.parquet")
        assert first.claims == SourceClaims(published="2024-03-01T12:00:00+00:00", authors=("Ann", "Ben"))
        assert read_document(first.payload).body == b"<p>F\xe4hren fahren.</p>"
        assert (first.captured_at, first.locator) == (datetime(2024, 3, 2, tzinfo=UTC), "/seeds/a.parquet#R1")
        assert read_document(second.payload).body == STORY

    def test_rows_come_from_every_group(self, read):
        """A file of many row groups is read to its end, in order."""
        found = read(parquet({"text": [f"{STORY} {n}" for n in range(100)]}, row_group_size=7), "a.parquet")
        assert [read_document(item.payload).body for item in found] == [f"{STORY} {n}" for n in range(100)]

    def test_a_row_over_the_limit_is_oversized(self, read):
        """A row over the limit of a document is refused, the next is read."""
        found = read(parquet({"text": ["x" * 100_000, STORY]}), "a.parquet", 10_000)
        assert [getattr(item, "reason", "capture") for item in found] == ["oversized", "capture"]

    def test_damage_is_told(self, read):
        """A cut or overwritten file is a refusal, wherever it was hit."""
        content = parquet({"text": [f"{STORY} {n}" for n in range(200)]}, compression="gzip")
        for place in range(0, len(content) - 8, 97):
            found = read(content[:place], "a.parquet")
            assert found[-1].reason == "malformed", place
            read(content[:place] + b"\xff" * 8 + content[place + 8 :], "a.parquet")
