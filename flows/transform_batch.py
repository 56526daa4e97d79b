"""A batch of captures turned into rows: what the other processes of a walk do, and all that they import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.transform_documents import judged
from warehouse.rows import ArticleRows, article_rows

if TYPE_CHECKING:
    from flows.supervise_workers import Judged
    from flows.walk_documents import Numbered


def transform(captures: Iterable[Judged[Numbered]], *, mentions: bool) -> ArticleRows:
    """Turn captures, each with its number and record id, into rows. Runs in other processes: it takes and gives values.

    A capture with a verdict becomes a rejection without another look.
    """
    return article_rows(
        (number, name, capture, judged(capture, verdict, mentions=mentions))
        for (number, name, capture), verdict in captures
    )
