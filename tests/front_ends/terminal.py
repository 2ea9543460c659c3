"""Terminal IPython in a pseudo-terminal, typed at."""

import re
import sys
import time

import pexpect

from tests.front_ends.reply import Reply, plain

PROMPT = re.compile(r"In \[\d+\]: $")


class Terminal:
    name = "terminal"

    def __init__(self) -> None:
        arguments = [
            "-W", "ignore", "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=NoColor",
            "--HistoryManager.enabled=False", "--InteractiveShell.xmode=Context", "--classic=False",
        ]  # fmt: skip
        self.child = pexpect.spawn(
            sys.executable, arguments[:-1], encoding="utf-8", timeout=60, dimensions=(50, 200), echo=False
        )
        self.child.expect(PROMPT)

    def run(self, code: str, seconds: float = 60) -> Reply:
        self.type(code)
        return self.read(seconds)

    def type(self, code: str) -> None:
        lines = code.rstrip("\n").split("\n")
        if len(lines) > 1 or lines[0].startswith("%%"):
            lines.extend(["", ""] if lines[0].startswith("%%") else [""])
        for number, line in enumerate(lines):
            if number:
                self.child.expect(re.compile(r"\.\.\.: ?$"))
            self.child.sendline(line)

    def read(self, seconds: float = 60) -> Reply:
        self.child.expect(PROMPT, timeout=seconds)
        text = plain(self.child.before).replace("\r\n", "\n")
        out = re.search(r"Out\[\d+\]: (.*)", text)
        error = text if re.search(r"^-{20,}|Error\b", text, re.MULTILINE) else ""
        return Reply(text=text, out=out.group(1).strip() if out else "", error=error)

    def run_all(self, cells: list[str]) -> list[Reply]:
        return [self.run(code) for code in cells]

    def interrupt_after(self, code: str, seconds: float) -> tuple[Reply, float]:
        self.type(code)
        time.sleep(seconds)
        began = time.monotonic()
        self.child.sendintr()
        reply = self.read(30)
        return reply, time.monotonic() - began

    def close(self) -> None:
        self.child.close(force=True)
