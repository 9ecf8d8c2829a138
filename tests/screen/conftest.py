"""An X server for the whole run, and the real window in this process for what needs its fonts."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screen.display import x_server
from tests.screen.painted import Canvas
from ui.kivy_setup import prepare_kivy
from ui.page import page_for

PICTURES = Path(__file__).parents[2] / "build" / "screens"


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The DISPLAY of a screen large enough for every panel."""
    with x_server(1280, 1920) as name:
        yield name


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


@pytest.fixture(scope="session")
def canvas(display: str, tmp_path_factory: pytest.TempPathFactory) -> Canvas:
    """The real window of this process; one a process is all that Kivy has."""
    os.environ["DISPLAY"] = display
    prepare_kivy(tmp_path_factory.mktemp("kivy"), page_for(1280, 800), fullscreen=False)
    return Canvas()
