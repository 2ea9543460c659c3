"""What a run changes of the process by name is put back, and only that is written to."""

import decimal
import locale
import logging
import os
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from perfmagic.errors import RunError
from perfmagic.runners.process_state import save_process_state


@pytest.fixture(autouse=True)
def _process_as_it_was():
    saved = save_process_state()
    yield
    saved.restore()


def draw():
    return random.random(), float(np.random.rand()), random.gauss(0, 1)


def test_a_rerun_draws_the_same_random_numbers():
    saved = save_process_state()
    first = draw()
    assert saved.changed() == ("the state of random", "the state of numpy.random")
    saved.restore()
    assert saved.changed() == ()
    assert draw() == first


def test_numpy_is_not_asked_where_it_is_not_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "numpy")
    saved = save_process_state()
    assert "numpy" not in sys.modules
    monkeypatch.undo()
    np.random.rand()
    assert saved.changed() == ()
    saved.restore()  # what was not read is not written


def test_the_environment_is_put_back_entry_by_entry(monkeypatch):
    monkeypatch.setenv("PERFMAGIC_KEPT", "1")
    monkeypatch.delenv("PERFMAGIC_NEW", raising=False)
    saved = save_process_state()
    os.environ["PERFMAGIC_NEW"] = "2"
    del os.environ["PERFMAGIC_KEPT"]
    assert saved.changed() == ("os.environ",)
    saved.restore()
    assert os.environ["PERFMAGIC_KEPT"] == "1"
    assert "PERFMAGIC_NEW" not in os.environ


def test_the_directory_is_put_back_also_when_the_current_one_was_deleted(monkeypatch, tmp_path):
    kept, gone = tmp_path / "kept", tmp_path / "gone"
    kept.mkdir()
    gone.mkdir()
    monkeypatch.chdir(kept)
    saved = save_process_state()
    os.chdir(gone)
    gone.rmdir()
    assert saved.changed() == ("the working directory",)
    saved.restore()
    assert Path.cwd() == kept


def test_a_directory_that_is_gone_is_said_and_all_else_is_put_back(monkeypatch, tmp_path):
    start = tmp_path / "start"
    start.mkdir()
    monkeypatch.chdir(start)
    saved = save_process_state()
    os.chdir(tmp_path)
    start.rmdir()
    sys.path.append("perfmagic-test")
    with pytest.raises(RunError, match=r"the working directory .*start.*set it again"):
        saved.restore()
    assert "perfmagic-test" not in sys.path


def test_warning_filters_and_hooks_are_put_back():
    saved = save_process_state()
    hook = warnings.showwarning
    warnings.simplefilter("ignore")
    warnings.showwarning = print
    assert saved.changed() == ("warning filters",)
    saved.restore()
    assert saved.changed() == ()
    assert warnings.showwarning is hook
    with pytest.raises(UserWarning, match="seen"):
        warnings.warn("seen", UserWarning, stacklevel=1)


def test_handlers_levels_and_filters_of_all_loggers_are_put_back():
    known, handler = logging.getLogger("perfmagic.test.known"), logging.NullHandler()
    known.addHandler(handler)
    saved = save_process_state()
    logging.root.addHandler(logging.NullHandler())
    logging.root.setLevel(logging.DEBUG)
    known.propagate = False
    known.removeHandler(handler)
    logging.disable(logging.INFO)
    fresh = logging.getLogger("perfmagic.test.fresh")
    fresh.addHandler(logging.NullHandler())
    assert saved.changed() == ("logging",)
    saved.restore()
    assert saved.changed() == ()
    assert known.handlers == [handler]
    assert known.propagate
    assert fresh.handlers == []
    assert logging.root.manager.disable == logging.NOTSET
    known.removeHandler(handler)


def test_the_level_of_a_handler_is_put_back():
    handler = logging.NullHandler()
    logging.root.addHandler(handler)
    try:
        saved = save_process_state()
        handler.setLevel(logging.ERROR)
        saved.restore()
        assert handler.level == logging.NOTSET
    finally:
        logging.root.removeHandler(handler)


def test_the_decimal_context_is_put_back_in_place():
    context = decimal.getcontext()
    before = context.prec
    saved = save_process_state()
    context.prec = 3
    context.traps[decimal.Inexact] = True
    assert saved.changed() == ("the decimal context",)
    saved.restore()
    assert decimal.getcontext() is context
    assert context.prec == before != 3
    assert not context.traps[decimal.Inexact]


def test_the_locale_is_put_back():
    saved = save_process_state()
    before = locale.setlocale(locale.LC_ALL)
    locale.setlocale(locale.LC_CTYPE, "C" if "UTF-8" in before.upper() else "C.UTF-8")
    assert saved.changed() == ("the locale",)
    saved.restore()
    assert locale.setlocale(locale.LC_ALL) == before
