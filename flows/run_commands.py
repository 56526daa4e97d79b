"""The command line: `dateline …`, all commands in one group."""

from __future__ import annotations

import click

from flows.ask_archive import diff, search, show, sql, stories
from flows.guard_commands import DAMAGED, DONE, LOCKED, REJECTED, STOPPED, USAGE
from flows.keep_archive import check, export, learn_boilerplate, migrate, publish, rebuild, reprocess, runs
from flows.take_documents import extract, ingest, similar

__all__ = ["DAMAGED", "DONE", "LOCKED", "REJECTED", "STOPPED", "USAGE", "main"]

_COMMANDS = (
    *(ingest, extract, similar),
    *(show, diff, search, stories, sql),
    *(export, learn_boilerplate, publish, check, runs, migrate, rebuild, reprocess),
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


for command in _COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
