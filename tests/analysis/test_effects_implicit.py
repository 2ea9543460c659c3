"""Methods that Python or a library calls by itself: what they do counts, wherever they are called from."""

import pytest

from tests.analysis.inference import order

SETUP = """
LOG=[]
class K:
    def __str__(self):
        LOG.append(1)
        return 'k'
    def __repr__(self):
        LOG.append(1)
        return 'k'
    def __index__(self):
        LOG.append(1)
        return 0
    def __iter__(self):
        LOG.append(1)
        return iter([1])
    def __len__(self):
        LOG.append(1)
        return 1
    def __bool__(self):
        LOG.append(1)
        return True
    def __lt__(self,o):
        LOG.append(1)
        return True
    def __getitem__(self,i):
        LOG.append(1)
        return i
    def __enter__(self):
        LOG.append(1)
    def __exit__(self,*a): pass
    def __call__(self):
        LOG.append(1)
        return 1
    def __fspath__(self):
        LOG.append(1)
        return '/x'
    def __int__(self):
        LOG.append(1)
        return 1
    def __neg__(self):
        LOG.append(1)
        return 1
    def __iadd__(self,o):
        LOG.append(1)
        return self
    def __matmul__(self,o):
        LOG.append(1)
        return 1
    def keys(self):
        LOG.append(1)
        return ['a']
k=K()
ks=[K(),K()]
"""
EXPRESSIONS = {
    "pct": "'%s' % k",
    "pct_tuple": "'%s %s' % (1,k)",
    "fstr": "f'{k}'",
    "fstr_r": "f'{k!r}'",
    "fmt": "'{}'.format(k)",
    "join": "','.join(map(str,ks))",
    "index": "[1][k]",
    "slice": "[1][k:]",
    "iter": "[*k]",
    "unpack": "(lambda a:a)(*k)",
    "for": "[x for x in k]",
    "len": "len(k)",
    "bool": "1 if k else 2",
    "not": "not k",
    "and": "k and 1",
    "cmp": "k<1",
    "sorted": "sorted(ks)",
    "min": "min(ks)",
    "getitem": "k[0]",
    "call": "k()",
    "int": "int(k)",
    "neg": "-k",
    "matmul": "k@1",
    "dstar": "(lambda **a:a)(**k)",
    "dictmerge": "{**k}",
    "dict": "dict(k)",
    "list": "list(k)",
    "tuple": "tuple(k)",
    "set": "set(k)",
    "sum": "sum(k)",
    "any": "any([k])",
    "in": "1 in k",
    "print": "str([k])",
    "repr": "repr({1:k})",
    "zip": "list(zip(k,k))",
    "enumerate": "list(enumerate(k))",
    "map": "list(map(len,ks))",
    "filter": "list(filter(None,ks))",
    "range": "range(k)",
    "chr": "chr(k)",
    "bin": "bin(k)",
    "path": "os.path.join(k,'a')",
    "star_assign": "[a for a,*b in [k]]",
    "callable_key": "sorted([2,1],key=lambda v:k())",
    "round": "max(1,2,key=lambda v:-k)",
    "json": "json.dumps([1],default=k)",
    "any2": "all(x for x in ks)",
    "ifexp": "[1 for _ in [0] if k]",
    "while": "next(iter(k))",
    "dict_get": "{0:1}.get(k())",
    "bytes": "bytes(k)",
    "itertools": "list(itertools.chain(k))",
    "mult": "[0]*k",
    "str_mult": "'a'*k",
    "slice_set": "[1,2].__getitem__(k)",
    "walrus": "(z:=k()) ",
    "assert": "k.__len__()",
    "getattr": "getattr(k,'__call__')()",
    "partial": "functools.partial(k)()",
    "reduce": "functools.reduce(lambda a,b:a,k)",
    "starmap": "list(itertools.starmap(lambda a:a,[k]))",
    "deepeq": "[k]<[1]",
    "extend": "[].extend(k)",
    "update": "{}.update(k)",
    "union": "set().union(k)",
    "fromkeys": "dict.fromkeys(k)",
    "strjoin": "''.join(k)",
    "format2": "format(k)",
    "ascii": "ascii(k)",
    "pow": "divmod(k,1)",
    "bisect": "__import__('bisect').bisect(ks,k)",
    "deque": "collections.deque(k)",
    "counter": "collections.Counter(k)",
    "sum2": "math.floor(1)+len(ks[0])",
    "memo": "dict(a=k)['a']()",
}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_code_behind_an_expression_is_seen(expression: str) -> None:
    cell = f"async def go(x):\n    await asyncio.sleep(0)\n    return {expression}\na = await go(1)\nb = await go(2)"
    assert order(cell, SETUP)
