"""The station that is looked at: its file, its state folder, its process, its machine."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.config import ConfigurationError, StationConfig, load_config
from kiosk.doctor.store_copy import NOT_SEEN, StoreSeen, look_at_store
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import Status


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the machine tells of itself; `environment` also says where programs are."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    run: Path = Path("/run")
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for opening a device, for each further call of it, until its sensors have settled,
    and for the service.
    """

    opening: float = 5.0
    call: float = 2.0
    sensors: float = 3.0
    service: float = 8.0


@dataclass(frozen=True, slots=True)
class Patient:
    """`mistakes`: of the configuration; `config` is None when there are any. `client` and `status`
    are None while no station runs, or while it says nothing: then `silence` says why.
    """

    path: Path
    machine: Machine
    patience: Patience
    config: StationConfig | None = None
    mistakes: tuple[str, ...] = ()
    client: StationClient | None = None
    status: Status | None = None
    silence: str = ""
    store: StoreSeen = NOT_SEEN


@contextmanager
def admitted(
    path: Path, machine: Machine | None = None, patience: Patience | None = None
) -> Iterator[Patient]:
    """All that the checks look at; nothing is changed by looking."""
    machine, patience = machine or Machine(), patience or Patience()
    try:
        config = load_config(path)
    except ConfigurationError as problem:
        yield Patient(path, machine, patience, mistakes=tuple(problem.problems))
        return
    with ExitStack() as stack:
        client, status, silence = None, None, ""
        with suppress(StationGone):
            client = stack.enter_context(StationClient(config.station.socket_path))
        if client is not None:
            status, silence = _status_of(client)
        store = NOT_SEEN if status else look_at_store(Path(config.station.state_folder))
        yield Patient(
            path, machine, patience, config, (), client if status else None, status, silence, store
        )


def _status_of(client: StationClient) -> tuple[Status | None, str]:
    try:
        return client.status(), ""
    except (StationGone, StationRefused) as problem:
        return None, str(problem)
