"""Strings that try to break out of a report, and a comparison that holds one in every place."""

from perfmagic.model.cell import Cell
from perfmagic.model.comparison import (
    Candidate,
    CandidateStatus,
    Comparison,
    Environment,
    ErrorInfo,
    Recommendation,
    Uncertainty,
)
from perfmagic.model.verdict import Difference, Status, Verdict
from tests.reports.examples import BASELINE, exact, quantity

STRINGS = {
    "closes a script": "</script><script>alert(1)</script>",
    "closes cells": "</td></tr></table><h1>x</h1>",
    "attribute quotes": '"\' onmouseover=\'alert(1)" x="',
    "event handler": "<img src=x onerror=alert(1)>",
    "comment": "--><!-- x -->",
    "end of character data": "]]>",
    "entities": "&lt;b&gt; &#60;b&#62; &amp;",
    "pipes": "a | b || c \\| d",
    "backticks": "` `` ``` ```` `````",
    "fence": "```\n# out\n```\n~~~\n",
    "newlines": "a\nb\r\nc\rd\u2028e\u2029f\x0bg\x0ch\x85i",
    "markdown": "*a* _b_ **c** __d__ ~~e~~ # f > g [h](javascript:x) ![i](x)",
    "markdown block": "# heading\n\n- item\n\n1. item\n\n> quote\n\n---\n\n===\n",
    "mention and issue": "@everyone #1 owner/repo#2 :tada:",
    "address": "http://example.org www.example.org a@example.org",
    "formula": "=cmd()",
    "formula after space": "  =cmd()",
    "formula plus": "+1",
    "formula minus": "-1+1",
    "formula at": "@x",
    "formula tab": "\t=cmd()",
    "formula return": "\r=cmd()",
    "wide formula": "＝cmd()",
    "apostrophe": "'=cmd()",
    "commas": 'a,b;"c""d",\te',
    "latex": "$\\LaTeX$ $$x$$ \\(y\\) \\[z\\]",
    "terminal sequence": "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b1m",
    "backspaces": "good\x08\x08\x08\x08evil\x7f",
    "bidi override": "abc\u202edef\u202c\u2066ghi\u2069\u200e\u200f\u061c",
    "right to left": "שלום 123 مرحبا",
    "null": "a\x00b",
    "lone surrogates": "\ud800 \udfff \udc80",
    "not characters": "\ufffe\uffff\U0010ffff\ue000",
    "hidden": "a\u200bb\ufeffc\u2060d\u00ade\U000e0041",
    "combining": "e\u0301 Z" + "\u0335" * 60,
    "wide": "時間 計測 ｆｕｌｌ",
    "emoji": "👩‍💻🏳️‍🌈🇩🇪",
    "long": "x" * 5000,
    "long wide": "界" * 3000,
    "long words": "word " * 900,
    "empty": "",
    "blank": "   ",
    "percent": "%s %(x)s {0} {x} {{y}} ${z}",
    "slashes": "..\\..\\x /etc/passwd",
}


def comparison_of(text):
    """A comparison with the text in every field that holds one."""
    verdict = Verdict(
        status=Status.DIFFERENT,
        checked=(text,),
        unchecked=(text,),
        differences=(Difference(path=text, expected=text, actual=text),),
    )
    return Comparison(
        id=text,
        created=text,
        magic=text,
        title=text,
        cell=Cell(source=text, python=text, number=1),
        environment=Environment(
            python=text, gil_enabled=True, cpu_count=2, platform=text, packages={text: text}
        ),
        executions=9,
        interrupted=False,
        baseline="sequential",
        bound=None,
        candidates=(
            BASELINE,
            Candidate(
                strategy=f"{text}wrong",
                status=CandidateStatus.RAN,
                source=text,
                verdict=verdict,
                wall_s=quantity(*[0.2] * 7),
                assumptions=(text,),
                counters={text: 3},
            ),
            Candidate(
                strategy=text,
                status=CandidateStatus.RAN,
                source=text,
                verdict=Verdict(status=Status.EQUAL),
                wall_s=quantity(*[0.3] * 7),
                speedup=exact(3.0, 2.9, 3.1),
            ),
            Candidate(
                strategy=f"{text}2", status=CandidateStatus.REFUSED, reason=text, lines=(1, 2), hint=text
            ),
            Candidate(
                strategy=f"{text}3",
                status=CandidateStatus.FAILED,
                source=text,
                error=ErrorInfo(type=text, message=text),
            ),
            Candidate(
                strategy=f"{text}4", status=CandidateStatus.NOT_RUN, source=text, reason=text, hint=text
            ),
        ),
        recommendation=Recommendation(strategy=text, reason=text),
        uncertain=(Uncertainty(field=text, why=text), Uncertainty(field="candidates[2].speedup", why=text)),
    )


COMPARISONS = {name: comparison_of(text) for name, text in STRINGS.items()}
