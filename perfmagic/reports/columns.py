"""How wide text is on a terminal, and text made to fit: padded, clipped, wrapped, drawn as a bar."""

import unicodedata
from collections.abc import Iterator

_WIDE = frozenset({"W", "F"})
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_EIGHTHS = " ▏▎▍▌▋▊▉"


def width(text: str) -> int:
    """Return the terminal columns that the text takes: two for wide characters, none for combining ones."""
    return sum(_width(each) for each in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def padded(text: str, columns: int) -> str:
    """Return the text with spaces to the right up to so many columns."""
    return text + " " * (columns - width(text))


def clipped(text: str, columns: int) -> str:
    """Return the text if it fits, otherwise its beginning and an ellipsis."""
    if width(text) <= columns:
        return text
    return f"{_head(text, columns - 1)}…"


def _head(text: str, columns: int) -> str:
    used = 0
    for i, each in enumerate(text):
        used += _width(each)
        if used > columns:
            return text[:i]
    return text


def wrapped(text: str, columns: int, *, indent: str = "") -> Iterator[str]:
    """Yield the text in lines of at most so many columns, broken at spaces where there are any."""
    room = max(2, columns - len(indent))  # one wide character always fits, so every step gets further
    line = ""
    for word in text.split(" "):
        if width(line) + 1 + width(word) <= room or not line:
            line = f"{line} {word}" if line else word
        else:
            yield indent + line
            line = word
        while width(line) > room:
            head = _head(line, room)
            yield indent + head
            line = line[len(head) :]
    yield indent + line


def bar(share: float, columns: int) -> str:
    """Return a bar over that share of the columns, exact to an eighth of one; something is always seen."""
    eighths = max(1, round(min(share, 1.0) * columns * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")
