"""Arrays and frames: found by the name of the library, so that a notebook without one never imports it."""

from perfmagic.verification.naming import roots
from perfmagic.verification.picture import Picture


def tabular_kind(cls: type) -> type[Picture] | None:
    """Pictures of numpy, pandas and polars objects; their modules are loaded by whoever made such an object."""
    libraries = roots(cls)
    if "pandas" in libraries:
        from perfmagic.verification.frames import pandas_kind  # noqa: PLC0415

        return pandas_kind(cls)
    if "polars" in libraries:
        from perfmagic.verification.polars_frames import polars_kind  # noqa: PLC0415

        return polars_kind(cls)
    if "numpy" in libraries:
        from perfmagic.verification.arrays import numpy_kind  # noqa: PLC0415

        return numpy_kind(cls)
    return None
