"""The devices of a configuration held against the drivers of this installation."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

import msgspec

from drivers.registry import Driver, DriverStatus, installed_drivers
from kiosk.config import TagsSection
from kiosk.toml_check import problems_of


def settings_problems(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Dotted names, each with what is wrong there. What is no device at all is left out."""
    known = installed_drivers() if "device" in tree else {}
    for at, device in _devices(tree):
        yield from _problems_of_device(at, device, known)


def gate_problems(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Gates that alarm for another AFI than [tags] says; of those without other mistakes."""
    known = installed_drivers() if "device" in tree else {}
    secured = _secured(tree)
    for at, device in _devices(tree):
        alarm = _alarm_afi(device, known)
        if None not in {alarm, secured} and alarm != secured:
            yield (
                f"{at}.settings.secured_afi",
                f"the gate alarms for AFI {alarm:02X}, and the library secures with {secured:02X}"
                f" ([tags] afi_secured); write secured_afi = 0x{secured:02X}",
            )


def _devices(tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = tree.get("device", [])
    for number, device in enumerate(listed if isinstance(listed, list) else [], 1):
        if isinstance(device, dict) and isinstance(device.get("driver"), str):
            yield f"device.{number}", device


def _alarm_afi(device: Mapping[str, Any], known: Mapping[str, DriverStatus]) -> int | None:
    """None where the driver has no such setting, or does not take its settings."""
    status = known.get(device["driver"])
    if status is None or status.driver is None:
        return None
    with suppress(msgspec.ValidationError, ValueError):
        made = msgspec.convert(device.get("settings", {}), status.driver.settings)
        alarm: int | None = getattr(made, "secured_afi", None)
        return alarm
    return None


def _secured(tree: Mapping[str, Any]) -> int | None:
    """What this library writes on secured tags; None while [tags] itself has a mistake."""
    with suppress(msgspec.ValidationError):
        return int(msgspec.convert(tree.get("tags", {}), TagsSection).afi_secured, 16)
    return None


def _problems_of_device(
    at: str, device: Mapping[str, Any], known: Mapping[str, DriverStatus]
) -> Iterator[tuple[str, str]]:
    name, kind, settings = device["driver"], device.get("kind"), device.get("settings", {})
    status = known.get(name)
    if status is None:
        yield f"{at}.driver", _not_installed(name, known)
    elif status.driver is None:
        yield f"{at}.driver", f"{name!r} does not load: {status.reason}; install it again"
    elif kind != status.driver.kind:
        yield f"{at}.driver", _of_another_kind(status.driver, kind, known)
    elif isinstance(settings, dict):
        yield from _problems_of_settings(f"{at}.settings", settings, status.driver)


def _not_installed(name: str, known: Mapping[str, DriverStatus]) -> str:
    if not name:
        return f"names no driver; there are {', '.join(sorted(known))}"
    near = get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
    return f"{name!r} is not installed; {advice}"


def _of_another_kind(driver: Driver, kind: object, known: Mapping[str, DriverStatus]) -> str:
    fitting = sorted(s.name for s in known.values() if s.driver and s.driver.kind == kind)
    advice = f"for a {kind} there are {', '.join(fitting)}" if fitting else "correct the kind"
    return f"{driver.name!r} drives a {driver.kind}, no {kind}; {advice}"


def _problems_of_settings(
    at: str, settings: dict[str, Any], driver: Driver
) -> Iterator[tuple[str, str]]:
    problems = list(problems_of(settings, driver.settings, at))
    yield from problems
    if not problems:
        try:
            msgspec.convert(settings, driver.settings)
        except (msgspec.ValidationError, ValueError) as problem:
            yield at, f"{problem}; the settings of {driver.name} contradict each other"
