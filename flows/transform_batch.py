"""A batch of captures turned into rows: what the other processes of a walk do, and all that they import."""

from __future__ import annotations

from transforms.article import to_article
from transforms.boilerplate import shipped_rules
from transforms.records import Capture
from warehouse.rows import ArticleRows, article_rows


def transform(captures: list[tuple[int, str, Capture]], mentions: bool) -> ArticleRows:
    """Turn captures, each with its number and record id, into rows. Runs in other processes: it takes and gives values."""
    rules = shipped_rules()
    return article_rows(
        (number, name, capture, to_article(capture, rules, mentions=mentions)) for number, name, capture in captures
    )
