"""What all tests share: marks and order by folder, and hypothesis without a stop-watch."""

from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
# Workers take whole files, these first: the longest are among them, and nobody waits at the end.
MARKED = ("system", "bench", "screen")

# On a busy machine one slow example says nothing about the code.
settings.register_profile("muontra", deadline=None)
settings.load_profile("muontra")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(_folder(item)))
    for item in items:
        if _folder(item) in MARKED:
            item.add_marker(_folder(item))


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


def _place(folder: str) -> int:
    return MARKED.index(folder) if folder in MARKED else len(MARKED)
