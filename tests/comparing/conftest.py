"""Comparisons on time of their own: a thread of real time has nothing to see in them."""

import pytest

from perfmagic.comparing import probing


class Unseeing:
    """A probe without a thread, which saw nothing."""

    asks = ()

    def __init__(self, **_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.fixture(autouse=True)
def _no_probe_in_real_time(monkeypatch):
    monkeypatch.setattr(probing, "LockProbe", Unseeing)
