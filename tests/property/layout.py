"""The layout of generated programs: comments, blank lines, indentation, continued lines, semicolons, line endings, IPython lines."""

from collections.abc import Sequence

from tests.property.choosing import Chooser

INDENT = "    "
REMARKS = (
    "# note",
    "#no space",
    "# größer, 名",
    "# 'quoted' \"twice\"",
    "#  await nothing: = ()",
    "# type: ignore",
)
IPYTHON = ("!ls -l", "%time 1 + 1", "files = !ls", "%matplotlib inline", "home = %env HOME")


def laid_out(chooser: Chooser, blocks: Sequence[Sequence[str]]) -> str:
    """Return the text of a program."""
    unit = chooser.pick((INDENT, INDENT, "  ", "\t", "        "))
    rich = chooser.number(0, 2)
    lines: list[str] = []
    for block in blocks:
        lines.extend(_between(chooser, rich))
        lines.extend(_decorated(chooser, block, rich))
    if rich == 2 and chooser.number(0, 3) == 3:
        lines.append("# the end")
    text = "\n".join(_reindented(each, unit) for each in lines)
    text += chooser.pick(("\n", "\n", "", "\n\n"))
    return text.replace("\n", "\r\n") if chooser.number(0, 11) == 11 else text


def _between(chooser: Chooser, rich: int) -> list[str]:
    if not rich or chooser.number(0, 2):
        return []
    if chooser.number(0, 14) == 14:
        return [chooser.pick(IPYTHON)]
    return chooser.pick(
        ([""], [chooser.pick(REMARKS)], ["", ""], ["", chooser.pick(REMARKS), ""], ["# one", "# two"])
    )


def _decorated(chooser: Chooser, block: Sequence[str], rich: int) -> list[str]:
    if rich < 2:
        return list(block)
    found: list[str] = []
    for line in block:
        change = chooser.number(0, 15)
        if change == 1:
            found.append(f"{line}  {chooser.pick(REMARKS)}")
        elif change == 2:
            found.extend(
                [line, line[: len(line) - len(line.lstrip())] + "# below"]
                if not line.endswith(":")
                else [line]
            )
        elif change == 3:
            found.append(_continued(line))
        elif change == 4:
            found.append(
                line.replace(" = await ", " = (await ", 1) + ")"
                if " = await " in line and line.count("await") == 1
                else line
            )
        elif change == 5:
            found.append(_spread(line))
        elif change == 6 and not line.endswith(":") and not line.startswith(" "):
            found.append(f"{line};")
        elif change == 7:
            found.append(line.replace(", ", " ,  ").replace(" = ", "=", 1))
        elif change == 8 and found and _is_simple(line) and _is_simple(found[-1]):
            found[-1] = f"{found[-1].rstrip(';')}; {line}"
        else:
            found.append(line)
    return found


def _is_simple(line: str) -> bool:
    words = (
        "if ",
        "for ",
        "while ",
        "with ",
        "try",
        "async ",
        "def ",
        "class ",
        "match ",
        "case ",
        "else",
        "except",
        "finally",
        "elif ",
    )
    return (
        not line.startswith((" ", *words)) and "#" not in line and "\n" not in line and not line.endswith(":")
    )


def _continued(line: str) -> str:
    head, equals, tail = line.partition(" = ")
    if not equals or line.lstrip().startswith(("for ", "if ", "def ", "async ", "with ")):
        return line
    return f"{head} = \\\n{INDENT * 3}{tail}"


def _spread(line: str) -> str:
    head, equals, tail = line.partition(" = await ")
    if not equals or "'" in tail or "#" in tail or head.lstrip().startswith(("if", "for")):
        return line
    pad = " " * (len(line) - len(line.lstrip()))
    return f"{head} = await (\n{pad}    {tail}  # inside\n{pad})"


def _reindented(line: str, unit: str) -> str:
    rows = []
    for row in line.split("\n"):
        bare = row.lstrip(" ")
        depth, rest = divmod(len(row) - len(bare), len(INDENT))
        rows.append(unit * depth + " " * rest + bare)
    return "\n".join(rows)
