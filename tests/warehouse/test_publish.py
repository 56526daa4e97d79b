from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest

from warehouse.database import Warehouse, WarehouseMissingError
from warehouse.publish import PublishRefusedError, publish

BREAD = "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday."
SALT = "Salt from the old pans is on sale again, the harbour master said."


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "public" / "news.duckdb"


def texts(path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM articles ORDER BY text").fetchall()]


def test_a_copy_has_everything(warehouse, take, capture, copy):
    """The copy answers as the warehouse does, views and macros too, and is there to read only."""
    take(capture(BREAD, "/1"))
    report = publish(warehouse, copy)
    assert (report.path, report.articles, report.size) == (str(copy), 1, copy.stat().st_size)
    with Warehouse(copy).reading() as connection:
        assert connection.execute("SELECT count(*) FROM search('loaf')").fetchone() == (1,)
    assert copy.stat().st_mode & 0o222 == 0
    assert [path.name for path in copy.parent.iterdir()] == ["news.duckdb"]


def test_who_reads_goes_on_reading(warehouse, take, capture, copy):
    """A reader in another process keeps the copy that it opened, in nobody's way; the next one gets the new copy."""
    take(capture(BREAD, "/1"))
    publish(warehouse, copy)
    script = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); print('held', flush=True)\n"
        "sys.stdin.readline(); print(c.execute('SELECT count(*) FROM articles').fetchone()[0])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(copy)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout.readline() == "held\n"
        take(capture(SALT, "/2"))
        publish(warehouse, copy)
        assert texts(copy) == [BREAD, SALT]
        assert reader.communicate("\n")[0] == "1\n"


def test_other_places_are_refused(warehouse, take, capture, copy, tmp_path):
    """The warehouse itself, a file that is no database, a link and a file under way are left as they are."""
    take(capture(BREAD, "/1"))
    with pytest.raises(PublishRefusedError, match="the warehouse itself"):
        publish(warehouse, warehouse.path)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ann, this is no database at all.")
    with pytest.raises(PublishRefusedError, match="no copy of a warehouse"):
        publish(warehouse, letter)
    assert letter.read_text().startswith("Dear")
    (tmp_path / "link").symlink_to(letter)
    with pytest.raises(PublishRefusedError, match="no copy of a warehouse"):
        publish(warehouse, tmp_path / "link")
    publish(warehouse, copy)
    copy.with_name("news.duckdb.wal").write_bytes(b"")
    with pytest.raises(PublishRefusedError, match="written to by someone"):
        publish(warehouse, copy)


def test_without_a_warehouse_nothing_is_published(warehouse, copy):
    """Where nothing was loaded there is nothing to publish, and no warehouse is made."""
    with pytest.raises(WarehouseMissingError):
        publish(warehouse, copy)
    assert not warehouse.path.exists()
