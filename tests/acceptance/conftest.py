"""Helpers assert too: their failures shall be explained like those of tests."""

import pytest

pytest.register_assert_rewrite("tests.acceptance.twin", "tests.acceptance.notebook")
