"""How code that uses a pool of processes is written."""


def pool(executor: str, workers: int) -> str:
    """Return the line that gets the pool: loky starts it once and finds it again."""
    return f"{executor} = get_reusable_executor(max_workers={workers})"
