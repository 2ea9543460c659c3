"""``%load_ext perfmagic`` and ``%unload_ext perfmagic``: register everything, and take back all that was registered.

Loading twice replaces and never stacks; what loading needs is small, the machinery is imported by the first magic.
"""

from typing import Any

from perfmagic.configuration import Perfmagic
from perfmagic.magics.table import (
    CELL_MAGICS,
    awaited_magic,
    cell_magic,
    completer,
    line_help,
    line_magic,
)
from perfmagic.shell.session import ATTRIBUTE, Session
from perfmagic.shell.transformer import AWAITED_METHOD, make_transformer

_MARK = "perfmagic_transformer"


def load_ipython_extension(shell: Any) -> None:
    """Register the magics, the input transformer, the completions and the configuration in a shell."""
    earlier = getattr(shell, ATTRIBUTE, None)
    unload_ipython_extension(shell)
    session = Session(shell=shell, configuration=Perfmagic(parent=shell))
    session.last = getattr(earlier, "last", None)
    setattr(shell, ATTRIBUTE, session)
    setattr(shell, AWAITED_METHOD, awaited_magic(session))
    shell.configurables.append(session.configuration)
    asyncio_runner, _ = shell.loop_runner_map["asyncio"]  # as `%autoawait asyncio` sets it
    transformer = make_transformer(shell, CELL_MAGICS, asyncio_runner)
    setattr(transformer, _MARK, True)
    shell.input_transformers_post.append(transformer)
    for name in CELL_MAGICS:
        shell.register_magic_function(cell_magic(session, name), "cell", name)
        shell.register_magic_function(line_help(name), "line", name)
    shell.register_magic_function(line_magic(session), "line", "perfmagic")
    shell.set_hook("complete_command", completer, re_key=_completed_lines())


def unload_ipython_extension(shell: Any) -> None:
    """Take back all that `load_ipython_extension` registered; harmless if nothing was."""
    transformers = shell.input_transformers_post
    transformers[:] = [each for each in transformers if not hasattr(each, _MARK)]
    configurables = shell.configurables
    configurables[:] = [each for each in configurables if not isinstance(each, Perfmagic)]
    magics = shell.magics_manager.magics
    for name in CELL_MAGICS:
        magics["cell"].pop(name, None)
    for name in (*CELL_MAGICS, "perfmagic"):
        magics["line"].pop(name, None)
    for name in (*CELL_MAGICS, "perfmagic"):
        shell.magics_manager.user_magics.__dict__.pop(name, None)
    for attribute in (ATTRIBUTE, AWAITED_METHOD):
        if attribute in vars(shell):
            delattr(shell, attribute)
    _forget_completer(shell)


def _completed_lines() -> str:
    return r"%%(" + "|".join(CELL_MAGICS) + r")\b|%perfmagic\b"


def _forget_completer(shell: Any) -> None:
    hooks: Any = getattr(shell, "strdispatchers", {}).get("complete_command")
    registered: Any = getattr(hooks, "regexs", {})
    for pattern in [
        pattern for pattern in registered if getattr(pattern, "pattern", pattern) == _completed_lines()
    ]:
        del registered[pattern]
