"""How many programs each test generates: few and always the same, or many and new ones."""

import os

from hypothesis import HealthCheck, Phase, settings

DEEP = os.environ.get("PERFMAGIC_TEST_DEEP") == "1"


def examples(fast: int, deep: int) -> settings:
    """Return the settings for a test: ``deep`` new programs under ``make test-deep``, else ``fast`` fixed ones."""
    return settings(
        max_examples=deep if DEEP else fast,
        derandomize=not DEEP,
        deadline=None,
        database=None,
        print_blob=DEEP,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
