"""A batch of captures turned into rows: what the other processes of a walk do, and all that they import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from transforms.article import reject, to_article
from transforms.boilerplate import shipped_rules
from transforms.documents import Document
from transforms.records import Article, Capture, Rejection
from warehouse.rows import ArticleRows, article_rows

if TYPE_CHECKING:
    from flows.supervise_workers import Judged, Verdict

Numbered = tuple[int, str, Capture]


def transform(captures: Iterable[Judged[Numbered]], *, mentions: bool) -> ArticleRows:
    """Turn captures, each with its number and record id, into rows. Runs in other processes: it takes and gives values.

    A capture with a verdict becomes a rejection without another look.
    """
    return article_rows(
        (number, name, capture, judged(capture, verdict, mentions=mentions))
        for (number, name, capture), verdict in captures
    )


def judged(
    capture: Capture, verdict: Verdict | None, *, mentions: bool, document: Document | None = None
) -> Article | Rejection:
    """Turn a capture (and the document it holds, if read) into an article, or into what its verdict asks for."""
    if verdict:
        return reject(capture, "extract", verdict.reason, verdict.detail)
    return to_article(capture, shipped_rules(), mentions=mentions, document=document)
