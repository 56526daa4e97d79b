"""A page's tree as a list of text blocks and the boxes they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field

import turbohtml
from turbohtml import Element, Text

BREAK, BLOCK, CELL, LINK, BOLD, INLINE = range(6)

# Every tag that a browser draws as a box of its own. The place in the tuple is the tag's number in the model.
TAGS = (
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "a", "td", "th", "tr",
    "table", "figure", "figcaption", "blockquote", "aside", "header", "footer", "nav", "main", "form", "pre", "dt",
    "dd", "dl", "time", "button", "label", "address", "summary", "details", "body", "caption", "center", "fieldset",
    "legend", "hr", "tbody", "thead", "tfoot", "picture", "hgroup", "search", "menu", "dialog", "option", "title",
)  # fmt: skip
TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
NAMING = ("class", "id", "itemprop")
BREAKS = frozenset({"br", "hr"})
CELLS = frozenset({"td", "th"})
BOLDS = frozenset({"b", "strong", "em", "i"})
NOT_BOXES = frozenset({"a", "time"})
ROLES = {tag: BLOCK for tag in TAGS if tag not in NOT_BOXES}
ROLES |= dict.fromkeys(BREAKS, BREAK) | dict.fromkeys(CELLS, CELL) | dict.fromkeys(BOLDS, BOLD) | {"a": LINK}

UNSEEN = (
    "script,style,noscript,template,svg,iframe,select,textarea,head,object,embed,math,input,audio,video,canvas,map,"
    "datalist"
)
# Scripts show what was hidden at first (streamed bodies, folded sections), so it stays and carries a name.
HIDDEN = "[hidden],[style*='display:none'],[style*='display: none']"
HIDDEN_NAME = "hiddenatfirst"
SHORT_CELL = 200


@dataclass(slots=True)
class Blocks:
    """A page's text blocks in document order, and the boxes (elements drawn as blocks) that hold them.

    A block's `box` is the innermost element around it; boxes are numbered in document order, `parent` is always the
    smaller number, and the blocks inside box b are `first[b]` up to `last[b]`.
    """

    text: list[str] = field(default_factory=list)
    box: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    bold: list[int] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)


def read_blocks(document: turbohtml.Document) -> Blocks:
    """Split what a reader sees of `document` into blocks; the tree loses what nobody sees on the way."""
    document.remove(UNSEEN)
    for element in document.select(HIDDEN):
        element.add_class(HIDDEN_NAME)
    blocks = Blocks()
    root = document.find("body") or document.root
    if root is not None:
        _walk(root, blocks)
    return blocks


def _walk(root: Element, out: Blocks) -> None:
    """Visit every node once with a stack of its own, for pages nest deeper than Python calls may."""
    texts, starts, tags, names = out.text, out.first, out.tag, out.names
    buffer: list[str] = []
    linked = bold = breaks = in_link = in_bold = 0
    inner = ""

    def flush(box: int) -> None:
        nonlocal linked, bold, inner
        line = " ".join("".join(buffer).split())
        buffer.clear()
        if line.strip("| "):
            texts.append(line)
            out.box.append(box)
            out.linked.append(linked)
            out.bold.append(bold)
            out.inner.append(inner)
        linked = bold = 0
        inner = ""

    def open_box(tag: str, parent: int, node: Element) -> int:
        out.parent.append(parent)
        tags.append(tag)
        names.append(_names(node))
        out.depth.append(out.depth[parent] + 1 if parent >= 0 else 0)
        starts.append(len(texts))
        out.last.append(0)
        return len(tags) - 1

    here = open_box("body", -1, root)
    stack = [(iter(root.children), BLOCK, here)]
    while stack:
        children, role, here = stack[-1]
        for node in children:
            if type(node) is Text:
                data = node.data
                if data.isspace():
                    if buffer:
                        buffer.append(" ")
                    continue
                buffer.append(data)
                breaks = 0
                if in_link:
                    linked += len(data)
                if in_bold:
                    bold += len(data)
                continue
            if type(node) is not Element:
                continue
            tag = node.tag
            role = ROLES.get(tag, INLINE)
            if role == BREAK:
                breaks += 1
                if buffer and (breaks > 1 or tag == "hr"):
                    flush(here)
                elif buffer:
                    buffer.append(" ")
                continue
            if role <= CELL:
                if role == BLOCK:
                    if buffer:
                        flush(here)
                elif buffer:
                    buffer.append(" | ")
                breaks = 0
                here = open_box(tag, here, node)
            elif role == LINK:
                in_link += 1
            elif role == BOLD:
                in_bold += 1
            if role > CELL and not buffer:
                inner = _names(node) or inner
            stack.append((iter(node.children), role, here))
            break
        else:
            stack.pop()
            if role == LINK:
                in_link -= 1
            elif role == BOLD:
                in_bold -= 1
            elif role <= CELL:
                if buffer and (role == BLOCK or sum(map(len, buffer)) > SHORT_CELL):
                    flush(here)
                out.last[here] = len(texts)
                breaks = 0


def _names(node: Element) -> str:
    """Join what the page's authors call an element, from the attributes where they say it."""
    found = [value for name in NAMING if (value := node.attr(name))]
    return " ".join(found)
