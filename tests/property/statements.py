"""Statements of generated programs, as lists of lines; each class of statement is one method."""

from collections.abc import Callable, Sequence

from tests.property.choosing import Chooser
from tests.property.expressions import TARGETS, Expressions, Scope

Lines = list[str]
INDENT = "    "
DEEPEST = 2


def indented(lines: Sequence[str]) -> Lines:
    """Return the lines one level deeper."""
    return [f"{INDENT}{each}" if each else each for each in lines]


class Simple:
    """Statements of one line."""

    def __init__(self, chooser: Chooser) -> None:
        self.chooser = chooser
        self.write = Expressions(chooser)

    def target(self, scope: Scope) -> str:
        """Return a name to bind; it may be read from then on."""
        return self.chooser.pick(TARGETS)

    def bind(self, scope: Scope, value: str) -> Lines:
        """Return ``name = value``."""
        name = self.target(scope)
        if name not in scope.ints:
            scope.ints.append(name)
        return [f"{name} = {value}"]

    def waits(self, scope: Scope) -> Lines:
        """Return a statement that waits and binds a number."""
        return self.bind(scope, self.write.number_of(scope))

    def waits_otherwise(self, scope: Scope) -> Lines:
        """Return a statement that waits, of another form."""
        write, pick = self.write, self.chooser.pick
        values, name, new = pick(scope.lists), pick(scope.ints), write.new_name("n")

        def one() -> str:
            return write.waiting(scope)

        def pair() -> str:
            return write.waiting(scope, "pair")

        forms: list[tuple[Callable[[], str], list[str]]] = [
            (one, []),
            (lambda: f"{name} += {one()}", []),
            (lambda: f"{new}: int = {one()}", [new]),
            (lambda: f"{new} = {name} = {one()}", [new]),
            (lambda: f"{new}, {new}b = {pair()}", [new, f"{new}b"]),
            (lambda: f"{new}, *rest = {pair()}", [new]),
            (lambda: f"({new}, {new}b), {new}c = {pair()}, {one()}", [new, f"{new}b", f"{new}c"]),
            (lambda: f"{new}, {new}b = {one()}, {one()}", [new, f"{new}b"]),
            (lambda: f"{values}.append({one()})", []),
            (lambda: f"{pick(scope.dicts)}['{pick('kjz')}'] = {one()}", []),
            (lambda: f"account.balance = {one()}", []),
            (lambda: f"STATE['n'] += {one()}", []),
            (lambda: f"account.balance += {one()}", []),
            (lambda: f"print({one()})", []),
            (lambda: f"{new} = f\"{{{one()}}} {{{name}!r:>4}} 'q'\"", []),
            (lambda: f"assert {one()} is not None, 'none'", []),
            (lambda: f"LOG.append(({one()}, {name}))", []),
            (lambda: f"{new} = [{one()}, {one()}][0]", [new]),
            (lambda: f"{new} = {{'k': {one()}, 'j': {one()}}}['k']", [new]),
            (lambda: f"{new} = ({new}t := {one()})", [new, f"{new}t"]),
        ]
        text, bound = pick(forms)
        line = text()
        scope.ints.extend(bound)
        return [line]

    def waits_for_more(self, scope: Scope) -> Lines:
        """Return a statement that waits for a value other than a number."""
        name = self.write.new_name("l")
        kind = self.chooser.number(0, 2)
        value = self.write.waiting(scope, ("list", "dict", "str")[kind] if scope.waits else "int")
        if scope.waits and kind == 0 and not value.startswith("await asyncio.gather"):
            scope.lists.append(name)
        if scope.waits and kind == 1:
            scope.dicts.append(name)
        return [f"{name} = {value}"]

    def plain(self, scope: Scope) -> Lines:
        """Return a statement that does not wait."""
        write, pick = self.write, self.chooser.pick
        values, name, number, new = (
            pick(scope.lists),
            pick(scope.ints),
            write.integer(scope),
            write.new_name("m"),
        )
        harmless = [
            f"{name} = {number}", f"{new} = {name}", f"{new}: int = {number}", f"{new} = ({name}, {number})", "pass", "import math",
            f"{new} = lambda k: k + {name}", f"{new} = f'{{{name}}} {{{number}:03d}}'", f"'text {new}'",
        ]  # fmt: skip
        rude = [
            f"print({name})", f"print('x', {number}, end=';')", f"{values}.append({number})", f"LOG.append({number})",
            f"{name} += {number}", f"STATE['n'] = {number}", f"{pick(scope.dicts)}['k'] = {number}", f"{values}.sort()",
            f"account.balance -= {number}", "gauge.level", f"gauge.level = {number}", f"vec += {number}", f"{new} = vec[{number}]",
            f"{new} = tell({number})", f"{new} = refuse({number})", f"assert {write.condition(scope)}", f"{new} = next(SOURCE, 0)",
            f"{new} = {values}\n{new}.append(1)", f"del {name}\n{name} = {number}", f"{new} = account\n{new}.balance = 1",
            "random.seed(1)", f"TOTAL = {number}", f"CURRENT.set({number})", "MEMO.clear()", f"{new} = [tell(k) for k in {values}]",
            f"if {write.condition(scope)}: raise Odd({number})", f"ROWS = [{number}]", f"table = {{'k': {number}, 'j': 0}}",
            f"{values}[0:1] = [{number}]", f"box.rows.append({number})", "f, g = g, f", f"os.environ['PROPERTY_TEST'] = '{number}'",
            f"{new} = 7 // {name}", f"{new} = xs[{number}]", "await asyncio.sleep(0.1)" if scope.waits else "time.sleep(0.1)",
        ]  # fmt: skip
        if scope.in_function:
            declared = ("TOTAL =", "ROWS =", "table =", "vec +=", "f, g", "del ", f"{name} +=", f"{name} =")
            rude = [each for each in rude if not each.startswith(declared)]
            harmless = [each for each in harmless if not each.startswith(f"{name} =")]
        chosen = pick(rude if self.chooser.number(0, 9) < scope.hostility + 1 else harmless)
        if chosen.startswith((f"{new}: int", f"{new} = {name}")) and chosen.isascii():
            scope.ints.append(new)
        return chosen.split("\n")

    def aliases(self, scope: Scope) -> Lines:
        """Return a statement that makes a list or a dict, or another name for one."""
        name = self.write.new_name("l")
        values, table = self.chooser.pick(scope.lists), self.chooser.pick(scope.dicts)
        text, kind = self.chooser.pick(
            (("[]", 0), ("[4, 5, 6]", 0), (values, 0), (f"list({values})", 0), (f"[*{values}, 9]", 0), (f"({values}, 1)[0]", 0),
             ("{'k': 5, 'j': 6}", 1), (table, 1), (f"dict({table})", 1), (f"sorted({values})", 0), ("box.rows", 0))
        )  # fmt: skip
        (scope.dicts if kind else scope.lists).append(name)
        return [f"{name} = {text}"]


class Compound(Simple):
    """Statements that hold statements."""

    def body(self, scope: Scope, most: int = 3) -> Lines:
        """Return the lines of a block."""
        return [line for _ in range(self.chooser.number(1, most)) for line in self.statement(scope)]

    def statement(self, scope: Scope) -> Lines:
        """Return one statement of any class."""
        simple = (
            self.waits,
            self.waits,
            self.waits,
            self.waits_otherwise,
            self.waits_for_more,
            self.plain,
            self.aliases,
        )
        if scope.depth >= DEEPEST or self.chooser.number(0, 9) < 6:
            return self.chooser.pick(simple)(scope)
        blocks: list[Callable[[Scope], Lines]] = [
            self.loops, self.loops, self.comprehends, self.comprehends, self.chooses, self.tries, self.enters, self.defines,
            self.defines_class, self.repeats, self.matches,
        ]  # fmt: skip
        if scope.waits:
            blocks += [self.starts, self.streams]
        return self.chooser.pick(blocks)(scope)

    def loops(self, scope: Scope) -> Lines:
        """Return a for loop."""
        name, header = self._header(scope)
        inner = scope.inner(in_loop=True)
        inner.ints.append(name)
        out = self.write.new_name("out")
        leave = self.chooser.pick(("break", "continue"))

        def one(*more: str) -> str:
            return self.write.number_of(inner.inner(ints=[*inner.ints, *more]))

        bodies: list[Callable[[], Lines]] = [
            lambda: [f"{out}.append({one()})"],
            lambda: [f"v = {one()}", f"{out}.append((v, {name}))"],
            lambda: [f"{out}.append(({name}, {one()}))", f"total = total + {out}[-1][1]"],
            lambda: [f"total += {one()}"],
            lambda: [f"if {name} % 2:", "    continue", f"{out}.append({one()})"],
            lambda: [f"v = {one()}", "if v > 3:", f"    {leave}", f"{out}.append(v)"],
            lambda: [f"v = {one()}", f"w = {one()}", f"{out}.append(v + w)"],
            lambda: [f"v = {one()}", f"w = {one('v', 'v', 'v')}", f"{out}.append(w)"],
            lambda: [f"v = {one()}", f"print({name}, v)"],
            lambda: [f"total = {one('total', 'total')}"],
            lambda: [
                "try:",
                f"    {out}.append({one()})",
                "except ValueError as error:",
                f"    {out}.append(str(error))",
            ],
            lambda: [f"{out}.append([])", "for k in range(2):", f"    {out}[-1].append({one('k', 'k')})"],
            lambda: [
                f"if {self.write.condition(inner)}:",
                f"    {out}.append({one()})",
                "else:",
                f"    {out}.append({name})",
            ],
            lambda: [f"{out}.append(lambda: {name})", f"v = {one()}"],
            lambda: [
                "row = []",
                "for k in range(2):",
                f"    row.append({one('k', 'k')})",
                f"{out}.append(row)",
            ],
            lambda: [f"t = {self.write.integer(inner)}", f"{out}.append({one('t', 't')})"],
        ]
        kind = self.chooser.number(0, 2 * len(bodies) - 1)
        chosen = bodies[kind]() if kind < len(bodies) else [*self.body(inner), f"{out}.append({name})"]
        ending = ["else:", f"    {out}.append('else')"] if self.chooser.number(0, 9) == 9 else []
        if kind == 0:
            scope.lists.append(out)
        return [f"{out} = []", "total = 0", header, *indented(chosen), *ending]

    def _header(self, scope: Scope) -> tuple[str, str]:
        name = self.write.new_name("i")
        values = self.chooser.pick(scope.lists)
        return self.chooser.pick(
            (
                (name, f"for {name} in range({self.chooser.number(0, 4)}):"),
                (name, f"for {name} in [1, 5, 2]:"),
                (name, f"for {name} in {values}:"),
                (name, f"for {name} in 3, 1:"),
                (name, f"for _, {name} in enumerate([7, 8]):"),
                (name, f"for {name}, _ in zip([1, 2, 3], 'ab'):"),
                (name, f"for {name}, {name}b in pairs:"),
                (name, f"for _, {name} in {self.chooser.pick(scope.dicts)}.items():"),
                (name, f"for {name} in gen(3):"),
                (name, f"for {name} in loud_gen(2):"),
                (name, f"for {name} in sorted({values}):"),
                (name, f"for {name} in [k + 1 for k in range(3) if k != 1]:"),
                (name, f"for {name} in map(inc, [1, 2]):"),
                (name, f"for {name} in iter({values}):"),
            )
        )

    def comprehends(self, scope: Scope) -> Lines:
        """Return a comprehension that waits."""
        inner = scope.inner(ints=[*scope.ints, "i", "i"])
        out = self.write.new_name("out")
        values = self.chooser.pick(
            ("range(3)", "[1, 5, 2]", self.chooser.pick(scope.lists), "gen(3)", "loud_gen(2)", "(4, 2)")
        )
        check = self.chooser.pick(
            ("", "", " if i", " if i % 2", f" if ({self.write.waiting(inner)}) != 1", " if tell(i)")
        )
        one = self.write.waiting(inner)
        text, is_list = self.chooser.pick(
            (
                (f"[{one} for i in {values}{check}]", True),
                (f"[({one}) + i for i in {values}{check}]", True),
                (f"{{{one} for i in {values}{check}}}", False),
                (f"{{i: {one} for i in {values}{check}}}", False),
                (f"{{({one}): i for i in {values}{check}}}", False),
                (f"[(i, {one}) for i in {values}{check}]", False),
                (f"[{one} for j in range(2) for i in range(j + 1)]", True),
                (f"[[{one} for i in range(2)] for j in range(2)]", False),
                (f"sum([{one} for i in {values}{check}])", False),
                (f"[k + 1 for k in [{one} for i in {values}]]", True),
                (f"[{one} for i in {values} if (last := i) > 0]", True),
                (f"dict([(i, {one}) for i in {values}])", False),
            )
        )
        if is_list:
            scope.lists.append(out)
        return [f"{out} = {text}"]

    def chooses(self, scope: Scope) -> Lines:
        """Return an if statement."""
        inner = scope.inner()
        condition = self.chooser.pick(
            (
                self.write.condition(scope),
                self.write.condition(scope),
                f"({self.write.waiting(scope)}) > 3",
                f"(t := {self.write.waiting(scope)}) != 2",
            )
        )
        lines = [f"if {condition}:", *indented(self.body(inner))]
        if self.chooser.number(0, 2) == 2:
            lines += [f"elif {self.write.condition(scope)}:", *indented(self.body(scope.inner(), 1))]
        if self.chooser.number(0, 1):
            lines += ["else:", *indented(self.body(scope.inner(), 2))]
        return lines

    def matches(self, scope: Scope) -> Lines:
        """Return a match statement."""
        subject = self.chooser.pick((self.write.integer(scope), self.write.waiting(scope)))
        inner = scope.inner()
        other = scope.inner()
        other.ints.append("got")
        first, second = indented(self.body(inner, 2)), indented(self.body(other, 2))
        return [
            f"match {subject}:",
            *indented([f"case {self.write.literal()}:", *first]),
            *indented(["case got:", *second]),
        ]

    def tries(self, scope: Scope) -> Lines:
        """Return a try statement."""
        caught = self.chooser.pick(("ValueError", "Exception", "(KeyError, Odd)", "ZeroDivisionError"))
        lines = ["try:", *indented(self.body(scope.inner()))]
        if self.chooser.number(0, 4):
            lines += [
                f"except {caught} as error:",
                *indented(["LOG.append(str(error))", *self.body(scope.inner(), 1)]),
            ]
            if self.chooser.number(0, 3) == 3:
                lines += ["else:", *indented(self.body(scope.inner(), 2))]
            if self.chooser.number(0, 2) < 2:
                return lines
        ending = self.chooser.pick(
            (["LOG.append('finally')"], ["print('finally')"], self.body(scope.inner(), 2))
        )
        return [*lines, "finally:", *indented(ending)]

    def enters(self, scope: Scope) -> Lines:
        """Return a with statement."""
        name = self.write.new_name("s")
        inner = scope.inner()
        plain = [
            "harmless(1) as k",
            "section('one')",
            "contextlib.suppress(ValueError)",
            "contextlib.nullcontext(2) as k",
        ]
        waiting = [
            f"Session('{name}') as {name}", f"LoggedSession('{name}') as {name}", f"Closing() as {name}", "LOCK", "LIMIT", "opened(2) as k",
            f"pool.acquire() as {name}", "asyncio.timeout(3600)", f"Session('{name}') as {name}",
        ]  # fmt: skip
        if not scope.waits or self.chooser.number(0, 2) == 0:
            return [f"with {self.chooser.pick(plain)}:", *indented(self.body(inner))]
        manager = self.chooser.pick(waiting)
        if manager.startswith(("Session", "Logged", "Closing")):
            inner.sessions.append(name)
        body = self.body(inner)
        if manager.startswith("pool"):
            body = [f"{name}r = await {name}.fetch('one')", *body]
        lines = [f"async with {manager}:", *indented(body)]
        if self.chooser.number(0, 2) == 0 and manager.startswith("Session"):
            again = self.write.new_name("s")
            lines += [
                f"async with Session('{again}') as {again}:",
                *indented([f"{again}r = await {again}.get({self.write.integer(scope)})"]),
            ]
        return lines

    def streams(self, scope: Scope) -> Lines:
        """Return an async for loop, or an async comprehension."""
        source = self.chooser.pick(("agen(3)", "agen(2)", "loud_agen(2)"))
        inner = scope.inner(in_loop=True)
        inner.ints.append("i")
        out = self.write.new_name("out")
        if self.chooser.number(0, 2) == 0:
            return [f"{out} = [{self.write.waiting(inner)} async for i in {source}]"]
        body = self.chooser.pick(
            (
                [f"{out}.append({self.write.number_of(inner)})"],
                [f"v = {self.write.waiting(inner)}", f"{out}.append(v)"],
                self.body(inner, 2),
            )
        )
        return [f"{out} = []", f"async for i in {source}:", *indented(body)]

    def repeats(self, scope: Scope) -> Lines:
        """Return a while loop that ends."""
        name = self.write.new_name("t")
        inner = scope.inner(in_loop=True)
        inner.ints.append(name)
        last = self.chooser.pick(([], [], ["else:", f"    {name} = -1"]))
        return [f"{name} = 0", f"while {name} < 3:", *indented([f"{name} += 1", *self.body(inner, 2)]), *last]

    def defines(self, scope: Scope) -> Lines:
        """Return a function and calls of it."""
        name = self.write.new_name("handle")
        default = self.chooser.pick(("", ", seen=[]", ", *, extra=2"))
        inner = scope.inner(
            in_function=True, in_loop=False, ints=["x", "x", "q"], lists=[*scope.lists], depth=1
        )
        body = self._own_targets(self.body(inner, 4))
        ending = self.chooser.pick(
            (
                f"return {self.write.number_of(inner)}",
                f"return {inner.ints[-1]}",
                f"return x + {self.write.literal()}",
            )
        )
        declared = self.chooser.pick(
            (
                [],
                [],
                ["global TOTAL", "TOTAL += 1"],
                ["if x > 5:", "    return 0"],
                ["seen.append(x)"] if "seen" in default else [],
            )
        )
        word, wait = ("async def", "await ") if scope.waits else ("def", "")
        calls = [f"{name}_r = {wait}{name}({self.write.integer(scope)})"]
        if self.chooser.number(0, 2):
            calls += [f"{name}_s = {wait}{name}({self.write.integer(scope)})"]
        return [f"{word} {name}(x{default}):", *indented([*declared, *body, ending]), *calls]

    def _own_targets(self, lines: Lines) -> Lines:
        names = [each for each in TARGETS if any(line.lstrip().startswith(f"{each} ") for line in lines)]
        return [f"{' = '.join(names)} = 1", *lines] if names else lines

    def defines_class(self, scope: Scope) -> Lines:
        """Return a class with a method that waits, and calls of it."""
        name = self.write.new_name("Thing")
        word, wait = ("async def", "await ") if scope.waits else ("def", "")
        inner = scope.inner(in_function=True, in_loop=False, ints=["x", "self.n"], depth=DEEPEST)
        body = self.chooser.pick(
            (
                [f"return {self.write.number_of(inner)}"],
                [f"self.n = {self.write.waiting(inner)}", "return self.n"],
                [f"got = {self.write.waiting(inner)}", "self.n += got", "return self.n"],
                [
                    f"one = {self.write.waiting(inner)}",
                    f"two = {self.write.waiting(inner)}",
                    "return one + two",
                ],
            )
        )
        made = name.lower()
        return [
            f"class {name}:", *indented(["n = 1", f"{word} run(self, x):", *indented(body)]), f"{made} = {name}()",
            f"{made}_a = {wait}{made}.run({self.write.literal()})", f"{made}_b = {wait}{made}.run({self.write.integer(scope)})",
        ]  # fmt: skip

    def starts(self, scope: Scope) -> Lines:
        """Return tasks, gathers and stored coroutines that are already there."""
        name = self.write.new_name("t")
        one, other, third = (self.write.call(scope.inner(hostility=0), "int") for _ in range(3))
        if "Later" in one or "third" in one or not one.endswith(")"):
            one = "f(1)"
        forms: tuple[Lines, ...] = (
            [f"{name}, {name}b = await asyncio.gather({one}, {other})"],
            [f"{name} = asyncio.create_task({one})", f"{name}c = await {third}", f"{name}b = await {name}"],
            [f"{name} = {one}", f"{name}c = await {third}", f"{name}b = await {name}"],
            [f"{name} = asyncio.ensure_future({other})", f"{name}b = await {name}"],
            [
                "async with asyncio.TaskGroup() as group:",
                f"    {name} = group.create_task({one})",
                f"{name}b = {name}.result()",
            ],
            [f"{name} = await asyncio.gather(*[f(k) for k in range(3)])"],
            [f"{name} = await asyncio.to_thread(sync_io, {self.write.literal()})"],
            [f"{name} = sync_io({self.write.integer(scope)})", f"{name}b = await {other}"],
            [f"{name} = await asyncio.gather({one}, {other}, return_exceptions=True)"],
        )
        return self.chooser.pick(forms)
