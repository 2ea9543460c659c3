"""Explanations for the reports' tests: made by hand, so that no analysis stands between a report and its test."""

from perfmagic.model.cell import Cell
from perfmagic.model.explanation import (
    Answer,
    ExplainedBlock,
    Explanation,
    Link,
    Loop,
    Obstruction,
    Piece,
)

SOURCE = "a = await f(1)\nb = await g(2)\nc = await h(a, b)\nprint(c)\n"
CHANGED = "a, b = await asyncio.gather(f(1), g(2))\nc = await h(a, b)\nprint(c)\n"


def piece(line, code, level, role="operation"):
    return Piece(lines=(line, line), code=code, role=role, level=level)


def link(earlier, later, name="", kind="flow", **more):
    reason = more.pop("reason", f"line {later + 1} needs {name!r} of line {earlier + 1}")
    return Link(earlier=earlier, later=later, kind=kind, cause=kind, name=name, reason=reason, **more)


def explanation_of(blocks, answers=(), obstructions=(), source=SOURCE, magic="concurrent"):
    return Explanation(
        magic=magic,
        cell=Cell(source=source, python=source),
        blocks=tuple(blocks),
        answers=tuple(answers),
        obstructions=tuple(obstructions),
    )


def block_of(pieces, links=(), title="the cell", depth=0, **more):
    return ExplainedBlock(
        title=title,
        depth=depth,
        repeated=more.pop("repeated", False),
        pieces=tuple(pieces),
        links=tuple(links),
        **more,
    )


DIAMOND = explanation_of(
    [
        block_of(
            [
                piece(1, "a = await f(1)", 1),
                piece(2, "b = await g(2)", 1),
                piece(3, "c = await h(a, b)", 2),
                piece(4, "print(c)", 2, "statement"),
            ],
            [link(0, 2, "a"), link(1, 2, "b"), link(2, 3, "c")],
        )
    ],
    [
        Answer(strategy="gather", source=CHANGED, assumptions=("no operation fails.",)),
        Answer(
            strategy="tasks",
            kind="flow",
            reason="line 2 reads 'x', which line 1 writes.",
            lines=(1, 2),
            hint="change it",
        ),
        Answer(strategy="threads", kind="nothing", reason="the cell awaits.", hint="gather applies"),
    ],
    [Obstruction(line=2, reason="line 2 writes a file"), Obstruction(line=2, reason="line 2 writes a file")],
)

LOOP = explanation_of(
    [
        block_of(
            [piece(1, "for x in xs:", 1, "block")], loops=(Loop(line=1, independent=True),), notes=("a note",)
        ),
        block_of(
            [piece(2, "y = await f(x)", 1), piece(3, "z = await f(y)", 2)],
            [link(0, 1, "y")],
            title="for x in xs (line 1)",
            depth=1,
            repeated=True,
        ),
    ],
    [Answer(strategy="tasks", source="pass\n")],
    source="for x in xs:\n    y = await f(x)\n    z = await f(y)\n",
)

CHAIN = explanation_of(
    [block_of([piece(1, "a = await f(1)", 1), piece(2, "b = await f(a)", 2)], [link(0, 1, "a")])],
    [Answer(strategy="tasks", kind="flow", reason="each step needs the one before.", lines=(1, 2))],
    source="a = await f(1)\nb = await f(a)\n",
)

EVERY_KIND = explanation_of(
    [
        block_of(
            [piece(line, f"x{line} = await f({line})", 1 + line // 4) for line in range(1, 9)],
            [
                link(0, 3, "flow"),
                link(1, 2, "anti", "anti", binds=True),
                link(1, 4, "output", "output"),
                link(2, 5, "stdout", "effect"),
                link(0, 7, "", "control", reason="line 1 may leave the block"),
                link(3, 7, "hidden", implied=True),
                link(4, 7, "told", "output", waived=True),
            ],
        )
    ],
    source="",
)

EMPTY = explanation_of(
    [block_of([])], [Answer(strategy="tasks", kind="nothing", reason="nothing.")], source=""
)

EXPLANATIONS = {"diamond": DIAMOND, "loop": LOOP, "chain": CHAIN, "kinds": EVERY_KIND, "empty": EMPTY}


def hostile_explanation(text):
    """An explanation with the text in every field that holds one."""
    return explanation_of(
        [
            block_of(
                [piece(1, text, 1), piece(2, text, 2), piece(3, text, 2, "statement")],
                [
                    link(0, 1, text, reason=text, hint=text),
                    link(1, 2, text, "effect", reason=text),
                    link(0, 2, "", "control", reason=text, waived=True),
                ],
                loops=(Loop(line=1, independent=False, reason=text),),
                notes=(text,),
            ),
            block_of([piece(4, text, 1)], title=text, depth=1),
        ],
        [
            Answer(strategy=text, source=f"{text}\nadded = 1\n", assumptions=(text,)),
            Answer(strategy=f"{text}2", kind=text, reason=text, lines=(1, 2), hint=text),
        ],
        [Obstruction(line=1, reason=text)],
        source=text,
        magic=text,
    )
