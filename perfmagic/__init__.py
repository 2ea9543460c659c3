"""perfmagic: which change makes a notebook cell faster, by how much, and whether it is still right.

In a notebook or in terminal IPython: ``%load_ext perfmagic``, then put ``%%concurrent`` above an ordinary cell.

The names below are the public ones; each is imported on first use, so that loading the extension stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perfmagic.errors import CellError, ExportError, PerfmagicError, RunError, UsageError
    from perfmagic.extension import load_ipython_extension, unload_ipython_extension
    from perfmagic.model.comparison import Comparison
    from perfmagic.public import export, last
    from perfmagic.verification.same import same

__version__ = "0.1.0"

__all__ = [
    "CellError",
    "Comparison",
    "ExportError",
    "PerfmagicError",
    "RunError",
    "UsageError",
    "__version__",
    "export",
    "last",
    "load_ipython_extension",
    "same",
    "unload_ipython_extension",
]

_HOMES = {
    "CellError": "perfmagic.errors",
    "Comparison": "perfmagic.model.comparison",
    "ExportError": "perfmagic.errors",
    "PerfmagicError": "perfmagic.errors",
    "RunError": "perfmagic.errors",
    "UsageError": "perfmagic.errors",
    "export": "perfmagic.public",
    "last": "perfmagic.public",
    "load_ipython_extension": "perfmagic.extension",
    "same": "perfmagic.verification.same",
    "unload_ipython_extension": "perfmagic.extension",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'perfmagic' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
