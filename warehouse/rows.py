"""Records as Arrow tables: a batch on its way into DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.fingerprints import fingerprints
from transforms.hashes import Numbers
from transforms.records import Article, Capture, Rejection
from transforms.terms import Terms, find_terms, story_keys
from warehouse.archive import Placement

_INSTANT = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())

ARTICLES = pa.schema(
    [
        ("ordinal", pa.int64()),
        ("capture_id", pa.string()),
        ("captured_at", _INSTANT),
        ("article_id", pa.string()),
        ("url", pa.string()),
        ("hostname", pa.string()),
        ("publisher", pa.string()),
        ("title", pa.string()),
        ("title_origin", pa.string()),
        ("authors", _TEXTS),
        ("credit", pa.string()),
        ("dateline", pa.string()),
        ("language", pa.string()),
        ("published_at", _INSTANT),
        ("published_local", pa.timestamp("us")),
        ("published_precision", pa.string()),
        ("published_origin", pa.string()),
        ("modified_at", _INSTANT),
        ("text", pa.string()),
        ("source_text", pa.string()),
        ("word_count", pa.int32()),
        ("text_sha256", pa.string()),
        ("extractor", pa.string()),
        ("charset", pa.string()),
        ("flags", _TEXTS),
    ]
)
EDITS = pa.schema(
    [
        ("article", pa.int64()),
        ("ordinal", pa.int32()),
        ("start", pa.int32()),
        ("stop", pa.int32()),
        ("replacement", pa.string()),
        ("rule", pa.string()),
    ]
)
CLAIMS = pa.schema(
    [
        ("article", pa.int64()),
        ("kind", pa.string()),
        ("raw", pa.string()),
        ("origin", pa.string()),
        ("earliest", _INSTANT),
        ("latest", _INSTANT),
        ("precision", pa.string()),
        ("utc_offset", pa.int32()),
        ("chosen", pa.bool_()),
        ("note", pa.string()),
    ]
)
MENTIONS = pa.schema(
    [
        ("article", pa.int64()),
        ("ordinal", pa.int32()),
        ("start", pa.int32()),
        ("stop", pa.int32()),
        ("raw", pa.string()),
        ("timex", pa.string()),
        ("earliest", _INSTANT),
        ("latest", _INSTANT),
        ("grain", pa.string()),
    ]
)
FINGERPRINTS = pa.schema([("article", pa.int64()), ("hash", pa.uint32())])
TERMS = pa.schema([("article", pa.int64()), ("word", pa.string()), ("weight", pa.float32()), ("is_name", pa.bool_())])
KEYS = pa.schema([("article", pa.int64()), ("key", pa.uint32())])
CAPTURES = pa.schema(
    [
        ("ordinal", pa.int64()),
        ("capture_id", pa.string()),
        ("source", pa.string()),
        ("locator", pa.string()),
        ("url", pa.string()),
        ("media_type", pa.string()),
        ("captured_at", _INSTANT),
        ("payload_sha256", pa.string()),
        ("payload_bytes", pa.int64()),
        ("http_status", pa.int32()),
        ("warc_file", pa.string()),
        ("warc_offset", pa.int64()),
        ("warc_length", pa.int64()),
        ("seen", pa.bool_()),
        ("known", pa.bool_()),
    ]
)
REJECTIONS = pa.schema(
    [
        ("ordinal", pa.int64()),
        ("source", pa.string()),
        ("locator", pa.string()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("payload_sha256", pa.string()),
        ("warc_file", pa.string()),
        ("warc_offset", pa.int64()),
    ]
)
SURVEYED = pa.schema(
    [(name, pa.string()) for name in ("record_id", "source", "locator", "stage", "reason", "payload_sha256")]
)

# What records hold beside what is said of their place here.
_of_article = attrgetter(*ARTICLES.names[3:])
_of_edit, _of_mention = attrgetter(*EDITS.names[2:]), attrgetter(*MENTIONS.names[2:])
_of_claim = attrgetter(*CLAIMS.names[1:])


@dataclass(frozen=True, slots=True)
class ArticleRows:
    """What a batch of captures became, as tables; `article` and `ordinal` number the items of the batch."""

    articles: pa.Table
    edits: pa.Table
    claims: pa.Table
    mentions: pa.Table
    fingerprints: pa.Table
    terms: pa.Table
    keys: pa.Table
    rejections: tuple[tuple[int, Rejection], ...]


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item of a batch and where its bytes are; `seen` before at its place, `known` as the current version."""

    ordinal: int
    item: Capture | Rejection
    record_id: str
    payload_sha256: str
    placement: Placement
    seen: bool = False
    known: bool = False


def article_rows(results: Iterable[tuple[int, str, Capture, Article | Rejection]]) -> ArticleRows:
    """Lay out results, each with its number in the batch, its capture's id and its capture."""
    places: list[tuple[int, str, datetime]] = []
    articles: list[Article] = []
    rejections: list[tuple[int, Rejection]] = []
    for ordinal, identifier, capture, result in results:
        if isinstance(result, Rejection):
            rejections.append((ordinal, result))
        else:
            places.append((ordinal, identifier, capture.captured_at))
            articles.append(result)
    ordinals = [ordinal for ordinal, *_ in places]
    found = list(zip(ordinals, articles, strict=True))
    numbers = np.array(ordinals, np.int64)
    terms = find_terms([(article.title, article.text, article.language) for article in articles])
    return ArticleRows(
        table([(*place, *_of_article(one)) for place, one in zip(places, articles, strict=True)], ARTICLES),
        table([(n, k, *_of_edit(edit)) for n, one in found for k, edit in enumerate(one.edits, 1)], EDITS),
        table([(n, *_of_claim(claim)) for n, one in found for claim in one.date_claims], CLAIMS),
        table([(n, k, *_of_mention(day)) for n, one in found for k, day in enumerate(one.date_mentions, 1)], MENTIONS),
        _fingerprint_rows(numbers, [article.text for article in articles]),
        _columns(TERMS, np.repeat(numbers, terms.counts), terms.words, terms.weights, terms.are_names),
        _key_rows(numbers, terms),
        tuple(rejections),
    )


def _fingerprint_rows(ordinals: Numbers, texts: Sequence[str]) -> pa.Table:
    places, hashes = fingerprints(texts)
    return _columns(FINGERPRINTS, ordinals[places], hashes)


def _key_rows(ordinals: Numbers, terms: Terms) -> pa.Table:
    counts, keys = story_keys(terms)
    return _columns(KEYS, np.repeat(ordinals, counts), keys)


def capture_rows(kept: Iterable[KeptItem]) -> pa.Table:
    """Lay out the captures among the kept items."""
    return table(
        [
            (
                *(one.ordinal, one.record_id, one.item.source, one.item.locator, one.item.url, one.item.media_type),
                *(one.item.captured_at, one.payload_sha256, len(one.item.payload), one.item.http_status),
                *(one.placement.warc_file, one.placement.warc_offset, one.placement.warc_length, one.seen, one.known),
            )
            for one in kept
            if isinstance(one.item, Capture)
        ],
        CAPTURES,
    )


def rejection_rows(refused: Iterable[tuple[int, Rejection, Placement]]) -> pa.Table:
    """Lay out rejections, each with its number in the batch and where its bytes are."""
    return table(
        [
            (
                *(ordinal, one.source, one.locator, one.stage, one.reason, one.detail, one.payload_sha256),
                *(placement.warc_file, placement.warc_offset),
            )
            for ordinal, one, placement in refused
        ],
        REJECTIONS,
    )


def table(lines: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Make an Arrow table of rows in the order of a schema's fields."""
    return _columns(schema, *(zip(*lines, strict=True) if lines else ((),) * len(schema)))


def _columns(schema: pa.Schema, *columns: Any) -> pa.Table:
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
