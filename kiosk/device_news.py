"""What every device worker tells beside its facts: whether its device answers."""

from dataclasses import dataclass

from kiosk.config import DeviceKind


@dataclass(frozen=True, slots=True)
class DeviceUp:
    """The device answers; `model` as it names itself, empty when it does not."""

    device: str
    kind: DeviceKind
    model: str = ""


@dataclass(frozen=True, slots=True)
class DeviceDown:
    """It does not answer; `error` is the name of the error's class, `reason` its sentence."""

    device: str
    kind: DeviceKind
    error: str
    reason: str
