"""What makes a folder a station: its own key pair, made here and never moved, and the service's.

Files in the state folder: `station.key` (the secret key, Z85, mode 0600) and `service.json`
(endpoint and public key of the service: that is all the trust there is, no authority, no expiry).
A key that systemd hands over as a credential is used in place of the one in the state folder.
"""

import os
from pathlib import Path

import msgspec
import zmq

from service.protocol.keys import checked_key

KEY_FILE = "station.key"
SERVICE_FILE = "service.json"


class EnrolmentProblem(Exception):
    """The text says what is wrong with which file, and what to do."""


class PinnedService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one service that this station talks to."""

    endpoint: str
    key: str


class StationKey(msgspec.Struct, frozen=True):
    """CURVE key pair as Z85 text."""

    public: str
    secret: str


def enrol(state: Path, service: PinnedService) -> StationKey:
    """Make the key unless there is one, pin the service; returns the station's key.

    Raises EnrolmentProblem when another service is pinned already.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (state / SERVICE_FILE).exists() and pinned_service(state).key != service.key:
        raise EnrolmentProblem(
            f"{state / SERVICE_FILE} names another service. If the library's service truly has a"
            " new key, remove that file and enrol again."
        )
    if not (state / KEY_FILE).exists():
        _write_private(state / KEY_FILE, zmq.curve_keypair()[1])
    key = station_key(state)
    _write_private(state / SERVICE_FILE, msgspec.json.encode(service))
    return key


def station_key(state: Path) -> StationKey:
    """Raises EnrolmentProblem when there is no key, or one that others may read."""
    handed_over = _credential()
    path = handed_over or state / KEY_FILE
    secret = handed_over.read_bytes() if handed_over else _read_private(path)
    try:
        text = checked_key(secret.decode("ascii"))
    except ValueError as problem:
        raise EnrolmentProblem(f"{path} holds no key: {problem}. Enrol the station anew.") from None
    return StationKey(public=zmq.curve_public(text.encode("ascii")).decode("ascii"), secret=text)


def _credential() -> Path | None:
    """The manager keeps its folder from others, by other means than the mode."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / KEY_FILE if folder else None
    return path if path is not None and path.exists() else None


def pinned_service(state: Path) -> PinnedService:
    """Raises EnrolmentProblem when the station was not enrolled."""
    path = state / SERVICE_FILE
    try:
        return msgspec.json.decode(_read_private(path), type=PinnedService)
    except msgspec.DecodeError as problem:
        raise EnrolmentProblem(f"{path}: {problem}. Enrol the station anew.") from None


def _read_private(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except FileNotFoundError:
        raise EnrolmentProblem(f"{path} is missing: run `muontra enrol` first.") from None
    except OSError as problem:
        raise EnrolmentProblem(f"{path} cannot be read: {problem.strerror}; use sudo.") from problem
    if mode & 0o077:
        raise EnrolmentProblem(f"Others may read {path}: run `chmod 600 {path}`.")
    return content


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, also after a power cut."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
