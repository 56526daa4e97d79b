"""A page's tree as a list of text blocks and the boxes they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field

import turbohtml
from turbohtml import Element, Text

BREAK, BLOCK, CELL, LINK, BOLD, MENU, INLINE, NOTHING = range(8)

# Every tag that a browser draws as a box of its own. The place in the tuple is the tag's number in the model.
TAGS = (
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "a", "td", "th", "tr",
    "table", "figure", "figcaption", "blockquote", "aside", "header", "footer", "nav", "main", "form", "pre", "dt",
    "dd", "dl", "time", "button", "label", "address", "summary", "details", "body", "caption", "center", "fieldset",
    "legend", "hr", "tbody", "thead", "tfoot", "picture", "hgroup", "search", "menu", "dialog", "option", "title",
)  # fmt: skip
TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
NOT_BOXES = frozenset({"a", "time"})
ROLES = {tag: BLOCK for tag in TAGS if tag not in NOT_BOXES}
ROLES |= {"br": BREAK, "hr": BREAK, "td": CELL, "th": CELL, "a": LINK, "nav": MENU, "footer": MENU}
ROLES |= dict.fromkeys(("b", "strong", "em", "i"), BOLD) | dict.fromkeys(("img", "source", "wbr", "track"), NOTHING)

UNSEEN = (
    "script,style,noscript,template,svg,iframe,select,textarea,head,object,embed,math,input,audio,video,canvas,map,"
    "datalist"
)
# Scripts show what was hidden at first (streamed bodies, folded sections), so it stays and carries a name.
HIDDEN = "[hidden],[style*='display:none'],[style*='display: none']"
HIDDEN_NAME = "hiddenatfirst"
SHORT_CELL = 200  # a longer cell is laid out as a block of its own
LONGEST_LINK, MOST_LONG_LINKS = 1_000, 20  # a longer one was never closed, and its text is no link
MENU_LINKS, MOST_MENUS = 4, 30  # a footer with fewer links may be part of the text, as under a quotation


@dataclass(slots=True)
class Blocks:
    """A page's text blocks in document order, and the boxes (elements drawn as blocks) that hold them.

    By block: `text`, its `box` (the innermost one around it), how many of its characters are `linked` and `bold`, and
    the names of the `inner` element that opens it. By box, in document order: `parent` (always a smaller number),
    `tag`, `names` (class, id), `depth`, and its blocks from `first` up to `last`.
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

    def open_box(self, node: Element, parent: int) -> int:
        """Number a new box."""
        self.parent.append(parent)
        self.tag.append(node.tag)
        self.names.append(_names(node))
        self.depth.append(self.depth[parent] + 1 if parent >= 0 else 0)
        self.first.append(len(self.text))
        self.last.append(len(self.text))
        return len(self.tag) - 1

    def add(self, text: str, box: int, linked: int, bold: int, inner: str) -> None:
        """Append one block, unless it holds nothing but the marks between cells."""
        line = " ".join(text.split())
        if line.strip("| "):
            self.text.append(line)
            self.box.append(box)
            self.linked.append(linked)
            self.bold.append(bold)
            self.inner.append(inner)


def read_blocks(document: turbohtml.Document) -> Blocks:
    """Split what a reader sees of `document` into blocks; the tree loses what nobody sees on the way."""
    document.remove(UNSEEN)
    for element in document.select(HIDDEN):
        element.add_class(HIDDEN_NAME)
    for element in document.select("[itemprop]"):
        for name in (element.attr("itemprop") or "").split()[:3]:
            element.add_class(name)
    blocks = Blocks()
    root = document.find("body") or document.root
    if root is not None:
        _walk(root, blocks)
    return blocks


def _walk(root: Element, out: Blocks) -> None:
    """Visit every node once, with a stack of its own: pages nest deeper than Python calls may."""
    buffer: list[str] = []
    linked = bold = breaks = in_link = in_bold = long_links = menus = 0
    inner = ""
    here = out.open_box(root, -1)
    stack = [(iter(root.children), BLOCK, here)]
    while stack:
        children, role, here = stack[-1]
        for node in children:
            if type(node) is Text:
                data = node.data
                if not data.isspace():
                    buffer.append(data)
                    breaks = 0
                    if in_link:
                        linked += len(data)
                    if in_bold:
                        bold += len(data)
                elif buffer:
                    buffer.append(" ")
                continue
            if type(node) is not Element:
                continue
            role = ROLES.get(node.tag, INLINE)
            if role >= INLINE:
                if role == NOTHING:
                    continue
                if not buffer:
                    inner = _names(node) or inner
            elif role == LINK:
                if not in_link and long_links < MOST_LONG_LINKS and len(node.text) > LONGEST_LINK:
                    long_links += 1
                    role = INLINE
                else:
                    in_link += 1
            elif role == BOLD:
                in_bold += 1
            elif role == BREAK:
                breaks += 1
                if buffer and (breaks > 1 or node.tag == "hr"):
                    out.add("".join(buffer), here, linked, bold, inner)
                    buffer, linked, bold, inner = [], 0, 0, ""
                elif buffer:
                    buffer.append(" ")
                continue
            elif role == CELL and buffer:
                buffer.append(" | ")
                here = out.open_box(node, here)
            else:
                if buffer:
                    out.add("".join(buffer), here, linked, bold, inner)
                    buffer, linked, bold, inner = [], 0, 0, ""
                breaks = 0
                here = out.open_box(node, here)
                menus += role == MENU
                if role == MENU and menus <= MOST_MENUS and _is_menu(node):
                    _add_menu(node, here, out)
                    here = stack[-1][2]
                    continue
            stack.append((iter(node.children), role, here))
            break
        else:
            stack.pop()
            if role == LINK:
                in_link -= 1
            elif role == BOLD:
                in_bold -= 1
            elif role != INLINE:
                if buffer and (role != CELL or sum(map(len, buffer)) > SHORT_CELL):
                    out.add("".join(buffer), here, linked, bold, inner)
                    buffer, linked, bold, inner = [], 0, 0, ""
                out.last[here] = len(out.text)
                breaks = 0


def _is_menu(node: Element) -> bool:
    return node.tag == "nav" or len(node.select("a")) >= MENU_LINKS


def _add_menu(node: Element, box: int, out: Blocks) -> None:
    """Add each string of a menu as a block, without a look at how it is laid out."""
    for text in node.stripped_strings:
        out.add(text, box, len(text), 0, "")
    out.last[box] = len(out.text)


def _names(node: Element) -> str:
    """Join what the page's authors call an element."""
    names, name = node.attr("class"), node.attr("id")
    if names:
        return f"{names} {name}" if name else names
    return name or ""
