"""Changes a text at `ast` positions, so that comments, quotes and layout survive.

Columns of `ast` count UTF-8 bytes, so all splicing is done on the encoded text. Every change of a plan is first collected as a
`Changes` value on the text that Python reads, then turned into edits, applied, and parsed again.
"""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from perfmagic.model.cell import Cell
from perfmagic.model.plan import Edit

INDENT = "    "
STRING_STARTS = frozenset({"FSTRING_START", "TSTRING_START"})
STRING_ENDS = frozenset({"FSTRING_END", "TSTRING_END"})


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that are indented by one more level, the first and the last included."""

    first: int
    last: int

    def holds(self, other: "Region") -> bool:
        """Whether the other region lies inside this one."""
        return self.first <= other.first and other.last <= self.last


WHOLE = Region(0, 1_000_000_000)
"""Around everything: what belongs to it comes first and is never indented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """Whole lines to insert before or after a line of the text.

    Attributes
    ----------
    line
        The line, from 1.
    side
        Where the new lines go.
    lines
        The new lines without the block's own indentation; inner indentation is theirs.
    indent
        Indentation of the block that they belong to.
    region
        The region that they open, close or stand in, ``None`` if they have nothing to do with one.
    inside
        Whether they stand inside that region.
    """

    line: int
    side: Literal["before", "after"]
    lines: tuple[str, ...]
    indent: str
    region: Region | None = None
    inside: bool = False

    @property
    def reach(self) -> int:
        """How many lines its region has: the larger, the further out it stands."""
        return 0 if self.region is None else self.region.last - self.region.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that one plan does to a text."""

    edits: tuple[Edit, ...] = ()
    insertions: tuple[Insertion, ...] = ()
    regions: tuple[Region, ...] = ()

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(
            edits=self.edits + other.edits,
            insertions=self.insertions + other.insertions,
            regions=self.regions + other.regions,
        )

    def __bool__(self) -> bool:
        return bool(self.edits or self.insertions or self.regions)


NO_CHANGES = Changes()


def replace(node: ast.stmt | ast.expr, text: str) -> Edit:
    """Return the edit that puts ``text`` in the place of a node."""
    return Edit(start=(node.lineno, node.col_offset), end=_end(node), text=text)


def _end(node: ast.stmt | ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def remove(statement: ast.stmt, text: str) -> Edit:
    """Return the edit that removes a statement, its lines too unless a comment stands behind it."""
    last, column = _end(statement)
    lines = text.split("\n")
    behind = lines[last - 1].encode()[column:].decode().strip().removeprefix(";").strip()
    if behind:
        start = len(lines[last - 1].encode()) - len(behind.encode())
        return Edit(start=(statement.lineno, statement.col_offset), end=(last, start), text="")
    return Edit(start=(statement.lineno, 0), end=(last + 1, 0), text="")


def segment(text: str, node: ast.expr | ast.stmt, replacements: Mapping[ast.expr, str] | None = None) -> str:
    """Return the text of a node, with some of the nodes inside it replaced."""
    start, end = (node.lineno, node.col_offset), _end(node)
    edits = [replace(each, new) for each, new in (replacements or {}).items()]
    inner = [each for each in edits if start <= each.start and each.end <= end]
    return between(text, start, end, inner)


def between(text: str, start: tuple[int, int], end: tuple[int, int], edits: Iterable[Edit] = ()) -> str:
    """Return the text from one position to another after some edits inside it."""
    offsets = _line_offsets(text)
    data = text.encode()
    pieces: list[bytes] = []
    position = offsets[start[0] - 1] + start[1]
    for each in sorted(edits, key=_order):
        before = data[position : offsets[each.start[0] - 1] + each.start[1]]
        position = offsets[each.end[0] - 1] + each.end[1]
        pieces.extend((before, _apart(before, each.text.encode(), data[position : position + 1])))
    pieces.append(data[position : offsets[end[0] - 1] + end[1]])
    return b"".join(pieces).decode()


def _apart(before: bytes, new: bytes, after: bytes) -> bytes:
    """Return the new text with a space where it would run into a word beside it: ``f(1)or 2``."""
    left = b" " if _is_word(before[-1:]) and _is_word(new[:1]) else b""
    right = b" " if _is_word(new[-1:]) and _is_word(after) else b""
    return left + new + right


def _is_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_" or byte > b"\x7f"


def _order(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    return edit.start, edit.end


@lru_cache(maxsize=8)
def _line_offsets(text: str) -> Sequence[int]:
    offsets = [0]
    for line in text.split("\n"):
        offsets.append(offsets[-1] + len(line.encode()) + 1)
    return offsets


def indent_of(statement: ast.stmt, text: str) -> str:
    """Return the white space before a statement's line."""
    line = text.split("\n")[statement.lineno - 1]
    return line[: len(line) - len(line.lstrip())]


def starts_line(statement: ast.stmt, text: str) -> bool:
    """Whether only white space stands before the statement on its line."""
    line = text.split("\n")[statement.lineno - 1].encode()
    return not line[: statement.col_offset].strip()


def ends_line(statement: ast.stmt, text: str) -> bool:
    """Whether no other statement follows on the statement's last line."""
    last, column = _end(statement)
    behind = text.split("\n")[last - 1].encode()[column:].decode().strip().removeprefix(";").strip()
    return not behind or behind.startswith("#")


@lru_cache(maxsize=8)
def string_lines(text: str) -> frozenset[int]:
    """Return the lines (from 1) that begin inside a string: indenting them would change its value."""
    inside: set[int] = set()
    open_at: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name in STRING_STARTS:
                open_at.append(token.start[0])
            elif name in STRING_ENDS:
                inside.update(range(open_at.pop() + 1, token.end[0] + 1))
            elif name == "STRING":
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return frozenset(inside)
    return frozenset(inside)


def edits_of(changes: Changes, text: str) -> tuple[Edit, ...]:
    """Return all changes as plain edits, in order of position."""
    own = list(changes.edits)
    removed = {
        line
        for edit in own
        if edit.text == "" and edit.start[1] == 0
        for line in range(edit.start[0], edit.end[0])
    }
    edits = [_insert(line, changes) for line in sorted({_anchor(each) for each in changes.insertions})]
    kept = string_lines(text) | removed
    for number, row in enumerate(text.split("\n"), start=1):
        depth = sum(each.first <= number <= each.last for each in changes.regions)
        if depth and number not in kept and row.strip():
            edits.append(_further_in(number, row, depth))
    edits.extend(own)
    edits = _outermost(edits)
    return tuple(sorted(edits, key=_order))


def _further_in(number: int, row: str, depth: int) -> Edit:
    """Indent a line: behind its last leading form feed, at which Python counts the columns from 0 again."""
    column = row[: len(row) - len(row.lstrip(" \t\f"))].rfind("\f") + 1
    return Edit(start=(number, column), end=(number, column), text=INDENT * depth)


def _outermost(edits: Sequence[Edit]) -> list[Edit]:
    """Drop the edits inside a piece of text that another edit replaces as a whole."""

    def covers(outer: Edit, inner: Edit) -> bool:
        if inner.start == inner.end:
            return outer.start < inner.start < outer.end
        return outer is not inner and outer.start <= inner.start and inner.end <= outer.end

    return [each for each in edits if not any(covers(outer, each) for outer in edits)]


def _anchor(insertion: Insertion) -> int:
    return insertion.line if insertion.side == "before" else insertion.line + 1


def _insert(line: int, changes: Changes) -> Edit:
    """Join the insertions at one line: ends of inner and outer blocks, then beginnings of outer and inner ones."""
    here = [each for each in changes.insertions if _anchor(each) == line]
    after = sorted(
        (each for each in here if each.side == "after"), key=lambda each: (-len(each.indent), each.reach)
    )
    before = sorted(
        (each for each in here if each.side == "before"), key=lambda each: (len(each.indent), -each.reach)
    )
    new = [row for each in (*after, *before) for row in _indented(each, changes.regions)]
    joined = "".join(f"{row}\n" for row in new)
    return Edit(start=(line, 0), end=(line, 0), text=joined)


def _indented(insertion: Insertion, regions: Sequence[Region]) -> Iterator[str]:
    depth = _depth(insertion, regions)
    prefix = insertion.indent + INDENT * depth
    rows = "\n".join(insertion.lines).split("\n")
    kept = string_lines("\n".join(rows))
    for number, row in enumerate(rows, start=1):
        yield row if number in kept or not row else prefix + row


def _depth(insertion: Insertion, regions: Sequence[Region]) -> int:
    """Count the regions around an insertion; of two equal ones the later is the outer."""
    own = insertion.region
    if own is None:
        return sum(each.first <= insertion.line <= each.last for each in regions)
    rank = next((index for index, each in enumerate(regions) if each is own), len(regions))
    outer = [
        each
        for index, each in enumerate(regions)
        if each is not own and each.holds(own) and (not own.holds(each) or index > rank)
    ]
    return len(outer) + insertion.inside


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return the text after the edits; they must not overlap, and the text must end with a line end."""
    lines = text.split("\n")
    ends = (len(lines), len(lines[-1].encode()))
    inside = [
        Edit(start=min(each.start, ends), end=min(each.end, ends), text=_ended_alike(each.text, text))
        for each in edits
    ]
    return between(text, (1, 0), ends, inside)


def _ended_alike(new: str, text: str) -> str:
    """Return the new text with the line ends of the text that it goes into."""
    return new.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else new


def to_source(cell: Cell, edits: Sequence[Edit]) -> str | None:
    """Return the cell as the user would keep it after the edits, or ``None`` if its lines cannot be aligned with Python's.

    IPython's transformation drops leading blank lines and indentation and rewrites single lines; those lines are kept as
    the user wrote them, and an edit inside one of them cannot be carried over.
    """
    written, python = cell.source.rstrip("\n").split("\n"), cell.python.rstrip("\n").split("\n")
    blank = 0
    while blank < len(written) - 1 and not written[blank].strip():
        blank += 1
    if len(written) - blank != len(python):
        return None
    first = written[blank]
    margin = first[: len(first) - len(first.lstrip())]
    lines: list[str] = []
    for number, (mine, its) in enumerate(zip(written[blank:], python, strict=True), start=1):
        row = mine.removeprefix(margin)
        if row != its and any(_cuts(edit, number) for edit in edits):
            return None
        lines.append(row)
    text = "\n".join(lines)
    last = _ended_alike("\n", text).removeprefix("\r" if text.endswith("\r") else "")
    changed = "".join(f"{each}\n" for each in written[:blank]) + apply(text + last, edits)
    ends = len(cell.source) - len(cell.source.rstrip("\n"))
    return changed + "\n" * (ends - 1) if ends else changed.removesuffix("\n").removesuffix("\r")


def _cuts(edit: Edit, line: int) -> bool:
    """Whether the edit changes something inside the line, beyond lines put before it or its indentation."""
    if edit.start == edit.end and edit.start[1] == 0:
        return False
    return edit.start[0] <= line <= edit.end[0] and edit.end != (line, 0)


def damage(before: str, after: str) -> str | None:
    """Say what is wrong with a changed text: it must compile, and hold every comment, string and number that it held."""
    try:
        compile(after, "<plan>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return f"the changed code does not compile ({error})"
    lost = _kept_parts(before) - _kept_parts(after)
    if lost:
        return f"the change would lose {next(iter(lost))!r}"
    return None


def _kept_parts(text: str) -> Counter[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    kinds = (tokenize.COMMENT, tokenize.STRING, tokenize.NUMBER)
    return Counter(token.string for token in tokens if token.type in kinds)
