"""A page's tree as a list of text blocks and the boxes they stand in."""

from __future__ import annotations

from dataclasses import dataclass

from turbohtml import Element, Text

from transforms.pages.hostile import SUSPECT, refuse_depth
from transforms.pages.parsed import ParsedPage

BREAK, BLOCK, CELL, LINK, BOLD, MENU, LIST, INLINE, UNSEEN = range(9)

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
BOXES = frozenset({BLOCK, MENU, LIST})
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
    return _walk(root, page.html) if root is not None else Blocks([], [], [], [], [], [], [], [], [], [])


def _walk(root: Element, html: str) -> Blocks:
    """Visit every node once, with a stack of its own: pages nest deeper than Python calls may."""
    blocks: list[Block] = []
    boxes, tags, parents, firsts, lasts = [root], [root.tag], [-1], [0], [0]
    buffer: list[str] = []
    linked = bold = breaks = in_link = in_bold = long_links = menus = here = 0
    inner = ""
    role_of = ROLES.get
    role, suspect, children = BLOCK, SUSPECT, iter(root.children)
    stack = []

    def close() -> None:
        """Make a block of what was read, unless it is nothing but the marks between cells."""
        nonlocal buffer, linked, bold, inner
        line = " ".join("".join(buffer).split())
        if line and (line[0] not in MARKS or line.strip(MARKS)):
            blocks.append((line, here, linked, bold, inner))
        buffer, linked, bold, inner = [], 0, 0, ""

    while True:
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
            tag = node.tag
            kind = role_of(tag, INLINE)
            if kind == UNSEEN:
                continue
            if kind == BREAK:
                breaks += 1
                if buffer and (breaks > 1 or tag == "hr"):
                    close()
                elif buffer:
                    buffer.append(" ")
                continue
            inside = node.children
            if not inside and kind != CELL:
                if buffer and kind in BOXES:
                    close()
                continue
            stack.append((children, role, here))
            if len(stack) == suspect:
                refuse_depth(html)
                suspect = -1
            if kind == INLINE:
                if not buffer:
                    inner = _names(node) or inner
            elif kind == LINK:
                if not in_link and long_links < MOST_LONG_LINKS and len(node.text) > LONGEST_LINK:
                    long_links += 1
                    kind = INLINE
                else:
                    in_link += 1
            elif kind == BOLD:
                in_bold += 1
            else:
                if buffer:
                    if kind == CELL:
                        buffer.append(" | ")
                    else:
                        close()
                breaks = 0
                parents.append(here)
                here = len(boxes)
                boxes.append(node)
                tags.append(tag)
                firsts.append(len(blocks))
                lasts.append(len(blocks))
                if kind > BOLD:
                    menus += 1
                    if menus <= MOST_MENUS and (lines := _menu_lines(node, kind)):
                        blocks += [(line, here, len(line), 0, "") for line in lines if line.strip(MARKS)]
                        lasts[here] = len(blocks)
                        children, role, here = stack.pop()
                        continue
            children, role = iter(inside), kind
            break
        else:
            if role == LINK:
                in_link -= 1
            elif role == BOLD:
                in_bold -= 1
            elif role != INLINE:
                if buffer and (role != CELL or sum(map(len, buffer)) > SHORT_CELL):
                    close()
                lasts[here] = len(blocks)
                breaks = 0
            if not stack:
                break
            children, role, here = stack.pop()
    text, box, linked_of, bold_of, inners = map(list, zip(*blocks, strict=True)) if blocks else ([], [], [], [], [])
    names = [_names(node) if first < last else "" for node, first, last in zip(boxes, firsts, lasts, strict=True)]
    return Blocks(text, box, linked_of, bold_of, inners, parents, tags, names, firsts, lasts)


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
