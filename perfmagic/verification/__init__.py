"""Whether two runs left the same: snapshots, compared by type. Nothing here calls a user's ``__eq__``."""
