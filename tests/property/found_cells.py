"""Minimal cells, over the prelude of the generated programs, that some rewrite once got wrong."""

CELLS = {
    "a write behind what fails": "a = await boom('x')\nb = await log(1)\n",
    "a write behind what fails at times": "a = await fussy(3)\nb = await bump(1)\nc = await log(3)\n",
    "a blocking write behind what fails": "a = sync_fussy(0)\na = sync_boom('q0')\na = sync_bump()\n",
    "an expression left last": "a = await f(1)\n'text'\nb = await f(2)\n",
    "an expression left last before a call that blocks": "a = await f(1)\n1\nb = sync_io(1)\n",
    "a field of a named tuple": "a = await addto(ROWS, 1)\nawait size(box.rows)\n",
    "an unpacked named tuple": "first, second = box\na = await addto(ROWS, 1)\nb = await size(first)\n",
    "the variable of a loop that fails": "for i in 'ab':\n    sync_boom('q')\n",
    "a sum continued in a loop": "a = await f(1)\ntotal = 0\nfor i in 3, 1:\n    total += await f(1)\n",
    "a lambda in a block": "with section('one'):\n  t = 1\n  m = lambda: t\nv = sync_io(4, 0.3)\nt = 2\nw = await f(m())\n",
    "an item appended before a call fails": "out = []\nfor i in range(5):\n    out.append(sync_fussy(i))\n",
    "line ends of another system": "total = 0\r\nout = [await f(i) for i in xs]",
    "blank lines at the end": "a = await f(1)\nb = await g(2)\n\n\n",
}
