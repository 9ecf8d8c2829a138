"""The service's own key: `service.key` in the state folder, the secret as Z85, mode 0600."""

import os
from dataclasses import dataclass
from pathlib import Path

import zmq

from service.protocol.keys import checked_key

FILE = "service.key"


class KeyProblem(Exception):
    """The text says what is wrong with the key file and what to do."""


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """CURVE key pair as Z85 text."""

    public: str
    secret: str

    def __repr__(self) -> str:
        return f"ServiceKey(public={self.public!r})"


def service_key(state: Path) -> ServiceKey:
    """The key of this service, made at the first call. Raises KeyProblem."""
    path = state / FILE
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return _read(path)
    except OSError as problem:
        raise KeyProblem(f"{path}: {problem.strerror}") from problem


def _read(path: Path) -> ServiceKey:
    if path.stat().st_mode & 0o077:
        raise KeyProblem(f"others may read {path}: run `chmod 600 {path}`")
    try:
        secret = checked_key(path.read_text("ascii"))
    except ValueError as problem:
        raise KeyProblem(f"{path} holds no key: {problem}; restore it from your backup") from None
    return ServiceKey(zmq.curve_public(secret.encode("ascii")).decode("ascii"), secret)


def _make(path: Path) -> None:
    """Whole or not at all, also after a power cut: all stations will trust this key."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(zmq.curve_keypair()[1])
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.fsync(folder)
    os.close(folder)
