"""Modules that a cell imports: followed if they are loaded, and otherwise named as what is missing."""

import sys

import pytest

from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import planned

ABSENT = {
    "import": (
        "import absent\na = absent.get(1)\nb = absent.get(2)\n",
        "absent.get(), whose effects are not known before absent",
    ),
    "import as": ("import absent.part as p\na = p.get(1)\nb = p.get(2)\n", "before absent.part is imported"),
    "from": ("from absent import get\na = get(1)\nb = get(2)\n", "before absent is imported"),
    "a class of it": (
        "import absent\na = absent.Client.new(1)\nb = absent.Client.new(2)\n",
        "before absent is imported",
    ),
}


@pytest.mark.parametrize(("source", "reason"), ABSENT.values(), ids=ABSENT)
def test_a_module_that_is_not_loaded_should_be_imported_before(source, reason):
    answer = planned(source, "threads")
    assert isinstance(answer, Refusal)
    assert reason in answer.reason
    assert answer.hint == "put the import into a cell of its own, and run that first"


LOADED = {
    "import": "import zlib\na = zlib.compress(b'a')\nb = zlib.compress(b'b')\n",
    "import as": "import zlib as z\na = z.compress(b'a')\nb = z.compress(b'b')\n",
    "from": "from zlib import compress\na = compress(b'a')\nb = compress(b'b')\n",
    "from as": "from zlib import compress as c\na = c(b'a')\nb = c(b'b')\n",
}


@pytest.mark.parametrize("source", LOADED.values(), ids=LOADED)
def test_a_loaded_module_is_known_in_the_cell_that_imports_it(source):
    assert "zlib" in sys.modules
    assert isinstance(planned(source, "threads"), Plan)


def test_a_value_that_nothing_is_known_of_is_not_blamed_on_an_import():
    answer = planned("a = mystery(1)\nb = mystery(2)\n", "threads")
    assert "imported" not in answer.reason
