"""Feeds of every dialect as entries: RSS, RDF, CDF, Atom and JSON Feed, sound or broken."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import orjson

from connectors.feeds.guards import LARGEST_FEED, MOST_ENTRIES, FeedError, guard_size, guard_xml
from connectors.feeds.links import Link, absolute
from connectors.feeds.repairs import truly_declared
from transforms.records import SourceClaims

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_FULL_WORDS = 250  # in a description that is the whole article, as old feeds have it
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
# What a browser does not show: comments, even without an end, scripts and styles.
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_CHANNEL = re.compile(rb"<channel\b", re.IGNORECASE)  # of CDF, which has no number of its version
_HEAD = 4096
_CUT_SHORT = re.compile(
    r"(?:\.\.\.|…|\[(?:\.\.\.|…)\]|(?:read|continue|weiter|lire|leer)[\w ]{0,30}(?:»|→|&raquo;)?)\W*$", re.IGNORECASE
)
_JSON_FEED = "https://jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed: its id, its address, what the feed says of it, and its article, where the feed carries it.

    `page` is that article as HTML. `summary` is what the feed shows of it otherwise.
    """

    entry_id: str
    url: str | None
    claims: SourceClaims
    page: str | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: what it calls itself, its dialect, its entries in their order, and how many more were not read."""

    title: str | None
    dialect: str
    entries: tuple[Entry, ...]
    left: int = 0


def read_feed(content: bytes, url: str | None = None, content_type: str | None = None) -> Feed:
    """Read a feed's bytes; `url` and `content_type` are those it was fetched with.

    Raises FeedError: `oversized`, `empty`, `xml_forbidden`, `too_deep`, and `unsupported` for what is no feed.
    """
    guard_size(content, LARGEST_FEED)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_feed(content, url)
    parsed, left = parse_feed(content, url, content_type)
    if not parsed["version"] and not parsed["entries"] and not _CHANNEL.search(content[:_HEAD].replace(b"\0", b"")):
        raise FeedError("unsupported", "this is no feed")
    base = url or absolute(parsed["feed"].get("link"), None)
    entries = tuple(_entry(entry, parsed, base) for entry in parsed["entries"][:MOST_ENTRIES])
    return Feed(_plain(parsed["feed"].get("title")), parsed["version"] or "unknown", entries, left)


def parse_feed(
    content: bytes, url: str | None = None, content_type: str | None = None, *, sanitize: bool = False
) -> tuple[Mapping[str, Any], int]:
    """Parse XML as feedparser does, behind our guards; gives its dictionary and the number of entries cut off.

    With `sanitize` HTML is made harmless and its addresses absolute, which hostile input can make slow.
    """
    import feedparser  # noqa: PLC0415  (a tenth of a second that other kinds need not spend)
    from feedparser.encodings import convert_to_utf8  # noqa: PLC0415

    headers = {"content-type": content_type} if content_type else {}
    if url and sanitize:
        headers["content-location"] = url
    content, told = truly_declared(content), feedparser.FeedParserDict()
    guarded = guard_xml(content, convert_to_utf8(headers, content, told))
    parsed: Mapping[str, Any] = feedparser.parse(
        io.BytesIO(guarded.content),  # bytes themselves would be taken for the name of a file or an address
        response_headers=headers if guarded.content is content else {},
        sanitize_html=sanitize,
        resolve_relative_uris=sanitize,
    )
    return parsed, guarded.left


def feed_links(feed: Feed) -> Iterator[Link]:
    """Yield the addresses that a feed's entries lead to, with what the feed says of them; for those that it carries too."""
    for entry in feed.entries:
        if entry.url:
            yield Link(entry.url, "feed", entry.claims, is_whole=entry.page is not None)


def _entry(entry: Mapping[str, Any], parsed: Mapping[str, Any], base: str | None) -> Entry:
    url = absolute(_link(entry), base)
    title = _plain(entry.get("title"))
    summary = entry.get("summary") or ""
    contents = [one for one in entry.get("content") or () if one.get("value", "").strip()]
    body = max(contents, key=lambda one: len(one["value"]), default=None)
    words = (body or {}).get("value", "")
    is_page = not body or body.get("type") in _PAGE_TYPES
    if not body and summary and _is_whole(summary, has_link=bool(_link(entry))):
        words, is_page = summary, (entry.get("summary_detail") or {}).get("type") != "text/plain" or "<" in summary
    told = (body, entry.get("summary_detail"), entry.get("title_detail"))
    published, modified = _dates(entry, parsed["version"])
    authors = tuple(_authors(entry))
    if not authors and words.strip() and parsed["version"].startswith("atom"):
        # By its rule (RFC 4287, 4.2.1); but a page that is only linked to names its own.
        authors = tuple(_authors(parsed["feed"]))
    claims = SourceClaims(
        title=title,
        published=published,
        modified=modified,
        authors=authors,
        publisher=_plain((entry.get("source") or {}).get("title")) or _words(entry.get("publisher")),
        language=_words(next((one["language"] for one in told if one and one.get("language")), None))
        or _words(parsed["feed"].get("language")),
    )
    page = _page(title, words if is_page else _paragraphs(words)) if words.strip() else None
    return Entry(_words(entry.get("id")) or url or title or "", url, claims, page, summary or None)


def _dates(entry: Mapping[str, Any], dialect: str) -> tuple[str | None, str | None]:
    """Give when an entry was published and when modified; in RSS an entry's only date, which is `dc:date`, is the former."""
    published = _words(entry.get("published") or entry.get("created"))
    modified = _words(entry.get("updated")) if "updated" in entry else None
    return (modified, None) if dialect.startswith("rss") and not published else (published, modified)


def _link(entry: Mapping[str, Any]) -> str | None:
    link: str | None = entry.get("link") or _alternate(entry)
    # By its rule an id that is not said to be none is an address; but many that say nothing are none.
    if entry.get("guidislink") and link == entry.get("id") and "://" not in (link or ""):
        return None
    return link


def _alternate(entry: Mapping[str, Any]) -> str | None:
    return next((link.get("href") for link in entry.get("links") or () if link.get("rel") == "alternate"), None)


def _authors(entry: Mapping[str, Any]) -> Iterator[str]:
    named = [one.get("name") or one.get("email") for one in entry.get("authors") or () if one]
    seen: set[str] = set()
    for name in named or [entry.get("author")]:
        clean = _plain(name)
        if clean and clean not in seen:
            seen.add(clean)
            yield clean


def _is_whole(summary: str, *, has_link: bool) -> bool:
    """Tell whether a description is the article: where nothing else leads to one, or where it is long and not cut short."""
    text = _TAG.sub(" ", _UNSEEN.sub(" ", summary)).strip()
    return not has_link or (len(text.split()) >= _FULL_WORDS and not _CUT_SHORT.search(text[-80:]))


def _page(title: str | None, body: str) -> str:
    head = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8">{head}</head><body><article>{body}</article></body></html>'
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>\n" for part in re.split(r"\n\s*\n", text) if part.strip())


def _plain(value: Any) -> str | None:
    """Give a field of one line as text, without marks."""
    if not isinstance(value, str):
        return None
    from html import unescape  # noqa: PLC0415

    return " ".join(unescape(_TAG.sub("", _UNSEEN.sub("", value))).replace("\0", "").split()) or None


def _words(value: Any) -> str | None:
    return " ".join(value.replace("\0", "").split()) or None if isinstance(value, str) else None


def _json_feed(content: bytes, base: str | None) -> Feed:
    try:
        told = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FeedError("malformed", f"no JSON: {error}") from None
    version = told.get("version")
    is_feed = isinstance(version, str) and _JSON_FEED[8:] in version
    # Some leave the version out, and are known by their own address or that of their site.
    if not (is_feed or "home_page_url" in told or "feed_url" in told) or not isinstance(told.get("items"), list):
        raise FeedError("unsupported", "JSON that is no feed; lines of JSON end with .jsonl")
    items = [item for item in told["items"] if isinstance(item, dict)]
    home = absolute(_words(told.get("feed_url")), None) or absolute(_words(told.get("home_page_url")), None)
    entries = tuple(_json_entry(item, told, base or home) for item in items[:MOST_ENTRIES])
    return Feed(_plain(told.get("title")), "json", entries, len(told["items"]) - len(entries))


def _json_entry(item: Mapping[str, Any], feed: Mapping[str, Any], base: str | None) -> Entry:
    url = absolute(_words(item.get("url")) or _words(item.get("external_url")), base)
    title = _plain(item.get("title"))
    html, text = _string(item.get("content_html")), _string(item.get("content_text"))
    body = html or (_paragraphs(text) if text else "")
    claims = SourceClaims(
        title=title,
        published=_words(item.get("date_published")),
        modified=_words(item.get("date_modified")),
        authors=_json_authors(item) or (_json_authors(feed) if body else ()),
        language=_words(item.get("language")) or _words(feed.get("language")),
    )
    identifier = item.get("id")
    named = str(identifier) if isinstance(identifier, str | int | float) and not isinstance(identifier, bool) else ""
    return Entry(
        named or url or title or "", url, claims, _page(title, body) if body else None, _string(item.get("summary"))
    )


def _json_authors(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the names of authors; version 1.0 has one `author`."""
    given = told.get("authors") if isinstance(told.get("authors"), list) else [told.get("author")]
    named = (_plain(one.get("name")) for one in given or () if isinstance(one, dict))
    return tuple(dict.fromkeys(name for name in named if name))


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
