from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.run_commands import DONE, REJECTED, USAGE, main
from tests.flows.test_fetch import records
from tests.loopback import Web, answer

SECRET = "Token s3cret-and-known-to-nobody"
STRIKE = """PORT ELLEN, Scotland — Dockers in Port Ellen stopped work on Tuesday after talks with Calmar Lines on
night shifts broke down. Isla Mackay, who speaks for the union, said that no ferry would be unloaded before Friday. The
company's manager, Ruaridh Shaw, called the walkout a breach of the agreement of January. Whisky for Rotterdam stands on
the pier.
"""
OTHER = (
    "Trade with the continent came to a halt this week: the dockers' union led by Isla Mackay refuses night shifts, and "
    "Calmar Lines refuses to pay more for them. Casks of whisky bound for Rotterdam wait in Port Ellen. Ruaridh Shaw, who "
    "runs the harbour for the company, wants a judge to decide about the walkout."
)
LATE = (
    "A year after the walkout over night shifts, Calmar Lines and the dockers of Port Ellen have an agreement. Isla Mackay "
    "signed for the union, Ruaridh Shaw for the company. Whisky leaves for Rotterdam every night."
)
UNLIKE = (
    "The bakery of Port Ellen lowers the price of bread. The mill had a good harvest, its owner says, and flour is cheap. "
    "Children of the school came to taste the first loaf, and the teacher had two."
)


def line(**fields: object) -> str:
    return json.dumps(fields) + "\n"


def page(title: str, text: str, day: str) -> bytes:
    return answer(
        (
            f"<html><head><title>{title}</title><meta property='og:type' content='article'>"
            f"<meta property='article:published_time' content='{day}T09:00:00Z'></head>"
            f"<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
        ).encode()
    )


@pytest.fixture
def run(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs a command in a folder of its own, in which the article about the strike is loaded."""
    settings = {
        "DATELINE_JOBS": "1",
        "DATELINE_FETCH_ADDRESSES": "127.0.0.0/8",
        "DATELINE_FETCH_PORTS": f"80,443,{web.port}",
        **{f"DATELINE_FETCH_{name}": "0" for name in ("GAP", "GAP_FACTOR", "BACKOFF", "LONGEST_CRAWL_DELAY")},
    }
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    title = "Dockers of Port Ellen walk out over night shifts"
    (tmp_path / "strike.jsonl").write_text(line(id="strike", title=title, published_at="2024-03-05", text=STRIKE))

    def ran(*arguments: str, code: int = DONE) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    ran("ingest", "strike.jsonl")
    return ran


@pytest.fixture
def article(run: Callable[..., Result]) -> str:
    """Give the id of the article about the strike."""
    return str(asked(run, "SELECT article_id FROM articles")[0]["article_id"])


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Give a file of papers on disk, of which one is coverage, and settings that name it."""
    path = tmp_path / "papers.jsonl"
    path.write_text(
        line(id="other", title="No ferries unloaded", published_at="2024-03-06", text=OTHER)
        + line(id="late", title="A year after the walkout", published_at="6 March 2025", text=LATE)
        + line(id="bread", title="Bread", published_at="2024-03-05", text=UNLIKE)
    )
    (tmp_path / "dateline.toml").write_text(f'[providers.papers]\nkind = "local"\npaths = ["{path}"]\n')
    return path


def asked(run: Callable[..., Result], query: str) -> list[dict[str, object]]:
    return [json.loads(one) for one in run("sql", query, "--json").stdout.splitlines()]


@pytest.mark.usefixtures("papers")
def test_documents_on_disk_are_loaded_and_compared(run, article, web):
    """Coverage is matched by its terms and turned down by them or by its day; no request is sent anywhere."""
    told = json.loads(run("similar", article[:8], "--json").stdout)
    found = {hit["locator"].rpartition("#")[2]: hit for hit in told["hits"]}
    assert {name: (hit["is_match"], hit["reason"]) for name, hit in found.items()} == {
        "other": (True, "story"),
        "late": (False, "other_days"),
        "bread": (False, "unlike"),
    }
    assert {"Isla Mackay", "Calmar Lines", "Ruaridh Shaw"} <= set(found["other"]["shared_names"])
    assert found["other"]["days_apart"] == 1
    assert 0.2 < found["other"]["score"] < 1
    assert told["requests"] == [
        {
            "run_id": told["hits"][0]["run_id"],
            "article_id": article,
            "ordinal": 1,
            "provider": "papers",
            "request": None,
            "hits": 3,
            "reason": None,
            "detail": "",
        }
    ]
    assert web.connections == 0
    assert len(asked(run, "SELECT article_id FROM articles")) == 4


@pytest.mark.usefixtures("papers")
def test_what_is_known_is_not_loaded_again(run, article):
    """A second question finds the same documents in the archive, and says so."""
    run("similar", article)
    again = json.loads(run("similar", article, "--json").stdout)
    assert [hit["is_known"] for hit in again["hits"]] == [True] * 3
    assert [
        row["captures"] for row in asked(run, "SELECT captures FROM runs WHERE flow = 'similar' ORDER BY run_id")
    ] == [3, 0]


@pytest.mark.usefixtures("papers")
def test_why_is_told_in_words(run, article):
    """--explain shows names, words, days and score of every hit, of the last run too; without it the rest is counted."""
    short = run("similar", article).output
    assert "1 other_days, 1 unlike" in short
    assert "names:" not in short
    explained = run("similar", article, "--explain", "--last").output
    assert "Isla Mackay" in explained
    assert "days apart: 1" in explained
    assert "papers 0 requests, 3 hits" in " ".join(explained.split())


@pytest.mark.usefixtures("papers")
def test_a_budget_takes_the_most_promising(run, article):
    """Of three documents one is loaded, the most promising, and the others are told of."""
    output = run("similar", article, "--budget", "1").output
    assert "2 more were offered" in output
    assert len(asked(run, "SELECT * FROM similar_hits")) == 1


def test_services_are_asked_and_what_they_name_is_fetched(run, article, web, tmp_path):
    """Hits are fetched as every page is: robots asked, failures told; a provider that fails never ends the run."""
    web.pages["/other"] = page("No ferries unloaded", OTHER, "2024-03-06")
    web.pages["/bread"] = page("Bread", UNLIKE, "2024-03-05")
    hits = [{"url": web.url(path), "title": "Port Ellen"} for path in ("/other", "/bread", "/gone", "/private/x")]
    web.pages["/search"] = answer(json.dumps(hits).encode(), Content_Type="application/json")
    web.pages["/doc"] = answer(b"Please limit requests to one every 5 seconds.", Content_Type="text/plain")
    (tmp_path / "dateline.toml").write_text(
        f'[providers.wire]\nkind = "endpoint"\nurl = "{web.url("/search")}?q={{words}}"\nauthorization = "{SECRET}"\n\n'
        f'[providers.gdelt]\nbase = "{web.url("/doc")}"\n'
    )
    output = run("similar", article, "--explain").output
    told = {row["url"]: row["reason"] for row in asked(run, "SELECT url, reason FROM similar_hits")}
    assert told == {
        web.url("/other"): "story",
        web.url("/bread"): "unlike",
        web.url("/gone"): "http_404",
        web.url("/private/x"): "robots_denied",
    }
    assert "gdelt 1 requests, 0 hits, 1 failed (throttled: the service says: Please limit" in " ".join(output.split())
    assert any(b"authorization: token s3cret" in head.lower() for path, head in web.asked if path.startswith("/search"))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".toml")
    assert SECRET.encode() not in kept
    assert SECRET not in output
    assert all(
        one["failures"] == 0 for one in map(json.loads, run("check", "--json").stdout.splitlines()) if one["required"]
    )


def test_archives_of_the_web_give_pages_their_own_address(run, article, web, tmp_path):
    """A page from the Wayback Machine is loaded under the address that it once had."""
    gone = "https://harbourpost.example/2024/port-ellen-calmar-lines-dockers"
    rows = [
        ["timestamp", "original", "mimetype", "statuscode", "digest"],
        ["20240306100000", gone, "text/html", "200", "X"],
    ]
    web.pages["/cdx/search/cdx"] = answer(json.dumps(rows).encode(), Content_Type="application/json")
    web.pages[f"/web/20240306100000id_/{gone}"] = page("No ferries unloaded", OTHER, "2024-03-06")
    (tmp_path / "dateline.toml").write_text(
        f'[providers.wayback]\norigin = "{web.url("")}"\nprefixes = ["https://harbourpost.example/2024/"]\n'
    )
    run("similar", article)
    assert asked(run, "SELECT url, reason FROM similar_hits") == [{"url": gone, "reason": "story"}]
    (row,) = asked(
        run,
        f"SELECT source, captures.url FROM captures INNER JOIN articles USING (capture_id) WHERE articles.url = '{gone}'",
    )
    assert row == {"source": "wayback", "url": gone}


def test_a_page_that_is_gone_is_looked_up_where_pages_are_kept(run, article, web, tmp_path):
    """A hit without a page is asked for in the Wayback Machine; its copy stands for it, and what is nowhere is told."""
    gone, lost = web.url("/gone"), web.url("/lost")
    web.pages["/search"] = answer(json.dumps([{"url": url, "title": "Port Ellen"} for url in (gone, lost)]).encode())
    rows = [["timestamp", "original", "mimetype"], ["20240306100000", gone, "text/html"]]

    def index(head: bytes) -> bytes:
        return answer(json.dumps(rows if b"gone" in head else []).encode(), Content_Type="application/json")

    web.pages["/cdx/search/cdx"] = index
    web.pages[f"/web/20240306100000id_/{gone}"] = page("No ferries unloaded", OTHER, "2024-03-06")
    (tmp_path / "dateline.toml").write_text(
        f'[providers.wire]\nkind = "endpoint"\nurl = "{web.url("/search")}?q={{words}}"\nauthorization = "{SECRET}"\n\n'
        f'[providers.wayback]\norigin = "{web.url("")}"\n'
    )
    told = json.loads(run("similar", article, "--json").stdout)
    hits = {hit["url"]: (hit["provider"], hit["reason"]) for hit in told["hits"]}
    assert hits == {gone: ("wayback", "story"), lost: ("wire", "http_404")}
    assert [(one["provider"], one["hits"]) for one in told["requests"]][-2:] == [("wayback", 1), ("wayback", 0)]
    assert asked(run, "SELECT url FROM articles WHERE url IS NOT NULL") == [{"url": gone}]


def test_what_services_answer_is_kept(run, article, web, tmp_path):
    """Their answers lie in the archive as they came over the wire, refusals too, and no credential with them."""
    web.pages["/search"] = answer(b"[]", Content_Type="application/json")
    web.pages["/doc"] = answer(b"Please limit requests to one every 5 seconds.", Content_Type="text/plain")
    (tmp_path / "dateline.toml").write_text(
        f'[providers.wire]\nkind = "endpoint"\nurl = "{web.url("/search")}?q={{words}}"\nauthorization = "{SECRET}"\n\n'
        f'[providers.gdelt]\nbase = "{web.url("/doc")}"\n'
    )
    run("similar", article)
    kept = [block for kind, _, block in records(tmp_path) if kind == "response"]
    assert web.pages["/search"] in kept
    assert web.pages["/doc"] in kept
    assert not any(SECRET.encode() in block for _, _, block in records(tmp_path))
    assert all(one["failures"] == 0 for one in map(json.loads, run("check", "--json").stdout.splitlines()))


@pytest.mark.usefixtures("papers")
def test_a_rebuild_carries_over_what_no_archive_can_tell(run, article, tmp_path):
    """Similar coverage and cursors come from the old file; where that is lost too, the command says what is missing."""
    run("similar", article)
    queries = [f"SELECT * FROM {name} ORDER BY ALL" for name in ("similar_requests", "similar_hits", "sources")]
    before = [asked(run, query) for query in queries]
    assert len(before[1]) == 3
    assert "not carried over" not in run("rebuild").output
    assert [asked(run, query) for query in queries] == before
    run("reprocess")
    run("reprocess", "--promote")
    assert [asked(run, query) for query in queries] == before
    (tmp_path / "dateline.duckdb").write_bytes(b"no database")
    told = run("rebuild").output
    assert [line.split()[3] for line in told.splitlines() if line.startswith("not carried over")] == [
        *("sources", "similar_requests", "similar_hits")
    ]
    assert len(asked(run, "SELECT article_id FROM articles")) == 4


def test_where_nobody_is_configured_the_message_says_what_to_write(run, article, tmp_path):
    """Without providers, and with one that is not there or wrongly set, the exit code is 2 and the message helps."""
    assert "[providers.papers]" in run("similar", article, code=USAGE).output
    (tmp_path / "dateline.toml").write_text('[providers.papers]\nkind = "local"\n')
    assert "needs a setting 'paths'" in run("similar", article, code=USAGE).output
    assert "there is no provider 'moon'" in run("similar", article, "--provider", "moon", code=USAGE).output


def test_where_all_fail_the_exit_code_says_so(run, article, web, tmp_path):
    """Nothing was asked with success: exit code 1, and a line for the provider."""
    web.pages["/doc"] = answer(b"", 503)
    (tmp_path / "dateline.toml").write_text(f'[providers.gdelt]\nbase = "{web.url("/doc")}"\n')
    assert "http_503" in run("similar", article, code=REJECTED).output
