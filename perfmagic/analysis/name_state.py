"""What every name stands for at one point of the program, in layers: a branch or a turn of a loop writes its own layer."""

from collections.abc import Mapping

from perfmagic.analysis.values import Value, join

NameKey = tuple[object, str]
Changes = dict[NameKey, Value]


class NameState:
    """The values of all names; cheap to branch, because only what a branch changes is kept apart."""

    __slots__ = ("_layers",)

    def __init__(self) -> None:
        self._layers: list[Changes] = [{}]

    def get(self, key: NameKey) -> Value | None:
        """Return what a name may stand for, ``None`` if it was never bound."""
        for layer in reversed(self._layers):
            found = layer.get(key)
            if found is not None:
                return found
        return None

    def put(self, key: NameKey, value: Value) -> None:
        """Bind a name from here on."""
        self._layers[-1][key] = value

    def drop(self, key: NameKey) -> None:
        """Forget a name that nothing can reach any more."""
        self._layers[-1].pop(key, None)

    def push(self) -> None:
        """Begin a branch."""
        self._layers.append({})

    def pop(self) -> Changes:
        """End a branch and return what it changed."""
        return self._layers.pop()

    def depth(self) -> int:
        """Return how many branches are open."""
        return len(self._layers)

    def cut(self, depth: int) -> None:
        """Give up branches that were left half-way."""
        del self._layers[depth:]

    def apply(self, changes: Mapping[NameKey, Value]) -> None:
        """Take over what a branch changed."""
        self._layers[-1].update(changes)

    def merge(self, *branches: Mapping[NameKey, Value]) -> bool:
        """Go on after any one of several branches, and tell whether that was news."""
        news = False
        for key in {key for branch in branches for key in branch}:
            before = self.get(key)
            values = [value for branch in branches if (value := branch.get(key, before)) is not None]
            after = join(*values)
            if after != before:
                news = True
                self.put(key, after)
        return news
