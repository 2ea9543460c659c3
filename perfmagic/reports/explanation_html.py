"""An explanation as plain HTML: for each block a drawing and the same as a table, then what the strategies would change.

No script, nothing to load; it takes its colours from the page around it, and what is wide scrolls inside.
"""

from collections.abc import Iterator

from perfmagic.model.explanation import Answer, ExplainedBlock, Explanation
from perfmagic.reports.columns import clipped
from perfmagic.reports.explanation_svg import MOST_PIECES, STROKES, drawing, kinds, sample
from perfmagic.reports.explanation_words import (
    changes,
    conclusion,
    headline,
    line_numbers,
    long_need,
    needs,
    notes,
    refusal,
    refusals,
)
from perfmagic.reports.html import page, shown

suffixes = (".html", ".htm")

_CELL = "text-align:left;padding:.15em 1em .15em 0;vertical-align:top"
_SCROLL = "overflow-x:auto;max-width:100%"
_SENTENCE_COLUMNS = 400
_DEEPEST = 6


def render(explanation: Explanation) -> str:
    """Return a whole page."""
    return page(headline(explanation), fragment(explanation))


def fragment(explanation: Explanation) -> str:
    """Return the explanation as a piece of a page, as a notebook shows it."""
    parts = [
        f"<p><strong>{_isolated(headline(explanation))}</strong></p>\n",
        *(_block(each, alone=len(explanation.blocks) == 1) for each in explanation.blocks),
        *(_change(explanation, each) for each in explanation.answers if each.source is not None),
        *(_refusal(who, each) for who, each in refusals(explanation)),
        _obstructions(explanation),
    ]
    # Both classes keep MathJax from reading dollar signs in somebody's strings.
    return (
        '<div class="perfmagic tex2jax_ignore mathjax_ignore" style="overflow-wrap:anywhere">\n'
        f"{''.join(parts)}</div>\n"
    )


def _isolated(text: str) -> str:
    return f"<bdi>{shown(clipped(text, _SENTENCE_COLUMNS))}</bdi>"


def _code(text: str) -> str:
    return f'<code style="white-space:pre-wrap">{_isolated(text)}</code>'


def _block(block: ExplainedBlock, *, alone: bool) -> str:
    """Return one block; where there is no other one, the headline has said what its title would."""
    indent = f"margin-left:{min(block.depth, _DEEPEST)}em"
    title = f"<p><strong>{_isolated(block.title)}</strong>: {shown(conclusion(block))}</p>\n"
    more = "".join(f"<p>{_isolated(each)}</p>\n" for each in notes(block))
    return (
        f'<div style="{indent}">\n{"" if alone else title}{more}'
        f'<div style="{_SCROLL}" tabindex="0">{drawing(block)}</div>\n{_legend(block)}{_table(block)}</div>\n'
    )


def _legend(block: ExplainedBlock) -> str:
    entries = [
        f'<span style="white-space:nowrap;padding-right:1em">{sample(kind)} {kind}: {STROKES[kind].meaning}</span>'
        for kind in kinds(block)
    ]
    return f"<p><small>{' '.join(entries)}</small></p>\n" if entries else ""


def _table(block: ExplainedBlock) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL}">{each}</th>' for each in ("line", "level", "code", "depends on")
    )
    rows = "".join(_rows(block))
    hidden = len(block.pieces) - MOST_PIECES
    more = f"<p>and {hidden} more statements</p>\n" if hidden > 0 else ""
    return (
        f"<details><summary>the same as a table</summary>\n"
        f'<div style="{_SCROLL}" tabindex="0"><table style="border-collapse:collapse;table-layout:auto">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n{more}</details>\n"
    )


def _rows(block: ExplainedBlock) -> Iterator[str]:
    for index, piece in enumerate(block.pieces[:MOST_PIECES]):
        why = "<br>".join(_isolated(long_need(each)) for each in needs(block, index))
        level = str(piece.level) if piece.waits else ""
        yield (
            f'<tr><th scope="row" style="{_CELL}">{line_numbers(piece)}</th><td style="{_CELL}">{level}</td>'
            f'<td style="{_CELL}">{_code(piece.code)}</td><td style="{_CELL}">{why}</td></tr>\n'
        )


def _change(explanation: Explanation, answer: Answer) -> str:
    lines = "\n".join(shown(each) for each in changes(explanation, answer))
    assumed = "".join(f"<p>{_isolated(each)}</p>\n" for each in answer.assumptions)
    return (
        f"<details><summary>{_isolated(answer.strategy)} would change the cell</summary>\n"
        f'<pre style="{_SCROLL}"><code>{lines}</code></pre>\n{assumed}</details>\n'
    )


def _refusal(who: str, answer: Answer) -> str:
    hint = f"<br>hint: {_isolated(answer.hint)}" if answer.hint is not None else ""
    return f"<p>{_isolated(who)} the cell as it is: {_isolated(refusal(answer))}{hint}</p>\n"


def _obstructions(explanation: Explanation) -> str:
    found = dict.fromkeys(each.reason for each in explanation.obstructions)
    if not found:
        return ""
    items = "".join(f"<li>{_isolated(each)}</li>\n" for each in found)
    return (
        "<p>The cell would not be run again without <code>--rerun</code>, so there would be no comparison:</p>\n"
        f"<ul>\n{items}</ul>\n"
    )
