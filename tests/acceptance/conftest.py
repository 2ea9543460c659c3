"""Every test starts from the context of decimal that Python starts with: cells set it, and it is the thread's."""

import decimal
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite(
    "tests.acceptance.notebook", "tests.acceptance.picture", "tests.acceptance.twin"
)


@pytest.fixture(autouse=True)
def _usual_decimal_context() -> Iterator[None]:
    with decimal.localcontext(decimal.DefaultContext):
        yield
