"""How code that starts tasks leaves none behind."""

from perfmagic.analysis.edits import INDENT


def cancelling(tasks: str, task: str) -> list[str]:
    """Return the lines that cancel and await the tasks of a list, whatever happened."""
    return [
        "finally:",
        f"{INDENT}for {task} in {tasks}:",
        f"{INDENT}{INDENT}{task}.cancel()",
        f"{INDENT}await asyncio.gather(*{tasks}, return_exceptions=True)",
    ]
