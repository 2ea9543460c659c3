"""The magic line: one table of options gives the parser, the help text and the completions.

A line that cannot be read raises a `UsageError` of one sentence that names the option and the nearest known one;
nothing was run then.
"""

import keyword
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from perfmagic.errors import UsageError

if TYPE_CHECKING:
    from perfmagic.model.options import Options

Convert = Callable[[str, str], object]

VERIFICATIONS = ("auto", "plain", "fuzz", "off")


class Option(NamedTuple):
    """One option: how it is written, what it sets, and what it means.

    A named tuple, because the class is made on every load.

    Attributes
    ----------
    field
        The field of `Options` that it sets.
    metavar
        Name of its value in the help; empty for a flag.
    convert
        Turns the text into the field's value, or raises `UsageError`.
    optional
        Whether the value may be left out.
    repeatable
        Whether it may be given more than once; the values add up.
    magics
        Magics that know the option; empty means all.
    """

    flag: str
    field: str
    help: str
    metavar: str = ""
    convert: Convert | None = None
    optional: bool = False
    repeatable: bool = False
    constant: object = True
    magics: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def _names(flag: str, text: str) -> object:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        message = f"{flag} needs at least one name, for example {flag} gather,tasks"
        raise UsageError(message)
    if len(set(names)) < len(names):
        message = f"{flag} names a strategy twice: {text}"
        raise UsageError(message)
    return names


def _whole(flag: str, text: str) -> object:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        message = f"{flag} takes a whole number from 1, not {text!r}"
        raise UsageError(message)
    return number


def _seconds(flag: str, text: str) -> object:
    return _number(flag, text, "seconds above 0", lambda value: value > 0)


def _tolerance(flag: str, text: str) -> object:
    return _number(flag, text, "a number from 0 to below 1", lambda value: 0 <= value < 1)


def _number(flag: str, text: str, meaning: str, allowed: Callable[[float], bool]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not allowed(value) or value == float("inf"):
        message = f"{flag} takes {meaning}, not {text!r}"
        raise UsageError(message)
    return value


def _verify(flag: str, text: str) -> object:
    if text not in VERIFICATIONS:
        message = f"{flag} takes {', '.join(VERIFICATIONS[:-1])} or {VERIFICATIONS[-1]}, not {text!r}"
        raise UsageError(message)
    return text


def _path(flag: str, text: str) -> object:
    if not text.strip():
        message = f"{flag} needs the path of a file"
        raise UsageError(message)
    return (Path(text).expanduser(),)


def _text(_flag: str, text: str) -> object:
    return text


def _identifier(flag: str, text: str) -> object:
    if not text.isidentifier() or keyword.iskeyword(text):
        message = f"{flag} takes the name of a variable, not {text!r}"
        raise UsageError(message)
    return text


def _lines(flag: str, text: str) -> object:
    lines: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        numbers = [int(each) for each in (first, last or first) if each.isascii() and each.isdecimal()]
        if len(numbers) < 2 or not 1 <= numbers[0] <= numbers[1]:  # noqa: PLR2004 - first and last
            message = f"{flag} takes line numbers from 1 such as 2,5 or 2-5, not {text!r}"
            raise UsageError(message)
        lines.update(range(numbers[0], numbers[1] + 1))
    return frozenset(lines)


OPTIONS: tuple[Option, ...] = (
    Option(flag="--strategies", field="strategies", metavar="A,B", convert=_names, help="try only these, in this order"),
    Option(flag="--rounds", field="rounds", metavar="N", convert=_whole, help="timed rounds at most (default 20)"),
    Option(
        flag="--budget", field="budget_s", metavar="SECONDS", convert=_seconds,
        help="time for everything after the first run of the cell (default 10)",
    ),
    Option(flag="--once", field="once", help="run exactly once, under the first strategy that applies; keep its result"),
    Option(flag="--rerun", field="rerun", help="run again although something cannot be put back"),
    Option(flag="--workers", field="workers", metavar="N", convert=_whole, help="worker threads at most"),
    Option(
        flag="--limit", field="limit", metavar="N", convert=_whole, help="concurrent operations at most (default 32)"
    ),
    Option(
        flag="--rtol", field="rtol", metavar="X", convert=_tolerance,
        help="relative tolerance for floats when results are compared (default 0: exact)",
    ),
    Option(
        flag="--verify", field="verify", metavar="HOW", convert=_verify, choices=VERIFICATIONS,
        help="auto: compare results, also under other schedules as far as the budget goes; plain: no other schedules; "
        "fuzz: 12 schedules whatever the budget; off: compare nothing, claim no speedup",
    ),
    Option(flag="--no-profile", field="profile", constant=False, help="make no profiled runs"),
    Option(flag="--title", field="title", metavar="TEXT", convert=_text, help="a heading for the report"),
    Option(flag="-o", field="output", metavar="NAME", convert=_identifier, help="store the comparison in a variable"),
    Option(
        flag="--export", field="exports", metavar="PATH", convert=_path, repeatable=True,
        help="write the comparison; .json .md .csv .html .txt by suffix; replaces the file; may be repeated",
    ),
    Option(flag="--quiet", field="quiet", help="show no report"),
    Option(
        flag="--assume-independent", field="assume_independent", metavar="LINES", convert=_lines, optional=True,
        constant=frozenset[int](), magics=("concurrent",),
        help="take it that the operations on these lines (all if none are named) have no effect on each other",
    ),
    Option(
        flag="--speculate", field="speculate", magics=("concurrent",),
        help="start reads early although an assert, raise, break or return before them could have prevented them",
    ),
    Option(
        flag="--allow-reorder", field="allow_reorder", magics=("concurrent",),
        help="printed lines, and writes to one outside resource, may come in another order",
    ),
    Option(
        flag="--ignore-sleeps", field="ignore_sleeps", magics=("concurrent",),
        help="pauses of a fixed length between operations do not keep them in order",
    ),
    Option(
        flag="--explain", field="explain", magics=("concurrent",),
        help="run nothing; show the statements, what depends on what, and what would be rewritten",
    ),
)  # fmt: skip

CONTRADICTIONS: Sequence[tuple[str, str, str]] = (
    ("once", "rounds", "--once makes one run, so there are no --rounds"),
    ("once", "rerun", "--once makes one run, so there is nothing to --rerun"),
    ("once", "budget_s", "--once makes one run, so there is no --budget to spend"),
    ("explain", "once", "--explain runs nothing, and --once runs the cell"),
    ("explain", "rerun", "--explain runs nothing, so there is nothing to --rerun"),
    ("explain", "rounds", "--explain runs nothing, so there are no --rounds"),
    ("explain", "budget_s", "--explain runs nothing, so there is no --budget to spend"),
    ("explain", "verify", "--explain runs nothing, so there is no result to --verify"),
    ("explain", "rtol", "--explain runs nothing, so --rtol has no meaning"),
    ("explain", "quiet", "--explain only shows something, and --quiet shows nothing"),
)
"""Fields of the options that cannot both be given, and why."""

SUMMARIES: Mapping[str, str] = {
    "concurrent": "Compare this cell with itself under asyncio.gather, TaskGroup, tasks, threads and processes.",
}


def options_of(magic: str) -> tuple[Option, ...]:
    """Options that a magic knows."""
    return tuple(option for option in OPTIONS if not option.magics or magic in option.magics)


def flags_of(magic: str) -> tuple[str, ...]:
    """Spellings of the options that a magic knows, for completion."""
    return (*(option.flag for option in options_of(magic)), "--help")


def wants_help(line: str) -> bool:
    """Tell whether the line asks for help instead of a run."""
    if "-h" not in line:
        return False
    try:
        words = split(line)
    except UsageError:
        return False
    return any(word in {"--help", "-h"} for word in words)


def wants_explanation(line: str) -> bool:
    """Tell whether the line asks what is known of the cell instead of a run."""
    return "--explain" in line and any(word == "--explain" for word in split(line))


def help_text(magic: str) -> str:
    """Return the help of a magic, the same for ``%%magic?`` and ``%%magic --help``."""
    rows = [f"%%{magic} [options]", "", SUMMARIES[magic], "", "Options", "-------"]
    for option in options_of(magic):
        value = f" [{option.metavar}]" if option.optional else f" {option.metavar}" if option.metavar else ""
        rows.append(f"  {option.flag + value:<30}{option.help}")
    rows += [
        f"  {'--help':<30}show this text and run nothing",
        "",
        "Defaults: %config Perfmagic.budget = 5. Afterwards: %perfmagic show, %perfmagic export PATH,",
        "%perfmagic apply STRATEGY, perfmagic.last().",
    ]
    return "\n".join(rows)


def parse_options(magic: str, line: str, defaults: "Options") -> "Options":
    """Read a magic line.

    Raises
    ------
    UsageError
        For an unknown or contradictory option, or a value that an option does not take.
    """
    known = {option.flag: option for option in options_of(magic)}
    given: dict[str, Any] = {}  # the table of options knows which field takes what
    words = split(line)
    while words:
        word = words.pop(0)
        flag, equals, attached = word.partition("=")
        option = known.get(flag)
        if option is None:
            raise UsageError(_unknown(magic, flag, known))
        if option.field in given and not option.repeatable:
            message = f"{flag} is given twice"
            raise UsageError(message)
        value = _value(option, attached if equals else None, words)
        given[option.field] = _added(given.get(option.field), value) if option.repeatable else value
    _check(given)
    return replace(defaults, **given)


def split(line: str) -> list[str]:
    """Return the words of a magic line; quotes keep words together.

    Raises
    ------
    UsageError
        If a quote is not closed.
    """
    try:
        return shlex.split(line)
    except ValueError as fault:
        message = f"the magic line cannot be read: {str(fault).lower()}; close the quotes"
        raise UsageError(message) from None


def _unknown(magic: str, flag: str, known: Mapping[str, Option]) -> str:
    import difflib  # noqa: PLC0415 - only a mistake needs it, and it costs a tenth of the time that loading may take

    near = difflib.get_close_matches(flag, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"%%{magic} --help lists the options"
    kind = "option" if flag.startswith("-") else "word"
    return f"%%{magic} does not know the {kind} {flag!r}: {hint}"


def _value(option: Option, attached: str | None, words: list[str]) -> object:
    if option.convert is None:
        if attached is not None:
            message = f"{option.flag} takes no value"
            raise UsageError(message)
        return option.constant
    if attached is not None:
        return option.convert(option.flag, attached)
    if option.optional and (not words or words[0].startswith("-")):
        return option.constant
    if not words or (words[0].startswith("--") and words[0] != "--"):
        message = f"{option.flag} needs a value: {option.flag} {option.metavar}"
        raise UsageError(message)
    return option.convert(option.flag, words.pop(0))


def _added(before: object, value: object) -> object:
    earlier = cast("tuple[object, ...]", before if isinstance(before, tuple) else ())
    return (*earlier, *cast("tuple[object, ...]", value)) if isinstance(value, tuple) else earlier


def _check(given: Mapping[str, object]) -> None:
    for one, other, message in CONTRADICTIONS:
        if one in given and other in given:
            raise UsageError(f"{message}: leave one of them out")
    if given.get("verify") == "off" and "rtol" in given:
        raise UsageError("--verify off compares nothing, so --rtol has no meaning: leave one of them out")
    if given.get("verify") == "fuzz" and "once" in given:
        message = (
            "--once makes one run, so --verify fuzz has no other schedules to try: leave one of them out"
        )
        raise UsageError(message)
