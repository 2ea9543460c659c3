"""Short, safe texts for values that are not trusted.

The invariant: nothing of the user's runs, no text is longer than its limit, and no control character survives.
"""

LIMIT = 80
_PEEK = 100
_BITS = 256


def escape(text: str) -> str:
    """The text with everything that does not print (controls, bidi marks, lone surrogates) written as an escape."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def clip(text: str, limit: int = LIMIT) -> str:
    """The text on one line and within the limit; what is left out is shown by three dots."""
    safe = escape(text[: 4 * limit])
    if len(safe) <= limit and len(text) <= 4 * limit:
        return safe
    return safe[: limit - 3] + "..."


def clip_middle(text: str, limit: int) -> str:
    """The text within the limit, its beginning and its end kept: of a long path both matter."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def atom_text(atom: object) -> str:
    """How a plain scalar is written, in short; long strings and huge integers are never written out."""
    if type(atom) is int and atom.bit_length() > _BITS:
        return f"an int of {atom.bit_length()} bits"
    if type(atom) is str and len(atom) > _PEEK:
        return f"{atom[:_PEEK]!r}..."
    if type(atom) is bytes and len(atom) > _PEEK:
        return f"{atom[:_PEEK]!r}..."
    return escape(repr(atom))
