"""The commands that take documents in: `ingest`, `extract` and `similar`. Each imports what it needs when it runs."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.guard_commands import (
    DAY,
    DONE,
    REJECTED,
    STOPPED,
    as_one_line,
    end,
    json_option,
    means_of,
    read_settings,
    warehouse_option,
)

if TYPE_CHECKING:
    from datetime import datetime

    from flows.choose_sources import Sources
    from flows.settings import Settings
    from flows.supervise_workers import Means
    from warehouse.database import Warehouse
    from warehouse.load import LoadReport


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--urls",
    "lists",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file of web addresses, one a line; may be given several times.",
)
@click.option("--follow", is_flag=True, help="Look pages through for feeds and sitemaps, and follow saved feeds too.")
@click.option("--since", type=DAY, help="Follow only links that are dated from this day on (UTC).")
@warehouse_option
@click.option("--map", "columns", help="Which column of a table holds which field: title=headline,text=body.")
@click.option(
    "--new/--all",
    "only_new",
    default=None,
    help="Read only files that are new or changed since the last such run (without PATH), or every file (with PATH).",
)
@click.option("--max-rejected", type=click.FloatRange(0, 1), help="Share of captures that may be rejected (default 0).")
@click.option("--jobs", type=click.IntRange(1), help="Processes to transform documents in (default: the cores).")
@click.option("--quiet", is_flag=True, help="Show no progress bar.")
@json_option
def ingest(
    paths: tuple[str, ...],
    lists: tuple[Path, ...],
    follow: bool,
    since: datetime | None,
    warehouse: Path | None,
    columns: str | None,
    only_new: bool | None,
    max_rejected: float | None,
    jobs: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Load seed files, folders, glob patterns, web pages, feeds and sitemaps into the warehouse.

    Reads text, Markdown, HTML, lines of JSON, CSV, Parquet, mail (.eml, .mbox), feeds (.rss, .atom, .xml, .json), each
    also with .gz, WARC and WACZ, and such files in .zip and .tar. What begins with http:// or https:// is fetched: as its
    robots.txt allows, each host at its own pace. What cannot be read becomes a rejection with a reason, and the run goes
    on. Ctrl-C ends the fetching and loads what was fetched; the same command goes on from there.

    An address at which a feed, a sitemap or a list of feeds lies stands for the pages that these name; the next run
    fetches what is new there. With --follow that goes for a site's page too, which is looked through for its feeds and
    sitemaps, and for feeds among the files. Without PATH the [[sources]] of dateline.toml are read.

    \b
    Example: dateline ingest samples/seeds
    Example: dateline ingest export.csv --map title=headline,text=body
    Example: dateline ingest https://www.example.org/news/1.html --urls more.txt
    Example: dateline ingest https://www.example.org/feed.xml
    Example: dateline ingest --follow https://www.example.org/ --since 2024-03-01
    """
    from connectors.tables import UnknownFieldError, read_map
    from flows.choose_sources import NoSourceError, choose_sources
    from flows.load_sources import load_files
    from flows.print_answers import print_ingest, progress_bar
    from flows.walk_documents import recover

    settings = read_settings()
    allowed = settings.max_rejected if max_rejected is None else max_rejected
    try:
        sources = choose_sources(
            settings,
            paths,
            read_map(columns) if columns else None,
            lists=lists,
            only_new=only_new,
            follow=follow,
            since=since and since.replace(tzinfo=UTC),
        )
    except (NoSourceError, UnknownFieldError, OSError) as error:
        raise click.UsageError(str(error)) from None
    with as_one_line():
        store = settings.open_warehouse(warehouse)
        means = means_of(settings, jobs)
        recovered = recover(store, means)
        if sources.is_fetched:
            report = _fetch(store, settings, means, sources, recovered, quiet, as_json)
            sys.exit(REJECTED if report.rejected > allowed * report.captures else DONE)
        with progress_bar(quiet or as_json) as advance:
            loaded = load_files(store, settings, sources, means, "ingest", progress=advance)
        report = loaded.report
        print_ingest(store, loaded.run.run_id, report, recovered, sources.skipped, as_json=as_json)
    sys.exit(REJECTED if report.rejected > allowed * report.captures else DONE)


def _fetch(
    store: Warehouse,
    settings: Settings,
    means: Means,
    sources: Sources,
    recovered: LoadReport,
    quiet: bool,
    as_json: bool,
) -> LoadReport:
    """Fetch pages and load them, behind the files; print what became of them. Exits where it is stopped."""
    from flows.fetch_pages import StoppedError, load_pages, open_pages
    from flows.print_answers import print_ingest
    from flows.show_hosts import print_hosts, show_hosts

    pages = open_pages(store, settings, sources.roots, beside=sources.followed)
    stopped = False
    try:
        with show_hosts(pages.connector, hidden=quiet or as_json):
            loaded = load_pages(store, settings, sources, pages, means, "ingest")
    except StoppedError as error:
        loaded, stopped = error.loaded, True
    skipped = {**sources.skipped, **pages.following.skipped}
    hosts = [asdict(one) for one in pages.connector.standings()]
    print_ingest(store, loaded.run.run_id, loaded.report, recovered, skipped, as_json=as_json, hosts=hosts)
    if not as_json:
        print_hosts(pages.connector, pages.resumed, pages.fresh, settings.fetch_contact)
    if stopped:
        end(STOPPED, RuntimeError("fetching was stopped; the same command goes on from there"))
    return loaded.report


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--jsonl", is_flag=True, help="Read document lines from the files or standard input; ids and order are kept."
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes to use.")
def extract(paths: tuple[str, ...], jsonl: bool, jobs: int) -> None:
    """Clean documents without a database: documents in, one JSON object a line out.

    A line holds the article with its edits, date claims and date mentions, or `rejection` with stage, reason and detail.
    `-` or no path reads standard input.

    \b
    Example: dateline extract samples/seeds/harbour-strike.txt
    Example: dateline extract --jsonl < pages.jsonl > articles.jsonl
    """
    from flows.extract_documents import extract_files, extract_lines

    settings = read_settings()
    means = means_of(settings, jobs)
    lines = (
        extract_lines(paths, settings.document_limit, means)
        if jsonl
        else extract_files(paths, settings.document_limit, means)
    )
    try:
        for line in lines:
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        sys.stderr.close()  # the reader of the pipe has what it wanted


@click.command()
@click.argument("article_id")
@click.option("--provider", "names", multiple=True, help="A provider of the settings; may be given several times.")
@click.option("--budget", type=click.IntRange(1), help="Most documents to load (setting: similar_budget).")
@click.option("--explain", is_flag=True, help="Show why each document matched or was turned down.")
@click.option("--last", is_flag=True, help="Show what the last run found, and ask nobody.")
@warehouse_option
@click.option("--jobs", type=click.IntRange(1), help="Processes to transform documents in (default: the cores).")
@json_option
def similar(
    article_id: str,
    names: tuple[str, ...],
    budget: int | None,
    explain: bool,
    last: bool,
    warehouse: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Fetch similar coverage of an article from the providers of dateline.toml, load it, and say why each hit matched.

    ARTICLE_ID may be the first digits of an id. A provider that fails is told and never ends the run. Providers are
    tables in dateline.toml: [providers.papers], with kind = "local" and paths = ["/data/papers"].

    \b
    Example: dateline similar 3f2a --explain
    Example: dateline similar 3f2a --provider gdelt --budget 10
    """
    from connectors.providers.provider import ProviderSettingsError
    from flows.fetch_pages import StoppedError
    from flows.find_similar import find_similar, open_providers
    from flows.print_coverage import print_coverage, print_coverage_json
    from warehouse.coverage import last_coverage, read_coverage
    from warehouse.queries import find_article, read_article

    settings = read_settings()
    question, left, failed = None, 0, False
    with as_one_line():
        store = settings.open_warehouse(warehouse)
        found = find_article(store, article_id)
        if last:
            run_id = last_coverage(store, found)
        else:
            try:
                providers = open_providers(settings, names)
            except ProviderSettingsError as error:
                raise click.UsageError(str(error)) from None
            means = means_of(settings, jobs)
            try:
                coverage = find_similar(store, settings, found, providers, means, "similar", budget=budget)
            except StoppedError:
                end(STOPPED, RuntimeError("fetching was stopped; the same command goes on from there"))
            run_id, question, left = coverage.run.run_id, coverage.question, coverage.left
            failed = bool(coverage.answers) and all(answer.reason for answer in coverage.answers)
        requests, hits = read_coverage(store, run_id)
        article = read_article(store, found).article
        if as_json:
            print_coverage_json(article, question, requests, hits, left)
        else:
            print_coverage(article, question, requests, hits, left, explain=explain)
    sys.exit(REJECTED if failed else DONE)
