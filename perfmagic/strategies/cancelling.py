"""How code that starts tasks leaves none behind."""

from perfmagic.analysis.edits import INDENT


def cancelling(tasks: str | None, task: str, calls: str | None = None) -> list[str]:
    """Return the lines that cancel and await the tasks of a list, whatever happened.

    Tasks that stand for calls in threads have a list of their own: a thread cannot be cancelled, only waited for.
    """
    stopped = [f"{INDENT}for {task} in {tasks}:", f"{INDENT}{INDENT}{task}.cancel()"] if tasks else []
    left = ", ".join(f"*{each}" for each in (tasks, calls) if each)
    return ["finally:", *stopped, f"{INDENT}await asyncio.gather({left}, return_exceptions=True)"]
