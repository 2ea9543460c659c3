"""A PostgreSQL server of our own: on a free loopback port, with its data in a temporary folder.

The server programs refuse to run as root, so there they run as an ordinary user.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


class ServerUnavailableError(Exception):
    """The server cannot be started; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Where the programs of the server are."""

    initdb: str
    postgres: str


def find_programs() -> Programs:
    """Return the newest server programs, from Debian's folders or from PATH.

    Raises
    ------
    ServerUnavailableError
        If there are none; the message names the package.
    """
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    initdb, postgres = shutil.which("initdb", path=path), shutil.which("postgres", path=path)
    if initdb is None or postgres is None:
        raise ServerUnavailableError(
            "these tests need the PostgreSQL server programs `initdb` and `postgres`: install the package `postgresql`"
            " (Debian: apt-get install postgresql) or put the programs on PATH"
        )
    return Programs(initdb=initdb, postgres=postgres)


@contextmanager
def running_server(programs: Programs) -> Iterator[str]:
    """Start a server, give the URL of its database, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="perfmagic-postgres-") as name:
        folder, account = Path(name), _account()
        data = _make_data(folder, programs, account)
        port = _free_port()
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs.postgres, "-D", str(data), "-p", str(port)],
                stdout=log,
                stderr=log,
                **_run_as(account),
            )
        try:
            _await_start(server, port, folder / "log")
            yield f"postgresql://perfmagic@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)


def _account() -> pwd.struct_passwd | None:
    """Return the ordinary user to run as, ``None`` if we are one already."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerUnavailableError(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`"
    )


def _run_as(account: pwd.struct_passwd | None) -> dict:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_data(folder: Path, programs: Programs, account: pwd.struct_passwd | None) -> Path:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account is not None:
        folder.chmod(0o711)
        os.chown(data, account.pw_uid, account.pw_gid)
    made = subprocess.run(
        [
            programs.initdb,
            "-D",
            str(data),
            "-U",
            "perfmagic",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=data,
        **_run_as(account),
    )
    if made.returncode != 0:
        raise ServerUnavailableError(
            f"initdb ended with {made.returncode}: {made.stderr.strip() or made.stdout}"
        )
    # Trust is for the loopback address alone: no other address is listened on, and there is no socket file.
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\nsynchronous_commit = off\n"
            "full_page_writes = off\nmax_connections = 50\nshared_buffers = '16MB'\n"
        )
    return data


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await_start(server: subprocess.Popen, port: int, log: Path) -> None:
    ready = "database system is ready to accept connections"
    deadline = time.monotonic() + START_TIMEOUT_S
    while ready not in (text := log.read_text(errors="replace")):
        if server.poll() is not None or time.monotonic() > deadline:
            raise ServerUnavailableError(f"the PostgreSQL server did not start on port {port}:\n{text}")
        time.sleep(0.05)


def _stop(server: subprocess.Popen) -> None:
    """Ask for a fast shutdown (it closes the connections), by the process number of the server alone."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(STOP_TIMEOUT_S)
