"""The law: after `%%concurrent` everything is as one plain run of the cell leaves it in a twin notebook."""

from collections.abc import Callable
from dataclasses import dataclass

import perfmagic
from perfmagic.model.comparison import Comparison
from tests.acceptance import picture
from tests.acceptance.notebook import Notebook, Shown, counted, process_put_back


@dataclass(frozen=True)
class Left:
    """What a cell showed and left."""

    shown: Shown
    names: dict[str, object]
    process: dict[str, object]
    probes: list[str]
    runs: int
    comparison: Comparison | None


def leave(setup: tuple[str, ...], cell: str, probes: tuple[str, ...], line: str | None) -> Left:
    """Run setup and cell in a fresh notebook, under the magic if there is a line; probes are cells after it."""
    with process_put_back():
        notebook = Notebook(magic=line is not None)
        notebook.ran(*setup)
        before, _ = picture.draw(notebook.names())
        with counted(notebook["begin"]) as count:
            body = "begin()\n" + cell
            shown = notebook.run(body if line is None else f"%%concurrent {line}\n{body}")
        _, after = picture.draw(notebook.names(), before)
        after["_"] = picture.Walk().node(notebook["_"])
        state = picture.process()
        answers = [describe(notebook.run(each)) for each in probes]
        return Left(shown, after, state, answers, count[0], None if line is None else perfmagic.last())


def describe(shown: Shown) -> str:
    return f"{shown.value!r} {shown.stdout!r} {shown.displays!r} {shown.error!r}"


def check(
    cell: str,
    *,
    setup: tuple[str, ...] = (),
    probes: tuple[str, ...] = (),
    line: str = "--rounds 2 --quiet",
    between: Callable[[], object] = lambda: None,
) -> Left:
    """Run the cell plain and under the magic and compare all that can be seen; return what the magic left."""
    plain = leave(setup, cell, probes, None)
    between()
    ours = leave(setup, cell, probes, line)
    assert ours.comparison is not None
    same_shown(plain.shown, ours.shown)
    changed = {key: (plain.names.get(key), ours.names.get(key)) for key in plain.names | ours.names
               if plain.names.get(key) != ours.names.get(key)}  # fmt: skip
    assert changed == {}
    for key in plain.process:
        assert (key, ours.process[key]) == (key, plain.process[key])
    assert ours.probes == plain.probes
    assert ours.comparison.executions == ours.runs
    return ours


def same_shown(plain: Shown, ours: Shown) -> None:
    assert ours.stdout == plain.stdout
    assert ours.displays == plain.displays
    assert repr(ours.value) == repr(plain.value)
    assert type(ours.error).__qualname__ == type(plain.error).__qualname__, ours.error
    assert str(ours.error) == str(plain.error)
    if plain.error is None:
        assert ours.stderr == plain.stderr


def statuses(comparison: Comparison) -> dict[str, str]:
    return {each.strategy: str(each.status) for each in comparison.candidates}
