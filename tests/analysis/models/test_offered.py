"""Models that other packages offer through entry points: used when they are right, named and left out when they are wrong."""

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from perfmagic.analysis.models import table
from perfmagic.analysis.models.offered import offered
from perfmagic.analysis.models.table import MODELS
from tests.analysis.inference import infer, namespace, order

CLIENT = """
class Client:
    def __init__(self, n=4, name='one'):
        self._max = n
        self.database = name
    async def get(self, key): ...
    async def put(self, key, value): ...
    async def sql(self, text): ...
    async def aclose(self): ...
    async def __aenter__(self): ...
    async def __aexit__(self, *error): ...
    def describe(self): ...
    def lookup(self, key): ...
    def unlisted(self): ...
class Channel:
    async def receive(self): ...
class Queued:
    async def ask(self): ...
class Blocking:
    def fetch(self, key): ...
"""
MODELS_TEXT = """
MODELS = [
    {
        "class": "acme_client.Client",
        "sharing": "shareable",
        "service": "the Acme service",
        "address": ["database"],
        "slots": ["_max"],
        "reads": ["get", "__aenter__"],
        "writes": ["put"],
        "queries": ["sql"],
        "closes": ["aclose", "__aexit__"],
        "pure": ["describe"],
        "returns": {"__aenter__": "self"},
    },
    {"class": ["acme_client.Channel"], "sharing": "exclusive", "uses": ["receive"]},
    {"class": "acme_client.Queued", "sharing": "serialised", "reads": ["ask"]},
    {"class": "acme_client.Blocking", "blocking": True, "reads": ["fetch"]},
]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install a package that offers the models of a text."""

    def installed(text: str, name: str = "acme_models") -> None:
        (tmp_path / f"{name}.py").write_text(text)
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0\n"
        )
        (folder / "entry_points.txt").write_text(f"[perfmagic.models]\n{name} = {name}:MODELS\n")

    monkeypatch.syspath_prepend(tmp_path)
    table.all_models.cache_clear()
    yield installed
    table.all_models.cache_clear()
    for name in [each for each in sys.modules if each.startswith("acme_")]:
        del sys.modules[name]


@pytest.fixture
def names(install: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A namespace with objects of the package's classes."""
    install(MODELS_TEXT)
    module = types.ModuleType("acme_client")
    module.__file__ = "/lib/site-packages/acme_client.py"
    exec(compile(CLIENT, module.__file__, "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, "acme_client", module)
    made = {"c": module.Client(), "same": module.Client(), "other": module.Client(name="two")}
    made |= {"channel": module.Channel(), "queued": module.Queued(), "blocking": module.Blocking()}
    return namespace("") | made


OVERLAP = {
    "reads": "a = await c.get(1)\nb = await c.get(2)",
    "queries": "a = await c.sql('select 1')\nb = await c.sql('select 2')",
    "another_database": "a = await c.put(1, 2)\nb = await other.get(1)",
    "entered": "async with c as d:\n    a = await d.get(1)\n    b = await d.get(2)",
    "pure": "a = await c.get(c.describe())\nb = await c.get(2)",
    "blocking": "a = blocking.fetch(1)\nb = blocking.fetch(2)",
}
KEEP = {
    "write_then_read": "a = await c.put(1, 2)\nb = await c.get(1)",
    "read_then_write": "a = await c.get(1)\nb = await c.put(1, 2)",
    "two_clients_of_one_database": "a = await c.put(1, 2)\nb = await same.get(1)",
    "query_that_writes": "a = await c.sql('delete from t')\nb = await c.get(2)",
    "exclusive": "a = await channel.receive()\nb = await channel.receive()",
    "serialised": "a = await queued.ask()\nb = await queued.ask()",
    "closed": "a = await c.get(1)\nb = await c.aclose()",
    "not_listed": "a = await c.get(c.unlisted())\nb = await c.get(2)",
    "unknown_client_of_the_service": "def pick(): return input() and c\na = await c.put(1, 2)\nb = await pick().get(1)",
}


@pytest.mark.parametrize("cell", OVERLAP.values(), ids=OVERLAP.keys())
def test_a_described_client_may_overlap(names: dict[str, object], cell: str) -> None:
    assert order(cell, names=names) == set()


@pytest.mark.parametrize("cell", KEEP.values(), ids=KEEP.keys())
def test_a_described_client_keeps_its_order(names: dict[str, object], cell: str) -> None:
    assert order(cell, names=names) != set()


def test_slots_and_hazards_follow_the_description(names: dict[str, object]) -> None:
    tree, effects = infer("a = await c.get(1)\nawait c.put(1, 2)", names=names)
    assert effects.callee(tree.body[0].value).slots == 4
    assert [(each.kind, each.line) for each in effects.hazards] == [("outside", 2)]


BAD = {
    "not_a_list": ("MODELS = 3", "is not a list"),
    "not_a_dict": ("MODELS = ['x']", "it is a str, not a dict"),
    "raises": ("1 / 0", "cannot be loaded: ZeroDivisionError"),
    "no_object": ("OTHER = []", "cannot be loaded: AttributeError"),
    "no_class": ("MODELS = [{'reads': ['get']}]", "field 'class' is missing"),
    "class_without_module": ("MODELS = [{'class': 'Client'}]", "field 'class': 'Client'"),
    "unknown_field": ("MODELS = [{'class': 'a.B', 'reeds': []}]", "field 'reeds' is not known"),
    "sharing": ("MODELS = [{'class': 'a.B', 'sharing': 'free'}]", "field 'sharing' is 'free'"),
    "one_word": ("MODELS = [{'class': 'a.B', 'reads': 'get'}]", "field 'reads' is not a list of names"),
    "no_words": ("MODELS = [{'class': 'a.B', 'writes': [1]}]", "field 'writes' is not a list of names"),
    "slots": ("MODELS = [{'class': 'a.B', 'slots': 0}]", "field 'slots' is 0"),
    "service": ("MODELS = [{'class': 'a.B', 'service': ''}]", "field 'service'"),
    "flag": ("MODELS = [{'class': 'a.B', 'blocking': 'no'}]", "field 'blocking'"),
    "returns": ("MODELS = [{'class': 'a.B', 'reads': ['r'], 'returns': {'r': 'rows'}}]", "field 'returns': 'r' gives 'rows'"),
    "returns_of_nothing": ("MODELS = [{'class': 'a.B', 'returns': {'r': 'data'}}]", "field 'returns' names 'r'"),
    "immediate_of_nothing": ("MODELS = [{'class': 'a.B', 'immediate': ['r']}]", "field 'immediate' names 'r'"),
    "twice": ("MODELS = [{'class': 'a.B', 'reads': ['r'], 'writes': ['r']}]", "method 'r' is in several fields"),
    "our_own": ("MODELS = [{'class': 'asyncpg.connection.Connection', 'reads': ['fetch']}]", "perfmagic itself describes"),
    "a_list": ("MODELS = [{'class': 'builtins.list', 'pure': ['append']}]", "perfmagic itself describes"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), BAD.values(), ids=BAD.keys())
def test_a_wrong_description_is_left_out_with_a_warning(
    install: Callable[[str], None], text: str, problem: str
) -> None:
    install(text)
    with pytest.warns(UserWarning, match="that acme-models offers: ") as caught:
        assert offered(MODELS) == {}
    assert len(caught) == 1
    assert problem in str(caught[0].message)


def test_a_wrong_description_does_not_spoil_the_others(install: Callable[[str], None]) -> None:
    install("MODELS = [{'class': 'a.B', 'reads': ['r']}, {'class': 'a.C', 'reads': 3}]")
    with pytest.warns(UserWarning, match=r"acme_models:MODELS\[1\]: field 'reads'"):
        assert offered(MODELS).keys() == {"a.B.r"}


def test_writes_without_a_service_still_keep_their_order(install: Callable[[str], None]) -> None:
    install("MODELS = [{'class': 'a.B', 'writes': ['w']}]")
    found = offered(MODELS)["a.B.w"]
    assert found.use is not None
    assert found.use.service == "a"
