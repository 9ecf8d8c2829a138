"""The driver that docs/new-driver.md shows keeps the contract that the page promises."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import drivers
from drivers.conformance.suite import checks_for
from drivers.registry import Driver
from tests.bench.conformance_trials import troubles

PAGE = Path(__file__).parents[2] / "docs" / "new-driver.md"
FILE = re.compile(r"`drivers/my_scanner/(\w+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The page's files as the package drivers.my_scanner, for as long as the tests last."""
    place = tmp_path_factory.mktemp("example")
    folder = place / "my_scanner"
    folder.mkdir()
    for name, text in FILE.findall(PAGE.read_text()):
        (folder / name).write_text(text)
    drivers.__path__.append(str(place))
    yield importlib.import_module("drivers.my_scanner.driver").DRIVER
    drivers.__path__.remove(str(place))
    for name in [name for name in sys.modules if name.startswith("drivers.my_scanner")]:
        del sys.modules[name]


def test_the_example_keeps_its_contract(example: Driver) -> None:
    trials = {check.name: (example, check) for check in checks_for(example.kind)}
    assert troubles(trials, sample=2) == dict.fromkeys(trials, "")
