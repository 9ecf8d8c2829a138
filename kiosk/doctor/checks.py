"""All that the doctor looks at, in the order in which a technician would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from kiosk.doctor import devices, disk, machine, own_files, service, store
from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Result, not_looked_at


@dataclass(frozen=True, slots=True)
class Check:
    """`looks_at` completes the sentence "Looking at …". `needs_config`: it looks at what the
    configuration names.
    """

    name: str
    looks_at: str
    run: Callable[[Patient], Iterator[Result]]
    needs_config: bool = True


CHECKS = (
    Check("configuration", "the station's file", own_files.configuration, needs_config=False),
    Check("station", "the running station", own_files.station),
    Check("keys", "the station's key and the service's", own_files.keys),
    Check("devices", "each device", devices.devices),
    Check("service", "the way to the service", service.service),
    Check("store", "the database, what waits and open tags", store.store),
    Check("disk", "room on the disk", disk.room),
    Check("writing", "whether written means written", disk.honesty),
    Check("clock battery", "the machine's own clock", machine.clock_battery, needs_config=False),
    Check("time", "who sets the clock", machine.time_service, needs_config=False),
    Check("temperature", "the temperature", machine.temperature, needs_config=False),
    Check("power", "the supply voltage", machine.power, needs_config=False),
    Check("speech", "the voice", machine.speech),
    Check("screen", "the screen", machine.screen),
)


def examined(patient: Patient, check: Check) -> Iterator[Result]:
    """The results of one check, under its name."""
    if check.needs_config and patient.config is None:
        yield replace(not_looked_at("the configuration has mistakes"), check=check.name)
        return
    try:
        for result in check.run(patient):
            yield replace(result, check=check.name)
    except PermissionError as problem:
        hidden = not_looked_at(f"you may not look at {problem.filename}; use sudo")
        yield replace(hidden, check=check.name)
