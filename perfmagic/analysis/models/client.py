"""A class of a client library, described as data: how it may be shared, and what each of its methods does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfmagic.analysis.models.model import EFFECTS, Model, Table, Use

_WRITES = "it writes to {service}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What is known about one class.

    A method that waits is awaited, or blocks if `blocking` says so; those in `pure`, `attributes` and `immediate` do neither.

    Attributes
    ----------
    names
        The qualified names of the class, as its ``__module__`` and ``__qualname__`` say.
    sharing, service, address, slots
        As in `Use`.
    blocking
        Whether its methods block instead of being awaited.
    reads, writes, consumes, uses, closes
        Methods by what they do to the service or to the object, as `Use.effect` has it.
    queries
        Methods whose first argument is the text of a query, which decides.
    requests
        Methods whose first argument is an HTTP verb, which decides.
    pure
        Methods that only look at the object.
    attributes
        Plain data.
    immediate
        Methods among the others that give their result at once.
    returns
        What a method gives, as `Model.result` has it; plain data if it is not listed.
    """

    names: tuple[str, ...]
    sharing: str = "shareable"
    service: str = ""
    address: tuple[str, ...] = ()
    slots: tuple[str, ...] | int = ()
    blocking: bool = False
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    pure: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    immediate: tuple[str, ...] = ()
    returns: Mapping[str, str] = field(default_factory=dict[str, str])

    def models(self) -> Table:
        """Return the models of all its methods, by qualified name."""
        found: dict[str, Model] = {}
        for effect in EFFECTS:
            for method in getattr(self, effect):
                found[method] = self._method(effect, method)
        for method in self.pure:
            found[method] = Model(
                reads="shallow", calls=False, result=self.returns.get(method, "data"), may_raise=False
            )
        for name in self.attributes:
            found[name] = Model(
                reads="shallow", calls=False, attribute=True, result=self.returns.get(name, "data")
            )
        return {f"{name}.{method}": model for name in self.names for method, model in found.items()}

    def _method(self, effect: str, method: str) -> Model:
        use = Use(
            effect=effect,
            sharing=self.sharing,
            service=self.service,
            address=self.address,
            slots=self.slots,
        )
        waits = method not in self.immediate
        return Model(
            handler="client",
            use=use,
            result=self.returns.get(method, "none" if effect == "closes" else "data"),
            hazard=_WRITES.format(service=self.service) if effect == "writes" and self.service else None,
            awaits=waits and not self.blocking,
            blocking=waits and self.blocking,
        )


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text: a short way to write many names."""
    return tuple(text.split())


def table_of(*clients: Client) -> Table:
    """Return the models of several classes in one table."""
    return {name: model for client in clients for name, model in client.models().items()}
