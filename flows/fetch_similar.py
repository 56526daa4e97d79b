"""The flow that fetches similar coverage: the work of `flows/find_similar.py` with Prefect around its batches."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.find_similar import find_similar, open_providers
from flows.settings import Settings
from flows.walk_documents import Staged, settle
from warehouse.coverage import read_coverage
from warehouse.database import Warehouse
from warehouse.load import LoadReport
from warehouse.queries import find_article


@task(retries=3, retry_delay_seconds=[2, 10, 30], task_run_name="load batch", cache_policy=NO_CACHE)
def load_coverage(warehouse: Warehouse, staged: Staged) -> LoadReport:
    """Wait for a batch's transformation and load it in one transaction; loading it twice changes nothing."""
    return settle(warehouse, staged)


def _name() -> str:
    return f"similar {flow_run.parameters.get('article_id') or ''}"[:200]


@flow(name="fetch-similar", flow_run_name=_name, retries=1, retry_delay_seconds=60, validate_parameters=True)
def fetch_similar(
    article_id: str,
    providers: list[str] | None = None,
    budget: int | None = None,
    warehouse: Path | None = None,
) -> dict[str, int]:
    """Fetch similar coverage of an article from the providers of the settings; gives how many hits matched.

    `article_id` may be the first digits of an id; `providers`, `budget` and `warehouse` stand over the settings. Raises
    ProviderSettingsError and NoSuchArticleError.
    """
    settings = Settings()
    store = settings.open_warehouse(warehouse)
    asked = open_providers(settings, providers or ())
    found, means = find_article(store, article_id), settings.means()
    coverage = find_similar(
        store, settings, found, asked, means, "fetch-similar", budget=budget, settle_batch=load_coverage
    )
    requests, hits = read_coverage(store, coverage.run.run_id)
    failed = [row for row in requests if row["reason"]]
    for row in failed:
        get_run_logger().warning("%s: %s (%s)", row["provider"], row["reason"], row["detail"])
    told = [{name: str(hit[name]) for name in ("provider", "reason", "score", "url", "title")} for hit in hits]
    create_table_artifact(told or [{"provider": "", "reason": "nothing was offered"}], key="fetch-similar")
    return {
        "requests": len(requests),
        "failed": len(failed),
        "hits": len(hits),
        "matched": sum(hit["is_match"] for hit in hits),
        "loaded": coverage.report.captures,
        "left": coverage.left,
    }
