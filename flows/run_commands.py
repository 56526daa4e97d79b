"""The command line: `dateline …`. Each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from flows.choose_sources import Sources
    from flows.settings import Settings
    from flows.supervise_workers import Means
    from warehouse.database import Warehouse
    from warehouse.load import LoadReport

DONE, REJECTED, USAGE, LOCKED, DAMAGED = range(5)
STOPPED = 130

_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
_warehouse = click.option(
    "--warehouse",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The DuckDB file; else DATELINE_WAREHOUSE, else dateline.duckdb in the working folder.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="dateline", message="%(prog)s %(version)s")
def main() -> None:
    """Turn saved and fetched news into one clean, dated, de-duplicated archive.

    \b
    Exit codes: 0 done; 1 done, but more was rejected than allowed, or a check failed;
    2 wrong usage; 3 the warehouse is held by another process; 4 the warehouse is damaged;
    130 stopped (Ctrl-C) before all pages were fetched.
    """


@main.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--urls",
    "lists",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file of web addresses, one a line; may be given several times.",
)
@click.option("--follow", is_flag=True, help="Look pages through for feeds and sitemaps, and follow saved feeds too.")
@click.option("--since", type=_DAY, help="Follow only links that are dated from this day on (UTC).")
@_warehouse
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
@_json
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
    from flows.print_answers import print_ingest, progress_bar
    from flows.walk_documents import recover, walk
    from transforms.boilerplate import shipped_rules
    from warehouse.runs import open_run

    settings = _settings()
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
    with _errors():
        store = settings.open_warehouse(warehouse)
        means = _means(settings, jobs)
        recovered = recover(store, means)
        if sources.is_fetched:
            report = _fetch(store, settings, means, sources, recovered, quiet, as_json)
            sys.exit(REJECTED if report.rejected > allowed * report.captures else DONE)
        with (
            open_run(store, "ingest", shipped_rules(*means.rules).sha256) as run,
            progress_bar(quiet or as_json) as advance,
        ):
            report = walk(
                store,
                run,
                sources.captures(store),
                documents=settings.batch_documents,
                size=settings.batch_bytes,
                means=means,
                progress=advance,
            )
        sources.note(store, run.run_id)
        print_ingest(store, run.run_id, report, recovered, sources.skipped, as_json=as_json)
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
    from flows.fetch_pages import StoppedError, open_pages, walk_pages
    from flows.print_answers import print_ingest
    from flows.show_hosts import print_hosts, show_hosts
    from transforms.boilerplate import shipped_rules
    from warehouse.runs import open_run

    pages = open_pages(store, settings, sources.roots, beside=sources.followed)
    stopped = False
    try:
        with (
            open_run(store, "ingest", shipped_rules(*means.rules).sha256) as run,
            show_hosts(pages.connector, hidden=quiet or as_json),
        ):
            report = walk_pages(
                store, run, settings, pages, means=means, before=sources.captures(store), leads=sources.leads()
            )
    except StoppedError as error:
        report, stopped = error.report, True
    else:
        sources.note(store, run.run_id)
    skipped = {**sources.skipped, **pages.following.skipped}
    hosts = [asdict(one) for one in pages.connector.standings()]
    print_ingest(store, run.run_id, report, recovered, skipped, as_json=as_json, hosts=hosts)
    if not as_json:
        print_hosts(pages.connector, pages.resumed, pages.fresh, settings.fetch_contact)
    if stopped:
        _exit(STOPPED, RuntimeError("fetching was stopped; the same command goes on from there"))
    return report


@main.command()
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

    settings = _settings()
    means = _means(settings, jobs)
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


@main.command()
@click.argument("article_id")
@_warehouse
@click.option("--explain", is_flag=True, help="Show what was removed, by which rule, and where the date comes from.")
@click.option("--raw", is_flag=True, help="Write the kept bytes, as they were.")
@click.option("--version", "number", type=click.IntRange(1), help="A version other than the current one.")
@_json
def show(article_id: str, warehouse: Path | None, explain: bool, raw: bool, number: int | None, as_json: bool) -> None:
    """Print an article; ARTICLE_ID may be the first digits of an id, if only one article has them.

    \b
    Example: dateline show 3f2a --explain
    """
    from flows.print_answers import print_article, print_explained, print_rows
    from warehouse.queries import find_article, read_article, read_bytes

    with _errors():
        store = _open(warehouse)
        article = read_article(store, find_article(store, article_id), number)
        if raw:
            sys.stdout.buffer.write(read_bytes(store, article))
            sys.stdout.buffer.flush()
        elif as_json:
            print_rows([article.as_dict()], as_json=True)
        elif explain:
            print_explained(article)
        else:
            print_article(article)


@main.command()
@click.argument("article_id")
@_warehouse
@click.option("--from", "before", type=click.IntRange(1), help="The older version (default: the one before the newer).")
@click.option("--to", "after", type=click.IntRange(1), help="The newer version (default: the current one).")
@_json
def diff(article_id: str, warehouse: Path | None, before: int | None, after: int | None, as_json: bool) -> None:
    """Print what changed between two versions of an article, sentence by sentence, with the kind of each change.

    Kinds: title, date, number, quote, correction, wording, added, removed. Versions are numbered in the order of capture.

    \b
    Example: dateline diff 3f2a --from 1 --to 3
    """
    from flows.print_answers import print_changes
    from warehouse.queries import compare_versions, find_article

    with _errors():
        store = _open(warehouse)
        print_changes(*compare_versions(store, find_article(store, article_id), before, after), as_json=as_json)


@main.command()
@click.argument("words", nargs=-1, required=True)
@_warehouse
@click.option("--since", type=_DAY, help="Published on this day or later (UTC).")
@click.option("--until", type=_DAY, help="Published before this day (UTC).")
@click.option("--publisher", help="Published by this publisher or host.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most articles to print.")
@_json
def search(
    words: tuple[str, ...],
    warehouse: Path | None,
    since: datetime | None,
    until: datetime | None,
    publisher: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find current articles that have all the words, the best match first.

    Words in double quotes stand one after the other, and title:WORD stands in the headline.

    \b
    Example: dateline search grain exports
    Example: dateline search '"grain exports" title:port' --since 2022-07-01 --publisher gazette.example
    """
    from flows.print_answers import print_hits
    from warehouse.queries import search_articles

    with _errors():
        span = {"since": _instant(since), "until": _instant(until), "publisher": publisher}
        print_hits(search_articles(_open(warehouse), " ".join(words), limit, **span), as_json=as_json)


@main.command()
@_warehouse
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most stories to print.")
@_json
def stories(warehouse: Path | None, limit: int, as_json: bool) -> None:
    """List the stories: articles that belong together, the largest first.

    \b
    Example: dateline stories --limit 5
    """
    from flows.print_answers import print_rows
    from warehouse.queries import list_stories

    with _errors():
        print_rows(list_stories(_open(warehouse), limit), as_json=as_json)


@main.command()
@click.argument("article_id")
@click.option("--provider", "names", multiple=True, help="A provider of the settings; may be given several times.")
@click.option("--budget", type=click.IntRange(1), help="Most documents to load (setting: similar_budget).")
@click.option("--explain", is_flag=True, help="Show why each document matched or was turned down.")
@click.option("--last", is_flag=True, help="Show what the last run found, and ask nobody.")
@_warehouse
@click.option("--jobs", type=click.IntRange(1), help="Processes to transform documents in (default: the cores).")
@_json
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
    from flows.fetch_pages import StoppedError, wire_of
    from flows.find_similar import find_similar, open_providers
    from flows.print_coverage import print_coverage, print_coverage_json
    from flows.walk_documents import recover
    from transforms.boilerplate import shipped_rules
    from warehouse.coverage import last_coverage, read_coverage
    from warehouse.queries import find_article, read_article
    from warehouse.runs import open_run

    settings = _settings()
    question, left, failed = None, 0, False
    with _errors():
        store = settings.open_warehouse(warehouse)
        found = find_article(store, article_id)
        if last:
            run_id = last_coverage(store, found)
        else:
            try:
                providers = open_providers(settings, names)
            except ProviderSettingsError as error:
                raise click.UsageError(str(error)) from None
            means = _means(settings, jobs)
            recover(store, means)
            try:
                with open_run(store, "similar", shipped_rules(*means.rules).sha256) as run:
                    coverage = find_similar(
                        store,
                        run,
                        settings,
                        found,
                        providers,
                        budget=budget or settings.similar_budget,
                        means=means,
                        wire=wire_of(store, settings),
                    )
            except StoppedError:
                _exit(STOPPED, RuntimeError("fetching was stopped; the same command goes on from there"))
            run_id, question, left = run.run_id, coverage.question, coverage.left
            failed = bool(coverage.answers) and all(answer.reason for answer in coverage.answers)
        requests, hits = read_coverage(store, run_id)
        article = read_article(store, found).article
        if as_json:
            print_coverage_json(article, question, requests, hits, left)
        else:
            print_coverage(article, question, requests, hits, left, explain=explain)
    sys.exit(REJECTED if failed else DONE)


@main.command()
@click.argument("query")
@_warehouse
@_json
def sql(query: str, warehouse: Path | None, as_json: bool) -> None:
    """Ask the warehouse in SQL; it is opened to read, nothing can be changed.

    \b
    Example: dateline sql "SELECT published_at, title FROM articles ORDER BY 1"
    """
    import duckdb

    from flows.print_answers import print_rows
    from warehouse.queries import ask

    with _errors():
        try:
            answer = ask(_open(warehouse), query, as_rows=as_json)
        except duckdb.Error as error:
            raise click.UsageError(str(error)) from None
        print_rows(answer, as_json=True) if isinstance(answer, list) else click.echo(answer)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_warehouse
@click.option("--since", type=_DAY, help="Only what was published on this day or later (UTC).")
@click.option("--where", help="Only what meets this condition, in SQL on the columns of articles.")
@click.option("--schema-org", is_flag=True, help="Write lines of JSON-LD (schema.org/NewsArticle) instead of Parquet.")
@_json
def export(
    folder: Path, warehouse: Path | None, since: datetime | None, where: str | None, schema_org: bool, as_json: bool
) -> None:
    """Export the current articles as Parquet, by year and month of publication, swapped in whole.

    Months in which nothing has changed since the last export to the same folder are not written again.

    \b
    Example: dateline export export && duckdb -c "SELECT title FROM 'export/**/*.parquet'"
    Example: dateline export harbour --since 2022-01-01 --where "title ILIKE '%harbour%'" --schema-org
    """
    from flows.print_answers import print_export
    from warehouse.export import ExportRefusedError, Selection, export_parquet

    with _errors():
        try:
            selection = Selection(_instant(since), where, schema_org)
            print_export(export_parquet(_open(warehouse), folder, selection), as_json=as_json)
        except ExportRefusedError as error:
            raise click.UsageError(str(error)) from None


@main.command("learn-boilerplate")
@_warehouse
@click.option("--site", help="One site: a hostname, a publisher or, for what has neither, a source (default: all).")
@click.option("--least", type=click.IntRange(2), default=5, show_default=True, help="Stories that must have a line.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("learnt-boilerplate.toml"),
    show_default=True,
    help="The file of proposals.",
)
@_json
def learn_boilerplate(warehouse: Path | None, site: str | None, least: int, into: Path, as_json: bool) -> None:
    """Find lines that a site repeats under its stories, and propose them as rules in a file to review.

    Nothing is cut until you set `keep = true` on a rule and name the file in the setting DATELINE_RULES.

    \b
    Example: dateline learn-boilerplate --site news.example --least 10
    """
    from flows.learn_boilerplate import UnreadableProposalsError, propose_rules
    from flows.print_answers import print_proposals

    with _errors():
        try:
            print_proposals(propose_rules(_open(warehouse), into, site, least), into, as_json=as_json)
        except UnreadableProposalsError as error:
            raise click.UsageError(str(error)) from None


@main.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_warehouse
@_json
def publish(path: Path, warehouse: Path | None, as_json: bool) -> None:
    """Put a read-only copy of the warehouse at PATH, swapped in whole, for readers who are never in the way of a load.

    \b
    Example: dateline publish /srv/news/dateline.duckdb
    """
    from flows.print_answers import print_rows
    from warehouse.publish import PublishRefusedError
    from warehouse.publish import publish as publish_copy

    with _errors():
        try:
            report = publish_copy(_open(warehouse), path)
        except PublishRefusedError as error:
            raise click.UsageError(str(error)) from None
        if as_json:
            print_rows([{"path": report.path, "articles": report.articles, "size": report.size}], as_json=True)
        else:
            click.echo(f"{report.path}: {report.articles:,} articles, {report.size / 1e6:,.1f} MB")


@main.command()
@_warehouse
@_json
def check(warehouse: Path | None, as_json: bool) -> None:
    """Check every promise of the archive, and print the rows that break one. Exit code 1 if a required check fails.

    \b
    Example: dateline check
    """
    from flows.print_answers import print_checks
    from warehouse.checks import run_checks

    with _errors():
        results = run_checks(_open(warehouse))
        print_checks(results, as_json=as_json)
    sys.exit(REJECTED if any(one.required and not one.passed for one in results) else DONE)


@main.command()
@_warehouse
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most runs to print.")
@_json
def runs(warehouse: Path | None, limit: int, as_json: bool) -> None:
    """List the runs, the latest first, with what each saw, what became of it, and what it ran with.

    \b
    Example: dateline runs --limit 3
    """
    from flows.print_answers import print_runs
    from warehouse.queries import list_runs

    with _errors():
        print_runs(list_runs(_open(warehouse), limit), as_json=as_json)


@main.command()
@_warehouse
@_json
def migrate(warehouse: Path | None, as_json: bool) -> None:
    """Bring the warehouse's schema up to date, and list its migrations. Every ingest does this too.

    \b
    Example: dateline migrate
    """
    from flows.print_answers import print_rows
    from warehouse.queries import list_migrations

    with _errors():
        store = _open(warehouse)
        with store.writing():
            pass
        print_rows(list_migrations(store), as_json=as_json)


@main.command()
@_warehouse
@_json
def rebuild(warehouse: Path | None, as_json: bool) -> None:
    """Make the warehouse again from the archive beside it, and put it in the old one's place.

    The old file, damaged or not, is kept with the ending .replaced.

    \b
    Example: dateline rebuild
    """
    from flows.print_answers import print_report
    from flows.rebuild_warehouse import rebuild_warehouse

    with _errors():
        settings = _settings()
        report = rebuild_warehouse(_open(warehouse), _means(settings))
        print_report(report, as_json=as_json)


@main.command()
@_warehouse
@click.option("--source", help="Tell only of the articles of one source, such as seeds.")
@click.option("--promote", is_flag=True, help="Put the shadow set in the warehouse's place.")
@click.option("--drop", is_flag=True, help="Take the shadow set away.")
@_json
def reprocess(warehouse: Path | None, source: str | None, promote: bool, drop: bool, as_json: bool) -> None:
    """Read the kept bytes with the rules of today into a shadow set, and print what would change by source and by rule.

    The warehouse stays as it is until --promote puts the shadow set in its place, in one step; --drop takes it away.

    \b
    Example: dateline reprocess && dateline reprocess --promote
    """
    from flows.print_answers import print_comparison
    from flows.reprocess_archive import drop_shadow, make_shadow, promote_shadow

    if promote and drop:
        raise click.UsageError("--promote and --drop are one or the other")
    with _errors():
        store, means = _open(warehouse), _settings().means()
        if promote:
            promote_shadow(store, means)
            click.echo(f"{store.path} is the shadow set now; the warehouse before is kept with the ending .replaced")
        elif drop:
            click.echo("dropped" if drop_shadow(store) else "there was no shadow set")
        else:
            print_comparison(make_shadow(store, means, source), as_json=as_json)


def _instant(given: datetime | None) -> str | None:
    return f"{given.isoformat()}Z" if given else None


def _settings() -> Settings:
    from pydantic import ValidationError

    from flows.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        raise click.UsageError(f"settings (DATELINE_… or dateline.toml): {error}") from None


def _means(settings: Settings, jobs: int | None = None) -> Means:
    try:
        means = settings.means(jobs)
        if means.rules:
            from transforms.boilerplate import shipped_rules

            shipped_rules(*means.rules)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"the rules that DATELINE_RULES names: {error}") from None
    return means


def _open(path: Path | None) -> Warehouse:
    return _settings().open_warehouse(path)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what can go wrong with a warehouse into one line and an exit code."""
    from warehouse.archive import ArchiveDamagedError
    from warehouse.database import MigrationError, WarehouseDamagedError, WarehouseLockedError, WarehouseMissingError
    from warehouse.queries import NoSuchArticleError

    try:
        yield
    except WarehouseLockedError as error:
        _exit(LOCKED, error)
    except (WarehouseMissingError, NoSuchArticleError, MigrationError) as error:
        _exit(USAGE, error)
    except (WarehouseDamagedError, ArchiveDamagedError) as error:
        _exit(DAMAGED, error)


def _exit(code: int, error: Exception) -> None:
    click.echo(f"dateline: {error}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
