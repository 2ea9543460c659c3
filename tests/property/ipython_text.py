"""IPython's own syntax in generated programs."""

import re
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

IPYTHON_LINE = re.compile(r"\s*(?:[%!?]\S|\w+ = [%!]\S)")


@lru_cache(maxsize=256)
def python_of(source: str) -> str:
    """Return what IPython makes of a text; a text without its syntax stays as it is."""
    if any(IPYTHON_LINE.match(each) for each in source.splitlines()):
        return TransformerManager().transform_cell(source)
    return source


class Shell:
    """Takes the place of the shell in a run: says what it was asked, in order."""

    def system(self, command: str) -> None:
        """Say the command."""
        print("system", command)

    def getoutput(self, command: str) -> list[str]:
        """Say the command, and give a result."""
        print("getoutput", command)
        return [command]

    def run_line_magic(self, name: str, line: str, *_: object) -> str:
        """Say the magic, and give a result."""
        print("magic", name, line)
        return line
