"""Models of the built-in functions and types."""

import builtins
from dataclasses import replace

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.models.model import CHANGE, HELD, KEEP, NUMBER, PURE, SHALLOW, Model, Table, group

_TEXT = Model(calls=False, result="scalar:str")
_OUTSIDE = "it may change something outside of the notebook"

FUNCTIONS: Table = {
    **group(NUMBER, "builtins", "abs divmod pow round all any hash ascii bin chr hex oct ord"),
    "builtins.sum": HELD,
    **group(SHALLOW, "builtins", "len id callable"),
    **group(replace(PURE, handler="choose"), "builtins", "min max"),
    **group(_TEXT, "builtins", "repr format str"),
    "builtins.len": Model(handler="len"),
    "builtins.type": Model(handler="type"),
    "builtins.isinstance": Model(handler="isinstance"),
    "builtins.issubclass": Model(handler="isinstance"),
    "builtins.super": Model(handler="super"),
    "builtins.print": Model(
        result="none",
        calls=False,
        locations=((Kind.STDOUT, "stdout", True),),
        handler="print",
        may_raise=False,
    ),
    "builtins.input": Model(
        result="scalar:str",
        locations=((Kind.STDOUT, "stdout", True),),
        hazard="it asks for input",
        blocking=True,
    ),
    "builtins.open": Model(handler="open"),
    **{f"{name}.open": Model(handler="open") for name in ("_io", "io")},
    "IPython.core.interactiveshell._modified_open": Model(handler="open"),
    "builtins.iter": Model(handler="iter"),
    "builtins.next": Model(handler="next"),
    "builtins.anext": Model(handler="next"),
    "builtins.aiter": Model(handler="iter"),
    "builtins.map": Model(handler="map"),
    "builtins.filter": Model(handler="map", option="filter"),
    "builtins.zip": Model(handler="zip"),
    "builtins.enumerate": Model(handler="zip", option="enumerate"),
    "builtins.reversed": Model(handler="zip", option="single"),
    "builtins.range": Model(handler="container", option="builtins.range"),
    "builtins.slice": Model(result="scalar", reads="no"),
    "builtins.sorted": Model(handler="container", option="builtins.list"),
    "builtins.getattr": Model(handler="getattr"),
    "builtins.hasattr": Model(handler="getattr", option="test"),
    "builtins.setattr": Model(handler="setattr"),
    "builtins.delattr": Model(handler="setattr", option="delete"),
    "builtins.property": Model(handler="property"),
    "builtins.property.setter": Model(handler="property", option="fset"),
    "builtins.property.getter": Model(handler="property", option="fget"),
    "builtins.property.deleter": Model(handler="property", option="fdel"),
    "builtins.staticmethod": Model(handler="property", option="builtins.staticmethod"),
    "builtins.classmethod": Model(handler="property", option="builtins.classmethod"),
    "builtins.vars": Model(handler="dynamic", option="vars()"),
    "builtins.dir": Model(handler="dir", option="dir()"),
    **{
        f"builtins.{name}": Model(handler="dynamic", option=f"{name}()")
        for name in ("exec", "eval", "globals", "locals")
    },
    "builtins.compile": Model(result="unknown"),
    "builtins.__import__": Model(handler="dynamic", option="__import__()"),
    "builtins.breakpoint": Model(
        result="none", hazard="it stops in the debugger", handler="dynamic", option="breakpoint()"
    ),
}

_SCALAR_TYPES: Table = {
    **{
        f"builtins.{name}.*": replace(PURE, calls=False)
        for name in ("str", "int", "float", "bytes", "bool", "complex")
    },
    **{
        f"builtins.{name}": replace(NUMBER, calls=False, result=f"scalar:{name}")
        for name in ("int", "float", "bool", "complex", "bytes")
    },
    **group(
        replace(NUMBER, calls=False, result="scalar:str"),
        "builtins.str",
        "join format format_map lower upper strip lstrip rstrip replace title",
    ),
    "builtins.range.*": NUMBER,
    "builtins.slice.*": NUMBER,
    "builtins.NoneType.*": NUMBER,
    "builtins.object": Model(result="new:builtins.object"),
    **{
        f"builtins.{name}.__init__": KEEP
        for name, each in vars(builtins).items()
        if isinstance(each, type) and issubclass(each, BaseException)
    },
    "builtins.object.__init__": Model(result="none", reads="no", calls=False),
    "builtins.object.__new__": Model(handler="object_new"),
    "builtins.object.__setattr__": Model(handler="setattr"),
    "builtins.object.__getattribute__": Model(handler="getattr"),
    "builtins.object.__init_subclass__": Model(result="none", reads="no", calls=False),
    **group(
        NUMBER, "builtins.object", "__repr__ __str__ __eq__ __ne__ __hash__ __format__ __sizeof__ __dir__"
    ),
    "builtins.type.mro": PURE,
    "builtins.type.__subclasses__": PURE,
}

_CONTAINERS: Table = {
    "builtins.list": Model(handler="container", option="builtins.list"),
    "builtins.tuple": Model(handler="container", option="builtins.tuple"),
    "builtins.set": Model(handler="container", option="builtins.set"),
    "builtins.frozenset": Model(handler="container", option="builtins.frozenset"),
    "builtins.dict": Model(handler="container", option="builtins.dict"),
    "builtins.bytearray": Model(result="new:builtins.bytearray"),
    "builtins.memoryview": Model(result="first"),
    "builtins.dict.fromkeys": Model(handler="container", option="builtins.dict"),
    **group(KEEP, "builtins.list", "append insert extend __setitem__ __iadd__"),
    **group(CHANGE, "builtins.list", "clear reverse __delitem__"),
    "builtins.list.remove": replace(CHANGE, reads="deep"),
    "builtins.list.sort": replace(CHANGE, reads="deep", calls=True),
    "builtins.list.pop": replace(CHANGE, result="element"),
    "builtins.list.copy": Model(handler="container", option="builtins.list"),
    **group(NUMBER, "builtins.list", "index count __len__ __contains__"),
    "builtins.list.__getitem__": Model(result="element"),
    **group(NUMBER, "builtins.tuple", "index count"),
    **group(
        replace(KEEP, reads="deep"),
        "builtins.set",
        "add update intersection_update difference_update symmetric_difference_update",
    ),
    **group(replace(CHANGE, reads="deep"), "builtins.set", "discard remove clear"),
    "builtins.set.pop": replace(CHANGE, result="element"),
    "builtins.set.*": Model(handler="container", option="builtins.set"),
    "builtins.frozenset.*": Model(handler="container", option="builtins.frozenset"),
    "builtins.dict.get": Model(handler="item", option="get"),
    "builtins.dict.setdefault": Model(handler="item", option="setdefault"),
    "builtins.dict.pop": Model(handler="item", option="pop"),
    "builtins.dict.popitem": replace(CHANGE, result="element"),
    "builtins.dict.update": replace(KEEP, reads="shallow"),
    "builtins.dict.clear": CHANGE,
    "builtins.dict.__setitem__": KEEP,
    "builtins.dict.__getitem__": Model(handler="item", option="get"),
    "builtins.dict.keys": Model(handler="view", option="keys"),
    "builtins.dict.values": Model(handler="view", option="values"),
    "builtins.dict.items": Model(handler="view", option="items"),
    "builtins.dict.copy": Model(handler="container", option="builtins.dict"),
    **{
        f"builtins.{name}.{method}": Model(result="self", reads="no", calls=False)
        for name in ("bytearray", "memoryview")
        for method in ("cast", "toreadonly", "obj")
    },
    "builtins.bytearray.*": replace(CHANGE, result="data", reads="deep"),
    "builtins.memoryview.*": replace(CHANGE, result="data", reads="deep"),
    "collections.deque": Model(handler="container", option="collections.deque"),
    **group(KEEP, "collections.deque", "append appendleft extend extendleft insert"),
    **group(CHANGE, "collections.deque", "clear rotate reverse remove"),
    **group(replace(CHANGE, result="element"), "collections.deque", "pop popleft"),
    **group(NUMBER, "collections.deque", "index count"),
    "collections.OrderedDict": Model(handler="container", option="collections.OrderedDict"),
    "collections.OrderedDict.move_to_end": CHANGE,
    "collections.Counter": Model(handler="container", option="collections.Counter"),
    **group(replace(CHANGE, reads="deep"), "collections.Counter", "update subtract"),
    "collections.Counter.most_common": PURE,
    "collections.Counter.total": NUMBER,
    "collections.Counter.elements": PURE,
    "collections.defaultdict": Model(handler="defaultdict"),
    "collections.ChainMap": Model(result="unknown"),
    "collections.namedtuple": Model(result="unknown", reads="no"),
}

_ITERATORS: Table = {
    "builtins.generator.send": Model(handler="next"),
    "builtins.generator.__next__": Model(handler="next"),
    "builtins.generator.close": Model(handler="next"),
    "builtins.generator.throw": Model(handler="next"),
    **{
        f"pending.{name}": Model(handler="next")
        for name in ("send", "asend", "__next__", "__anext__", "throw", "athrow")
    },
    "pending.__await__": Model(result="self", reads="no"),
    "pending.close": Model(result="none", reads="no"),
    "pending.aclose": Model(result="none", reads="no", awaits=True),
    "data.*": PURE,
    "perfmagic.identity": Model(result="first", reads="no", calls=False),
}

BUILTIN: Table = {**FUNCTIONS, **_SCALAR_TYPES, **_CONTAINERS, **_ITERATORS}
