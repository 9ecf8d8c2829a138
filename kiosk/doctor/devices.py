"""Each device: may the station open it, is it the right one, and does it do what it is for?

A device that the running station holds is judged by what the station says of it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from drivers.deadline import Deadline
from drivers.errors import DriverError
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity
from kiosk.book_drop import Phase
from kiosk.cli.at_hand import driver_of, settings_for
from kiosk.cli.device_settings import settings_problems
from kiosk.config import DeviceSection
from kiosk.doctor.device_access import may_use, nodes_of, user_of
from kiosk.doctor.exercises import EXERCISES, LAY_AGAIN, chute_findings
from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Mark, Result, broken, good, look_after
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import AskTags, DeviceStatus, PadTags

DISCOVER = "`muontra devices discover` lists what is plugged in"
PROBE = "`muontra devices discover --probe` says what answers where"

REMEDIES: Mapping[str, str] = {
    "PortMissing": f"Plug it in and switch it on, or correct its path: {DISCOVER}.",
    "PortBusy": "Stop the other program: `fuser -v` with the device's path names it.",
    "WrongDevice": f"Correct driver, path or settings: {PROBE}.",
    "DeviceSilent": f"Look at its power and its cable, then at rate and parity: {PROBE}.",
    "DeviceLost": "Look at plug, cable and hub: it left while it was in use.",
    "FrameDamaged": f"Look at the cable, then at rate and parity: {PROBE}.",
    "DeviceRefused": "Do what the device says; `muontra trace show` tells the whole talk.",
    "DeviceStuck": "Pull its plug and put it in again; then restart the station.",
    "Paused": "Whoever paused it is at work; it comes back by itself.",
    "Starting": "Run the doctor again in a moment.",
}
PASSES_BY = frozenset({"Paused", "Starting"})
OTHERWISE = "Look into the station's log; `muontra trace show` tells what went over its line."
NOT_FITTING = "Correct driver and settings; `muontra driver list` names the drivers."


def devices(patient: Patient) -> Iterator[Result]:
    """One line each, more where there is more to say."""
    told = {each.name: each for each in patient.status.devices} if patient.status else None
    for section in patient.config.device if patient.config else ():
        if told is None:
            yield from _tried(section, patient)
        elif section.called in told:
            yield from _told(told[section.called], patient)
        else:
            yield look_after(
                "the running station does not know it: the configuration is newer",
                "Restart the station when nobody uses it.",
                section.called,
            )


def _told(device: DeviceStatus, patient: Patient) -> Iterator[Result]:
    if not device.up:
        say = look_after if device.error in PASSES_BY else broken
        remedy = REMEDIES.get(device.error, OTHERWISE)
        yield say(device.reason or device.error, remedy, device.name)
        return
    findings = list(_to_see_to(device, patient))
    yield from (replace(each, about=device.name) for each in findings)
    if not findings:
        yield good(f"works: {device.model or device.driver}", device.name)


def _to_see_to(device: DeviceStatus, patient: Patient) -> Iterator[Result]:
    """What the running station knows of a device that works."""
    client, status = patient.client, patient.status
    if device.kind == "pad" and client:
        for uid in _unread_tags(client):
            yield look_after(f"tag {uid} cannot be read", LAY_AGAIN)
    if device.kind == "drop" and status:
        yield from chute_findings(jammed=status.drop == Phase.JAMMED, bin_full=status.bin_full)


def _unread_tags(client: StationClient) -> list[str]:
    """The station reads them on its own pad, unless it is busy."""
    try:
        told = client.ask(AskTags())
    except (StationGone, StationRefused):
        return []
    return [tag.uid for tag in told.tags if tag.afi is None] if isinstance(told, PadTags) else []


def _tried(section: DeviceSection, patient: Patient) -> Iterator[Result]:
    hindrance = _not_fitting(section) or _forbidden(section, patient)
    if hindrance is not None:
        yield hindrance
        return
    driver = driver_of(section)
    device = driver.make(settings_for(driver, section.settings), FrameTrace())
    try:
        yield from _exercised(section, device, patient)
    except DriverError as problem:
        remedy = REMEDIES.get(type(problem).__name__, OTHERWISE)
        yield broken(str(problem), remedy, section.called)
    except Exception as problem:  # noqa: BLE001 - foreign code may raise anything
        yield broken(f"{driver.name} fails: {problem!r}", OTHERWISE, section.called)
    finally:
        device.close()


def _not_fitting(section: DeviceSection) -> Result | None:
    """A driver that is not there, or does not take these settings."""
    alone = {"driver": section.driver, "kind": section.kind, "settings": section.settings}
    problems = settings_problems({"device": [alone]})
    words = [f"{name.removeprefix('device.1.')}: {what}" for name, what in problems]
    return broken("; ".join(words), NOT_FITTING, section.called) if words else None


def _exercised(
    section: DeviceSection,
    device: Any,  # noqa: ANN401 - of any kind
    patient: Patient,
) -> Iterator[Result]:
    identity = device.open(Deadline.after(patient.patience.opening))
    exercise = EXERCISES.get(section.kind)
    who = _words(identity) or section.driver
    results = list(exercise(device, patient.patience)) if exercise else []
    for result in results:
        yield _about(result, section.called, who)
    if not results:
        yield good(f"answers: {who}", section.called)


def _about(result: Result, name: str, who: str) -> Result:
    sentence = f"{who}: {result.sentence}" if result.mark is Mark.GOOD else result.sentence
    return Result(mark=result.mark, sentence=sentence, remedy=result.remedy, about=name)


def _words(identity: DeviceIdentity | None) -> str:
    """Kinds that tell no identity have none; a serial number stays in the device."""
    if identity is None:
        return ""
    firmware = f"firmware {identity.firmware}" if identity.firmware else ""
    return " ".join(filter(None, (identity.maker, identity.model, firmware)))


def _forbidden(section: DeviceSection, patient: Patient) -> Result | None:
    """The station's user is the one to whom its state folder belongs."""
    state = Path(patient.config.station.state_folder) if patient.config else Path()
    if not state.exists():
        return None
    user = user_of(state.stat().st_uid)
    for node in nodes_of(section.settings):
        if node.exists() and not may_use(user, node.stat()):
            return broken(
                f"{user.name} may not use {node}: it belongs to group {node.group()}",
                f"`sudo usermod -aG {node.group()} {user.name}`, then restart the station.",
                section.called,
            )
    return None
