"""From `source_text` to `text`: what goes, by which rule, as one ordered list of edits.

A source text is lines with white space between them. Each line is kept or cut; inside the kept ones prefixes, suffixes
and typographic litter are mended; the white space between what is left becomes a line end or an empty line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from transforms.boilerplate import Rule, Rules
from transforms.edits import apply
from transforms.lines import Line, line_edits, read_lines
from transforms.literals import literal_finder
from transforms.phrases import phrase_book
from transforms.records import Cut, Edit

_NAMED = re.compile(r"\(\?P<\w+>")
Places = dict[Rule, list[int]]

HEAD_LINES = 5
TAIL_LINES = 8
_LONGEST_LINE = 160  # a rule for longer lines names what it needs
_LONGEST_TITLE = 200
_NO_TITLE = re.compile(r"[.;:,…]$|\.[\"”’']$|[–—-]$")  # a sentence's end, or a dateline on a line of its own


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text and what was found on the way to it; `title` only where the text itself has a title line."""

    text: str
    edits: tuple[Edit, ...]
    title: str | None = None
    dateline: str | None = None
    credit: str | None = None
    date_words: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()


def clean(
    source_text: str,
    rules: Rules,
    *,
    language: str | None = None,
    cuts: Sequence[Cut] = (),
    has_title_line: bool = False,
    known_title: str | None = None,
    site: str | None = None,
) -> Cleaned:
    """Clean a source text by the rules, those for some sites only if `site` is one of them.

    `cuts` are lines that somebody has already judged (the page's furniture, say). With `has_title_line` a first line
    that reads like a headline becomes the title; a first line that repeats `known_title` always goes.
    """
    lines = read_lines(source_text, cuts)
    rules = rules.reading(language)
    literals = literal_finder(rules).find(source_text)
    literals = {rule: places for rule, places in literals.items() if rule.stands_on(site)}
    found: dict[str, list[str]] = {"dateline": [], "date": [], "credit": []}
    flags: set[str] = set()
    title = _take_title(source_text, lines, rules, literals, has_title_line, known_title)
    _cut_lines(source_text, lines, rules, literals, found, flags)
    _cut_blocks(source_text, lines, rules, literals, flags)
    _take_prefixes(source_text, lines, rules, found, flags)
    tail = _take_suffix(source_text, lines, rules, literals, found, flags)
    edits = line_edits(source_text, lines, tail, _mends(source_text, lines, tail, rules, literals))
    return Cleaned(
        text=apply(edits, source_text),
        edits=edits,
        title=title,
        dateline=next(iter(found["dateline"]), None),
        credit=" ".join(found["credit"]) or None,
        date_words=tuple(found["date"]),
        flags=frozenset(flags),
    )


# ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _take_title(
    source: str, lines: list[Line], rules: Rules, literals: Places, wanted: bool, known: str | None
) -> str | None:
    kept = [line for line in lines if line.rule is None]
    if len(kept) < 2:
        return None
    first, second = kept[:2]
    words = source[first.start : first.stop]
    if known is not None:
        if _folded(words) == _folded(known):
            first.rule = "headline-repeat"
        return None
    gap, following = source[first.stop : second.start], source[second.start : second.stop]
    if not wanted or not _reads_like_title(words, gap, following):
        return None
    tried = (rule for rule in rules.lines if not rule.needs or rule in literals)
    if (
        phrase_book(rules.phrases).find(words)
        or any(rule.pattern.match(words) for rule in rules.prefixes)
        or any(rule.pattern.fullmatch(words) for rule in tried)
    ):
        return None
    first.rule = "title-line"
    return words.lstrip("# ").strip() or None


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


def _reads_like_title(words: str, gap: str, following: str) -> bool:
    if words.startswith("#"):
        return True
    apart = gap.count("\n") > 1 or len(following) > 2 * len(words)
    return apart and len(words) <= _LONGEST_TITLE and _NO_TITLE.search(words) is None and len(following) > 20


def _cut_lines(
    source: str,
    lines: list[Line],
    rules: Rules,
    literals: Places,
    found: dict[str, list[str]],
    flags: set[str],
) -> None:
    joined, of_all, of_some = _line_rules(rules)
    kept = [line for line in lines if line.rule is None]
    book, needed = phrase_book(rules.phrases), _needed(kept, of_some, literals)
    for number, line in enumerate(kept):
        length = line.stop - line.start
        if (rule := book.find(source[line.start : line.stop])) and _placed(rule, number, len(kept)):
            line.rule = rule.name
            flags.update({rule.flag} if rule.flag else ())
            continue
        tried = needed.get(number, [])
        if length <= _LONGEST_LINE and joined and joined.fullmatch(source, line.start, line.stop):
            tried = [*of_all, *tried]
        for rule in tried:
            if length > rule.longest or not _placed(rule, number, len(kept)):
                continue
            if matched := rule.pattern.fullmatch(source, line.start, line.stop):
                line.rule = rule.name
                _note(rule, matched, found, flags)
                break


def _needed(kept: list[Line], rules: list[Rule], literals: Places) -> dict[int, list[Rule]]:
    """Give for each line, by number, the rules of which a literal stands in it, in the rules' order."""
    starts = [line.start for line in kept]
    needed: dict[int, list[Rule]] = {}
    for rule in rules:
        for number in {bisect_right(starts, place) - 1 for place in literals.get(rule, ())}:
            needed.setdefault(number, []).append(rule)
    return needed


def _cut_blocks(source: str, lines: list[Line], rules: Rules, literals: Places, flags: set[str]) -> None:
    wanted = [rule for rule in rules.blocks if not rule.needs or rule in literals]
    if not wanted:
        return
    blocks = _blocks(source, lines)
    for number, block in enumerate(blocks):
        for rule in wanted:
            if _placed(rule, number, len(blocks)) and rule.pattern.search(source, block[0].start, block[-1].stop):
                for line in block:
                    line.rule = rule.name
                flags.update({rule.flag} if rule.flag else ())
                break


def _blocks(source: str, lines: list[Line]) -> list[list[Line]]:
    """Group the kept lines into paragraphs: an empty line or a line already cut stands between two of them."""
    blocks: list[list[Line]] = []
    for line in lines:
        if line.rule is not None:
            blocks.append([])
        elif blocks and blocks[-1] and source.count("\n", blocks[-1][-1].stop, line.start) < 2:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return [block for block in blocks if block]


def _placed(rule: Rule, number: int, count: int) -> bool:
    if rule.place == "head":
        return number < HEAD_LINES
    return rule.place == "any" or number >= count - TAIL_LINES


def _note(rule: Rule, match: re.Match[str], found: dict[str, list[str]], flags: set[str]) -> None:
    if rule.flag:
        flags.add(rule.flag)
    for name, words in match.groupdict().items():
        if words:
            found[name].append(words)


@lru_cache(maxsize=64)
def _line_rules(rules: Rules) -> tuple[re.Pattern[str] | None, list[Rule], list[Rule]]:
    """Join the line patterns that any text may match into one, so that most lines are read once.

    Gives that pattern, its rules, and the rules that name what they need.
    """
    of_all = [rule for rule in rules.lines if not rule.needs]
    branches = [
        f"(?{'i' if rule.pattern.flags & re.IGNORECASE else ''}:{_NAMED.sub('(?:', rule.pattern.pattern)})"
        for rule in of_all
    ]
    joined = re.compile("|".join(branches)) if branches else None
    return joined, of_all, [rule for rule in rules.lines if rule.needs]


# ── inside the kept lines ─────────────────────────────────────────────────────────────────────────────────────────────


def _take_prefixes(source: str, lines: list[Line], rules: Rules, found: dict[str, list[str]], flags: set[str]) -> None:
    first = next((line for line in lines if line.rule is None), None)
    if first is None:
        return
    at = first.start
    untried = list(rules.prefixes)
    while hit := next(((rule, m) for rule in untried if (m := rule.pattern.match(source, at, first.stop))), None):
        rule, match = hit
        if match.end() in (at, first.stop):
            break
        untried.remove(rule)
        _note(rule, match, found, flags)
        at = match.end()
        first.prefixes.append((at, rule.name))


def _take_suffix(
    source: str, lines: list[Line], rules: Rules, literals: Places, found: dict[str, list[str]], flags: set[str]
) -> tuple[int, int, str] | None:
    last = next((line for line in reversed(lines) if line.rule is None), None)
    if last is None:
        return None
    for rule in (rule for rule in rules.suffixes if not rule.needs or rule in literals):
        for match in rule.pattern.finditer(source, last.body, last.stop):
            start = len(source[: match.start()].rstrip())  # the white space before a suffix goes with it
            if match.start() < match.end() == last.stop and start > last.body:
                _note(rule, match, found, flags)
                return start, match.end(), rule.name
    return None


def _mends(
    source: str, lines: list[Line], tail: tuple[int, int, str] | None, rules: Rules, literals: Places
) -> list[Edit]:
    """Give the edits of the inline rules inside the kept lines; of two that overlap, the first stands."""
    hits = [
        (match.start(), match.end(), number)
        for number, rule in enumerate(rules.inlines)
        for match in _matches(source, rule, literals)
    ]
    edits: list[Edit] = []
    kept = [(line.body, tail[0] if tail and tail[1] == line.stop else line.stop) for line in lines if line.rule is None]
    at = number_of_line = 0
    for start, stop, number in sorted(hits):
        while number_of_line < len(kept) and kept[number_of_line][1] < stop:
            number_of_line += 1
        if number_of_line == len(kept):
            break
        if start < max(at, kept[number_of_line][0]) or start == stop:
            continue
        rule = rules.inlines[number]
        if source[start:stop] == rule.replacement:
            continue
        edits.append(Edit(start, stop, source[start:stop], rule.replacement, rule.name))
        at = stop
    return edits


def _matches(source: str, rule: Rule, literals: Places) -> Iterator[re.Match[str]]:
    """Find what an inline rule matches, from the literals that its matches begin with where it names them."""
    if not rule.needs:
        yield from rule.pattern.finditer(source)
    for start in literals.get(rule, ()):
        if match := rule.pattern.match(source, start):
            yield match
