"""Room on the disk, and whether what the disk calls written survives a power cut."""

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter

from kiosk.ballast import Ballast
from kiosk.doctor.patient import Machine, Patient
from kiosk.doctor.results import Result, broken, good, look_after, not_looked_at

MIB = 1 << 20
SYNCS = 9
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
FASTEST = (
    # What the name of the disk begins with, and the shortest time in which it can keep 4 KiB.
    ("mmcblk", 0.000_3),
    ("", 0.000_01),
)
SLOW_SECONDS = 0.1


def room(patient: Patient) -> Iterator[Result]:
    """No new loans begin below the low water mark; the ballast is for what must go on."""
    if patient.config is None:
        return
    storage, state = patient.config.storage, Path(patient.config.station.state_folder)
    if not state.exists():
        yield not_looked_at(f"{state} does not exist yet")
        return
    free = _free_mib(state)
    told = f"{free} MiB are free, {storage.low_water_mib} MiB is the low water mark"
    if free < storage.low_water_mib:
        yield broken(
            f"{told}: the station lends nothing", f"Make room on the disk of {state}: `df`, `du`."
        )
    elif patient.store.outbox is not None and not _ballast_lies(patient, state):
        yield look_after(
            f"{told}; the ballast of {storage.ballast_mib} MiB was given up",
            "Make room; the station lays it again when it starts.",
        )
    else:
        yield good(told)


def honesty(patient: Patient) -> Iterator[Result]:
    """How long it takes to keep 4 KiB. Faster than the disk can be: it only says so."""
    if patient.config is None:
        return
    state = Path(patient.config.station.state_folder)
    try:
        kind, disk = medium_of(state, patient.machine)
        seconds = seconds_to_keep(state)
    except OSError as problem:
        yield not_looked_at(f"nothing can be written to {state}: {problem.strerror}")
        return
    yield judge_medium(str(state), kind, disk, seconds)


def judge_medium(state: str, kind: str, disk: str, seconds: float) -> Result:
    """`kind` of file system on `disk`; `seconds` for one write that was synced."""
    told = f"{seconds * 1000:.2f} ms for a write to {disk or kind} that is to last"
    fastest = next(least for name, least in FASTEST if disk.startswith(name))
    if kind in IN_MEMORY:
        return broken(
            f"{state} lies in memory ({kind}): a power cut forgets every act",
            "Put the state folder on a disk: `state_folder` in the configuration.",
        )
    if seconds < fastest:
        return broken(
            f"{told}: faster than such a disk can be, so it calls written what is not yet",
            "Take another card (made for recorders or industry), or no `eatmydata` and no"
            " `nobarrier`; acts are lost at a power cut.",
        )
    if seconds > SLOW_SECONDS:
        return look_after(
            f"{told}: patrons wait for each step",
            "The card is worn or full: copy it to a new one of class A1 or A2.",
        )
    return good(told)


def seconds_to_keep(folder: Path) -> float:
    """The median of a few writes of 4 KiB with fdatasync, in this folder."""
    taken = []
    with TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(SYNCS):
            began = perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            taken.append(perf_counter() - began)
    return median(taken)


def medium_of(folder: Path, machine: Machine) -> tuple[str, str]:
    """The kind of file system that a folder is on, and the name of its disk if it has one."""
    real, found, longest = folder.resolve(), ("unknown", ""), -1
    mounts = (machine.proc / "self" / "mountinfo").read_text(encoding="utf-8")
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        _, _, number, _, point = before.split()[:5]
        if real.is_relative_to(_unescaped(point)) and len(point) >= longest:
            kind, source = after.split()[:2]
            found, longest = (kind, _disk(number, source, machine)), len(point)
    return found


def _unescaped(point: str) -> str:
    """Spaces stand as octal numbers there; everything else is UTF-8."""
    return point.encode().decode("unicode_escape").encode("latin-1").decode()


def _disk(number: str, source: str, machine: Machine) -> str:
    """By its number: a source may be called /dev/root."""
    entry = machine.sys / "dev/block" / number
    if entry.exists():
        return entry.resolve().name
    return source.removeprefix("/dev/") if source.startswith("/dev/") else ""


def _free_mib(state: Path) -> int:
    disk = os.statvfs(state)
    return disk.f_bavail * disk.f_frsize // MIB


def _ballast_lies(patient: Patient, state: Path) -> bool:
    size = patient.config.storage.ballast_mib * MIB if patient.config else 0
    return Ballast(state, size).lies
