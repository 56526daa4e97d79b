"""Similar coverage for people: what was asked, what matched and why, and what was turned down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from flows.print_answers import print_rows
from transforms.questions import Question
from warehouse.queries import Row

_WIDEST = 60
_CLUES = 8


def print_coverage(
    article: Row, question: Question | None, requests: Sequence[Row], hits: Sequence[Row], left: int, *, explain: bool
) -> None:
    """Print what a run found: who was asked, what matched, and what did not, counted or, with `explain`, one by one."""
    click.echo(f"Coverage similar to {article['article_id'][:8]}  {_cut(article['title'])}")
    if question:
        click.echo(_asked(question, explain=explain))
    for line in _by_provider(requests):
        click.echo(f"  {line}")
    matched = [hit for hit in hits if hit["is_match"]]
    turned_down = [hit for hit in hits if not hit["is_match"]]
    click.echo(f"\n{click.style('Matched', bold=True)}  ({len(matched)})")
    for hit in matched:
        _print_hit(hit, explain=explain)
    counts = Counter(hit["reason"] for hit in turned_down)
    summary = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items())) or "none"
    click.echo(f"\n{click.style('Turned down', bold=True)}  ({len(turned_down)}: {summary})")
    for hit in turned_down if explain else ():
        _print_hit(hit, explain=True)
    if left:
        click.echo(f"\n{left} more were offered than the budget allows; --budget takes more of them")


def print_coverage_json(
    article: Row, question: Question | None, requests: Sequence[Row], hits: Sequence[Row], left: int
) -> None:
    """Print the same as one JSON object."""
    told: Row = {"article_id": article["article_id"], "requests": list(requests), "hits": list(hits), "left": left}
    if question:
        told["clues"] = [{"text": one.text, "weight": one.weight, "is_name": one.is_name} for one in question.clues]
        told |= {"place": question.place, "since": question.since, "until": question.until}
    print_rows([told], as_json=True)


def _asked(question: Question, *, explain: bool) -> str:
    clues = question.clues if explain else question.clues[:_CLUES]
    words = " · ".join(f"{one.text} {one.weight:.1f}" if explain else one.text for one in clues) or "no words"
    days = f"{question.since:%Y-%m-%d} to {question.until:%Y-%m-%d}" if question.since and question.until else "any day"
    return f"Asked for: {words} ({days})"


def _by_provider(requests: Sequence[Row]) -> Iterator[str]:
    for name in dict.fromkeys(row["provider"] for row in requests):
        own = [row for row in requests if row["provider"] == name]
        failed = [f"{row['reason']}: {row['detail']}" for row in own if row["reason"]]
        hits = sum(row["hits"] for row in own)
        sent = sum(row["request"] is not None for row in own)
        line = f"{name:<14} {sent} requests, {hits} hits"
        yield f"{line}, {len(failed)} failed ({failed[0]})" if failed else line


def _print_hit(hit: Row, *, explain: bool) -> None:
    day = f"{hit['published_at']:%Y-%m-%d}" if hit["published_at"] else (hit["published"] or "undated")[:10]
    score = f"{hit['score']:.2f}" if hit["score"] is not None else "    "
    name = (hit["hit_article_id"] or "")[:8]
    known = "  (known)" if hit["is_known"] else ""
    title = _cut(hit["article_title"] or hit["title"] or hit["locator"])
    click.echo(f"  {name:<8}  {day:<10}  {score}  {hit['reason']:<10}  {title}{known}")
    if not explain:
        return
    for label, values in (
        ("names", hit["shared_names"]),
        ("phrases", hit["shared_phrases"]),
        ("words", hit["shared_words"]),
    ):
        if values:
            click.echo(f"{'':12}{label}: {', '.join(values)}")
    if hit["days_apart"] is not None:
        click.echo(f"{'':12}days apart: {hit['days_apart']}")
    place = hit["url"] or hit["locator"]
    click.echo(f"{'':12}{hit['provider']}: {place}{'  ' + hit['detail'] if hit['detail'] else ''}")


def _cut(text: str | None) -> str:
    plain = " ".join((text or "").split())
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 1]}…"
