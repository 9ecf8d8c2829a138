"""A support bundle: what helps somebody far away, without secrets and without people.

Nothing is taken from the state folder. Runs of six digits or more are struck out of logs, and of
frames only direction, length and meaning are taken: a patron's card may lie on a pad.
"""

import io
import platform
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path
from time import time

import msgspec

from kiosk.config import StationConfig
from kiosk.doctor.machine import said_by, text_of
from kiosk.doctor.own_files import SOFTWARE
from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Result
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import AskFrames, Frame, Frames
from kiosk.struck_out import without_secrets

LOG_LINES = "500"
DIGITS = re.compile(r"[0-9]{6,}")
NUMBERS = re.compile(r"[0-9A-Fa-f]{6,}")
NOT_IN_NAMES = re.compile(r"[^\w-]")
JOURNAL = ("--unit=muontra*", f"--lines={LOG_LINES}", "--output=cat", "--no-pager", "--quiet")


class BundleProblem(Exception):
    """It was not written; the text says why."""


def pack(path: Path, patient: Patient, results: Sequence[Result]) -> None:
    """Write it, readable by its owner alone; raises BundleProblem."""
    try:
        path.touch(mode=0o600)
        with path.open("wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name, content in _members(patient, results):
                _add(archive, name, content)
    except OSError as problem:
        raise BundleProblem(f"{path} cannot be written: {problem.strerror}") from problem


def _members(patient: Patient, results: Sequence[Result]) -> Iterator[tuple[str, bytes]]:
    yield "findings.json", _json([_struck_out(result) for result in results])
    yield "versions.json", _json(_versions(patient))
    if patient.config is not None:
        yield "configuration.json", _json(_without_secrets(patient.config))
    log = said_by(patient.machine, "journalctl", *JOURNAL)
    yield "log.jsonl", DIGITS.sub("…", log or "no journal here\n").encode()
    if patient.status is not None:
        yield "status.json", _json(patient.status)
    if patient.client is not None and patient.config is not None:
        for section in patient.config.device:
            name = NOT_IN_NAMES.sub("_", section.called)
            yield f"frames/{name}.jsonl", _frames(patient.client, section.called)


def _struck_out(result: Result) -> Result:
    """Sentences of drivers may name what lay on the pad."""
    sentence, remedy = NUMBERS.sub("…", result.sentence), result.remedy
    return msgspec.structs.replace(result, sentence=sentence, remedy=remedy)


def _frames(client: StationClient, device: str) -> bytes:
    with suppress(StationGone, StationRefused):
        told = client.ask(AskFrames(device=device))
        if isinstance(told, Frames):
            return b"".join(_json(_meaning(frame)) + b"\n" for frame in told.frames)
    return b""


def _meaning(frame: Frame) -> dict[str, object]:
    return {
        "at": frame.at,
        "direction": frame.direction,
        "bytes": len(frame.hex.split()) or None,
        "sentence": NUMBERS.sub("…", frame.sentence),
    }


def _versions(patient: Patient) -> dict[str, object]:
    return {
        "muontra": SOFTWARE,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "system": _system(),
        "model": text_of(patient.machine.proc / "device-tree/model"),
        "packages": {each.name: each.version for each in distributions()},
    }


def _system() -> dict[str, str]:
    with suppress(OSError):
        return platform.freedesktop_os_release()
    return {}


def _without_secrets(config: StationConfig) -> object:
    tree = msgspec.to_builtins(config)
    for device in tree["device"]:
        device["settings"] = without_secrets(device["settings"])
    return tree


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), int(time()), 0o600
    archive.addfile(entry, io.BytesIO(content))
