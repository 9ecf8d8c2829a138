"""The machine itself: clock, time service, temperature, supply, voice and screen."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import time

from kiosk.doctor.patient import Machine, Patient
from kiosk.doctor.results import Result, broken, good, look_after, not_looked_at

HOT_CELSIUS = 80.0
CLOCK_APART_SECONDS = 60.0
LOW_BATTERY_VOLT = 2.0
PROGRAM_SECONDS = 5.0

VOLTAGE_NOW, SLOWED_NOW = 0x1, 0xE
VOLTAGE_BEFORE = 0x1_0000
"""Bits of the Raspberry Pi firmware's word `get_throttled`."""

TIME_SERVICES = ("chrony/chronyd.pid", "ntpd.pid", "openntpd")
SUPPLY = "Take the maker's power supply and a short, thick cable; give USB devices their own."


def clock_battery(patient: Patient) -> Iterator[Result]:
    """Without one, a machine that was off does not know the time until it is told."""
    clock = patient.machine.sys / "class/rtc/rtc0"
    if not clock.exists():
        if _is_raspberry(patient.machine):
            yield look_after(
                "this machine has no clock of its own",
                "Fit a clock module with a battery where the network may be away at a start.",
            )
        else:
            yield not_looked_at("no clock is known to this system")
        return
    yield _of_clock(_number(clock / "battery_voltage"), _number(clock / "since_epoch"))


def _of_clock(microvolts: float | None, seconds: float | None) -> Result:
    remedy = "Put a new battery in, then `sudo hwclock --systohc`."
    if microvolts is not None and microvolts < LOW_BATTERY_VOLT * 1e6:
        return look_after(f"the clock's battery has {microvolts / 1e6:.1f} V", remedy)
    if seconds is not None and abs(seconds - time()) > CLOCK_APART_SECONDS:
        return look_after(
            f"the machine's clock is {abs(seconds - time()):.0f} s away from the time", remedy
        )
    return good("the machine has a clock of its own, and it is right")


def time_service(patient: Patient) -> Iterator[Result]:
    """Who sets the clock, and whether it does."""
    run = patient.machine.run
    remedy = "`sudo timedatectl set-ntp true`; where the internet is away, name the service's"
    remedy += " machine in /etc/systemd/timesyncd.conf."
    if (run / "systemd/timesync/synchronized").exists():
        yield good("the clock is set by systemd-timesyncd")
    elif any((run / name).exists() for name in TIME_SERVICES):
        yield good("a time service runs")
    elif (run / "systemd/timesync").exists():
        yield look_after("no time server has answered since the start", remedy)
    else:
        yield look_after("nothing sets this machine's clock", remedy)


def temperature(patient: Patient) -> Iterator[Result]:
    """The hottest of its sensors."""
    zones = (patient.machine.sys / "class/thermal").glob("thermal_zone*/temp")
    degrees = [value / 1000 for zone in zones if (value := _number(zone)) is not None]
    if not degrees:
        yield not_looked_at("this machine tells no temperature")
    elif max(degrees) >= HOT_CELSIUS:
        yield look_after(
            f"{max(degrees):.0f} °C: the machine slows itself down",
            "Give it air: clean the fan, open the case's slots, move it out of the sun.",
        )
    else:
        yield good(f"{max(degrees):.0f} °C")


def power(patient: Patient) -> Iterator[Result]:
    """What a Raspberry Pi says of its supply."""
    word = _throttled(patient.machine)
    if word is None:
        yield not_looked_at("this machine tells nothing of its supply")
    elif word & VOLTAGE_NOW:
        yield broken("the supply voltage is too low now", SUPPLY)
    elif word & VOLTAGE_BEFORE:
        yield look_after("the supply voltage was too low since the start", SUPPLY)
    elif word & SLOWED_NOW:
        yield look_after("the processor is slowed down now", "Give it air, and look again.")
    else:
        yield good("the supply voltage was never too low")


def speech(patient: Patient) -> Iterator[Result]:
    """A kiosk speaks to those who cannot read its screen."""
    if patient.config is None or patient.config.station.role != "kiosk":
        yield not_looked_at("only kiosks speak")
        return
    said = said_by(patient.machine, "espeak-ng", "--voices=vi")
    if said is None:
        yield look_after("espeak-ng is not installed", "`sudo apt install espeak-ng`")
    elif " vi" not in said:
        yield look_after(
            "espeak-ng has no Vietnamese voice", "`sudo apt install --reinstall espeak-ng-data`"
        )
    else:
        yield good("espeak-ng has a Vietnamese voice")


def screen(patient: Patient) -> Iterator[Result]:
    """A connected output, or a session that has one."""
    if patient.config is None or patient.config.station.role not in {"kiosk", "desk"}:
        yield not_looked_at("this station has no screen")
        return
    outputs = list((patient.machine.sys / "class/drm").glob("card*-*/status"))
    connected = [each.parent.name for each in outputs if text_of(each) == "connected"]
    session = {"DISPLAY", "WAYLAND_DISPLAY"} & patient.machine.environment.keys()
    if connected or session:
        yield good(f"{', '.join(connected) or 'a session'} is there")
    else:
        yield look_after(
            "no screen is connected" if outputs else "this machine has no graphics output",
            "Look at the screen's power and cable; a Raspberry Pi wants it connected at the start.",
        )


def _is_raspberry(machine: Machine) -> bool:
    return "Raspberry Pi" in (text_of(machine.proc / "device-tree/model") or "")


def _throttled(machine: Machine) -> int | None:
    files = machine.sys.glob("devices/platform/soc*/*firmware*/get_throttled")
    said = next(map(text_of, files), None) or said_by(machine, "vcgencmd", "get_throttled")
    with suppress(ValueError, AttributeError):
        return int(said.strip().removeprefix("throttled=0x"), 16)  # type: ignore[union-attr]
    return None


def said_by(machine: Machine, program: str, *words: str) -> str | None:
    """None when it is not installed, or fails."""
    found = shutil.which(program, path=machine.environment.get("PATH", ""))
    if found is None:
        return None
    try:
        done = subprocess.run(
            [found, *words],
            capture_output=True,
            check=True,
            env=dict(machine.environment),
            text=True,
            timeout=PROGRAM_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def text_of(path: Path) -> str | None:
    """What a small file says, without its end; None when there is none."""
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8").strip("\0\n ")
    return None


def _number(path: Path) -> float | None:
    with suppress(ValueError, TypeError):
        return float(text_of(path))  # type: ignore[arg-type] # None is no number
    return None
