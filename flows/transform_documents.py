"""What happens to one document in another process: it becomes an article, or what its verdict asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.article import reject, to_article
from transforms.boilerplate import Rules
from transforms.documents import Document
from transforms.records import Article, Capture, Rejection

if TYPE_CHECKING:
    from flows.supervise_workers import Verdict


def judged(
    capture: Capture, verdict: Verdict | None, rules: Rules, *, mentions: bool, document: Document | None = None
) -> Article | Rejection:
    """Turn a capture (and the document it holds, if read) into an article, or into what its verdict asks for.

    A fault of the program is a rejection too: it costs one document, and is counted.
    """
    if verdict:
        return reject(capture, "extract", verdict.reason, verdict.detail)
    try:
        return to_article(capture, rules, mentions=mentions, document=document)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  (see above)
        return reject(capture, "extract", "fault", f"please report this: {type(error).__name__}: {error}")
