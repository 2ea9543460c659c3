"""A changed cell that cannot be run costs its candidate, not the user's cell."""

import pytest

from perfmagic.model.comparison import CandidateStatus
from tests.comparing.laboratory import PlainHost, experiment


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ("a = = 1\n", "the changed cell does not compile: SyntaxError: invalid syntax"),
        ("return 1\n", "the changed cell does not compile: SyntaxError: 'return' outside function"),
        (
            "a = '\0'\n",
            "the changed cell does not compile: ",  # ValueError before Python 3.12
        ),
        ("await sleep(1)\n", "the changed cell awaits, and the cell as written does not"),
    ],
    ids=["no Python", "found by the compiler", "a null byte", "another kind of cell"],
)
def test_the_candidate_is_refused_and_the_cell_runs(changed, reason):
    found = experiment("a = 1\n", {"theirs": changed})
    assert found.names["a"] == 1
    assert found["theirs"].status is CandidateStatus.REFUSED
    assert found["theirs"].reason.startswith(reason)
    assert found["theirs"].hint == "report this as a fault of the strategy"


def test_the_other_candidates_are_compared():
    found = experiment(
        "a = await asyncio.sleep(0.1)\n", {"theirs": "a = = 1\n", "gather": "a = await asyncio.sleep(0.1)\n"}
    )
    assert [each.status.value for each in found.comparison.candidates] == ["ran", "refused", "ran"]


ODD = {
    "U+2028": "\u2028",
    "U+2029": "\u2029",
    "U+0085": "\x85",
    "U+001C": "\x1c",
    "U+000B": "\v",
    "U+000C": "\f",
}


class SplittingHost(PlainHost):
    """A shell that ends lines where `str.splitlines` does, as IPython's transformations of a cell may."""

    def parse(self, source):
        tree, filename = super().parse(source)
        if any(each in source for each in ODD.values()) and "    " in source:
            raise IndentationError("unindent does not match any outer indentation level")
        return tree, filename


@pytest.mark.parametrize("name", ODD)
def test_a_character_at_which_the_shell_ends_lines_is_named(name):
    found = experiment(
        f"a = 1  # {ODD[name]}\n", {"theirs": f"if True:\n    a = 1  # {ODD[name]}\n"}, host=SplittingHost
    )
    assert found.names["a"] == 1
    assert found["theirs"].reason == f"the shell would end a line of the changed cell at the character {name}"
    assert found["theirs"].hint == "take the character out of the cell"


class StubbornHost(PlainHost):
    """A shell with an input transformer of the user's that fails on the changed cell."""

    def parse(self, source):
        if "changed" in source:
            raise KeyError("of the transformer")
        return super().parse(source)


def test_any_failure_to_read_the_changed_cell_leaves_the_users_cell_alone():
    found = experiment("a = 1\n", {"theirs": "changed = 1\n"}, host=StubbornHost)
    assert found.names["a"] == 1
    assert found["theirs"].reason == "the changed cell does not compile: KeyError: 'of the transformer'"
