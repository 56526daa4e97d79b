from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from connectors.seeds import SeedConnector
from flows.supervise_workers import Means
from flows.walk_documents import walk
from transforms.boilerplate import shipped_rules
from warehouse.database import Warehouse
from warehouse.runs import open_run

ROOT = Path(__file__).parents[1]
PACKAGES = ("flows", "connectors", "warehouse", "transforms")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_no_package_appears_unplaced() -> None:
    """The top level holds the packages of the design and what stands around them, and nothing else."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert folders == {*PACKAGES, "tests", "benchmarks"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_named_for_their_rooms(module: Path) -> None:
    """No room for odds and ends; and each module says in its first line what it is for."""
    assert module.stem not in {"utils", "helpers", "common", "misc", "manager", "base"}
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert docstring


def test_sql_stands_in_sql_files() -> None:
    """No statement that makes or changes a table stands in Python; migrations create tables, and what makes them anew."""
    for module in MODULES:
        text = module.read_text(encoding="utf-8")
        assert not re.search(r"f[\"'](?:SELECT|INSERT|UPDATE|DELETE|CREATE|MERGE)\b", text), module
        assert "CREATE TABLE" not in text, module
    for path in (ROOT / "warehouse" / "sql").rglob("*.sql"):
        creates = re.search(r"^CREATE TABLE\b", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not creates or path.parent.name in {"migrations", "retired"}, path


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Give a warehouse that holds the samples."""
    warehouse = Warehouse(tmp_path_factory.mktemp("readme") / "dateline.duckdb")
    with open_run(warehouse, "ingest", shipped_rules().sha256) as run:
        items = SeedConnector([str(ROOT / "samples" / "seeds")]).captures()
        walk(warehouse, run, items, documents=100, size=10**7, means=Means(jobs=0))
    return warehouse


@pytest.mark.parametrize("query", SQL.findall(README), ids=lambda query: query.strip().split("\n")[0][:50])
def test_the_queries_of_the_readme_run_and_find_something(samples: Warehouse, query: str) -> None:
    """What the README shows works, on the samples that it ships."""
    with samples.reading() as connection:
        assert connection.execute(query).fetchall()


def test_the_readme_names_every_view_and_macro(samples: Warehouse) -> None:
    """A view or macro that people are to use stands in the README, and has a comment."""
    with samples.reading() as connection:
        views = connection.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall()
        macros = connection.execute(
            "SELECT DISTINCT function_name, comment FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"
        ).fetchall()
    assert len(views) >= 7
    assert len(macros) >= 4
    for name, comment in [*views, *macros]:
        assert f"`{name}" in README, name
        assert comment, name


def test_settings_stand_in_the_readme() -> None:
    """Every setting is named in the README with its environment variable."""
    from flows.settings import Settings  # noqa: PLC0415

    for name in Settings.model_fields:
        assert f"`DATELINE_{name.upper()}`" in README, name
