"""All models in one frozen table, and how a callable is found in it."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from perfmagic.analysis.models.builtin import BUILTIN
from perfmagic.analysis.models.databases import DATABASES
from perfmagic.analysis.models.files import FILES
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.models.notebook import NOTEBOOK
from perfmagic.analysis.models.offered import offered
from perfmagic.analysis.models.operators import OPERATORS
from perfmagic.analysis.models.science import SCIENCE
from perfmagic.analysis.models.standard import STANDARD
from perfmagic.analysis.models.web import WEB

MODELS: Mapping[str, Model] = MappingProxyType(
    {**BUILTIN, **STANDARD, **FILES, **OPERATORS, **SCIENCE, **DATABASES, **WEB, **NOTEBOOK}
)


@cache
def all_models() -> Mapping[str, Model]:
    """Return perfmagic's own models and those that other packages offer; these are loaded once, when a cell is first analysed."""
    return MappingProxyType({**offered(MODELS), **MODELS})


def find(names: tuple[str, ...]) -> Model | None:
    """Return the model of the first name that is known: exact names first, then whole classes and modules."""
    models = all_models()
    for name in names:
        if name in models:
            return models[name]
    for name in names:
        parent = name.rpartition(".")[0]
        while parent:
            if f"{parent}.*" in models:
                return models[f"{parent}.*"]
            parent = parent.rpartition(".")[0]
    return None
