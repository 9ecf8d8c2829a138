"""`muontra-station`: a station without a screen, such as a gate or a book-drop.

Ends by SIGTERM or SIGINT, or by itself when the station cannot go on; then the exit code is 1.
"""

import argparse
import faulthandler
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from kiosk.config import WITH_SCREEN, ConfigurationError, load_config
from kiosk.enrolment import EnrolmentProblem
from kiosk.logs import configure_logs
from kiosk.station import Station, StationFailed
from kiosk.systemd_notify import UNATTENDED, Pulse

EXAMPLE = "example: muontra-station --config /etc/muontra/gate-1.toml"
LOOK_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the configuration, run until a signal."""
    given = _parser().parse_args(arguments)
    try:
        config = load_config(given.config)
    except ConfigurationError as problem:
        sys.exit(f"The configuration has mistakes; mend them and start again.\n{problem}")
    if config.station.role in WITH_SCREEN:
        sys.exit(f"A {config.station.role} has a screen: start it with muontra-kiosk.")
    configure_logs()
    faulthandler.enable()  # when the watchdog ends it, the log shows where each thread stood
    pulse = Pulse(UNATTENDED)
    station = Station(config, report=pulse.report)
    try:
        # Nobody looks at a screen here: no frame is ever drawn, so none is reported as drawn.
        station.start(lambda _frame: None)
    except (StationFailed, EnrolmentProblem) as problem:
        sys.exit(str(problem))
    _run_until_stopped(station, pulse)


def _run_until_stopped(station: Station, pulse: Pulse) -> None:
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(LOOK_SECONDS) and station.problem is None:
        pass
    pulse.stopping()
    station.stop()
    if station.problem is not None:
        sys.exit(f"The station ended: {station.problem}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="muontra-station", description=__doc__, epilog=EXAMPLE)
    parser.add_argument("--config", type=Path, required=True, help="the station's TOML file")
    return parser


if __name__ == "__main__":
    main()
