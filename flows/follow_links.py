"""Following: where the fetched leads on to, decided item by item in the thread that loads them.

A feed, a sitemap, a list of them or a site (a lead) is read when it comes, and what it names is fetched in the same run.
What was fetched before, and what a lead shows as it was, is passed over. A lead whose pages are all settled is remembered
with its validators; one of which something is left is read again whole by the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.feeds.captures import entry_capture
from connectors.feeds.guards import FeedError
from connectors.feeds.leads import Lead, PageLink, dated
from connectors.web.connector import WebConnector
from connectors.web.fetcher import SOURCE, locator_of
from connectors.web.freshness import cache_fields, fresh_until
from flows.account_links import Account, Errand, Trail
from flows.choose_sources import Root, Since
from flows.read_leads import (
    as_feed,
    claims_of,
    damaged,
    digest_of,
    is_as_it_was,
    is_read_on,
    newest_first,
    read_item,
    robots_before,
    unreadable,
    whole_of,
)
from flows.remember_pages import LEAD, PAGE, is_fresh, known_of, lead_state
from flows.settings import Settings
from transforms.identity import canonical_url
from transforms.records import Capture, Passage, Rejection
from warehouse.database import Warehouse
from warehouse.sources import last_captured, read_states

Taken = Capture | Rejection | Passage

DEEPEST = 4  # leads behind each other: a site's robots.txt, an index of indexes, a sitemap
NO_FEEDS = "no_feeds"
OVER = "feeds and sitemaps over the bounds"


class Following:
    """Takes what is fetched, and sends its connector for what it leads to."""

    def __init__(self, warehouse: Warehouse, settings: Settings, connector: WebConnector, begun_at: datetime) -> None:
        self.account = Account(settings.follow_attempts)
        self.skipped: Counter[str] = Counter()
        self._warehouse = warehouse
        self._settings = settings
        self._connector = connector
        self._begun_at = begun_at
        self._seen: frozenset[str] = frozenset()
        self._lists_left = settings.follow_lists

    # ── on the way out ────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(
        self, roots: Sequence[Root], known: Mapping[str, Mapping[str, Any]], seen: frozenset[str]
    ) -> tuple[int, int]:
        """Send for the addresses that a run begins with; gives how many of them need no asking any more, and yet.

        `known` are the states of their pages, `seen` the places that the run that this one goes on from has fetched.
        """
        self._seen = seen
        resumed = fresh = 0
        leads = self._lead_states(roots)
        for root in roots:
            locator = locator_of(root.url)
            if locator in self.account.errands:
                continue
            lead = leads.get((root.source, locator), {})
            errand = Errand(root.url, root.role, root.source, root.since, lead or known.get(locator, {}))
            self.account.errands[locator] = errand
            was_seen = self._is_done(lead) or (locator in seen and not lead)
            if not was_seen and not (is_fresh(errand.before) and errand.before.get("done", True)):
                self._send(errand)
                continue
            resumed, fresh = resumed + was_seen, fresh + (not was_seen)
            if lead:
                self._expand(errand)
        return resumed, fresh

    def begin_with(self, place: str, lead: Lead, source: str, since: Since = None) -> None:
        """Send for what a saved feed or sitemap leads to."""
        before = read_states(self._warehouse, source, LEAD, [place])
        errand = Errand(place, "lead", source, since, before[place].state if place in before else {})
        self.account.errands[place] = errand
        self._follow(self._trail(errand, {"kind": lead.kind, "fetched_at": self._begun_at}), lead)

    def _send(self, errand: Errand) -> None:
        self.account.errands[errand.locator] = errand
        before = errand.before
        is_whole = before.get("done", errand.role in ("page", "any"))
        # What another source has is not this one's to refer to.
        is_own = "source" not in before or before["source"] == errand.source
        known = known_of(before) if is_whole and is_own else None
        self._connector.add([errand.url], {errand.locator: known} if known else None)

    # ── on the way in ─────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, item: Capture | Rejection) -> Iterator[Taken]:
        """Say what a fetched item becomes, and send for what it leads to."""
        errand = self.account.errands.get(item.locator) or Errand(item.locator, "page")
        item = replace(item, source=errand.source)
        if isinstance(item, Rejection):
            yield from self._refused(errand, item)
        elif errand.role == "page" or (errand.role == "any" and not is_read_on(errand.before, item)):
            yield replace(item, claims=errand.claims)
        elif is_as_it_was(errand.before, item):
            yield Passage(item.exchanges)
            self._unchanged(errand, item)
        else:
            yield from self._read(errand, item)
        if errand.parent and errand.role != "page":
            self._next(errand.parent)

    def _refused(self, errand: Errand, item: Rejection) -> Iterator[Taken]:
        if errand.role == "robots" and item.reason.startswith("http_4"):
            yield Passage(item.exchanges)  # a site need not have one
            yield from _nothing_found(errand.parent)
            return
        yield item
        if errand.whole and errand.parent:
            self.account.owe(errand.parent, errand.whole.locator)
            yield errand.whole
        if errand.role == "site" and (named := robots_before(item, self._settings.fetch_robots_bytes)):
            trail = self._trail(errand, {"kind": "site", "fetched_at": self._begun_at})
            trail.later = True
            self._follow(trail, named)

    def _read(self, errand: Errand, item: Capture) -> Iterator[Taken]:
        """Read a lead that came; it is kept as it came, and stands for no document."""
        try:
            lead = read_item(errand.role, item, self._settings.fetch_robots_bytes)
        except FeedError as error:
            yield unreadable(item, error)
            return
        yield damaged(item, lead.damage) if lead.damage else Passage(item.exchanges)
        trail = self._trail(errand, lead_state(item, lead, errand.changed, digest_of(item)))
        for entry in lead.whole:
            if entry.page:
                whole = as_feed(entry_capture(entry, entry.page, errand.source, item.locator, item.captured_at))
                self.account.owe(trail, whole.locator)
                yield whole
        self._follow(trail, lead)
        if errand.role == "robots" and errand.parent:
            errand.parent.found += trail.found
            yield from _nothing_found(errand.parent)
        elif trail.state["kind"] == "site" and not self._await_robots(trail, item):
            yield from _nothing_found(trail)

    def _await_robots(self, trail: Trail, item: Capture | None = None) -> bool:
        """Ask a site for its robots.txt where that did not come before the page; tells whether it is to come."""
        if item and robots_before(item, self._settings.fetch_robots_bytes):
            return False
        errand = trail.errand
        place = item.url if item and item.url else errand.url
        robots = Errand("/".join(place.split("/", 3)[:3]) + "/robots.txt", "robots", errand.source, errand.since)
        robots.parent, robots.depth = trail, errand.depth + 1
        if robots.locator not in self.account.errands:
            states = read_states(self._warehouse, errand.source, LEAD, [robots.locator])
            robots.before = states[robots.locator].state if states else {}
            self.account.errands[robots.locator] = robots
            trail.waiting.append(robots)
            self._next(trail)
        return True

    # ── what it leads to ──────────────────────────────────────────────────────────────────────────────────────────────

    def _trail(self, errand: Errand, state: dict[str, Any]) -> Trail:
        return self.account.open(errand, state, self._settings.follow_links)

    def _follow(self, trail: Trail, lead: Lead) -> None:
        if lead.left:
            self.skipped["entries that lead nowhere, or are over the bounds"] += lead.left
        self._queue_leads(trail, [(link.url, link.changed) for link in newest_first(lead.leads)])
        self._queue_pages(trail, lead.pages)

    def _unchanged(self, errand: Errand, item: Capture) -> None:
        self.skipped["feeds and sitemaps as they were"] += 1
        until = fresh_until(item.http_headers, item.captured_at, status=item.http_status or 200)
        told = {"fetched_at": item.captured_at, "fresh_until": until, "changed": errand.changed}
        state = {**errand.before, **told, "headers": cache_fields(item.http_headers)}
        trail = self._trail(errand, state)
        self._queue_leads(trail, errand.before.get("leads", ()))
        if trail.state["kind"] == "site" and self._await_robots(trail, item):
            return
        if named := robots_before(item, self._settings.fetch_robots_bytes):
            self._queue_leads(trail, [(link.url, link.changed) for link in named.leads])

    def _expand(self, errand: Errand) -> None:
        """Follow a lead that need not be asked for by what an earlier run read in it."""
        trail = self._trail(errand, dict(errand.before))
        self._queue_leads(trail, errand.before.get("leads", ()))
        if trail.state.get("kind") == "site":
            self._await_robots(trail)

    def _queue_leads(self, trail: Trail, links: Iterable[Sequence[str | None]]) -> None:
        errand = trail.errand
        named = {locator_of(str(url)): (str(url), changed) for url, changed in links}
        trail.found += len(named)
        if errand.depth >= DEEPEST:
            if unknown := sum(locator not in self.account.errands for locator in named):
                self.skipped[OVER] += unknown
            return
        if not named:
            return
        states = read_states(self._warehouse, errand.source, LEAD, named)
        for locator, (url, changed) in named.items():
            before = states[locator].state if locator in states else {}
            child = Errand(url, "lead", errand.source, errand.since, before, changed=changed, parent=trail)
            child.depth = errand.depth + 1
            if locator in self.account.errands:
                continue
            if self._lists_left <= 0:
                self.skipped[OVER] += 1
                continue
            self._lists_left -= 1
            self.account.errands[locator] = child
            trail.waiting.append(child)
        # The sitemaps of an index come one after the other, as long as there is room for their pages.
        for _ in range(1 if trail.state.get("kind") == "index" else len(trail.waiting)):
            self._next(trail)

    def _next(self, trail: Trail) -> None:
        """Send for the next lead that one names."""
        while trail.waiting:
            if trail.room.left <= 0 and trail.state.get("kind") == "index":
                self.skipped["feeds and sitemaps left for the next run"] += len(trail.waiting)
                trail.waiting.clear()
                return
            child = trail.waiting.popleft()
            before = child.before
            as_it_was = child.changed and before.get("changed") == child.changed
            if before.get("done") and (as_it_was or is_fresh(before) or self._is_done(before)):
                self.skipped["feeds and sitemaps as they were"] += 1
                self._expand(child)
                continue
            self._send(child)
            return

    def _queue_pages(self, trail: Trail, pages: Sequence[PageLink]) -> None:
        """Send for the pages of a lead that are new or changed, the newest first, as many as there is room for."""
        wanted: dict[str, tuple[str, PageLink, datetime | None]] = {}
        for page in pages:
            url = canonical_url(page.link.url) or page.link.url
            wanted.setdefault(locator_of(url), (url, page, dated(page.link)))
        trail.found += len(wanted)
        states = self._page_states(trail.errand.source, wanted) if wanted else {}
        after = self._after(trail, [at for _, _, at in wanted.values() if at])
        left = 0
        for locator, (url, page, at) in sorted(wanted.items(), key=_newest):
            known = states.get(locator, {})
            if not self._is_wanted(trail, locator, page, known):
                continue
            if after and at and at < after:
                self.skipped["links older than was asked for"] += 1
            elif trail.room.left <= 0:
                left += 1
            else:
                trail.room.left -= 1
                self._send_page(trail, locator, url, page, known)
        if left:
            trail.later = True
            self.skipped["links left for the next run"] += left

    def _send_page(self, trail: Trail, locator: str, url: str, page: PageLink, known: Mapping[str, Any]) -> None:
        lead = trail.errand
        self.account.owe(trail, locator)
        self._send(
            Errand(
                url,
                "page",
                lead.source,
                before=known,
                claims=claims_of(page.link),
                marks={trail.key: page.mark},
                whole=whole_of(page, lead.source, lead.locator, trail.state["fetched_at"]),
                parent=trail,
                depth=lead.depth + 1,
                locator=locator,
            )
        )

    def _page_states(self, source: str, wanted: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Look up what is known of pages; what a killed run or a rebuild left without a state is known by its capture."""
        states = {place: one.state for place, one in read_states(self._warehouse, SOURCE, PAGE, wanted).items()}
        rest = [locator for locator in wanted if locator not in states]
        captured = last_captured(self._warehouse, source, rest) if rest else {}
        return {**states, **{place: {**told, "source": source} for place, told in captured.items()}}

    def _is_wanted(self, trail: Trail, locator: str, page: PageLink, known: Mapping[str, Any]) -> bool:
        """Tell whether a page is to be fetched for a lead, and note that the lead names it."""
        account, refused, marks = self.account, known.get("refused", {}), known.get("marks", {})
        if account.is_on_its_way(locator):
            account.owe(trail, locator)
            account.errands[locator].marks[trail.key] = page.mark
            return False
        if locator in account.errands:
            return False
        if locator in self._seen and not known.get("payload_sha256"):  # refused by the run that this one goes on from
            trail.later = trail.later or not account.is_tired_of(refused, page.mark)
            return False
        if account.is_tired_of(refused, page.mark):
            self.skipped["links that were refused too often"] += 1
            return False
        if known.get("payload_sha256") and trail.key not in marks:
            account.note(locator, {**known, "marks": {**marks, trail.key: page.mark}})
        if known.get("payload_sha256") and marks.get(trail.key, page.mark) == page.mark:
            self.skipped["links as they were"] += 1
            return False
        return True

    def _after(self, trail: Trail, instants: Sequence[datetime]) -> datetime | None:
        """Give the instant from which on pages are wanted, and remember the newest that there is."""
        told = trail.errand.before.get("newest")
        before = datetime.fromisoformat(told) if told else None
        if newest := max([*instants, *([before] if before else [])], default=None):
            trail.state["newest"] = newest
        if trail.errand.since == "cursor":
            return before + timedelta(microseconds=1) if before else None
        return trail.errand.since

    def _is_done(self, before: Mapping[str, Any]) -> bool:
        """Tell whether the run that this one goes on from is through with a lead."""
        at = before.get("fetched_at")
        return bool(before.get("done") and at and datetime.fromisoformat(at) >= self._begun_at)

    def _lead_states(self, roots: Iterable[Root]) -> dict[tuple[str, str], Mapping[str, Any]]:
        places: dict[str, set[str]] = {}
        for root in roots:
            if root.role != "page":
                places.setdefault(root.source, set()).add(locator_of(root.url))
        return {
            (source, locator): state.state
            for source, locators in places.items()
            for locator, state in read_states(self._warehouse, source, LEAD, locators).items()
        }


def _nothing_found(trail: Trail | None) -> Iterator[Rejection]:
    if trail and not trail.found:
        trail.later = True
        detail = "neither the page nor the site's robots.txt names a feed or a sitemap; give the address of one"
        yield Rejection(trail.errand.source, trail.errand.locator, "parse", NO_FEEDS, detail)


def _newest(wanted: tuple[str, tuple[str, PageLink, datetime | None]]) -> float:
    """Sort by date, the newest first; what has none keeps its order behind them."""
    at = wanted[1][2]
    return -at.timestamp() if at else float("inf")
