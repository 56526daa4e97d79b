"""The lines of a source text, each kept or cut, and the edits that this makes.

Between two lines that stay there is one line end, or two where anything stood apart. What goes takes the white space
behind it along, so that the trail stays as short as it can be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from transforms.records import Cut, Edit

_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_GAPS = ("\n\n", "\n")


@dataclass(slots=True)
class Line:
    """A line without the white space around it; `rule` cuts it, `prefixes` are cut off it as (stop, rule)."""

    start: int
    stop: int
    rule: str | None = None
    prefixes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def body(self) -> int:
        """Where the line begins once its prefixes are gone."""
        return self.prefixes[-1][0] if self.prefixes else self.start


def read_lines(source: str, cuts: Sequence[Cut] = ()) -> list[Line]:
    """Find the lines of a text that are not empty; what `cuts` covers, whole lines in order, is one line for each."""
    lines: list[Line] = []
    at = 0
    for cut in cuts:
        lines += [Line(*found.span()) for found in _LINE.finditer(source, at, cut.start)]
        lines.append(Line(cut.start, cut.stop, cut.rule))
        at = cut.stop
    lines += [Line(*found.span()) for found in _LINE.finditer(source, at)]
    return lines


def line_edits(
    source: str, lines: list[Line], tail: tuple[int, int, str] | None, mends: list[Edit]
) -> tuple[Edit, ...]:
    """Give the edits of what is cut, in order: lines, prefixes, the tail as (start, stop, rule), and the given mends."""
    edits = _gap_edits(source, lines)
    for line in lines:
        at = line.start
        for stop, rule in line.prefixes:
            if edits and edits[0].rule == "whitespace" and edits[0].stop == at and edits[0].start == 0:
                at = edits.pop(0).start  # the white space before a prefix goes with it
            edits.append(Edit(at, stop, source[at:stop], "", rule))
            at = stop
    if tail:
        edits.append(Edit(tail[0], tail[1], source[tail[0] : tail[1]], "", tail[2]))
    return tuple(sorted([*edits, *mends], key=lambda edit: edit.start))


def _gap_edits(source: str, lines: list[Line]) -> list[Edit]:
    """Give the edits outside the kept lines: runs of cut lines with the white space that they leave, and gaps."""
    edits: list[Edit] = []
    at, number = 0, 0
    first = True
    while number <= len(lines):
        if not first and number < len(lines) and lines[number].rule is None:
            gap = source[at : lines[number].start]
            if gap in _GAPS:
                at = lines[number].stop
                number += 1
                continue
        before, (runs, number) = number, _runs(lines, number)
        stop = lines[number].start if number < len(lines) else len(source)
        at_edge = first or number == len(lines)
        separator = "" if at_edge else _separator(source, lines[before - 1 : number + 1])
        edits += _edits_of_one_gap(source, at, stop, runs, separator)
        if number < len(lines):
            at = lines[number].stop
        first = False
        number += 1
    return edits


def _runs(lines: list[Line], number: int) -> tuple[list[tuple[int, int, str]], int]:
    """Collect the cut lines from `number` on as (start, stop, rule), joined where neighbours go for one reason."""
    runs: list[tuple[int, int, str]] = []
    while number < len(lines) and (rule := lines[number].rule) is not None:
        line = lines[number]
        if runs and runs[-1][2] == rule:
            runs[-1] = (runs[-1][0], line.stop, rule)
        else:
            runs.append((line.start, line.stop, rule))
        number += 1
    return runs, number


def _separator(source: str, lines: list[Line]) -> str:
    """Give what stands between the first and the last of these lines when those between them are gone."""
    apart = any(source.count("\n", one.stop, other.start) > 1 for one, other in pairwise(lines))
    return "\n\n" if apart else "\n"


def _edits_of_one_gap(
    source: str, start: int, stop: int, runs: list[tuple[int, int, str]], separator: str
) -> list[Edit]:
    if not runs:
        gap = source[start:stop]
        return [Edit(start, stop, gap, separator, "whitespace")] if gap != separator else []
    edits = []
    # The separator before the first run stays when it is right; each run takes the white space behind it.
    keeps = source[start : runs[0][0]] == separator
    stops = [*(run[0] for run in runs[1:]), stop]
    for number, ((run_start, _, rule), run_stop) in enumerate(zip(runs, stops, strict=True)):
        begin, replacement = (run_start, "") if number or keeps else (start, separator)
        edits.append(Edit(begin, run_stop, source[begin:run_stop], replacement, rule))
    return edits
