"""The peak of one run is not that of the runs before it."""

from perfmagic.runners import memory

MB = 1_000_000


def test_the_peak_is_that_of_what_ran_since_the_reset():
    if not memory.reset_peak():  # a system without the mark
        assert memory.peak_since_reset() is None
        return
    before = bytearray(b"x") * (200 * MB)
    del before
    assert memory.reset_peak()
    low = memory.peak_since_reset()
    during = bytearray(b"x") * (100 * MB)
    del during
    high = memory.peak_since_reset()
    assert 90 * MB < high - low < 150 * MB
    assert memory.reset_peak()
    assert memory.peak_since_reset() < high - 90 * MB


def test_a_system_without_the_mark_tells_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "CLEAR_REFS", tmp_path / "missing" / "clear_refs")
    assert memory.reset_peak() is False
    assert memory.peak_since_reset() is None


def test_free_memory_is_what_the_machine_and_the_container_leave(monkeypatch, tmp_path):
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:    5000 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    assert memory.available_bytes() == 5000 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available_bytes() == 5000 * 1024
    (tmp_path / "memory.max").write_text("3000\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert memory.available_bytes() == 2000


def test_free_memory_without_proc_is_asked_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "missing")
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    monkeypatch.setattr(memory.os, "sysconf", {"SC_AVPHYS_PAGES": 7, "SC_PAGE_SIZE": 11}.__getitem__)
    assert memory.available_bytes() == 77
