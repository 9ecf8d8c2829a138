"""The station's configuration, its process and its secret files."""

import os
from collections.abc import Iterator
from pathlib import Path

from kiosk import __version__
from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Result, broken, good, look_after, not_looked_at
from kiosk.enrolment import EnrolmentProblem, pinned_service, station_key
from service.protocol.keys import fingerprint

SOFTWARE = f"muontra {__version__}"
MISTAKE = "Correct it; `muontra config check` looks at the file alone."


def configuration(patient: Patient) -> Iterator[Result]:
    """Every mistake with its line."""
    for mistake in patient.mistakes:
        yield broken(mistake, MISTAKE)
    if patient.config is not None:
        count = len(patient.config.device)
        yield good(f"{patient.path} has no mistakes; {count} devices")


def station(patient: Patient) -> Iterator[Result]:
    """Whether it runs, answers, and is the version that is installed."""
    config, status = patient.config, patient.status
    if config is None:
        return
    socket = config.station.socket_path
    if status is not None and status.software != SOFTWARE:
        yield look_after(
            f"{status.software} runs, {SOFTWARE} is installed",
            "Restart the station when nobody uses it.",
        )
    elif status is not None:
        yield good(f"runs as process {status.pid} since {status.started}, {status.software}")
    elif patient.silence:
        yield broken(
            f"it does not answer: {patient.silence}", "Look into its log, then restart it."
        )
    elif socket.exists() and not os.access(socket, os.R_OK | os.W_OK):
        yield broken(
            f"you may not use {socket}",
            f"Use sudo, or join its group: `sudo usermod -aG {socket.group()} $USER`.",
        )
    elif patient.store.held:
        yield broken(
            f"a process holds {config.station.state_folder}, but nothing answers at {socket}",
            "Restart the station; what its log says at the start names the reason.",
        )
    else:
        yield good("does not run: its devices are tried from here")


def keys(patient: Patient) -> Iterator[Result]:
    """There, whole, and readable by the station's user alone."""
    if patient.config is None:
        return
    state = Path(patient.config.station.state_folder)
    if state.exists() and not os.access(state, os.R_OK | os.X_OK):
        yield not_looked_at(f"you may not look into {state}; use sudo")
        return
    try:
        key, pinned = station_key(state), pinned_service(state)
    except EnrolmentProblem as problem:
        yield broken(f"{problem}", "Do so; the station does not start before.")
        return
    yield good(f"station {fingerprint(key.public)}, service {fingerprint(pinned.key)}")
