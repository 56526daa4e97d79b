"""A page's tree as a list of text blocks and the boxes they stand in."""

from __future__ import annotations

from dataclasses import dataclass

from turbohtml import Element, Text

from transforms.pages.hostile import SUSPECT, refuse_depth
from transforms.pages.parsed import ParsedPage

BREAK, BLOCK, CELL, LINK, BOLD, MENU, LIST, INLINE, UNSEEN, TAKEN = range(10)

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
ROLES |= {
    "br": BREAK,
    "hr": BREAK,
    "td": CELL,
    "th": CELL,
    "a": LINK,
    "nav": MENU,
    "footer": MENU,
    "ul": LIST,
    "ol": LIST,
}
ROLES |= dict.fromkeys(("b", "strong", "em", "i"), BOLD)
# What holds no text that a reader sees.
UNSEEN_TAGS = (
    "script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "head", "object", "embed", "math",
    "input", "audio", "video", "canvas", "map", "datalist", "img", "source", "wbr", "track",
)  # fmt: skip
ROLES |= dict.fromkeys(UNSEEN_TAGS, UNSEEN)
UNSEEN_IN_MENUS = ",".join(UNSEEN_TAGS[:18])
# Scripts show what was hidden at first (streamed bodies, folded sections), so it stays and carries a name.
HIDDEN = "[hidden],[style*='display:none'],[style*='display: none']"
HIDDEN_NAME = "hiddenatfirst"
MARKS = "| "  # what stands between cells
SHORT_CELL = 200  # a longer cell is laid out as a block of its own
LONGEST_LINK, MOST_LONG_LINKS = 1_000, 20  # a longer one was never closed, and its text is no link
ALL_LINKED = 0.9  # a block, or a list, that is links and little else
BOXES, SPANS = frozenset({BLOCK, MENU, LIST}), frozenset({LINK, BOLD})
MENU_LINKS, MOST_MENUS = 4, 200  # a footer with fewer links may be part of the text, as under a quotation


@dataclass(frozen=True, slots=True)
class Blocks:
    """A page's text blocks in document order, and the boxes (elements drawn as blocks) that hold them.

    By block: `text`, its `box` (the innermost one around it), how many of its characters are `linked` and `bold`, and
    the names of the `inner` element that opens it. By box, in document order: `parent` (always a smaller number),
    `tag`, `names` (class, id; none for a box without blocks), and its blocks from `first` up to `last`.
    """

    text: list[str]
    box: list[int]
    linked: list[int]
    bold: list[int]
    inner: list[str]
    parent: list[int]
    tag: list[str]
    names: list[str]
    first: list[int]
    last: list[int]


Block = tuple[str, int, int, int, str]  # text, box, linked, bold, inner


def read_blocks(page: ParsedPage) -> Blocks:
    """Split what a reader sees of a page into blocks; what is hidden at first, or an item's property, is named so."""
    document = page.document
    for element in document.select(HIDDEN):
        element.add_class(HIDDEN_NAME)
    for properties, element in page.properties:
        for name in properties.split()[:3]:
            element.add_class(name)
    root = document.find("body") or document.root
    if root is None:
        return Blocks([], [], [], [], [], [], [], [], [], [])
    walk = _Walk(root)
    walk.visit(page.html)
    return walk.blocks()


class _Walk:
    """A walk over every node, once: the text of the block that is being read, and the blocks and boxes so far.

    `here` is the box that the walk is in, `breaks` counts the line breaks in a row, and `in_link` and `in_bold` how
    many links and bold elements are open.
    """

    __slots__ = (
        "bold", "boxes", "breaks", "buffer", "firsts", "here", "in_bold", "in_link", "inner", "lasts", "linked",
        "long_links", "menus", "parents", "read", "tags",
    )  # fmt: skip

    def __init__(self, root: Element) -> None:
        self.read: list[Block] = []
        self.boxes, self.tags, self.parents, self.firsts, self.lasts = [root], [root.tag], [-1], [0], [0]
        self.buffer: list[str] = []
        self.linked = self.bold = self.breaks = self.in_link = self.in_bold = self.long_links = self.menus = 0
        self.here = 0
        self.inner = ""

    def visit(self, html: str) -> None:
        """Go from node to node with a stack of its own: pages nest deeper than Python calls may."""
        role_of, buffer = ROLES.get, self.buffer  # looked up once, for there are thousands of nodes
        role, suspect, children = BLOCK, SUSPECT, iter(self.boxes[0].children)
        stack = []
        while True:
            for node in children:
                if type(node) is Text:
                    data = node.data
                    if data.isspace():
                        if buffer:
                            buffer.append(" ")
                        continue
                    buffer.append(data)
                    self.breaks = 0
                    if self.in_link or self.in_bold:
                        self.mark(len(data))
                    continue
                if type(node) is not Element:
                    continue
                tag = node.tag
                kind = role_of(tag, INLINE)
                if kind == UNSEEN:
                    continue
                inside = node.children
                if kind == BREAK or not (inside or kind == CELL):
                    self.part(tag, kind)
                    continue
                stack.append((children, role, self.here))
                if len(stack) == suspect:
                    refuse_depth(html)
                    suspect = -1
                if kind == INLINE:
                    if not buffer:
                        self.inner = _names(node) or self.inner
                elif kind in SPANS:
                    kind = self.emphasise(node, kind)
                else:
                    kind = self.open(node, tag, kind)
                children, role = iter(inside if kind != TAKEN else ()), kind
                break
            else:
                if role != INLINE:
                    self.leave(role)
                if not stack:
                    return
                children, role, self.here = stack.pop()

    def mark(self, length: int) -> None:
        """Count characters that stand in a link or in bold."""
        if self.in_link:
            self.linked += length
        if self.in_bold:
            self.bold += length

    def part(self, tag: str, kind: int) -> None:
        """Come by an element without content: the second line break in a row ends a block, and so does an empty box."""
        if kind == BREAK:
            self.breaks += 1
            if self.buffer and (self.breaks > 1 or tag == "hr"):
                self.close()
            elif self.buffer:
                self.buffer.append(" ")
        elif self.buffer and kind in BOXES:
            self.close()

    def open(self, node: Element, tag: str, kind: int) -> int:
        """Begin a box, which ends the block before it unless it is a cell of the same row; gives its role."""
        if self.buffer:
            if kind == CELL:
                self.buffer.append(" | ")
            else:
                self.close()
        self.breaks = 0
        self.parents.append(self.here)
        self.here = len(self.boxes)
        self.boxes.append(node)
        self.tags.append(tag)
        self.firsts.append(len(self.read))
        self.lasts.append(0)
        return TAKEN if kind > BOLD and self.take_menu(node, kind) else kind

    def emphasise(self, node: Element, kind: int) -> int:
        """Begin a link, if it can be one, or a bold element; gives its role."""
        if kind == BOLD:
            self.in_bold += 1
        elif not self.in_link and self.long_links < MOST_LONG_LINKS and len(node.text) > LONGEST_LINK:
            self.long_links += 1
            return INLINE
        else:
            self.in_link += 1
        return kind

    def take_menu(self, node: Element, kind: int) -> bool:
        """Read a menu at once, line by line; tells whether it was one."""
        self.menus += 1
        lines = _menu_lines(node, kind) if self.menus <= MOST_MENUS else []
        self.read += [(line, self.here, len(line), 0, "") for line in lines if line.strip(MARKS)]
        return bool(lines)

    def leave(self, role: int) -> None:
        """Go out of an element; a box ends its last block, and a cell does where it is long."""
        if role == LINK:
            self.in_link -= 1
        elif role == BOLD:
            self.in_bold -= 1
        else:
            if self.buffer and (role != CELL or sum(map(len, self.buffer)) > SHORT_CELL):
                self.close()
            self.lasts[self.here] = len(self.read)
            self.breaks = 0

    def close(self) -> None:
        """Make a block of what was read, unless it is nothing but the marks between cells."""
        line = " ".join("".join(self.buffer).split())
        if line and (line[0] not in MARKS or line.strip(MARKS)):
            self.read.append((line, self.here, self.linked, self.bold, self.inner))
        self.buffer.clear()
        self.linked = self.bold = 0
        self.inner = ""

    def blocks(self) -> Blocks:
        """Give what was found; only boxes with blocks have names."""
        read = map(list, zip(*self.read, strict=True)) if self.read else ([], [], [], [], [])
        text, box, linked, bold, inner = read
        found = zip(self.boxes, self.firsts, self.lasts, strict=True)
        names = [_names(node) if first < last else "" for node, first, last in found]
        return Blocks(text, box, linked, bold, inner, self.parents, self.tags, names, self.firsts, self.lasts)


def _menu_lines(node: Element, kind: int) -> list[str]:
    """List the strings of a menu, or of a list of nothing but links: how they are laid out says nothing."""
    if kind == LIST:
        if node.find("ul") or node.find("ol"):
            return []
        links = node.select("a")
        if not links or len(links) != len(node.select("li")):
            return []
        strings = [" ".join(line.split()) for line in node.stripped_strings]
        inside = sum(len(link.text.strip()) for link in links)
        return strings if len(strings) == len(links) and inside >= ALL_LINKED * sum(map(len, strings)) else []
    if node.tag == "nav" or len(node.select("a")) >= MENU_LINKS:
        node.remove(UNSEEN_IN_MENUS)
        return [" ".join(line.split()) for line in node.stripped_strings]
    return []


def _names(node: Element) -> str:
    """Join what the page's authors call an element."""
    names, name = node.attr("class"), node.attr("id")
    if names:
        return f"{names} {name}" if name else names
    return name or ""
