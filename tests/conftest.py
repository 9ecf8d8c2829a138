"""What all tests share: marks by folder, and hypothesis without a stop-watch."""

from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
# The tests of such a folder run one after the other: they measure time or own a screen.
ONE_AT_A_TIME = ("bench", "screen", "system")

# On a busy machine one slow example says nothing about the code.
settings.register_profile("muontra", deadline=None)
settings.load_profile("muontra")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in ONE_AT_A_TIME:
            item.add_marker(folder)
            item.add_marker(pytest.mark.xdist_group(folder))
