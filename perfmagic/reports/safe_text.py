r"""Text of unknown origin, made harmless for people's eyes before any format's own escaping.

Sources, names, messages and representations may hold anything. Here everything that is not seen, or that changes how the rest is
seen (terminal sequences, bidirectional overrides, lone surrogates), becomes a visible escape such as ``\x1b``.
"""

import unicodedata
from collections.abc import Iterator

_MOST_MARKS = 4
_JOINERS = "\u200c\u200d"  # Persian and emoji need them
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_SHORT = (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def visible(text: str) -> str:
    """Return the text on one line, with an escape for every character that could hide or disguise something."""
    return "".join(_shown(text))


def visible_lines(source: str) -> list[str]:
    """Return the lines of a source with the same escapes; tabs stay, because they are code."""
    lines = source.rstrip("\n").split("\n")
    return ["\t".join(visible(part) for part in line.split("\t")) for line in lines]


def isolated(text: str) -> str:
    """Return right-to-left text so wrapped that it cannot reorder the numbers beside it."""
    if any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text):
        return f"\u2068{text}\u2069"
    return text


def _shown(text: str) -> Iterator[str]:
    short = dict(_SHORT)
    marks = 0
    for each in text:
        marks = marks + 1 if unicodedata.combining(each) else 0
        if each in short:
            yield short[each]
        elif each in _JOINERS or (unicodedata.category(each) not in _INVISIBLE and marks <= _MOST_MARKS):
            yield each
        else:
            yield _escape(ord(each))


def _escape(code: int) -> str:
    if code > 0xFFFF:  # noqa: PLR2004 - the widths of Python's own escapes
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"  # noqa: PLR2004
