"""Answers for people: what the commands print, on a terminal or into a pipe."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from flows.learn_boilerplate import Learnt
from transforms.changes import Told, find_changes
from transforms.dates.explanation import explain
from transforms.records import OUTCOMES, DateClaim
from warehouse.checks import CheckResult
from warehouse.comparison import Comparison
from warehouse.database import Warehouse
from warehouse.export import ExportReport
from warehouse.load import LoadReport
from warehouse.queries import ArticleAnswer, Row, articles_of_run, list_rejections, removed_by_run

_MOST = 10
_NARROWEST = 8
_PATTERNS = {"year": "%Y", "range": "%Y", "quarter": "%Y-%m", "month": "%Y-%m", "day": "%Y-%m-%d"}


@contextmanager
def progress_bar(hidden: bool) -> Iterator[Callable[[LoadReport], None] | None]:
    """Show on standard error, where it is a terminal, how many documents went through and how fast."""
    if hidden or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  (a tenth of a second that a pipe need not spend)
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = ("{task.completed:,.0f} documents", "{task.fields[rejected]:,} rejected", "{task.fields[rate]}")
    with Progress(SpinnerColumn(), *map(TextColumn, columns), TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None, rejected=0, rate="")
        seen = LoadReport()

        def advance(report: LoadReport) -> None:
            nonlocal seen
            seen += report
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            bar.update(task, completed=seen.captures, rejected=seen.rejected, rate=f"{speed:,.0f}/s" if speed else "")

        yield advance


def print_ingest(
    warehouse: Warehouse,
    run_id: str,
    report: LoadReport,
    recovered: LoadReport,
    skipped: Mapping[str, int],
    *,
    as_json: bool,
    hosts: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Print what a run loaded, removed and refused, and a query to try; as JSON with how far the pages of `hosts` are."""
    removed = removed_by_run(warehouse, run_id)
    refused = list_rejections(warehouse, run_id, _MOST)
    made = articles_of_run(warehouse, run_id, _MOST)
    if as_json:
        told = {"run_id": run_id, **asdict(report), "removed": removed, "rejections": refused, "skipped": skipped}
        print_rows([{**told, "recovered": recovered.captures, "hosts": hosts}], as_json=True)
        return
    if recovered.captures:
        click.echo(f"Recovered {recovered.captures:,} captures that an earlier run had kept and not loaded.\n")
    click.echo(f"{warehouse.path}: {report.captures:,} captures ({_counts(report)})")
    if made:
        click.echo(f"\n{_heading('Loaded', len(made), report.inserted + report.updated + report.duplicate)}")
        for row in made:
            click.echo(f"  {row['article_id'][:8]}  {row['published'] or 'undated':<16}  {_cut(row['title'], 30)}")
    if removed:
        click.echo(f"\n{click.style('Removed', bold=True)}")
        for row in removed:
            count = f"{row['edits']:,} × {row['rule']}"
            click.echo(f"  {count:<28}{row['characters']:>8,} characters   {_cut(_shown(row['example']), 50)}")
    _print_left(skipped, refused, report.rejected)
    if made:
        click.echo('\nTry: dateline sql "SELECT published_local, dateline, title FROM articles ORDER BY 1"')
        click.echo(f"     dateline show {made[0]['article_id'][:8]} --explain")


def _print_left(skipped: Mapping[str, int], refused: Sequence[Row], rejected: int) -> None:
    if skipped:
        click.echo(f"\n{click.style('Left out', bold=True)}")
        for what, number in skipped.items():
            click.echo(f"  {number:>8,}  {what}")
    if refused:
        click.echo(f"\n{_heading('Rejected', len(refused), rejected)}")
        for row in refused:
            click.echo(f"  {row['reason']:<11} {row['locator']}: {row['detail']}")


def print_report(report: LoadReport, *, as_json: bool) -> None:
    """Print what became of captures."""
    if as_json:
        print_rows([asdict(report)], as_json=True)
    else:
        click.echo(f"{report.captures:,} captures ({_counts(report)})")


def print_rows(found: Sequence[Row], *, as_json: bool) -> None:
    """Print rows: as JSON, one object a line, or as a table fitted to the terminal."""
    if as_json:
        for row in found:
            click.echo(orjson.dumps(row, default=str).decode())
        return
    if not found:
        click.echo("nothing found")
        return
    names = list(found[0])
    cells = [[_cell(row[name]) for name in names] for row in found]
    widths = _fitted([max(map(len, column)) for column in zip(names, *cells, strict=True)])
    for number, line in enumerate([names, *cells]):
        shown = "  ".join(_cut(cell, 0, width).ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo(click.style(shown.rstrip(), bold=not number))


def print_runs(found: Sequence[Row], *, as_json: bool) -> None:
    """Print runs: what became of the captures of each, and the versions of program, rules and libraries."""
    if as_json or not found:
        print_rows(found, as_json=as_json)
        return
    for row in found:
        spent = f", {row['seconds']:,.1f} s" if row["seconds"] is not None else ""
        head = f"{row['run_id'][:12]}  {row['started_at']:%Y-%m-%d %H:%M:%S}  {row['flow']}: {row['status']}{spent}"
        click.echo(click.style(head, bold=True))
        counts = ", ".join(f"{row[outcome]:,} {outcome}" for outcome in OUTCOMES)
        libraries = ", ".join(f"{name} {version}" for name, version in orjson.loads(row["libraries"] or "{}").items())
        with_what = f"dateline {row['program'] or '?'}, rules {row['rules'] or '?'}, {libraries}"
        for told in (f"{row['captures']:,} captures ({counts})", row["error"], with_what):
            if told:
                click.echo(textwrap.fill(told, _width(), initial_indent="    ", subsequent_indent="    "))


def print_hits(found: Sequence[Row], *, as_json: bool) -> None:
    """Print what a search found: a line each, and below it the words in their place."""
    if as_json or not found:
        print_rows(found, as_json=as_json)
        return
    for row in found:
        when = f"{row['published_at']:%Y-%m-%d}" if row["published_at"] else "undated"
        by = f"  {row['publisher']}" if row["publisher"] else ""
        click.echo(f"{row['article_id'][:8]}  {when:<10}  {click.style(_cut(row['title'], 30), bold=True)}{by}")
        click.echo(textwrap.fill(row["snippet"], _width(), initial_indent=" " * 10, subsequent_indent=" " * 10))


def print_article(answer: ArticleAnswer) -> None:
    """Print an article to read."""
    article = answer.article
    _print_head(answer)
    click.echo("\n" + _wrapped(article["text"]))


def print_comparison(found: Comparison, *, as_json: bool) -> None:
    """Print what would change, by source and by rule."""
    if as_json:
        print_rows([asdict(found)], as_json=True)
        return
    click.echo(click.style("By source: articles that would be new, be gone, or have another …", bold=True))
    print_rows(found.by_source, as_json=False)
    click.echo(click.style("\nBy rule: edits before and after, and the articles in which they differ", bold=True))
    print_rows(found.by_rule, as_json=False)
    click.echo("\n`dateline reprocess --promote` makes it so; `dateline reprocess --drop` takes the shadow set away")


def print_changes(before: ArticleAnswer, after: ArticleAnswer, *, as_json: bool) -> None:
    """Print what changed between two versions."""
    found = find_changes(_told(before.article), _told(after.article))
    numbers = {"from": before.article["version"], "to": after.article["version"]}
    if as_json:
        print_rows([{**numbers, **asdict(one)} for one in found], as_json=True)
        return
    span = f"{before.article['valid_from']:%Y-%m-%d %H:%M} → {after.article['valid_from']:%Y-%m-%d %H:%M} UTC"
    click.echo(
        f"{click.style(after.article['title'] or '', bold=True)}\nversion {numbers['from']} → {numbers['to']}, {span}"
    )
    for change in found:
        click.echo(f"\n{click.style(change.kind, bold=True)}")
        for sign, colour, words in (("-", "red", change.before), ("+", "green", change.after)):
            if words:
                filled = textwrap.fill(words, _width(), initial_indent=f"  {sign} ", subsequent_indent="    ")
                click.echo(click.style(filled, fg=colour))
    if not found:
        click.echo("nothing that a reader sees")


def print_explained(answer: ArticleAnswer) -> None:
    """Print an article with what was taken from it, in its place, and where its date came from."""
    _print_head(answer)
    _print_date(answer)
    click.echo(f"\n{click.style('Text', bold=True)}  ([-removed-] and {{+put in+}}, with the rule)\n")
    click.echo(_wrapped(_marked(answer)))
    click.echo(f"\n{click.style('Edits', bold=True)}  ({len(answer.edits)})")
    for edit in answer.edits:
        change = f" → {_shown(edit['replacement'])}" if edit["replacement"] else ""
        click.echo(
            f"  {edit['start']:>6}–{edit['stop']:<6} {edit['rule']:<20} {_cut(_shown(edit['original']) + change, 40)}"
        )


def print_export(report: ExportReport, *, as_json: bool) -> None:
    """Print what an export holds."""
    if as_json:
        print_rows([asdict(report)], as_json=True)
        return
    written = sum(file.written for file in report.files)
    click.echo(
        f"{report.folder}: {report.rows:,} articles in {len(report.files)} files ({written} written), manifest.json"
    )
    for file in report.files[:_MOST]:
        click.echo(f"  {file.rows:>8,}  {file.path}")
    if len(report.files) > _MOST:
        click.echo(f"  … and {len(report.files) - _MOST} more")


def print_proposals(learnt: Learnt, into: Path, *, as_json: bool) -> None:
    """Print the lines that recur, with the stories that have them, and what to do next."""
    if as_json:
        print_rows(learnt.lines, as_json=True)
        return
    for row in learnt.lines:
        support = f"{row['stories']:,} of {row['site_stories']:,} stories"
        click.echo(f"  {row['site']:<24} {support:<24} {_cut(row['examples'][0], 52)}")
    if learnt.lines:
        click.echo(f"\n{into}: {learnt.fresh:,} new of {len(learnt.lines):,} proposals.")
        click.echo(f"Set `keep = true` on those that are litter, and DATELINE_RULES={into} to clean by them.")
    else:
        click.echo("no line recurs so often")


def print_checks(results: Sequence[CheckResult], *, as_json: bool) -> None:
    """Print each check, and the first rows that break it."""
    if as_json:
        print_rows([asdict(one) for one in results], as_json=True)
        return
    for one in results:
        word, colour = ("pass", "green") if one.passed else ("FAIL", "red") if one.required else ("note", "yellow")
        failed = f" ({one.failures:,} rows)" if one.failures else ""
        click.echo(f"{click.style(word, fg=colour)}  {one.name}: {one.promise}{failed}")
        for row in one.offending[:_MOST]:
            click.echo("        " + ", ".join(f"{name}={_cell(value)}" for name, value in row.items()))


# ── parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _print_head(answer: ArticleAnswer) -> None:
    article = answer.article
    facts = {
        "published": _published(article),
        "modified": article["modified_at"],
        "authors": ", ".join(article["authors"]),
        "dateline": article["dateline"],
        "credit": article["credit"],
        "publisher": article["publisher"] or article["hostname"],
        "url": article["url"],
        "language": article["language"],
        "flags": ", ".join(article["flags"]),
        "title from": article["title_origin"],
        "version": f"{article['version']} of {len(answer.versions)}",
        "copies": ", ".join(row["article_id"][:8] for row in answer.copies),
        "story": "; ".join(
            f"{row['story_id'][:8]}, {row['role']} among {row['article_count']}: {row['reason']}"
            for row in answer.stories
        ),
        "kept as": f"{answer.capture['locator']} ({answer.capture['payload_bytes']:,} bytes, {answer.capture['charset']})",
        "id": article["article_id"],
    }
    click.echo(click.style(article["title"] or "(without a title)", bold=True))
    for name, value in facts.items():
        if value:
            click.echo(textwrap.fill(f"{value}", _width(), initial_indent=f"  {name:<11}", subsequent_indent=" " * 13))


def _print_date(answer: ArticleAnswer) -> None:
    claims = tuple(
        DateClaim(**{**row, "earliest": _utc(row["earliest"]), "latest": _utc(row["latest"])})
        for row in answer.date_claims
    )
    click.echo(f"\n{click.style('Date', bold=True)}")
    click.echo(textwrap.fill(explain(claims).why, _width(), initial_indent="  ", subsequent_indent="  "))
    for claim in claims:
        mark = "→" if claim.chosen else " "
        read = (
            f"{claim.earliest:%Y-%m-%d %H:%M} to {claim.latest:%Y-%m-%d %H:%M} UTC"
            if claim.earliest and claim.latest
            else "cannot be read"
        )
        note = f" ({claim.note})" if claim.note else ""
        click.echo(
            f"  {mark} {claim.kind} by {claim.origin}: {_shown(claim.raw)} = {read}, {claim.precision or 'no precision'}{note}"
        )


def _marked(answer: ArticleAnswer) -> str:
    pieces: list[str] = []
    source, at = answer.article["source_text"], 0
    for edit in answer.edits:
        original, replacement = edit["original"], edit["replacement"]
        pieces += (source[at : edit["start"]], _gap_before(original))
        if original.strip():
            words = _cut(" ".join(original.split()), 0, 160)
            pieces.append(click.style(f"[-{words}-]", fg="red") + click.style(f"({edit['rule']})", dim=True))
        if replacement.strip():
            pieces.append(click.style(f"{{+{replacement}+}}", fg="green"))
        pieces.append(_gap(original, replacement))
        at = edit["stop"]
    return "".join([*pieces, source[at:]])


def _gap_before(original: str) -> str:
    return "\n\n" if original[: len(original) - len(original.lstrip())].count("\n") > 1 and original.strip() else ""


def _gap(original: str, replacement: str) -> str:
    """The line ends that keep paragraphs apart on the screen, whatever the edit took."""
    found = replacement if not replacement.strip() and replacement else original[len(original.rstrip()) :]
    return "\n\n" if found.count("\n") > 1 else "\n" if "\n" in found else ""


def _told(article: Row) -> Told:
    published = None if article["published_local"] is None else _published(article).split(" (")[0]
    return Told(article["title"], published, article["text"], article["language"])


def _published(article: Row) -> str:
    local = article["published_local"]
    if local is None:
        return "undated"
    shown = local.strftime(_PATTERNS.get(article["published_precision"], "%Y-%m-%d %H:%M"))
    return f"{shown} ({article['published_precision']}, from {article['published_origin']})"


def _utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant else None


def _counts(report: LoadReport) -> str:
    return ", ".join(f"{getattr(report, outcome):,} {outcome}" for outcome in OUTCOMES)


def _heading(word: str, shown: int, total: int) -> str:
    return click.style(word, bold=True) + (f"  (the first {shown} of {total:,})" if shown < total else "")


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds").removesuffix("+00:00")
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else " ".join(str(value).split())


def _shown(words: str) -> str:
    return f"“{' '.join(words.split())}”" if words.strip() else repr(words)


def _cut(words: str | None, used: int, width: int | None = None) -> str:
    room = width or max(40, _width() - used)
    text = words or ""
    return text if len(text) <= room else text[: room - 1] + "…"


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, _width(), break_on_hyphens=False) if line.strip() else "" for line in text.split("\n")
    )


def _fitted(widths: list[int]) -> list[int]:
    """Narrow the widest columns, evenly, until a line fits."""
    room = _width() - 2 * (len(widths) - 1)
    fitted = list(widths)
    while sum(fitted) > room and max(fitted) > _NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _width() -> int:
    return max(60, min(120, shutil.get_terminal_size((100, 24)).columns))
