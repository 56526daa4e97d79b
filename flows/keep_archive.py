"""The commands that keep the archive and hand it on: exports and copies, checks, runs, migrations, rules, rebuilding."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.guard_commands import (
    DAY,
    DONE,
    REJECTED,
    as_one_line,
    instant,
    json_option,
    means_of,
    open_store,
    read_settings,
    warehouse_option,
)

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@warehouse_option
@click.option("--since", type=DAY, help="Only what was published on this day or later (UTC).")
@click.option("--where", help="Only what meets this condition, in SQL on the columns of articles.")
@click.option("--schema-org", is_flag=True, help="Write lines of JSON-LD (schema.org/NewsArticle) instead of Parquet.")
@json_option
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

    with as_one_line():
        try:
            selection = Selection(instant(since), where, schema_org)
            print_export(export_parquet(open_store(warehouse), folder, selection), as_json=as_json)
        except ExportRefusedError as error:
            raise click.UsageError(str(error)) from None


@click.command("learn-boilerplate")
@warehouse_option
@click.option("--site", help="One site: a hostname, a publisher or, for what has neither, a source (default: all).")
@click.option("--least", type=click.IntRange(2), default=5, show_default=True, help="Stories that must have a line.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("learnt-boilerplate.toml"),
    show_default=True,
    help="The file of proposals.",
)
@json_option
def learn_boilerplate(warehouse: Path | None, site: str | None, least: int, into: Path, as_json: bool) -> None:
    """Find lines that a site repeats under its stories, and propose them as rules in a file to review.

    Nothing is cut until you set `keep = true` on a rule and name the file in the setting DATELINE_RULES.

    \b
    Example: dateline learn-boilerplate --site news.example --least 10
    """
    from flows.learn_boilerplate import UnreadableProposalsError, propose_rules
    from flows.print_answers import print_proposals

    with as_one_line():
        try:
            print_proposals(propose_rules(open_store(warehouse), into, site, least), into, as_json=as_json)
        except UnreadableProposalsError as error:
            raise click.UsageError(str(error)) from None


@click.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@warehouse_option
@json_option
def publish(path: Path, warehouse: Path | None, as_json: bool) -> None:
    """Put a read-only copy of the warehouse at PATH, swapped in whole, for readers who are never in the way of a load.

    \b
    Example: dateline publish /srv/news/dateline.duckdb
    """
    from flows.print_answers import print_rows
    from warehouse.publish import PublishRefusedError
    from warehouse.publish import publish as publish_copy

    with as_one_line():
        try:
            report = publish_copy(open_store(warehouse), path)
        except PublishRefusedError as error:
            raise click.UsageError(str(error)) from None
        if as_json:
            print_rows([{"path": report.path, "articles": report.articles, "size": report.size}], as_json=True)
        else:
            click.echo(f"{report.path}: {report.articles:,} articles, {report.size / 1e6:,.1f} MB")


@click.command()
@warehouse_option
@json_option
def check(warehouse: Path | None, as_json: bool) -> None:
    """Check every promise of the archive, and print the rows that break one. Exit code 1 if a required check fails.

    \b
    Example: dateline check
    """
    from flows.print_answers import print_checks
    from warehouse.checks import run_checks

    with as_one_line():
        results = run_checks(open_store(warehouse))
        print_checks(results, as_json=as_json)
    sys.exit(REJECTED if any(one.required and not one.passed for one in results) else DONE)


@click.command()
@warehouse_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most runs to print.")
@json_option
def runs(warehouse: Path | None, limit: int, as_json: bool) -> None:
    """List the runs, the latest first, with what each saw, what became of it, and what it ran with.

    \b
    Example: dateline runs --limit 3
    """
    from flows.print_answers import print_runs
    from warehouse.queries import list_runs

    with as_one_line():
        print_runs(list_runs(open_store(warehouse), limit), as_json=as_json)


@click.command()
@warehouse_option
@json_option
def migrate(warehouse: Path | None, as_json: bool) -> None:
    """Bring the warehouse's schema up to date, and list its migrations. Every ingest does this too.

    \b
    Example: dateline migrate
    """
    from flows.print_answers import print_rows
    from warehouse.queries import list_migrations

    with as_one_line():
        store = open_store(warehouse)
        with store.writing():
            pass
        print_rows(list_migrations(store), as_json=as_json)


@click.command()
@warehouse_option
@json_option
def rebuild(warehouse: Path | None, as_json: bool) -> None:
    """Make the warehouse again from the archive beside it, and put it in the old one's place.

    The old file, damaged or not, is kept with the ending .replaced. What no archive can tell (how far sources were read,
    similar coverage) is carried over from it; where it cannot be read, that is told.

    \b
    Example: dateline rebuild
    """
    from flows.print_answers import print_report
    from flows.rebuild_warehouse import rebuild_warehouse
    from warehouse.notes import NOTES

    with as_one_line():
        settings = read_settings()
        rebuilt = rebuild_warehouse(open_store(warehouse), means_of(settings))
        print_report(rebuilt.report, as_json=as_json)
        for name in rebuilt.lost:
            click.echo(f"not carried over: {name} ({NOTES[name]}); the old file cannot be asked for it", err=True)


@click.command()
@warehouse_option
@click.option("--source", help="Tell only of the articles of one source, such as seeds.")
@click.option("--promote", is_flag=True, help="Put the shadow set in the warehouse's place.")
@click.option("--drop", is_flag=True, help="Take the shadow set away.")
@json_option
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
    with as_one_line():
        store, means = open_store(warehouse), read_settings().means()
        if promote:
            promote_shadow(store, means)
            click.echo(f"{store.path} is the shadow set now; the warehouse before is kept with the ending .replaced")
        elif drop:
            click.echo("dropped" if drop_shadow(store) else "there was no shadow set")
        else:
            print_comparison(make_shadow(store, means, source), as_json=as_json)
