"""`muontra` as a process: terminals that cannot show everything, and output that goes nowhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECK = [sys.executable, "-m", "kiosk.cli", "tag", "decode", "--hex"]
BOOK = "11010156562E303030303100000000000000006453564E4C430000000000"


def test_a_terminal_that_knows_no_arrows_and_boxes_gets_what_it_knows() -> None:
    known = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run([*CHECK, BOOK], capture_output=True, env=known, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"VV.00001" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_output_onto_a_full_disk_is_a_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*CHECK, BOOK], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"cannot be written: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_ctrl_c_while_the_program_is_still_loaded_is_no_traceback() -> None:
    interrupted = (
        "import sys\n"
        "class Import:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'kiosk.cli.main':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Import())\n"
        "from kiosk.cli.__main__ import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", interrupted]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
