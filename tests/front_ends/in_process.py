"""`InteractiveShell.run_cell`, as an embedding program or a test calls it."""

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from tests.front_ends.reply import Reply, plain


class InProcess:
    name = "run_cell"

    def __init__(self) -> None:
        InteractiveShell.clear_instance()
        self.shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))

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
        InteractiveShell.clear_instance()
