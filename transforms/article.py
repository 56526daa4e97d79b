"""From a capture to the article it holds, or to the reason why it holds none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from transforms.boilerplate import Rules
from transforms.cleaning import Cleaned, clean
from transforms.credits import names_in_credit
from transforms.dates.claims import RawClaim, make_claims, publication
from transforms.dates.mentions import find_mentions
from transforms.documents import MEDIA_TYPE as DOCUMENT_LINE
from transforms.documents import Document, MalformedDocumentError, read_document
from transforms.encoding import Decoded, NotTextError, decode, read_text
from transforms.identity import article_id, canonical_url, hostname
from transforms.language import detect_language
from transforms.pages.hostile import HostilePageError
from transforms.pages.page import Page, read_page
from transforms.records import Article, Capture, Rejection, SourceClaims, Stage
from transforms.reservations import header_reservations, page_reservations
from transforms.sentences import ABBREVIATION, SENTENCE

TEXT_TYPES = ("text/plain", "text/markdown")
PAGE_TYPES = ("text/html", "application/xhtml+xml")

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class _Body:
    """A document's body, decoded: a text or a page."""

    decoded: Decoded
    page: Page | None
    flags: tuple[str, ...] = ()


class _Refused(Exception):  # noqa: N818  (it never leaves this module)
    def __init__(self, stage: Stage, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.stage, self.reason = stage, reason


def to_article(
    capture: Capture, rules: Rules, *, mentions: bool = True, document: Document | None = None
) -> Article | Rejection:
    """Turn a capture into an article; total: bad input gives a Rejection with stage, reason and detail.

    `document` is the capture's payload if that is a document line and has been read already. Without `mentions` the dates that the text speaks of are not looked for, which takes about as long as all the rest.
    """
    try:
        return _article(capture, rules, mentions, document)
    except _Refused as refusal:
        return reject(capture, refusal.stage, refusal.reason, str(refusal))


def to_articles(captures: Iterable[Capture], rules: Rules, *, mentions: bool = True) -> list[Article | Rejection]:
    """Turn a batch of captures into articles and rejections, one for each, in their order."""
    return [to_article(capture, rules, mentions=mentions) for capture in captures]


def reject(capture: Capture, stage: Stage, reason: str, detail: str) -> Rejection:
    """Give the rejection of a capture; its bytes go with it."""
    digest = hashlib.sha256(capture.payload).hexdigest()
    return Rejection(capture.source, capture.locator, stage, reason, detail, digest, capture.payload)


def _article(capture: Capture, rules: Rules, mentions: bool, document: Document | None) -> Article:
    body = _body(capture, document)
    page, claims = body.page, capture.claims
    source_text = page.source_text if page else body.decoded.text
    own_language = page.language if page else None
    # What a feed says of a page stands behind what the page says itself, but for its date, which is weighed.
    told = (
        (_language(claims.language), own_language) if not claims.origin else (own_language, _language(claims.language))
    )
    language = told[0] or told[1] or detect_language(source_text)
    known_title = _title(claims, page, None)[0]
    url = canonical_url(capture.url) or canonical_url(page.url if page else None)
    own_publisher = page.publisher if page else None
    publisher = (own_publisher or claims.publisher) if claims.origin else (claims.publisher or own_publisher)
    cleaned = clean(
        source_text,
        rules,
        language=language,
        cuts=page.cuts if page else (),
        has_title_line=page is None,
        known_title=known_title,
        site=hostname(url) or publisher or capture.source,
    )
    if not cleaned.text:
        raise _Refused("clean", "empty", "nothing is left when the litter is gone")
    title, title_origin = _title(claims, page, cleaned)
    date_claims = make_claims(
        _date_words(capture, page, cleaned),
        url=url,
        captured_at=capture.captured_at,
        language=language,
        country=None,
    )
    published_at, published_local, precision, origin, modified_at = publication(date_claims)
    return Article(
        article_id=article_id(url, capture.source, capture.locator),
        url=url,
        hostname=hostname(url),
        publisher=publisher,
        title=title,
        title_origin=title_origin,
        authors=_authors(claims, page) or names_in_credit(cleaned.credit or ""),
        credit=cleaned.credit,
        dateline=cleaned.dateline,
        language=language,
        published_at=published_at,
        published_local=published_local,
        published_precision=precision,
        published_origin=origin,
        modified_at=modified_at,
        text=cleaned.text,
        source_text=source_text,
        word_count=len(cleaned.text.split()),
        text_sha256=hashlib.sha256(cleaned.text.encode()).hexdigest(),
        extractor="page" if page else "text",
        charset=body.decoded.charset,
        flags=tuple(sorted({*cleaned.flags, *body.flags, *(page.flags if page else ()), *_marks(capture, body)})),
        edits=cleaned.edits,
        date_claims=date_claims,
        date_mentions=find_mentions(cleaned.text, published=published_local, language=language) if mentions else (),
    )


def _body(capture: Capture, document: Document | None) -> _Body:
    media_type = capture.media_type.split(";")[0].strip().lower()
    declared = _CHARSET.search(capture.media_type)
    charset = declared[1] if declared else None
    if media_type == DOCUMENT_LINE:
        try:
            document = document or read_document(capture.payload)
        except MalformedDocumentError as error:
            raise _Refused("parse", "malformed", str(error)) from None
        return replace(_read(capture, document.body, None, document.is_page), flags=document.flags)
    if media_type in PAGE_TYPES or media_type in TEXT_TYPES:
        return _read(capture, capture.payload, charset, media_type in PAGE_TYPES)
    raise _Refused("parse", "unsupported", f"no reader for documents of type {media_type}")


def _read(capture: Capture, content: bytes | str, charset: str | None, is_page: bool) -> _Body:
    try:
        decoded = read_text(content) if isinstance(content, str) else decode(content, declared=charset, markup=is_page)
        return _Body(decoded, read_page(decoded.text, capture.url) if is_page else None)
    except NotTextError as error:
        raise _Refused("decode", error.reason, str(error)) from None
    except HostilePageError as error:
        raise _Refused("extract", error.reason, str(error)) from None


def _language(claimed: str | None) -> str | None:
    code = (claimed or "").strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isalpha() else None


def _title(claims: SourceClaims, page: Page | None, cleaned: Cleaned | None) -> tuple[str | None, str | None]:
    if claims.title and not claims.origin:
        return claims.title, "source"
    if page and page.title:
        return page.title, page.title_origin
    if claims.title:
        return claims.title, claims.origin
    if cleaned and cleaned.title:
        return cleaned.title, "title-line"
    return (first_sentence(cleaned.text), "first-sentence") if cleaned else (None, None)


def _authors(claims: SourceClaims, page: Page | None) -> tuple[str, ...]:
    own = page.authors if page else ()
    return own or claims.authors if claims.origin else claims.authors or own


def first_sentence(text: str) -> str:
    """Give the first sentence of a text as a title: without its full stop, cut between words at 200 characters."""
    end = 0
    for match in SENTENCE.finditer(text):
        end = match.end()
        if not ABBREVIATION.search(text[:end].rstrip('"”’»)')) or "\n" in text[end : end + 1]:
            break
    sentence = " ".join(text[:end].split())
    if len(sentence) > _LONGEST_TITLE:
        return sentence[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
    return sentence.removesuffix(".") if sentence.count(".") == 1 or not sentence.endswith("..") else sentence


def _date_words(capture: Capture, page: Page | None, cleaned: Cleaned) -> list[RawClaim]:
    found: list[RawClaim] = []
    if capture.claims.published:
        found.append(("published", capture.claims.published, capture.claims.origin or "source"))
    if capture.claims.modified:
        found.append(("modified", capture.claims.modified, capture.claims.origin or "source"))
    found += [("published", raw, "text-prefix") for raw in cleaned.date_words]
    return [*found, *(page.dates if page else ())]


def _marks(capture: Capture, body: _Body) -> Iterator[str]:
    """Yield what decoding revealed, and where text and data mining are reserved."""
    if body.decoded.replaced:
        yield "damaged_encoding"
    yield from capture.reservations
    yield from header_reservations(capture.http_headers)
    if body.page:
        yield from page_reservations(body.decoded.text)
