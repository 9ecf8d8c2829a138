"""What all tests share: marks by folder, and hypothesis without a stop-watch."""

from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
# Tests of one group run one after the other, in one process: those of a file share a service, a
# rig or devices, those of all screens share a window.
GROUPED_BY_FILE = ("bench", "system")
ONE_GROUP = ("screen",)

# On a busy machine one slow example says nothing about the code.
settings.register_profile("muontra", deadline=None)
settings.load_profile("muontra")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        file = item.path.relative_to(TESTS)
        folder = file.parts[0]
        if folder in (*GROUPED_BY_FILE, *ONE_GROUP):
            group = folder if folder in ONE_GROUP else file.with_suffix("").as_posix()
            item.add_marker(folder)
            item.add_marker(pytest.mark.xdist_group(group))
