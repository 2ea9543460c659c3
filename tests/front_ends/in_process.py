"""`InteractiveShell.run_cell`, as an embedding program or a test calls it."""

import asyncio

from IPython.core import async_helpers
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from tests.front_ends.reply import Reply, plain


class InProcess:
    name = "run_cell"

    def __init__(self) -> None:
        InteractiveShell.clear_instance()
        self.shell = InteractiveShell.instance()

    def run(self, code: str, seconds: float = 30) -> Reply:
        with capture_output() as captured:
            result = self.shell.run_cell(code, store_history=True)
        shown = "".join(output.data.get("text/plain", "") + "\n" for output in captured.outputs)
        error = result.error_before_exec or result.error_in_exec
        text = plain(captured.stdout + shown)
        out = repr(result.result) if result.result is not None else ""
        return Reply(text=text, out=out, error=plain(captured.stdout + captured.stderr) if error else "")

    def run_all(self, cells: list[str]) -> list[Reply]:
        return [self.run(code) for code in cells]

    def close(self) -> None:
        self.shell.atexit_operations() if hasattr(self.shell, "atexit_operations") else None
        if self.shell.history_manager is not None:
            self.shell.history_manager.end_session()
        InteractiveShell.clear_instance()
        loop = (
            async_helpers._AsyncIORunner
        )  # the loop of the terminal's runner outlives the shell: close it with the front end
        del loop
        try:
            asyncio.get_event_loop_policy()
        except Exception:
            pass
