"""Each device: may the station open it, is it the right one, and does it do what it is for?

A device that the running station holds is judged by what the station says of it.
"""

import os
import pwd
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.deadline import Deadline
from drivers.errors import DriverError, TagError
from drivers.facts import AlarmsLost, ContactFault, TagSeen
from drivers.frame_trace import FrameTrace
from drivers.interfaces import (
    BookDropChute,
    DeviceIdentity,
    Paper,
    ReceiptPrinter,
    SecurityGate,
    TagReader,
)
from kiosk.cli.at_hand import driver_of, settings_for
from kiosk.config import DeviceKind, DeviceSection
from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Mark, Result, broken, good, look_after
from kiosk.local.protocol import DeviceStatus

DISCOVER = "`muontra devices discover` lists what is plugged in"
PROBE = "`muontra devices discover --probe` says what answers where"
USUAL_BLOCKS = 8
GATE_SECONDS = 0.3

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
            yield _told(told[section.called])
        else:
            yield look_after(
                "the running station does not know it: the configuration is newer",
                "Restart the station when nobody uses it.",
                section.called,
            )


def _told(device: DeviceStatus) -> Result:
    if device.up:
        return good(f"works: {device.model or device.driver}", device.name)
    say = look_after if device.error in PASSES_BY else broken
    remedy = REMEDIES.get(device.error, OTHERWISE)
    return say(device.reason or device.error, remedy, device.name)


def _tried(section: DeviceSection, patient: Patient) -> Iterator[Result]:
    name = section.called
    try:
        driver = driver_of(section)
        if driver.kind != section.kind:
            raise ValueError(f"{driver.name} drives a {driver.kind}, no {section.kind}")
        device = driver.make(settings_for(driver, section.settings), FrameTrace())
    except ValueError as problem:
        yield broken(str(problem), NOT_FITTING, name)
        return
    hindrance = _forbidden(section, patient)
    if hindrance is not None:
        yield hindrance
        return
    try:
        yield from _exercised(section, device, patient)
    except DriverError as problem:
        yield broken(str(problem), REMEDIES.get(type(problem).__name__, OTHERWISE), name)
    except Exception as problem:  # noqa: BLE001 - foreign code may raise anything
        yield broken(f"{driver.name} fails: {problem!r}", OTHERWISE, name)
    finally:
        device.close()


def _exercised(
    section: DeviceSection,
    device: Any,  # noqa: ANN401 - of any kind
    patient: Patient,
) -> Iterator[Result]:
    identity = device.open(Deadline.after(patient.patience.opening))
    exercise = EXERCISES.get(section.kind)
    who = _words(identity) or section.driver
    results = list(exercise(device, patient.patience.call)) if exercise else []
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


def _pad(pad: TagReader, seconds: float) -> Iterator[Result]:
    tags = pad.inventory(Deadline.after(seconds))
    unreadable = [trouble for tag in tags if (trouble := _tag_trouble(pad, tag, seconds))]
    for trouble in unreadable:
        yield look_after(
            trouble, "Lay this one down again, alone and flat; if it stays so, put a new tag in."
        )
    if not unreadable:
        yield good(f"{len(tags)} tags lie there, each can be read")


def _tag_trouble(pad: TagReader, tag: TagSeen, seconds: float) -> str:
    try:
        told = pad.system_information(tag.uid, Deadline.after(seconds))
        pad.read_blocks(tag.uid, 0, told.block_count or USUAL_BLOCKS, Deadline.after(seconds))
    except TagError as problem:
        return str(problem)
    return ""


def _printer(printer: ReceiptPrinter, seconds: float) -> Iterator[Result]:
    status = printer.status(Deadline.after(seconds))
    if status.hindrance:
        yield broken(f"prints nothing: {status.hindrance}", "Then: `muontra printer test`.")
    elif status.paper is Paper.NEAR_END:
        yield look_after("the paper is near its end", "Lay a new roll beside the printer.")
    else:
        yield good(f"paper {status.paper}")


def _gate(gate: SecurityGate, seconds: float) -> Iterator[Result]:
    """What it tells stays in it: only a station that keeps events lets a gate forget them."""
    for event in gate.events(Deadline.after(min(seconds, GATE_SECONDS))):
        if isinstance(event, ContactFault) and event.stuck:
            yield look_after(
                f"the contact {event.contact} stays closed", "Look at cable, beam and mirror."
            )
        elif isinstance(event, AlarmsLost):
            yield look_after(
                "its memory ran over", "Keep the gate's station running: `muontra gate count`."
            )


def _drop(drop: BookDropChute, seconds: float) -> Iterator[Result]:
    state = drop.state(Deadline.after(seconds))
    if state.jammed:
        yield broken("something is jammed in the chute", "Open it and take it out.")
    elif state.bin_full:
        yield look_after("its bin is full", "Empty the bin.")


EXERCISES: Mapping[DeviceKind, Callable[[Any, float], Iterator[Result]]] = {
    "pad": _pad,
    "printer": _printer,
    "gate": _gate,
    "drop": _drop,
}


@dataclass(frozen=True, slots=True)
class User:
    """Who is to open a device."""

    name: str
    uid: int
    groups: frozenset[int]


def _forbidden(section: DeviceSection, patient: Patient) -> Result | None:
    """The station's user is the one to whom its state folder belongs."""
    path = str(section.settings.get("path", ""))
    state = Path(patient.config.station.state_folder) if patient.config else Path()
    if not path.startswith("/") or not Path(path).exists() or not state.exists():
        return None
    user = _user_of(state.stat().st_uid)
    node = Path(path).stat()
    if may_use(user, node):
        return None
    group = Path(path).group()
    return broken(
        f"{user.name} may not use {path}: it belongs to group {group}",
        f"`sudo usermod -aG {group} {user.name}`, then restart the station.",
        section.called,
    )


def may_use(user: User, node: os.stat_result) -> bool:
    """Whether this user may read and write it, by owner, group and others."""
    wanted = stat.S_IROTH | stat.S_IWOTH
    shift = 6 if user.uid == node.st_uid else 3 if node.st_gid in user.groups else 0
    return user.uid == 0 or (node.st_mode >> shift) & wanted == wanted


def _user_of(uid: int) -> User:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(str(uid), uid, frozenset())
    return User(entry.pw_name, uid, frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid)))
