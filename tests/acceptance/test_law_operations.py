"""Single operations of Python, numpy and pandas: after `%%concurrent` their effect is that of one plain run."""

import pytest

from tests.acceptance.twin import check

TWO = "a = await work(1)\nb = await work(2)\n"

# setup, operation, probe
PUT_BACK = [
    ("import zlib; z=zlib.decompressobj()", 'z.decompress(zlib.compress(b"x"))', "z.eof"),
    ("import heapq; q=[3,1]", "heapq.heapify(q)", "q"),
    ("import heapq; q=[3,1]", "heapq.heappush(q,a)", "q"),
    ("import bisect; q=[0,3]", "bisect.insort(q,a)", "q"),
    ("q=asyncio.Event()", "q.set()", "q.is_set()"),
    ("q=[3]", "list.append(q,a)", "q"),
    ("q=[3]", "(lambda z: z.append(a))(q)", "q"),
    ("q=[3]", "[q.append(z) for z in range(2)]", "q"),
    ("q=[3]", "list(map(q.append,[1,2]))", "q"),
    ("q=[3]", "collections.deque(map(q.append,[1,2]))", "q"),
    ("q={}", 'q|={"x":a}', "q"),
    ("q={1}", "q|={a+5}", "q"),
    ("q=[3]", "match_=[q.append(1)]", "q"),
    ("q=[3]", 'getattr(q,"append")(a)', "q"),
    ("q=[[1],[2]]", "for z in q: z.append(a)", "q"),
    ('q={"a":[1]}', "for z in q.values(): z.append(a)", "q"),
    ('q=pd.DataFrame({"x":[1,2]})', 'q.insert(0,"n",a)', "q"),
    ('q=pd.DataFrame({"x":[1,2]})', 'c=q.pop("x")', "list(q.columns)"),
    ('q=pd.DataFrame({"x":[1,2]})', 'q.update(pd.DataFrame({"x":[5]}))', "q"),
    ("q=pd.Series([1,2])", "q+=a", "q"),
    ('q=pd.DataFrame({"x":[1,2]}).groupby("x")', "for g in q: pass", "len(q)"),
    ("q=np.arange(4.)", "q.resize(6,refcheck=False)", "q.shape"),
    ("q=np.arange(4)", "q.shape=(2,2)", "q.shape"),
    ("q=np.arange(3)", "q.flat[0]+=5", "q"),
    ("q=np.arange(3)", "q.flags.writeable=False", "q.flags.writeable"),
    ("q=np.arange(3)", "np.add.at(q,[0,0],a)", "q"),
    ("q=np.arange(3.)", "np.clip(q+a,0,99,out=q)", "q"),
    ("q=np.arange(3.)", "np.cumsum(q,out=q)", "q"),
    ("q=np.arange(3.)", "q.fill(q[0]+1)", "q"),
    ("q=np.arange(3)", "q.partition(1)", "q"),
    ("q=[3]\nclass W:\n    def __add__(self,o):\n        q.append(o)\n        return self\nw=W()", "w+1", "q"),
    ("q=[3]\nclass W:\n    def __enter__(self):\n        q.append(1)\n    def __exit__(self,*x):\n        q.append(2)\nw=W()", "with w: pass", "q"),
    ("q=[3]\nclass W:\n    def __bool__(self):\n        q.append(1)\n        return True\nw=W()", "c=1 if w else 2", "q"),
    ('q=[3]\nclass W:\n    def __repr__(self):\n        q.append(1)\n        return "W"\nw=W()', 'c=f"{w}"', "q"),
    ("q=[3]\nclass W:\n    def __hash__(self):\n        q.append(1)\n        return 1\nw=W()", "c={w:1}", "q"),
    ("q=[3]\nclass W:\n    def __eq__(self,o):\n        q.append(1)\n        return True\nw=W()", "c=w==1", "q"),
    ("q=[3]\nclass W:\n    def __len__(self):\n        q.append(1)\n        return 1\nw=W()", "c=len(w)", "q"),
    ("q=[3]\nclass W:\n    def __init_subclass__(cls):\n        q.append(cls.__name__)", "class V(W): pass", "q"),
    ("q=[3]\nclass D:\n    def __set__(self,o,v): q.append(v)\nclass W: x=D()\nw=W()", "w.x=a", "q"),
    ("q=[3]\nclass W:\n    def __setattr__(self,n,v): q.append(v)\nw=W()", "w.x=a", "q"),
    ("q=[3]\nclass W:\n    def __iadd__(self,o):\n        q.append(o)\n        return self\nw=W()", "w+=a", "q"),
    ("q=[3]\nclass W:\n    def __call__(self,o): q.append(o)\nw=W()", "w(a)", "q"),
    ("q=[3]\nclass W:\n    def __contains__(self,o):\n        q.append(o)\n        return 1\nw=W()", "c=1 in w", "q"),
    ('q=[3]\nclass W:\n    def __format__(self,s):\n        q.append(1)\n        return ""\nw=W()', 'c=f"{w:>3}"', "q"),
    ("q=[3]", "sorted([1,2],key=lambda v:q.append(v) or v)", "q"),
    ("q=[3,1]", "c=max([1,2],key=q.append and (lambda v:(q.append(v),v)[1]))", "q"),
    ("import struct; q=bytearray(4)", 'struct.pack_into("B",q,0,q[0]+1)', "q"),
    ("import copy; q=[3]", "c=copy.copy(q); c.append(a)", "q,c"),
    ("class O: pass\no=O(); o.n=0", 'object.__setattr__(o,"n",o.n+1)', "o.n"),
    ("class O: n=0", 'type.__setattr__(O,"n",O.n+1)', "O.n"),
    ("class O: pass\no=O(); o.n=0", 'setattr(o,"n",o.n+1)', "o.n"),
    ("class O: pass\no=O(); o.n=0", 'delattr(o,"n")', "vars(o)"),
    ("class O: pass\nclass P: pass\no=O()", "o.__class__=P if type(o) is O else O", "type(o).__name__"),
    ("def f(x=1): return x", "f.__defaults__=(f.__defaults__[0]+1,)", "f()"),
    ("def f(x=1): return x\ndef g(x=1): return 99", "f.__code__=g.__code__", "f()"),
    ("q=pd.Series([1,2])", "q.update(pd.Series([q[0]+1]))", "q.tolist()"),
    ('q=pd.DataFrame({"x":[1,2]})', 'q.eval("x=x+1",inplace=True)', "q.x.tolist()"),
    ('q=pd.DataFrame({"x":[1,2]})', 'q.at[0,"x"]+=1', "q.x.tolist()"),
    ('q=pd.DataFrame({"x":[1,2]})', "q.iat[0,0]=q.iat[0,0]+1", "q.x.tolist()"),
    ('q=pd.DataFrame({"x":[1,2]})', 'q.rename(columns=lambda n:n+"z",inplace=True)', "list(q)"),
    ('q=pd.DataFrame({"x":[1,2]})', "q.reset_index(inplace=True)", "list(q)"),
    ('q=pd.DataFrame({"x":[1,2]})', 'q["x"]+=1', "q.x.tolist()"),
    ('q=pd.DataFrame({"x":[1,2]})', "q.x+=1", "q.x.tolist()"),
    ('q=pd.DataFrame({"x":[1,2]})', "q.index+=1", "list(q.index)"),
    ('q=bytearray(b"ab")', 'q.extend(b"c")', "q"),
    ('q=bytearray(b"ab")', 'del q[0:1]\nq+=b"x"', "q"),
    ("q=[3]", "del q[:]\nq.append(a)", "q"),
    ("x=1\ny=2", "x=x+1\ny,x=x,y", "x,y"),
    ('q={"n":0}', 'c={**q}; q["n"]+=1', "q,c"),
    ("q=collections.OrderedDict(x=1,y=2,z=3)", 'q.move_to_end("x")', "list(q)"),
    ("q=collections.deque([1,2,3])", "q.rotate(1)", "list(q)"),
    ("q=[3]", "t=tuple([q]); t[0].append(a)", "q"),
    ("q=[3]", "async with asyncio.Lock(): q.append(a)", "q"),
]  # fmt: skip

STATE_OF_ONE_RUN = [
    ('import hmac; h=hmac.new(b"k",digestmod="sha1")', 'h.update(b"x")', "h.hexdigest()"),
    ('import struct,array; q=array.array("i",[1])', "q.append(a)", "q"),
    ('import codecs; q=codecs.getincrementaldecoder("utf8")()', 'q.decode(b"\\xc3")', "q.getstate()"),
    ("import csv; f=io.StringIO(); q=csv.writer(f)", "q.writerow([a])", "f.getvalue()"),
    ("import threading; q=threading.local(); q.x=[]", "q.x.append(a)", "q.x"),
    ("q=asyncio.Queue()", "q.put_nowait(a)", "q.qsize()"),
    ("import bz2; q=bz2.BZ2Compressor()", 'q.compress(b"x"*10)', "len(q.flush())"),
    ("import string; q=io.BytesIO()", 'q.write(b"x")', "q.getvalue()"),
    ("import io; q=io.StringIO()", 'print("x",file=q)', "q.getvalue()"),
    ('import xml.etree.ElementTree as E; q=E.Element("a")', 'q.append(E.Element("b"))', "len(q)"),
    ('import xml.etree.ElementTree as E; q=E.Element("a")', 'E.SubElement(q,"b")', "len(q)"),
    ("import decimal; q=decimal.getcontext()", "q.prec=a+5", "q.prec"),
    ("import collections; q=collections.ChainMap({})", 'q["x"]=a', "q"),
    ("import collections; q=collections.UserList()", "q.append(a)", "q"),
    ("import types; q=types.SimpleNamespace(x=[])", "q.x.append(a)", "q"),
    ("import itertools; q=itertools.cycle([1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17])", "c=next(q)", "next(q)"),
    ("import itertools; p,q=itertools.tee(iter(range(30)))", "c=next(q)", "next(q),next(p)"),
    ("import shelve; q=shelve.Shelf({})", 'q["a"]=a', "list(q)"),
    ("import ctypes; q=ctypes.c_int(0)", "q.value+=a", "q.value"),
    ("import ctypes; q=(ctypes.c_int*3)()", "q[1]=q[1]+a", "list(q)"),
    ('import re; q=re.compile("a+").finditer("aa b aaa a a a aa a")', "c=next(q)", "next(q)"),
    ('import collections; d={"a":1,"b":2}; q=iter(d.items())', "c=next(q)", "next(q)"),
    ("from functools import reduce; q=[3]", "reduce(lambda acc,z:(acc.append(z),acc)[1],[1,2],q)", "q"),
    ('q=pd.DataFrame({"x":[1,2]})', "q.x.values.setflags(write=True); q.x.values[0]=q.x.values[0]+5", "q"),
    ('q=pd.DataFrame({"x":[[1],[2]]})', "q.x[0].append(a)", "q.x[0]"),
    ('q=pd.DataFrame({"x":[1]})', 'q.attrs["n"]=q.attrs.get("n",0)+a', "q.attrs"),
    ("q=np.nditer(np.arange(40))", "c=next(q)", "int(next(q)[()])"),
    ("import itertools; it=iter(range(99))", "c=list(itertools.islice(it,2))", "next(it)"),
    ("import itertools; it=iter(range(99))", "c=list(zip(it,[1,2]))", "next(it)"),
    ("it=iter(range(99))", 'c=[x for x,_ in zip(it,"ab")]', "next(it)"),
    ("it=iter(range(99))", "c=enumerate(it)\nd=next(c)", "next(it)"),
    ("it=iter(range(99))", "c,*_=(next(it),1)", "next(it)"),
    ("it=iter(range(99))", "c=next(iter(it))", "next(it)"),
    ("it=iter(range(99))", "c=any(x>3 for x in it)", "next(it)"),
    ("it=iter(range(99))", "c=(lambda g: next(g))(it)", "next(it)"),
    ("it=iter(range(99))", "c=it.__next__()", "next(it)"),
    ("it=iter(range(99))", 'c=dict(k=next(it))["k"]', "next(it)"),
    ("it=iter(range(99))", "c=max(it)", "list(it)"),
    ('it=iter("abc"*30)', 'c="a" in it', "next(it)"),
    ("it=iter(range(99))\nclass W:\n    def __iter__(self): return it\nw=W()", "for c in w: break", "next(it)"),
    ("it=iter(range(99))\nclass W:\n    def __getitem__(self,i): return next(it)\nw=W()", "c=w[0]", "next(it)"),
    ("import pickle; q=io.BytesIO()", "pickle.dump(a,q)", "len(q.getvalue())"),
    ("class O: pass\no=O(); o.n=0", 'vars(o)["n"]+=1', "o.n"),
    ("class O: pass\no=O(); o.n=0", "o.__dict__.update(n=o.n+1)", "o.n"),
    ("q=[3]", 'exec("q.append(1)")', "q"),
    ("import weakref\nclass O: pass\no=O(); q=weakref.WeakSet([o])", "q.add(O)", "len(q)"),
    ('q=type(sys)("mymod"); q.n=0', "q.n+=1", "q.n"),
]  # fmt: skip


def named(cases):
    return [pytest.param(*each, id=" ".join(each[1].split())[:60]) for each in cases]


@pytest.mark.parametrize(("setup", "operation", "probe"), named(PUT_BACK))
def test_put_back_before_each_run(setup, operation, probe):
    left = check(TWO + operation + "\nNone", setup=(setup,), probes=(probe,), line="--rounds 1 --quiet")
    assert left.runs > 1


@pytest.mark.parametrize(("setup", "operation", "probe"), named(STATE_OF_ONE_RUN))
def test_put_back_or_run_once(setup, operation, probe):
    check(TWO + operation + "\nNone", setup=(setup,), probes=(probe,), line="--rounds 1 --quiet")
