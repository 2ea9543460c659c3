"""Models of the functions of `operator`."""

from perfmagic.analysis.models.model import PURE, Model, Table, group

_IN_PLACE = "iadd isub imul itruediv ifloordiv imod ipow imatmul ilshift irshift ior iand ixor iconcat"
_GETTERS = ("attrgetter", "itemgetter", "methodcaller")

OPERATORS: Table = {
    "_operator.*": PURE,
    "operator.*": PURE,
    **{
        name: model
        for module in ("_operator", "operator")
        for name, model in {
            **group(Model(handler="in_place"), module, _IN_PLACE),
            f"{module}.setitem": Model(handler="set_item", option="__setitem__"),
            f"{module}.delitem": Model(handler="set_item", option="__delitem__"),
            f"{module}.getitem": Model(handler="get_item"),
            f"{module}.call": Model(handler="unknown"),
            **{f"{module}.{each}": Model(handler="getter", option=each) for each in _GETTERS},
            **{f"{module}.{each}.__call__": Model(handler="got", option=each) for each in _GETTERS},
        }.items()
    },
}
