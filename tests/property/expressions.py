"""Expressions of generated programs: plain ones, and ones that wait, by the kind of value that they give."""

from dataclasses import dataclass, field

from tests.property.choosing import Chooser
from tests.property.prelude import FAILING, FREE, HOSTILE, SYNC_FREE, SYNC_HOSTILE, Call, Gives

TARGETS = ("a", "b", "c", "v", "w", "p", "größe", "名")


@dataclass
class Scope:
    """The names that code at some place may read, and how it waits."""

    waits: bool
    hostility: int
    ints: list[str] = field(default_factory=lambda: ["p", "q", "u"])
    lists: list[str] = field(default_factory=lambda: ["xs", "ys"])
    dicts: list[str] = field(default_factory=lambda: ["table"])
    sessions: list[str] = field(default_factory=list)
    in_function: bool = False
    in_loop: bool = False
    depth: int = 0

    def inner(self, **changes: object) -> "Scope":
        """Return a scope one level deeper, which may know more names."""
        copied = {key: list(value) if isinstance(value, list) else value for key, value in vars(self).items()}
        return Scope(**{**copied, "depth": self.depth + 1, **changes})


@dataclass
class Expressions:
    """Writes expressions."""

    chooser: Chooser
    fresh: int = 0

    def literal(self) -> str:
        """Return a small number."""
        return str(self.chooser.number(0, 9))

    def integer(self, scope: Scope, depth: int = 0) -> str:
        """Return a plain expression with an integer value."""
        kind = self.chooser.number(0, 14 if depth < 2 else 4)
        if kind <= 2:
            return self.literal()
        if kind <= 5:
            return self.chooser.pick(scope.ints)
        values = self.chooser.pick(scope.lists)

        def inner() -> str:
            return self.integer(scope, depth + 1)

        return self.chooser.pick(
            (
                lambda: f"{inner()} + {self.literal()}",
                lambda: f"({inner()} + {inner()})",
                lambda: f"len({values})",
                lambda: f"max({inner()}, {self.literal()})",
                lambda: f"({inner()} if {self.condition(scope)} else {self.literal()})",
                lambda: f"sum({values})",
                lambda: f"{self.chooser.pick(scope.dicts)}.get('k', {self.literal()})",
                lambda: f"inc({inner()})",
                lambda: f"-({inner()})",
                lambda: "account.balance",
                lambda: "vec.v",
                lambda: f"len(f'{{{inner()}}}')",
                lambda: f"[{inner()}, 2][0]",
                lambda: f"int(bool({inner()}))",
                lambda: "gauge.calm",
            )
        )()

    def condition(self, scope: Scope) -> str:
        """Return a plain condition."""
        name = self.chooser.pick(scope.ints)
        values = self.chooser.pick(scope.lists)
        return self.chooser.pick(
            (
                f"{name} > {self.literal()}",
                "True",
                f"{name} % 2",
                values,
                f"not {name}",
                f"{name} in {values}",
                "text",
                f"0 < {name} < 5",
            )
        )

    def filled(self, call: Call, scope: Scope) -> str:
        """Return a call with its arguments."""
        found = call.text
        while "{i}" in found:
            found = found.replace("{i}", self.integer(scope, 1), 1)
        found = found.replace("{l}", self.chooser.pick(scope.lists)).replace(
            "{d}", self.chooser.pick(scope.dicts)
        )
        return found.replace("{q}", f"q{self.chooser.number(0, 99)}")

    def call(self, scope: Scope, gives: Gives | None = None) -> str:
        """Return a call that waits, without its ``await``."""
        rude = self.chooser.number(0, 9) < scope.hostility
        free, hostile = (FREE, (*HOSTILE, *FAILING)) if scope.waits else (SYNC_FREE, SYNC_HOSTILE)
        if scope.sessions and self.chooser.number(0, 2):
            return f"{self.chooser.pick(scope.sessions)}.get({self.integer(scope, 1)})"
        if scope.waits and gives in {None, "int"} and scope.hostility and self.chooser.number(0, 19) == 19:
            return self.filled(self.chooser.pick(FAILING), scope)
        options = [each for each in (hostile if rude else free) if gives in {None, each.gives}]
        return self.filled(
            self.chooser.pick(options or [each for each in free if gives in {None, each.gives}]), scope
        )

    def waiting(self, scope: Scope, gives: Gives = "int") -> str:
        """Return an expression that waits once."""
        text = self.call(scope, gives)
        return f"await {text}" if scope.waits else text

    def number_of(self, scope: Scope) -> str:
        """Return an expression with an integer value that waits, once or more often."""
        if self.chooser.number(0, 13) <= 6:
            return self.waiting(scope)
        wait, outer = ("await ", "h") if scope.waits else ("", "max")

        def one() -> str:
            return f"({self.waiting(scope)})"

        def plain() -> str:
            return self.integer(scope)

        return self.chooser.pick(
            (
                lambda: f"{one()} + {plain()}",
                lambda: f"{one()} + {one()}",
                lambda: f"{wait}{outer}({one()}, {one()})",
                lambda: f"{wait}{outer}({one()}, {plain()})",
                lambda: f"({one()} if {self.condition(scope)} else {one()})",
                lambda: f"({one()} or {one()})",
                lambda: f"({one()} and {plain()})",
                lambda: f"({plain()} or {one()})",
                lambda: f"({plain()}, {one()})[1]",
                lambda: f"max({plain()}, {one()}, {one()})",
                lambda: f"len(f'{{{one()}}}-{{{plain()}}}')",
                lambda: f"[{one()}, {one()}][-1]",
                lambda: f"-{one()} if not {one()} else {one()}",
                lambda: f"({one()} < {plain()} < {one()})",
            )
        )()

    def new_name(self, stem: str) -> str:
        """Return a name that the program does not use yet."""
        self.fresh += 1
        return f"{stem}{self.fresh}"
