"""polars."""

from perfmagic.verification.picture import Picture


def polars_kind(cls: type) -> type[Picture] | None:
    return None
