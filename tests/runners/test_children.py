"""CPU seconds of other processes that this one started."""

import os
import subprocess
import sys
from pathlib import Path

from perfmagic.runners import children
from perfmagic.runners.children import children_cpu_s

BUSY = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"


def test_what_a_living_child_used_counts_and_still_counts_after_its_end():
    before_s = children_cpu_s()
    child = subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "done\n"
    alive_s = children_cpu_s()
    child.communicate("\n")
    assert alive_s - before_s >= 0.15
    assert children_cpu_s() >= alive_s - 0.05


def test_a_grandchild_counts():
    nested = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])"
    before_s = children_cpu_s()
    child = subprocess.Popen(
        [sys.executable, "-c", nested], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "done\n"
    grown_s = children_cpu_s() - before_s
    child.communicate("\n")
    assert grown_s >= 0.15


def test_a_system_that_does_not_tell_gives_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(children, "_PROC", tmp_path / "no such folder")
    assert children_cpu_s() is None


def test_a_thread_that_ends_while_it_is_looked_at_is_passed_over(monkeypatch, tmp_path):
    tasks = tmp_path / str(os.getpid()) / "task"
    (tasks / "1").mkdir(parents=True)
    (tasks / "1" / "children").write_text("")
    monkeypatch.setattr(Path, "iterdir", lambda _: iter([tasks / "1", tasks / "2"]))
    monkeypatch.setattr(children, "_PROC", tmp_path)
    assert children_cpu_s() is not None


def test_threads_without_a_list_of_children_tell_nothing(monkeypatch, tmp_path):
    (tmp_path / str(os.getpid()) / "task" / "1").mkdir(parents=True)
    monkeypatch.setattr(children, "_PROC", tmp_path)
    assert children_cpu_s() is None
