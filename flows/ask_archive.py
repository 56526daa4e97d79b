"""The commands that ask the archive: `show`, `diff`, `search`, `stories` and `sql`. Each imports what it needs when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.guard_commands import DAY, as_one_line, instant, json_option, open_store, warehouse_option

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("article_id")
@warehouse_option
@click.option("--explain", is_flag=True, help="Show what was removed, by which rule, and where the date comes from.")
@click.option("--raw", is_flag=True, help="Write the kept bytes, as they were.")
@click.option("--version", "number", type=click.IntRange(1), help="A version other than the current one.")
@json_option
def show(article_id: str, warehouse: Path | None, explain: bool, raw: bool, number: int | None, as_json: bool) -> None:
    """Print an article; ARTICLE_ID may be the first digits of an id, if only one article has them.

    \b
    Example: dateline show 3f2a --explain
    """
    from flows.print_answers import print_article, print_explained, print_rows
    from warehouse.queries import find_article, read_article, read_bytes

    with as_one_line():
        store = open_store(warehouse)
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


@click.command()
@click.argument("article_id")
@warehouse_option
@click.option("--from", "before", type=click.IntRange(1), help="The older version (default: the one before the newer).")
@click.option("--to", "after", type=click.IntRange(1), help="The newer version (default: the current one).")
@json_option
def diff(article_id: str, warehouse: Path | None, before: int | None, after: int | None, as_json: bool) -> None:
    """Print what changed between two versions of an article, sentence by sentence, with the kind of each change.

    Kinds: title, date, number, quote, correction, wording, added, removed. Versions are numbered in the order of capture.

    \b
    Example: dateline diff 3f2a --from 1 --to 3
    """
    from flows.print_answers import print_changes
    from warehouse.queries import compare_versions, find_article

    with as_one_line():
        store = open_store(warehouse)
        print_changes(*compare_versions(store, find_article(store, article_id), before, after), as_json=as_json)


@click.command()
@click.argument("words", nargs=-1, required=True)
@warehouse_option
@click.option("--since", type=DAY, help="Published on this day or later (UTC).")
@click.option("--until", type=DAY, help="Published before this day (UTC).")
@click.option("--publisher", help="Published by this publisher or host.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most articles to print.")
@json_option
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

    with as_one_line():
        span = {"since": instant(since), "until": instant(until), "publisher": publisher}
        print_hits(search_articles(open_store(warehouse), " ".join(words), limit, **span), as_json=as_json)


@click.command()
@warehouse_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Most stories to print.")
@json_option
def stories(warehouse: Path | None, limit: int, as_json: bool) -> None:
    """List the stories: articles that belong together, the largest first.

    \b
    Example: dateline stories --limit 5
    """
    from flows.print_answers import print_rows
    from warehouse.queries import list_stories

    with as_one_line():
        print_rows(list_stories(open_store(warehouse), limit), as_json=as_json)


@click.command()
@click.argument("query")
@warehouse_option
@json_option
def sql(query: str, warehouse: Path | None, as_json: bool) -> None:
    """Ask the warehouse in SQL; it is opened to read, nothing can be changed.

    \b
    Example: dateline sql "SELECT published_at, title FROM articles ORDER BY 1"
    """
    import duckdb

    from flows.print_answers import print_rows
    from warehouse.queries import ask

    with as_one_line():
        try:
            answer = ask(open_store(warehouse), query, as_rows=as_json)
        except duckdb.Error as error:
            raise click.UsageError(str(error)) from None
        print_rows(answer, as_json=True) if isinstance(answer, list) else click.echo(answer)
