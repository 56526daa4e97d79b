"""The names by which pages mark their dates, compiled from the table."""

from __future__ import annotations

import re

from transforms.dates.words import WORDS, any_of, table

PAGE = table("page_claims.toml")
META: dict[str, tuple[str, str]] = {
    **dict.fromkeys(PAGE["meta"]["date"]["names"], ("published", "date")),
    **dict.fromkeys(PAGE["meta"]["published"]["names"], ("published", "published")),
    **dict.fromkeys(PAGE["meta"]["modified"]["names"], ("modified", "modified")),
}
JSON_LD: dict[str, tuple[str, str]] = {
    **dict.fromkeys(PAGE["json_ld"]["published"], ("published", "published")),
    **dict.fromkeys(PAGE["json_ld"]["date"], ("published", "date")),
    **dict.fromkeys(PAGE["json_ld"]["modified"], ("modified", "modified")),
}
ARTICLE_TYPES = frozenset(PAGE["json_ld"]["article_types"])
FOREIGN_TYPES = frozenset(PAGE["json_ld"]["foreign_types"])
FOREIGN_KEYS = frozenset(PAGE["json_ld"]["foreign_keys"])
FOREIGN_TAGS = frozenset(PAGE["foreign_tags"]["names"])
# Sought in lower case.
PUBLISHED_CLASS = re.compile(any_of(PAGE["classes"]["published"]))
MODIFIED_CLASS = re.compile(any_of(PAGE["classes"]["modified"]))
FOREIGN_CLASS = re.compile(any_of(PAGE["classes"]["foreign"]))
SCRIPT_DATES = re.compile(
    rf"""["']({any_of(PAGE["script"]["published"])})\\?["']\s*:\s*\\?["']?([0-9T:.+Z -]{{10,35}})"""
)
BROKEN_JSON_LD = re.compile(r'"(datePublished|dateModified|dateCreated|uploadDate)"\s*:\s*"([^"\\]{4,60})"')
PUBLISHED_WORDS = re.compile(rf"(?<!\w)(?:{any_of(WORDS.published)})(?!\w)")
MODIFIED_WORDS = re.compile(rf"(?<!\w)(?:{any_of(WORDS.modified)})(?!\w)")
STORY = ", ".join(PAGE["classes"]["story"])
