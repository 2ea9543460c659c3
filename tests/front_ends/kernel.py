"""A real ipykernel, spoken to as a notebook speaks to it."""

import signal
import time

from jupyter_client.manager import KernelManager

from tests.front_ends.reply import Reply, plain


class Kernel:
    name = "ipykernel"

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(extra_arguments=["--HistoryManager.enabled=False"])
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    def send(self, code: str, subshell: str | None = None) -> str:
        if subshell is None:
            return self.client.execute(code, stop_on_error=False)
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": False,
        }  # fmt: skip
        message = self.client.session.msg("execute_request", content)
        message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def collect(self, ids: list[str], seconds: float = 60) -> list[Reply]:
        texts = {each: "" for each in ids}
        outs = {each: "" for each in ids}
        errors = {each: "" for each in ids}
        waiting, deadline = set(ids), time.monotonic() + seconds
        while waiting:
            message = self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
            parent = message["parent_header"].get("msg_id")
            if parent not in texts:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    texts[parent] += content["text"]
                case "display_data":
                    texts[parent] += content["data"].get("text/plain", "") + "\n"
                case "execute_result":
                    outs[parent] = content["data"]["text/plain"]
                case "error":
                    errors[parent] = "\n".join(content["traceback"])
                case "status" if content["execution_state"] == "idle":
                    waiting.discard(parent)
        return [Reply(text=plain(texts[each]), out=outs[each], error=plain(errors[each])) for each in ids]

    def run_started(self, message: str) -> None:
        """Give a cell that was sent the time to begin."""
        time.sleep(0.3)
        assert message

    def run(self, code: str, seconds: float = 60) -> Reply:
        return self.collect([self.send(code)], seconds)[0]

    def run_all(self, cells: list[str]) -> list[Reply]:
        return self.collect([self.send(code) for code in cells])

    def interrupt_after(self, code: str, seconds: float) -> tuple[Reply, float]:
        """Run a cell, stop it after so many seconds, and return the reply and how long it took from the signal on."""
        message = self.send(code)
        time.sleep(seconds)
        began = time.monotonic()
        self.manager.provisioner.process.send_signal(signal.SIGINT)
        reply = self.collect([message], 30)[0]
        return reply, time.monotonic() - began

    def create_subshell(self) -> str:
        message = self.client.session.msg("create_subshell_request")
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply["content"]["subshell_id"]

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
