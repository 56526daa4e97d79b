"""The audit trail: `text` is `source_text` with its edits applied, to the character."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transforms.records import Edit


class BrokenTrailError(ValueError):
    """Edits that do not fit the text they are said to edit."""


def apply(edits: Iterable[Edit], source_text: str) -> str:
    """Apply edits to the text whose offsets they count in.

    Edits come in order of `start` and never overlap; each names the `original` it replaces.
    Raises BrokenTrailError, with the edit, where one of these does not hold.
    """
    pieces: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at or edit.stop < edit.start or edit.stop > len(source_text):
            raise BrokenTrailError(f"edit out of order or out of the text of {len(source_text)} characters: {edit}")
        if source_text[edit.start : edit.stop] != edit.original:
            found = source_text[edit.start : edit.stop]
            raise BrokenTrailError(f"edit expects {edit.original!r} and finds {found!r}: {edit}")
        pieces += (source_text[at : edit.start], edit.replacement)
        at = edit.stop
    pieces.append(source_text[at:])
    return "".join(pieces)


def removed(edits: Sequence[Edit]) -> int:
    """Count the characters that edits take away, less those that they put in."""
    return sum(len(edit.original) - len(edit.replacement) for edit in edits)
