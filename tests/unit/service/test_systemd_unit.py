"""The unit keeps the service in its cage: scored by systemd itself, 20 being 2.0."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[3] / "systemd/muontra-service.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_hardened() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout


def test_the_unit_lets_every_station_connect() -> None:
    """Each station is a file descriptor; setrlimit must not be among the forbidden calls."""
    text = UNIT.read_text()
    assert "LimitNOFILE=16384" in text
    assert "@resources" not in text
