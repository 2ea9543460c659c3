"""A plan while it is being made: names given, changes collected, blocks done; and how it ends as a `Plan` or a `Refusal`."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import (
    WHOLE,
    Changes,
    Insertion,
    Region,
    apply,
    damage,
    edits_of,
    ends_line,
    indent_of,
    starts_line,
    to_source,
)
from perfmagic.analysis.statements import Operation
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal
from perfmagic.strategies.frame_watchers import watcher
from perfmagic.strategies.names import Names
from perfmagic.strategies.ordering import Ordering, assumptions
from perfmagic.strategies.standard_names import misleading_name


@dataclass(slots=True, kw_only=True)
class Draft:
    """What one strategy has decided so far about one cell."""

    strategy: str
    analysis: Analysis
    options: Options
    names: Names
    edits: list[Edit] = field(default_factory=list[Edit])
    insertions: list[Insertion] = field(default_factory=list[Insertion])
    regions: list[Region] = field(default_factory=list[Region])
    orderings: list[Ordering] = field(default_factory=list[Ordering])
    imports: dict[str, None] = field(default_factory=dict[str, None])
    in_flight: int = 0
    bounded: bool = False
    overlapped: list[Operation] = field(default_factory=list[Operation])
    notes: list[str] = field(default_factory=list[str])
    started: set[int] = field(default_factory=set[int])
    refusals: list[Refusal] = field(default_factory=list[Refusal])

    @property
    def text(self) -> str:
        """The text that the edits refer to."""
        return self.analysis.cell.python

    def before(
        self, statement: ast.stmt, lines: Iterable[str], *, region: Region | None = None, inside: bool = False
    ) -> None:
        """Put lines before a statement, at its indentation; a leading blank line only where it parts statements."""
        rows = list(lines)
        if rows[:1] == [""] and not self._follows(statement):
            del rows[0]
        self.insertions.append(
            Insertion(
                line=statement.lineno,
                side="before",
                lines=tuple(rows),
                indent=indent_of(statement, self.text),
                region=region,
                inside=inside,
            )
        )

    def _follows(self, statement: ast.stmt) -> bool:
        """Whether a line of the same block stands right above the statement."""
        if statement.lineno < 2:  # noqa: PLR2004 - the first line
            return False
        above = self.text.split("\n")[statement.lineno - 2]
        return bool(above.strip()) and not above.rstrip().endswith(":")

    def after(self, statement: ast.stmt, lines: Iterable[str], *, region: Region | None = None) -> None:
        """Put lines after a statement, at the indentation of the first statement of its block."""
        self.insertions.append(
            Insertion(
                line=statement.end_lineno or statement.lineno,
                side="after",
                lines=tuple(lines),
                indent=indent_of(statement, self.text),
                region=region,
            )
        )

    def region(self, first: ast.stmt, last: ast.stmt) -> Region:
        """Indent the lines from one statement to another."""
        made = Region(first.lineno, last.end_lineno or last.lineno)
        self.regions.append(made)
        return made

    def keep_value_shown(self, block: Block, last: ast.stmt) -> list[str]:
        """Bind the value of a cell's last expression, which now stands inside a region; return the line that shows it."""
        if block.kind != "module" or last is not block.statements[-1] or not isinstance(last, ast.Expr):
            return []
        name = self.names.new("value")
        start = (last.lineno, last.col_offset)
        self.edits.append(Edit(start=start, end=start, text=f"{name} = "))
        row = self.text.split("\n")[(last.end_lineno or last.lineno) - 1].encode()
        silent = row[last.end_col_offset :].decode().split("#", 1)[0].strip() == ";"
        return [f"{name};" if silent else name]

    def alone(self, statements: Sequence[ast.stmt]) -> bool:
        """Whether each statement has its lines for itself; notes a refusal if not."""
        for each in statements:
            if not (starts_line(each, self.text) and ends_line(each, self.text)):
                self.refuse(
                    "syntax",
                    f"line {each.lineno} holds more than one statement",
                    (each.lineno, each.end_lineno or each.lineno),
                    "give each statement a line of its own",
                )
                return False
        return True

    def refuse(
        self, kind: str, reason: str, lines: tuple[int, int] | None = None, hint: str | None = None
    ) -> Refusal:
        """Note and return why a part of the cell stays as it is."""
        refusal = Refusal(strategy=self.strategy, kind=kind, reason=f"{reason}.", lines=lines, hint=hint)
        self.refusals.append(refusal)
        return refusal


def draft(strategy: str, analysis: Analysis, options: Options) -> Draft:
    """Return an empty draft."""
    return Draft(strategy=strategy, analysis=analysis, options=options, names=Names(analysis))


def finish(plan: Draft, *, slots: int | None, one_thread: bool) -> Plan | Refusal:
    """Turn what was collected into a plan; a refusal if the changed text cannot be kept in the user's syntax."""
    seen = watcher(plan.analysis, _changed_lines(plan))
    if seen is not None and (plan.names.given or _needed_imports(plan)):
        reason = f"line {seen.lineno} lists names: those that the changed code introduces would show"
        lines = (seen.lineno, seen.end_lineno or seen.lineno)
        return plan.refuse("effect", reason, lines, f"leave out {ast.unparse(seen)}")
    text = plan.text if plan.text.endswith("\n") else f"{plan.text}\n"
    header = _import_lines(plan)
    changes = Changes(
        edits=tuple(plan.edits),
        insertions=(*header, *plan.insertions),
        regions=tuple(plan.regions),
    )
    edits = edits_of(changes, text)
    wrong = damage(text, apply(text, edits))
    if wrong is not None:
        return plan.refuse("syntax", wrong, None, "simplify the layout of the statements")
    taken = misleading_name(plan.analysis, ast.parse(apply(text, edits)))
    if taken is not None:
        reason = f"the changed code would call {taken}, and {taken!r} is another thing here"
        return plan.refuse("syntax", reason, None, f"rename {taken!r}")
    source = to_source(plan.analysis.cell, edits)
    if source is None:
        reason = "the lines of the cell cannot be matched with the Python code that IPython makes of them"
        return plan.refuse(
            "syntax", reason, None, "move the magics and shell commands into a cell of their own"
        )
    return Plan(
        strategy=plan.strategy,
        source=source,
        assumptions=(*assumptions(tuple(plan.orderings)), *dict.fromkeys(plan.notes)),
        introduced=plan.names.given | frozenset(_imported(each) for each in _needed_imports(plan)),
        redefined=_redefined(plan),
        slots=slots,
        one_thread=one_thread,
    )


def _import_lines(plan: Draft) -> list[Insertion]:
    needed = _needed_imports(plan)
    return [Insertion(line=1, side="before", lines=(*needed, ""), indent="", region=WHOLE)] if needed else []


def _needed_imports(plan: Draft) -> list[str]:
    return [each for each in plan.imports if not _is_there(each, plan.analysis)]


def _imported(line: str) -> str:
    return line.rsplit(maxsplit=1)[-1]


def _is_there(line: str, analysis: Analysis) -> bool:
    """Whether the import is already in force: the name is bound to the same thing, or the first statement binds it."""
    name = _imported(line)
    live = analysis.namespace.get(name)
    if getattr(live, "__name__", None) == name:
        return True
    return bool(analysis.tree.body) and ast.unparse(analysis.tree.body[0]) == line


def _changed_lines(plan: Draft) -> set[int]:
    return {each.start[0] for each in plan.edits} | {each.line for each in plan.insertions}


def _redefined(plan: Draft) -> frozenset[str]:
    """Return the definitions at the top of the cell that hold a change."""
    touched = _changed_lines(plan)
    return frozenset(
        each.name
        for each in plan.analysis.tree.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and any(each.lineno <= line <= (each.end_lineno or each.lineno) for line in touched)
    )
