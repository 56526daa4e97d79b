"""What is remembered of a page or a lead between two runs: the state of its row in `sources`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.feeds.leads import Lead
from connectors.web.fetcher import Known
from connectors.web.freshness import cache_fields, fresh_until
from flows.walk_documents import NOT_KEPT
from transforms.records import Capture, Rejection

PAGE, LIST, LEAD = "page", "list", "lead"


def page_state(item: Capture, digest: str, marks: Mapping[str, str]) -> dict[str, Any]:
    """Say how far a page is: with what to ask next time, how long there is no need to, and what its leads showed of it."""
    state = _fetched(item, digest)
    return {**state, "source": item.source, **({"marks": dict(marks)} if marks else {})}


def refused_state(item: Rejection, before: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, Any] | None:
    """Say how often a page that a lead names was refused as the lead shows it; None where there is nothing to remember."""
    if item.reason == NOT_KEPT:  # what is remembered of it is of no use
        return {}
    if not marks:
        return None
    mark = next(iter(marks.values()))
    refused = before.get("refused") or {}
    count = refused.get("count", 0) + 1 if refused.get("mark") == mark else 1
    return {**before, "refused": {"reason": item.reason, "count": count, "mark": mark}}


def lead_state(item: Capture, lead: Lead, changed: str | None, digest: str) -> dict[str, Any]:
    """Say how far a lead is, and which leads it names; `changed` is when the one that named it says it was changed."""
    leads = [[link.url, link.changed] for link in lead.leads]
    return {**_fetched(item, digest), "kind": lead.kind, "changed": changed, "leads": leads}


def known_of(state: Mapping[str, Any]) -> Known | None:
    """Give what the fetcher is to know of an address; None where nothing was got."""
    if not state.get("payload_sha256"):
        return None
    headers = tuple((str(name), str(value)) for name, value in state.get("headers") or ())
    return Known(str(state["url"]), state["payload_sha256"], state["media_type"], headers)


def is_fresh(state: Mapping[str, Any], now: datetime | None = None) -> bool:
    """Tell whether there is no need to ask again yet, by what the server said."""
    until = state.get("fresh_until")
    return bool(until) and datetime.fromisoformat(str(until)) > (now or datetime.now(UTC))


def _fetched(item: Capture, digest: str) -> dict[str, Any]:
    return {
        "url": item.url,
        "headers": cache_fields(item.http_headers),
        "payload_sha256": digest,
        "media_type": item.media_type,
        "fetched_at": item.captured_at,
        "fresh_until": fresh_until(item.http_headers, item.captured_at, status=item.http_status or 200),
    }
