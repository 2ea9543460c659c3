"""What is recorded at which node, and what may be asked about it."""

import ast

from tests.analysis.inference import clash, infer


def test_a_definition_has_the_effect_of_binding_its_name_alone() -> None:
    tree, effects = infer("async def add(x):\n    SHARED.append(x)\nawait add(1)")
    assert {each.label for each in effects.of(tree.body[0]).writes} == {"add"}
    assert {each.label for each in effects.of(tree.body[1]).writes} == {"SHARED"}


def test_parts_can_be_left_out() -> None:
    tree, effects = infer("x = await put(SHARED, 1)")
    (statement,) = tree.body
    assert {each.label for each in effects.of(statement).writes} == {"x", "SHARED"}
    assert {each.label for each in effects.of(statement, without=[statement.value]).writes} == {"x"}


def test_the_body_of_a_called_function_has_effects_of_its_own() -> None:
    tree, effects = infer(
        "async def go():\n    a = await put(SHARED, 1)\n    b = await see(SHARED)\nawait go()"
    )
    first, second = tree.body[0].body
    assert clash(effects.of(first.value), effects.of(second.value)) == {"object: SHARED"}


def test_a_sleep_of_the_cell_is_a_barrier_where_it_stands() -> None:
    tree, effects = infer("await asyncio.sleep(1)\nasync def go():\n    await asyncio.sleep(1)\nawait go()")
    assert [barrier.hint for barrier in effects.of(tree.body[0]).barriers] == [
        "take the pause out of the cell if it does not matter"
    ]
    assert effects.of(tree.body[2]).barriers == ()


def test_reading_a_clock_keeps_its_order_with_waiting_and_waiting_with_nothing() -> None:
    tree, effects = infer("t = time.perf_counter()\na = await wait(1)\nb = await wait(2)")
    clock, first, second = (effects.of(each.value) for each in tree.body)
    assert clash(clock, first) == {"clock: clock"}
    assert clash(first, second) == set()


def test_an_object_made_in_each_turn_is_private_to_the_loop() -> None:
    tree, effects = infer(
        "m = []\nfor i in range(3):\n    row = []\n    row.append(await wait(i))\n    m.append(row)"
    )
    lines = {each.key[1][0] for each in effects.private_to(*tree.body[1].body)}
    assert lines == {id(tree.body[1].body[0].value)}


def test_an_object_of_an_earlier_turn_is_not_private() -> None:
    tree, effects = infer(
        "m = []\nfor i in range(3):\n    row = []\n    m.append(row)\n    m[0].append(await wait(i))"
    )
    assert effects.private_to(*tree.body[1].body) == frozenset()


def test_calls_say_what_they_resolve_to() -> None:
    tree, effects = infer("await wait(1)\ntime.sleep(1)\nlen([1])\nundefined_here()\nput(SHARED, 1)")
    calls = [each.value for each in tree.body]
    found = [effects.callee(each) for each in calls]
    assert [each.kind for each in found] == ["user", "modelled", "builtin", "unknown", "user"]
    assert [each.awaits for each in found] == [True, False, False, False, True]
    assert [each.blocking for each in found] == [False, True, False, True, False]


def test_code_that_is_never_called_is_unknown() -> None:
    tree, effects = infer("async def go():\n    await wait(1)")
    inner = next(node for node in ast.walk(tree) if isinstance(node, ast.Await))
    assert effects.callee(inner).kind == "unknown"
