from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.xdist_group("prefect")  # one server for all of them

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "seeds"


@pytest.fixture(scope="module")
def _harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Start Prefect's temporary server once; it takes its time on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415

        with prefect_test_harness(server_startup_timeout=180):
            yield


@pytest.mark.slow
@pytest.mark.usefixtures("_harness")
def test_the_flow_loads_what_the_command_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Prefect the samples become the same rows, in batches that are tasks, with an artifact of the counts."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415

    from flows.export_articles import export_articles  # noqa: PLC0415
    from flows.ingest_seeds import TooManyRejectedError, ingest_seeds  # noqa: PLC0415
    from flows.settings import Settings  # noqa: PLC0415
    from warehouse.checks import run_checks  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_JOBS", "1")
    monkeypatch.setenv("DATELINE_BATCH_DOCUMENTS", "4")
    warehouse = tmp_path / "w.duckdb"
    counts = ingest_seeds(paths=[str(SAMPLES)], warehouse=warehouse, max_rejected=0.5)
    assert counts == {"captures": 11, "inserted": 7, "updated": 0, "unchanged": 0, "duplicate": 2, "rejected": 2}
    assert all(one.passed for one in run_checks(Settings().open_warehouse(warehouse)) if one.required)
    exported = export_articles(folder=tmp_path / "out", warehouse=warehouse)
    assert exported["rows"] == 9
    assert (tmp_path / "out" / "manifest.json").exists()

    with get_client(sync_client=True) as client:
        tasks = client.read_task_runs()
        assert sorted(run.name for run in tasks) == ["load batch"] * 3 + ["write Parquet"]
        names = {run.name for run in client.read_flow_runs()}
        assert f"ingest {SAMPLES}" in names
    with pytest.raises(TooManyRejectedError, match="2 of 11 captures were rejected"):
        ingest_seeds.with_options(retries=0)(paths=[str(SAMPLES)], warehouse=warehouse, max_rejected=0.1)


@pytest.mark.slow
@pytest.mark.usefixtures("_harness")
def test_the_flow_fetches_what_the_command_fetches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Prefect pages of a list become articles; too many that are refused fail the run, after the rest is loaded."""
    from flows.ingest_pages import TooManyRejectedError, ingest_pages  # noqa: PLC0415
    from tests.loopback import Web, answer  # noqa: PLC0415

    web = Web()
    try:
        for name, value in {"ADDRESSES": "127.0.0.0/8", "PORTS": str(web.port), "GAP": "0", "GAP_FACTOR": "0"}.items():
            monkeypatch.setenv(f"DATELINE_FETCH_{name}", value)
        monkeypatch.setenv("DATELINE_JOBS", "1")
        monkeypatch.chdir(tmp_path)
        web.pages["/a"] = answer(
            b"<html><article><h1>Cranes</h1><p>The cranes stood still all day on Monday.</p></article>"
        )
        listed = tmp_path / "pages.txt"
        listed.write_text(web.url("/gone"))
        counts = ingest_pages(urls=[web.url("/a")], lists=[listed], max_rejected=0.5)
        assert (counts["captures"], counts["inserted"], counts["rejected"]) == (2, 1, 1)
        with pytest.raises(TooManyRejectedError, match="1 of 1 pages"):
            ingest_pages.with_options(retries=0)(urls=[web.url("/gone")])
    finally:
        web.close()


@pytest.mark.slow
@pytest.mark.usefixtures("_harness")
def test_the_flow_reads_the_declared_sources_and_asks_for_coverage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without addresses the sources of `dateline.toml` are followed; coverage of an article comes from its providers."""
    from flows.fetch_similar import fetch_similar  # noqa: PLC0415
    from flows.ingest_pages import ingest_pages  # noqa: PLC0415
    from flows.settings import Settings  # noqa: PLC0415
    from tests.loopback import Web, answer  # noqa: PLC0415

    story = "<p>The council spoke for three hours about the harbour at Port Ellen and its cranes.</p>"
    web = Web()
    try:
        for name, value in {"ADDRESSES": "127.0.0.0/8", "PORTS": str(web.port), "GAP": "0", "GAP_FACTOR": "0"}.items():
            monkeypatch.setenv(f"DATELINE_FETCH_{name}", value)
        monkeypatch.setenv("DATELINE_JOBS", "1")
        monkeypatch.chdir(tmp_path)
        assert ingest_pages()["captures"] == 0, "nothing is declared yet, which is no failure"
        (tmp_path / "papers").mkdir()
        (tmp_path / "papers" / "other.html").write_text(f"<title>Port Ellen: harbour cranes</title>{story}{story}")
        (tmp_path / "dateline.toml").write_text(
            f'[[sources]]\nname = "gazette"\nkind = "feed"\nlocation = "{web.url("/feed")}"\n'
            '[providers.papers]\nkind = "local"\npaths = ["papers"]\n'
        )
        feed = f"<rss version='2.0'><channel><item><guid>1</guid><link>{web.url('/a')}</link></item></channel></rss>"
        web.pages["/feed"] = answer(feed.encode(), Content_Type="application/rss+xml")
        web.pages["/a"] = answer(f"<title>Cranes of Port Ellen</title><article>{story}</article>".encode())
        counts = ingest_pages()
        assert (counts["captures"], counts["inserted"]) == (1, 1)
        with Settings().open_warehouse().reading() as connection:
            ((article_id,),) = connection.execute("SELECT article_id FROM articles").fetchall()
        told = fetch_similar(article_id=article_id[:8])
        assert (told["hits"], told["matched"], told["loaded"], told["failed"]) == (1, 1, 1, 0)
    finally:
        web.close()


def test_deployments_name_flows_that_exist() -> None:
    """Each deployment has a flow by its module, a schedule with a time zone, one run at a time, and the process pool."""
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert {one["entrypoint"] for one in deployments} == {
        "flows.ingest_seeds.ingest_seeds",
        "flows.export_articles.export_articles",
        "flows.ingest_pages.ingest_pages",
        "flows.fetch_similar.fetch_similar",
    }
    for one in deployments:
        module, _, name = one["entrypoint"].rpartition(".")
        assert f"def {name}(" in (ROOT / f"{module.replace('.', os.sep)}.py").read_text(encoding="utf-8")
        assert one["concurrency_limit"]["limit"] == 1
        assert one["work_pool"]["name"] == "dateline"
        assert all(schedule["cron"] and schedule["timezone"] for schedule in one["schedules"])


def test_the_lock_holds_exact_versions_and_no_addresses() -> None:
    """Every dependency is in the lock, with a version and nothing else."""
    lock = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    assert all(line.count("==") == 1 and "/" not in line and "@" not in line for line in lock)
    locked = {line.split("==")[0].lower().replace("_", "-") for line in lock}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<=>;]", name)[0].lower().replace("_", "-") for name in wanted}
    assert names <= {name.replace(".", "-") for name in locked} | locked
