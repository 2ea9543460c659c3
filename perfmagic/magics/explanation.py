"""``--explain``: read the cell, ask the strategies, show and write what they say. The cell is not run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from perfmagic.comparing.asking import Strategy
from perfmagic.comparing.explain import explain
from perfmagic.errors import ExportError
from perfmagic.model.explanation import Explanation
from perfmagic.model.options import Options
from perfmagic.reports import explanation_html, explanation_json, explanation_text
from perfmagic.reports.export import write_text
from perfmagic.shell.host import ShellHost
from perfmagic.shell.session import Session

Render = Callable[[Explanation], str]


def run_explanation(
    session: Session, magic: str, options: Options, strategies: Mapping[str, Strategy], body: str
) -> None:
    """Explain one cell: show it, store it where the user asked, write it where the user asked.

    Raises
    ------
    SyntaxError
        If the cell is not Python, with the user's line.
    UsageError
        If an option names lines that the cell has not.
    ExportError
        If a file cannot be written, or its suffix is unknown.
    """
    shell = session.shell
    writers = [(path, _render(path)) for path in options.exports]
    host = ShellHost(shell)
    found = explain(host.cell(body), host.namespace, strategies, options, magic=magic)
    if options.output is not None:
        shell.user_ns[options.output] = found
    shown = {"text/plain": explanation_text.render(found), "text/html": explanation_html.fragment(found)}
    shell.display_pub.publish(shown, {})
    for path, render in writers:
        write_text(path, render(found), replace=True)


def _render(path: Path) -> Render:
    known: dict[str, Render] = {
        **dict.fromkeys(explanation_text.suffixes, explanation_text.render),
        **dict.fromkeys(explanation_html.suffixes, explanation_html.render),
        **dict.fromkeys(explanation_json.suffixes, explanation_json.render),
    }
    if path.suffix.lower() not in known:
        message = f"--explain cannot be written to {path.name!r}: end it in {', '.join(sorted(known))}"
        raise ExportError(message)
    return known[path.suffix.lower()]
