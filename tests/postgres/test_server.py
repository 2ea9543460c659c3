"""The fixture's server is private, leaves nothing behind, and says what is missing."""

import os
from pathlib import Path

import asyncpg
import pytest

from tests.postgres.server import ServerUnavailableError, find_programs, running_server

pytestmark = pytest.mark.postgres


async def test_the_server_is_postgresql_15_or_newer_on_loopback_only(server_url: str) -> None:
    connection = await asyncpg.connect(server_url)
    assert connection.get_server_version().major >= 15
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    assert await connection.fetchval("SHOW unix_socket_directories") == ""
    await connection.close()


async def test_a_stopped_server_leaves_no_process_and_no_folder() -> None:
    with running_server(find_programs()) as url:
        connection = await asyncpg.connect(url)
        folder = Path(await connection.fetchval("SHOW data_directory"))
        process = int((folder / "postmaster.pid").read_text().split()[0])
        assert process_runs(process)
        await connection.close()
    assert not process_runs(process)
    assert not folder.exists()


def test_missing_programs_are_named_with_their_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.postgres.server.Path.glob", lambda *_: [])
    with pytest.raises(ServerUnavailableError, match="install the package `postgresql`"):
        find_programs()


def process_runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
