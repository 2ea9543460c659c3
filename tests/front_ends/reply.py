"""What a front end shows for one cell, the same for all of them."""

import re
from dataclasses import dataclass

_ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def plain(text: str) -> str:
    return _ANSI.sub("", text)


@dataclass(frozen=True)
class Reply:
    """Everything that was printed and shown; the value in ``Out``; the traceback as text, empty if the cell ended well."""

    text: str
    out: str
    error: str

    @property
    def shown(self) -> str:
        return f"{self.text}\n{self.out}\n{self.error}"
