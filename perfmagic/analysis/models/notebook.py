"""Models of what IPython offers: processes, magics, displays."""

from dataclasses import replace

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.model import PURE, Model, Table


def _each(classes: str, names: str, model: Model) -> dict[str, Model]:
    return {f"{cls}.{name}": model for cls in classes.split() for name in names.split()}


_SHELL = (
    "IPython.core.interactiveshell.InteractiveShell ipykernel.zmqshell.ZMQInteractiveShell "
    "IPython.terminal.interactiveshell.TerminalInteractiveShell"
)
NOTEBOOK: Table = {
    **_each(
        _SHELL,
        "system system_raw system_piped getoutput",
        Model(
            hazard="it starts a process",
            blocking=True,
            locations=(
                (Kind.STDOUT, "stdout", True),
                (Kind.FILE, "files", True),
                (Kind.EXTERNAL, "processes", True),
            ),
        ),
    ),
    **_each(
        _SHELL,
        "run_line_magic run_cell_magic magic run_cell ex ev",
        Model(handler="dynamic", option="a magic"),
    ),
    "IPython.core.getipython.get_ipython": Model(handler="get_ipython"),
    **_each(_SHELL, "get_ipython", Model(handler="get_ipython")),
    **_each(
        "IPython.core.display_functions IPython.display",
        "display clear_output update_display",
        Model(result="none", locations=((Kind.STDOUT, "stdout", True),), calls=False, may_raise=False),
    ),
    **_each(
        "IPython.core.display IPython.display IPython.lib.display",
        "HTML Markdown Image JSON SVG Latex Math",
        replace(PURE, result="new:IPython.core.display.DisplayObject"),
    ),
}
