from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pkgutil import resolve_name

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

from connectors.kinds import KINDS, find_kind
from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.records import Article, Capture

STORY = (
    "Bakers in Port Ellen cut the price of a loaf by a tenth on Monday. The mill had a good harvest, its owner said."
)


def zipped(**entries: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return content.getvalue()


def tarred(mode: str, **entries: str) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=mode) as archive:
        for name, text in entries.items():
            info = tarfile.TarInfo(name.replace("__", "/").replace("_", "."))
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return content.getvalue()


def parquet(**columns: list[str]) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


@pytest.fixture(scope="module")
def examples(warc) -> dict[str, dict[str, bytes]]:
    """Give for each kind a file of every ending, and one without a telling name where the content tells."""
    page = f"<html><body><article><p>{STORY}</p></article></body></html>".encode()
    text, line = STORY.encode(), b'{"text": "%s"}\n' % STORY.encode()
    record = warc.record(1, page)
    table = f'headline,body\nBread,"{STORY}"\n'.encode()
    mail = f"From: Ann <ann@example.org>\nSubject: Bread\nDate: Fri, 01 Mar 2024 12:00:00 +0000\n\n{STORY}\n".encode()
    feed = f"<rss version='2.0'><channel><item><guid>1</guid><description>{STORY}</description></item></channel></rss>"
    packed = parquet(text=[STORY])
    return {
        "text": {"a.txt": text, "a.text": text, "a.txt.gz": gzip.compress(text)},
        "markdown": {"a.md": text, "a.markdown": text},
        "html": {"a.html": page, "a.htm": page, "a.html.gz": gzip.compress(page)},
        "xhtml": {"a.xhtml": page},
        "jsonl": {"a.jsonl": line, "a.ndjson": line, "a.jsonl.gz": gzip.compress(line)},
        "csv": {
            "a.csv": table,
            "a.tsv": table.replace(b",", b"\t", 1).replace(b"d,", b"d\t"),
            "a.csv.gz": gzip.compress(table),
        },
        "parquet": {"a.parquet": packed, "a": packed},
        "warc": {
            "a.warc": record,
            "a.warc.gz": warc.pack(record, "gzip"),
            "a.warc.zst": warc.pack(record, "zstd"),
            "a": record,
            "a.gz": warc.pack(record, "gzip"),
        },
        "wacz": {"a.wacz": zipped(archive__data_warc=record.decode())},
        "zip": {"a.zip": zipped(news__a_txt=STORY)},
        "tar": {
            "a.tar": tarred("w", news__a_txt=STORY),
            "a.tar.gz": tarred("w:gz", a_txt=STORY),
            "a.tgz": tarred("w:gz", a_txt=STORY),
            "a.tar.bz2": tarred("w:bz2", a_txt=STORY),
            "a.tbz2": tarred("w:bz2", a_txt=STORY),
            "a.tar.xz": tarred("w:xz", a_txt=STORY),
            "a.txz": tarred("w:xz", a_txt=STORY),
            "a.tar.zst": zstd.compress(tarred("w", a_txt=STORY)),
            "a.tzst": zstd.compress(tarred("w", a_txt=STORY)),
        },
        "mail": {"a.eml": mail},
        "mailbox": dict.fromkeys(
            ("a.mbox", "a.mbx", "a.mbox.gz", "Inbox"), b"From ann@example.org Fri Mar  1 12:00:00 2024\n" + mail
        ),
        "feed": {name: feed.encode() for name in ("a.rss", "a.atom", "a.rdf", "a.xml", "a.json", "a.opml")},
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_an_example_that_becomes_an_article(kind, examples, read):
    """A kind that is added needs an example of each of its endings, and each example gives the story that it holds."""
    files = examples[kind.name]
    assert set(kind.endings) <= {name[1:] for name in files}, "an ending without an example"
    assert callable(resolve_name(kind.reader))
    for name, content in files.items():
        packed = gzip.compress(content) if name == "a.mbox.gz" else content
        items = read(packed, name)
        assert [type(item) for item in items] == [Capture], (name, items)
        article = to_article(items[0], shipped_rules())
        assert isinstance(article, Article), (name, article)
        assert "The mill had a good harvest" in article.text, name


def test_the_longest_ending_decides():
    """`.warc.gz` is a WARC and `.tar.gz` a tar; capitals make no difference; what nobody reads is no kind."""
    names = {"a.warc.gz": "warc", "A.TAR.GZ": "tar", "a.txt.gz": "text", "a.b.JSONL": "jsonl", "x.csv": "csv"}
    assert {name: find_kind(name, b"").name for name in names} == names
    assert find_kind("a.pdf", b"%PDF-1.7") is None
    assert find_kind("README", b"A story of bread") is None


@pytest.mark.parametrize("name", [name for kind in KINDS for name in [f"a{ending}" for ending in kind.endings]])
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"<", b"{", b"From ", bytes(range(256)) * 20]
)
def test_nonsense_is_never_an_error(read, name, content):
    """Whatever bytes stand under whatever name, there is an answer and no fault of the program."""
    for item in read(content, name):
        assert isinstance(item, Capture) or (item.reason and item.detail)
