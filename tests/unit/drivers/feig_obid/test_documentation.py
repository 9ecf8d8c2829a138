"""The golden frames of the documentation are those of the tests."""

import re
from pathlib import Path

from tests.unit.drivers.feig_obid.golden import ADVANCED, ANSWERS, REQUESTS

READERS = Path(__file__).parents[4] / "docs" / "protocols" / "readers.md"


def test_every_golden_frame_is_documented_and_every_documented_one_is_tested() -> None:
    _, _, section = READERS.read_text().partition("## Golden frames")
    block = section.split("```")[1]
    documented = set(re.findall(r"  ((?:[0-9A-F]{2} )+[0-9A-F]{2})$", block, re.MULTILINE))
    assert documented == {row.frame for row in REQUESTS} | {*ANSWERS, *ADVANCED}
