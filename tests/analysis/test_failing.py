"""An operation is said not to raise only if its code and all that it enters consist of harmless forms."""

import pytest

from tests.strategies.cell_runs import analysed

DEFINE = {
    "raise": "async def k():\n    raise ValueError\n",
    "assert": "async def k():\n    assert STATE\n",
    "division": "async def k():\n    return 1 // STATE['n']\n",
    "key that varies": "async def k(i=3):\n    return STATE[i]\n",
    "library call": "async def k():\n    return int('x')\n",
    "call of what is returned": "async def k():\n    return f()()\n",
    "deeper": "async def j():\n    raise ValueError\nasync def k():\n    return await j()\n",
}
HARMLESS = {
    "sleep": "async def k():\n    await asyncio.sleep(D)\n",
    "append": "async def k():\n    await asyncio.sleep(D)\n    LOG.append(1)\n",
    "read, wait, write back": "async def k():\n    v = STATE['n']\n    await f()\n    STATE['n'] = v + 1\n",
}


def fails(source: str) -> bool:
    analysis = analysed(f"{source}a = await k()\n")
    (operation,) = [each for each in analysis.operations if each.block == 0]
    return analysis.effects.may_fail(operation.node)


@pytest.mark.parametrize("source", DEFINE.values(), ids=DEFINE)
def test_what_may_raise_is_noticed_at_any_depth(source):
    assert fails(source)


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_harmless_code_is_said_not_to_raise(source):
    assert not fails(source)
