"""pandas."""

from perfmagic.verification.picture import Picture


def pandas_kind(cls: type) -> type[Picture] | None:
    return None
