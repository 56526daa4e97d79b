"""A batch of captures turned into rows: what the other processes of a walk do, and all that they import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.transform_documents import judged
from transforms.boilerplate import shipped_rules
from warehouse.rows import ArticleRows, article_rows

if TYPE_CHECKING:
    from flows.supervise_workers import Judged
    from flows.walk_documents import Numbered


def transform(captures: Iterable[Judged[Numbered]], *, mentions: bool, rules: tuple[str, ...] = ()) -> ArticleRows:
    """Turn captures, each with its number and record id, into rows. Runs in other processes: it takes and gives values.

    `rules` are the texts of rule files beside those that are shipped. A capture with a verdict becomes a rejection without another look.
    """
    known = shipped_rules(*rules)
    return article_rows(
        (number, name, capture, judged(capture, verdict, known, mentions=mentions))
        for (number, name, capture), verdict in captures
    )
