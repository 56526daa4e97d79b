from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from flows.run_commands import main

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "seeds"
BODY = "The council met in the old town hall on Monday and spoke for three hours about the harbour and its cranes."


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give a function that runs a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_WAREHOUSE", raising=False)
    monkeypatch.setenv("DATELINE_JOBS", "1")

    def ran(*arguments: str, code: int = 0, given: bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=given)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return ran


@pytest.fixture
def loaded(run: Callable[..., Result]) -> Callable[..., Result]:
    """Give the same in a folder whose warehouse holds the samples."""
    run("ingest", str(SAMPLES), code=1)
    return run


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_ingest_says_what_it_loaded_removed_and_refused(run: Callable[..., Result]) -> None:
    """The samples load; their two broken inputs are refused with a reason, and the exit code says that they were."""
    printed = run("ingest", str(SAMPLES), code=1).output
    assert "11 captures (7 inserted, 0 updated, 0 unchanged, 2 duplicate, 2 rejected)" in printed
    assert "back-to-top" in printed
    assert "binary" in printed
    assert "wire.jsonl#L4" in printed
    assert "dateline sql" in printed
    assert "dateline show" in printed


def test_a_second_ingest_finds_nothing_new(loaded: Callable[..., Result]) -> None:
    """The same files again are unchanged, and what was refused is refused again."""
    (counts,) = lines(loaded("ingest", str(SAMPLES), "--json", code=1))
    assert (counts["captures"], counts["unchanged"], counts["rejected"]) == (11, 9, 2)
    assert [row["status"] for row in lines(loaded("runs", "--json"))] == ["done", "done"]


@pytest.mark.parametrize(("share", "code"), [("0.18", 1), ("0.19", 0), ("1", 0)])
def test_a_share_of_rejections_may_be_allowed(run: Callable[..., Result], share: str, code: int) -> None:
    """Two of eleven are more than eighteen in a hundred and less than nineteen."""
    run("ingest", str(SAMPLES), "--max-rejected", share, code=code)


def test_show_explains_an_article(loaded: Callable[..., Result]) -> None:
    """What was cut stands in its place with its rule, and the date with the words that it came from."""
    (found, *_) = lines(loaded("search", "night buses", "--json"))
    printed = loaded("show", str(found["article_id"])[:8], "--explain").output
    assert re.search(r"\[-[^\[]*Sign up for our daily newsletter[^\[]*-\]\(page:", printed)
    assert "2023-06-08" in printed
    assert "2023-06-08 weighs" in printed
    assert "→ published by json-ld: “2023-06-08T21:40:00-04:00”" in printed
    (told,) = lines(loaded("show", str(found["article_id"]), "--json"))
    assert told["title"] == "Night buses to run until four from September"
    assert told["edits"]


def test_show_gives_the_bytes_back(loaded: Callable[..., Result]) -> None:
    """The raw bytes of every article are those of its file, or of its line of JSON."""
    kept = lines(
        loaded("sql", "SELECT article_id, locator FROM articles INNER JOIN captures USING (capture_id)", "--json")
    )
    assert len(kept) == 9
    for row in kept:
        path, _, name = str(row["locator"]).partition("#")
        raw = loaded("show", str(row["article_id"]), "--raw").stdout_bytes
        content = Path(path).read_bytes()
        content = gzip.decompress(content) if path.endswith(".gz") else content
        expected = next(line for line in content.split(b"\n") if f'"{name}"'.encode() in line) if name else content
        assert raw == expected


def test_an_unknown_article_is_wrong_usage(loaded: Callable[..., Result]) -> None:
    """An id that no article has, or that many have, is told from the other."""
    assert "no article's id begins with 'zz'" in loaded("show", "zz", code=2).output
    assert "several articles' ids begin with ''" in loaded("show", "", code=2).output
    first = lines(loaded("sql", "SELECT article_id FROM articles", "--json"))[0]["article_id"]
    assert "has no version 7" in loaded("show", str(first), "--version", "7", code=2).output


def test_diff_shows_what_changed(run: Callable[..., Result], tmp_path: Path) -> None:
    """Two versions are compared by the sentence; one that has none before it is wrong usage."""
    path = tmp_path / "a.txt"
    for when, words in (
        (1e9, "closed on Monday. Some 12 ships wait."),
        (1.1e9, "closed on Monday. Some 14 ships wait."),
    ):
        path.write_text(f"The port was {words}\n")
        os.utime(path, (when, when))
        run("ingest", str(path))
    (article,) = lines(run("sql", "SELECT article_id FROM articles", "--json"))
    (change,) = lines(run("diff", str(article["article_id"]), "--json"))
    assert change == {
        "from": 1,
        "to": 2,
        "kind": "number",
        "before": "Some 12 ships wait.",
        "after": "Some 14 ships wait.",
    }
    assert "+ Some 14 ships wait." in run("diff", str(article["article_id"])[:9]).output
    assert "has none before it" in run("diff", str(article["article_id"]), "--to", "1", code=2).output


def test_search_is_narrowed(loaded: Callable[..., Result]) -> None:
    """Phrases, words of headlines, dates and publishers narrow a search, and a hit shows the words in their place."""
    assert "**night** **buses**" in loaded("search", '"night buses"').output.lower()
    assert "nothing found" in loaded("search", '"buses night"').output
    assert "nothing found" in loaded("search", "night", "buses", "--until", "2000-01-01").output
    assert lines(loaded("search", "title:night", "--since", "2023-06-01", "--json"))


def test_sql_only_reads(loaded: Callable[..., Result]) -> None:
    """Ad-hoc SQL cannot change the warehouse, and a mistake in it is wrong usage."""
    assert "read-only" in loaded("sql", "DELETE FROM captures", code=2).output
    assert "no_such_table" in loaded("sql", "SELECT * FROM no_such_table", code=2).output
    assert "night" in loaded("sql", "SELECT lower(title) AS t FROM articles").output


def test_every_command_answers_on_the_samples(loaded: Callable[..., Result], tmp_path: Path) -> None:
    """Each remaining command prints what it found, as text and as JSON."""
    assert "original" not in loaded("stories").output
    assert lines(loaded("stories", "--json"))[0]["article_count"] == 3
    assert "nothing found" in loaded("search", "unheard-of").output
    assert "views_and_macros" in loaded("migrate").output
    assert "pass  edits_rebuild_text" in loaded("check").output
    assert all(one["failures"] == 0 for one in lines(loaded("check", "--json")) if one["required"])
    assert "9 articles in" in loaded("export", str(tmp_path / "out")).output
    assert "11 captures (7 inserted, 0 updated, 0 unchanged, 2 duplicate, 2 rejected)" in loaded("rebuild").output
    assert loaded("show", str(lines(loaded("search", "frost", "--json"))[0]["article_id"])).output


def test_a_failed_check_is_seen_in_the_exit_code(loaded: Callable[..., Result], tmp_path: Path) -> None:
    """A warehouse that breaks a promise fails, with the row that breaks it."""
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(tmp_path / "dateline.duckdb")) as connection:
        connection.execute("UPDATE article_versions SET text = text || '!' WHERE title LIKE 'Night%'")
    printed = loaded("check", code=1).output
    assert "FAIL  edits_rebuild_text" in printed


def test_without_a_warehouse_the_way_to_one_is_told(run: Callable[..., Result]) -> None:
    """Asking where nothing was loaded is wrong usage, and says what to do."""
    assert "`dateline ingest` makes one" in run("search", "x", code=2).output


def test_a_damaged_warehouse_is_told_from_a_missing_one(run: Callable[..., Result], tmp_path: Path) -> None:
    """A file that is no database has an exit code of its own, and the message names the cure."""
    (tmp_path / "dateline.duckdb").write_bytes(b"no database" * 1000)
    assert "dateline rebuild" in run("search", "x", code=4).output


def test_a_warehouse_that_is_held_says_by_whom(
    loaded: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, with the number of the process that holds the file."""
    monkeypatch.setenv("DATELINE_LOCK_WAIT", "0")
    held = f"import duckdb, sys; c = duckdb.connect({str(tmp_path / 'dateline.duckdb')!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        printed = loaded("ingest", str(SAMPLES), code=3).output
        assert f"held by process {holder.pid}" in printed
        holder.communicate()


def test_export_leaves_foreign_folders_alone(loaded: Callable[..., Result], tmp_path: Path) -> None:
    """A folder with something else in it is not replaced."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    assert "no export of ours" in loaded("export", str(tmp_path / "notes"), code=2).output
    assert (tmp_path / "notes" / "mine.txt").read_text() == "mine"


def test_wrong_settings_are_wrong_usage(run: Callable[..., Result], tmp_path: Path) -> None:
    """A setting that makes no sense, or that does not exist, is named."""
    (tmp_path / "dateline.toml").write_text("jobs = 0\n")
    os.environ.pop("DATELINE_JOBS")
    assert "jobs" in run("search", "x", code=2).output
    (tmp_path / "dateline.toml").write_text("colour = 'red'\n")
    assert "colour" in run("search", "x", code=2).output


def test_settings_are_read_from_the_file_and_the_environment(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment stands over the file, and an option over both."""
    (tmp_path / "dateline.toml").write_text("warehouse = 'from-file.duckdb'\nmax_rejected = 1\n")
    run("ingest", str(SAMPLES))
    assert (tmp_path / "from-file.duckdb").exists()
    monkeypatch.setenv("DATELINE_WAREHOUSE", "from-environment.duckdb")
    run("ingest", str(SAMPLES))
    assert (tmp_path / "from-environment.duckdb").exists()
    run("ingest", str(SAMPLES), "--warehouse", "from-option.duckdb")
    assert (tmp_path / "from-option.duckdb").exists()


def test_extract_is_a_filter_that_keeps_ids_and_order(run: Callable[..., Result]) -> None:
    """Each line gives a line, with its id; a bad one gives a rejection in its place."""
    given = [
        {"id": "b", "text": f"date 2022-07-19 {BODY}"},
        {
            "id": 1,
            "html": f"<article><h1>T</h1><p>{BODY}</p><p>{BODY}</p></article>",
            "url": "https://paper.example/a?fbclid=2",
        },
        {"id": "empty", "text": " "},
        {"id": "none"},
    ]
    content = b"\n".join(
        [*(json.dumps(one).encode() for one in given), b"{cut", b'{"id": "z", "text": "%s"}' % BODY.encode()]
    )
    out = lines(run("extract", "--jsonl", given=content))
    assert [row.get("id") for row in out] == ["b", 1, "empty", "none", None, "z"]
    assert out[0]["text"] == BODY
    assert str(out[0]["published_local"])[:10] == "2022-07-19"
    assert out[1]["url"] == "https://paper.example/a"
    reasons = [row["rejection"]["reason"] if "rejection" in row else None for row in out]  # type: ignore[index]
    assert reasons == [None, None, "empty", "malformed", "malformed", None]


def test_extract_gives_the_same_with_more_processes(tmp_path: Path) -> None:
    """Two processes give the lines of one, in the same order."""
    path = tmp_path / "in.jsonl"
    path.write_text(
        "".join(
            json.dumps({"id": n, "text": f"{BODY} Case {n}.", "captured_at": "2024-01-01"}) + "\n" for n in range(200)
        )
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "flows.run_commands", "extract", "--jsonl", "--jobs", jobs, str(path)],
            capture_output=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for jobs in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"\n") == 200


def test_extract_reads_files_and_standard_input(run: Callable[..., Result]) -> None:
    """Files give a line each, and a page on standard input is seen to be one."""
    (made,) = lines(run("extract", str(SAMPLES / "harbour-strike.txt")))
    assert made["title"] == "Harbour strike enters third week as talks stall"
    (page,) = lines(run("extract", given=(SAMPLES / "night-bus.html").read_bytes()))
    assert page["extractor"] == "page"
    (refused,) = lines(run("extract", "no-such-file.txt"))
    assert refused["rejection"]["reason"] == "missing"  # type: ignore[index]


def test_every_command_has_help_with_an_example_and_stands_in_the_readme() -> None:
    """No command without an example in its help and a line in the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    context = click.Context(main)
    for name in main.list_commands(context):
        shown = CliRunner().invoke(main, [name, "--help"]).output
        assert f"Example: dateline {name}" in shown, name
        assert f"`dateline {name}" in readme, name


def test_help_is_quick() -> None:
    """The command line is there before anyone waits: it imports neither Prefect nor DuckDB to show its help."""
    command = "import sys, flows.run_commands; print([m for m in ('prefect', 'duckdb', 'pyarrow', 'pydantic') if m in sys.modules])"
    begun = time.perf_counter()
    printed = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert printed.strip() == "[]"
    assert time.perf_counter() - begun < 5  # a bound for busy machines; measured in benchmarks/README.md


def test_declared_sources_are_read_from_where_the_last_run_ended(run: Callable[..., Result], tmp_path: Path) -> None:
    """Without a path the sources of dateline.toml are read, new files only; --all reads every file again."""
    (tmp_path / "dateline.toml").write_text(
        '[[sources]]\nname = "agency"\nlocation = "in/*.csv"\ncolumns = { title = "Kopf", text = "Rumpf" }\n'
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(f"Kopf;Rumpf\nCouncil meets;{BODY}\n")
    (counts,) = lines(run("ingest", "--json"))
    assert (counts["inserted"], counts["skipped"]) == (1, {})
    (counts,) = lines(run("ingest", "--json"))
    assert (counts["captures"], counts["skipped"]) == (0, {"files as they were": 1})
    (counts,) = lines(run("ingest", "--all", "--json"))
    assert (counts["captures"], counts["unchanged"]) == (1, 1)
    (row,) = lines(run("sql", "SELECT source, title FROM articles INNER JOIN captures USING (capture_id)", "--json"))
    assert row == {"source": "agency", "title": "Council meets"}
    (row,) = lines(run("sql", "SELECT source, kind, last_run_id IS NOT NULL AS ran FROM sources", "--json"))
    assert row == {"source": "agency", "kind": "files", "ran": True}


def test_named_files_are_read_every_time(run: Callable[..., Result], tmp_path: Path) -> None:
    """A path that is named is read, unless only what is new is asked for."""
    (tmp_path / "a.txt").write_text(f"Council meets\n\n{BODY}\n")
    for _ in range(2):
        (counts,) = lines(run("ingest", "a.txt", "--json"))
        assert counts["captures"] == 1
    for expected in (1, 0):
        (counts,) = lines(run("ingest", "a.txt", "--new", "--json"))
        assert counts["captures"] == expected


def test_a_column_map_names_the_columns(run: Callable[..., Result], tmp_path: Path) -> None:
    """Tables of any names are read with a map; a field that no document has is wrong usage."""
    (tmp_path / "a.csv").write_text(f"x,y\nCouncil meets,{BODY}\n")
    assert "the columns are x, y" in run("ingest", "a.csv", code=1).output
    run("ingest", "a.csv", "--map", "title=x,text=y")
    assert "no field 'titel'" in run("ingest", "a.csv", "--map", "titel=x", code=2).output


def test_no_source_at_all_is_wrong_usage(run: Callable[..., Result], tmp_path: Path) -> None:
    """Without a path and without declared sources there is nothing to do, and two of a name are one too many."""
    assert "declares no [[sources]]" in run("ingest", code=2).output
    (tmp_path / "dateline.toml").write_text('[[sources]]\nname = "a"\nlocation = "x"\n' * 2)
    assert "two sources have the same name" in run("ingest", code=2).output
    (tmp_path / "dateline.toml").write_text('[[sources]]\nname = "a"\nlocation = "x"\ncolumns = {titel = "x"}\n')
    assert "no field 'titel'" in run("ingest", code=2).output


def test_what_is_left_out_is_told(run: Callable[..., Result], tmp_path: Path) -> None:
    """What lies beside the pages of a WARC is no failure; it is counted, and damage is."""
    head = "WARC/1.1\r\nWARC-Type: request\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Length: 1\r\n\r\n"
    (tmp_path / "a.warc").write_text(f"{head}x\r\n\r\n", newline="")
    assert "1  request records" in run("ingest", "a.warc").output
    (tmp_path / "a.warc").write_text(f"{head}x\r\n\r\njunk", newline="")
    assert f"bytes {len(head) + 5} to {len(head) + 9}" in run("ingest", "a.warc", code=1).output
