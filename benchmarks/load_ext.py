"""What loading costs: ``%load_ext perfmagic`` beside other extensions, each in processes of its own, in one run.

    python benchmarks/load_ext.py [ROUNDS]

Prints the median of the milliseconds that ``%load_ext`` adds to a live IPython, and ratios against perfmagic.
"""

import random
import statistics
import subprocess
import sys

EXTENSIONS = ("perfmagic", "autotime", "line_profiler", "pyinstrument")
LIMIT_MS = 15.0
PROBE = """
import time, warnings
warnings.simplefilter("ignore")
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "storemagic")
began = time.perf_counter()
shell.run_line_magic("load_ext", {name!r})
print((time.perf_counter() - began) * 1e3)
"""


def milliseconds(name: str) -> float:
    """Load one extension in a fresh process and return what it took."""
    command = [sys.executable, "-c", PROBE.format(name=name)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout.split()[-1])


def main(rounds: int = 7) -> int:
    """Interleave the extensions in random order and print the medians."""
    taken: dict[str, list[float]] = {name: [] for name in EXTENSIONS}
    milliseconds("perfmagic")  # the first process of all compiles and fills the file cache
    for _ in range(rounds):
        for name in random.sample(EXTENSIONS, len(EXTENSIONS)):
            taken[name].append(milliseconds(name))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    ours = medians["perfmagic"]
    print(f"{'extension':<16}{'median ms':>10}{'low':>8}{'high':>8}{'x perfmagic':>13}")
    for name, values in taken.items():
        row = f"{name:<16}{medians[name]:>10.1f}{min(values):>8.1f}{max(values):>8.1f}"
        print(f"{row}{medians[name] / ours:>13.1f}")
    print(f"limit for perfmagic: {LIMIT_MS:.0f} ms: {'met' if ours <= LIMIT_MS else 'MISSED'}")
    return 0 if ours <= LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
