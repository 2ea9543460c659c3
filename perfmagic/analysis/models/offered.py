"""Models that other packages offer for their own clients, through the entry-point group ``perfmagic.models``.

The entry point names a list or tuple of plain dicts, one for each class, so that a package needs no import of perfmagic::

    # acme/perfmagic_models.py
    MODELS = [
        {
            "class": "acme.client.Client",      # type(x).__module__ + "." + type(x).__qualname__; or a list of such names
            "sharing": "shareable",             # or "exclusive" (one operation at a time), or "serialised" (they queue up)
            "service": "the Acme service",      # what it talks to, shared by its clients; by default the package
            "address": ["settings.database"],   # optional: attributes; two databases are told apart by their names
            "slots": ["_max_connections"],      # optional: attributes, or a number: operations that run at once
            "blocking": False,                  # True: the methods block; False: they are awaited
            "reads": ["get", "search"],         # only reads
            "writes": ["put", "delete"],        # writes, costs money, or cannot be taken back
            "queries": ["sql"],                 # the text of the first argument decides: SELECT reads
            "requests": ["request"],            # the verb of the first argument decides: GET reads
            "consumes": ["receive"],            # takes something that does not come back
            "uses": ["__aenter__"],             # only occupies the object
            "closes": ["aclose", "__aexit__"],  # afterwards the object cannot be used
            "pure": ["describe"],               # only looks at the object, gives its result at once
            "attributes": ["name"],             # plain data
            "immediate": [],                    # those of the others that neither wait nor are awaited
            "returns": {"__aenter__": "self"},  # "data" (the default), "none", "self", "unknown", or "new:module.Class"
        },
    ]

    # pyproject.toml of acme
    [project.entry-points."perfmagic.models"]
    acme = "acme.perfmagic_models:MODELS"

A method that is not listed is unknown: cells that call it are not rewritten. What perfmagic describes itself cannot be described
again. A description that is wrong is left out as a whole, with a warning that names package and field.
"""

import importlib.metadata
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import cast

from perfmagic.analysis.models.client import Client
from perfmagic.analysis.models.model import EFFECTS, SHARINGS, Model, Table

GROUP = "perfmagic.models"
_RESULTS = ("data", "none", "self", "unknown")
_PARTS = 2
_Offer = Mapping[str, object]


class _WrongField(Exception):  # noqa: N818 - it never leaves this file
    """A field of a description is wrong; the message says which and why."""


def offered(known: Mapping[str, Model]) -> Table:
    """Return the models that installed packages offer, without those that are wrong or that are `known`.

    Warns
    -----
    UserWarning
        For each description that is left out; the message names package and field.
    """
    found: dict[str, Model] = {}
    for point in importlib.metadata.entry_points(group=GROUP):
        package = point.dist.name if point.dist is not None else "a package"
        for where, offer in _offers(package, point):
            try:
                found.update(_models(offer, known))
            except _WrongField as error:
                _warn(package, f"{where}: {error}")
    return found


def _offers(package: str, point: importlib.metadata.EntryPoint) -> Iterator[tuple[str, object]]:
    try:
        loaded: object = point.load()
    except Exception as error:  # noqa: BLE001 - another package's code runs here
        _warn(package, f"{point.value} cannot be loaded: {type(error).__name__}: {error}")
        return
    if not isinstance(loaded, list | tuple):
        _warn(package, f"{point.value} is not a list or tuple of dicts")
        return
    for number, each in enumerate(cast("list[object]", loaded)):
        yield f"{point.value}[{number}]", each


def _warn(package: str, problem: str) -> None:
    message = f"perfmagic leaves out a model that {package} offers: {problem}"
    warnings.warn(message, UserWarning, stacklevel=2)


def _models(offer: object, known: Mapping[str, Model]) -> Table:
    if not isinstance(offer, dict):
        problem = f"it is a {type(offer).__name__}, not a dict"
        raise _WrongField(problem)
    models = _client(cast("dict[str, object]", offer)).models()
    for name in models:
        if name in known or f"{name.rpartition('.')[0]}.*" in known:
            problem = f"field 'class': perfmagic itself describes {name}"
            raise _WrongField(problem)
    return models


def _client(offer: _Offer) -> Client:
    rules = {"names" if name == "class" else name: (name, rule) for name, rule in _RULES.items()}
    unknown = sorted(str(name) for name in offer.keys() - _RULES.keys())
    if unknown:
        problem = f"field {unknown[0]!r} is not known; there are: {', '.join(_RULES)}"
        raise _WrongField(problem)
    if "class" not in offer:
        problem = "field 'class' is missing"
        raise _WrongField(problem)
    given = {field: rule(name, offer[name]) for field, (name, rule) in rules.items() if name in offer}
    given.setdefault("service", _class_names("class", offer["class"])[0].partition(".")[0])
    client = Client(**given)  # type: ignore[arg-type]  # each rule checks the type of its field
    _check_methods(client)
    return client


def _check_methods(client: Client) -> None:
    waiting = [each for field in EFFECTS for each in getattr(client, field)]
    plain = [*client.pure, *client.attributes]
    twice = sorted({each for each in (*waiting, *plain) if (*waiting, *plain).count(each) > 1})
    if twice:
        problem = f"method {twice[0]!r} is in several fields"
        raise _WrongField(problem)
    for field, names in (("immediate", client.immediate), ("returns", tuple(client.returns))):
        lost = [each for each in names if each not in waiting and (field == "immediate" or each not in plain)]
        if lost:
            problem = f"field {field!r} names {lost[0]!r}, of which no other field says what it does"
            raise _WrongField(problem)


def _class_names(field: str, value: object) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else _words(field, value)
    for each in names:
        parts = each.split(".")
        if len(parts) < _PARTS or not all(part.isidentifier() for part in parts):
            problem = f"field {field!r}: {each!r} is not the name of a class with its module"
            raise _WrongField(problem)
    return names


def _words(field: str, value: object) -> tuple[str, ...]:
    items = cast("list[object]", value) if isinstance(value, list | tuple) else [value, None]
    found = tuple(each for each in items if isinstance(each, str) and each)
    if len(found) != len(items):
        problem = f"field {field!r} is not a list of names: {value!r}"
        raise _WrongField(problem)
    return found


def _sharing(field: str, value: object) -> str:
    if not isinstance(value, str) or value not in SHARINGS:
        problem = f"field {field!r} is {value!r}, not one of {', '.join(SHARINGS)}"
        raise _WrongField(problem)
    return value


def _service(field: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        problem = f"field {field!r} is not the name of a service: {value!r}"
        raise _WrongField(problem)
    return value


def _slots(field: str, value: object) -> tuple[str, ...] | int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1:
            problem = f"field {field!r} is {value}; at least one operation must fit"
            raise _WrongField(problem)
        return value
    return _words(field, value)


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        problem = f"field {field!r} is neither True nor False: {value!r}"
        raise _WrongField(problem)
    return value


def _returns(field: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        problem = f"field {field!r} is not a dict: {value!r}"
        raise _WrongField(problem)
    found: dict[str, str] = {}
    for method, result in cast("dict[object, object]", value).items():
        made = isinstance(result, str) and (result in _RESULTS or result.startswith("new:"))
        if not isinstance(method, str) or not isinstance(result, str) or not made:
            problem = f"field {field!r}: {method!r} gives {result!r}, not one of {', '.join(_RESULTS)}, new:module.Class"
            raise _WrongField(problem)
        found[method] = result
    return found


_RULES: Mapping[str, Callable[[str, object], object]] = {
    "class": _class_names,
    "sharing": _sharing,
    "service": _service,
    "slots": _slots,
    "blocking": _flag,
    "returns": _returns,
    **{
        each.name: _words
        for each in fields(Client)
        if each.name in (*EFFECTS, "address", "pure", "attributes", "immediate")
    },
}
