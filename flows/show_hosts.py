"""Hosts on the screen: how far the pages of each are, while they are fetched and after."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from connectors.web.connector import Standing, WebConnector

if TYPE_CHECKING:
    from rich.table import Table

_MOST = 10


@contextmanager
def show_hosts(connector: WebConnector, *, hidden: bool) -> Iterator[None]:
    """Show on standard error, where it is a terminal, how far every host is, those with most to do first."""
    if hidden or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415  (a tenth of a second that a pipe need not spend)
    from rich.live import Live  # noqa: PLC0415

    with Live(get_renderable=lambda: _table(connector.standings()), console=Console(stderr=True), transient=True):
        yield


def print_hosts(connector: WebConnector, resumed: int, fresh: int, contact: str | None) -> None:
    """Print how many pages each host gave, and which addresses were left out because they were fetched already."""
    standings = sorted(connector.standings(), key=lambda one: (-one.pages, one.host))
    if standings:
        more = f"  (the first {_MOST} of {len(standings):,})" if len(standings) > _MOST else ""
        click.echo(f"\n{click.style('Hosts', bold=True)}{more}")
    for one in standings[:_MOST]:
        left = f", {one.left:,} left" if one.left else ""
        waited = f", waited {one.waited:,.0f} s for it" if one.waited >= 1 else ""
        click.echo(
            f"  {one.host or '(no host)':<40}{one.captured:>8,} captured, {one.rejected:,} rejected{left}{waited}"
        )
    if resumed:
        click.echo(f"{resumed:,} addresses of this list had been fetched before it was stopped, and were not again.")
    if fresh:
        click.echo(
            f"{fresh:,} addresses were not asked for: what was fetched of them is still fresh, their servers said."
        )
    if standings and not contact:
        click.echo(
            "No contact is given to the servers; set DATELINE_FETCH_CONTACT to an address that they can write to."
        )


def _table(standings: list[Standing]) -> Table:
    from rich.table import Table  # noqa: PLC0415

    table = Table("host", "captured", "rejected", "left", box=None, pad_edge=False)
    total = (sum(one.captured for one in standings), sum(one.rejected for one in standings))
    busy = [one for one in standings if one.left]
    for one in busy[:_MOST]:
        table.add_row(one.host or "(no host)", f"{one.captured:,}", f"{one.rejected:,}", f"{one.left:,}")
    left = sum(one.left for one in standings)
    table.add_row(f"{len(standings):,} hosts, {len(busy):,} to do", f"{total[0]:,}", f"{total[1]:,}", f"{left:,}")
    return table
