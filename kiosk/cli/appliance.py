"""`muontra install`, `upgrade`, `uninstall`: a Raspberry Pi or Debian machine as an appliance."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kiosk.cli.at_hand import console, give_up

if TYPE_CHECKING:
    from kiosk.appliance.plan import Appliance

INSTALL_EXAMPLE = """Examples:

sudo muontra install --role kiosk --name kiosk-1 --wheel muontra-1.2.0-py3-none-any.whl

sudo muontra install --role gate --name gate-1

muontra install --role desk --wheel muontra-1.2.0-py3-none-any.whl --dry-run
"""
UPGRADE_EXAMPLE = """Examples:

sudo muontra upgrade --wheel muontra-1.3.0-py3-none-any.whl

sudo muontra upgrade --back
"""
UNINSTALL_EXAMPLE = "Example:\n\nsudo muontra uninstall --dry-run"

EVERYBODY_READS = 0o022
"""Programs run as other users than root; what is secret gets its own mode."""

STILL = "is so already"
DATABASE_UPGRADE = (
    "sudo -u muontra-service muontra-service db upgrade --state /var/lib/muontra-service"
)

WheelOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The version to install.", exists=True, dir_okay=False),
]
FindLinksOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Take packages from this folder (`make wheels` fills it), and nothing from a network.",
        exists=True,
        file_okay=False,
    ),
]
RootOption = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Another root: nothing is started or fetched from Debian."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only print what would be done, with all commands.")
]


def install(
    role: Annotated[
        Literal["kiosk", "desk", "gate", "book-drop", "service"], typer.Option(help="What it is.")
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the station on this machine; kiosk-1 if not said.")
    ] = None,
    wheel: WheelOption = None,
    find_links: FindLinksOption = None,
    root: RootOption = Path("/"),
    *,
    dry_run: DryRunOption = False,
) -> None:
    """Set this machine up as a station or as the service.

    A virtual environment under /opt/muontra, users, units, udev rules, an example configuration.
    Done twice it changes nothing; what a person wrote is never overwritten. Without --wheel one
    more station is added to a machine that has muontra already.
    """
    with _appliance(root, dry_run=dry_run) as appliance:
        from kiosk.appliance.roles import instance  # noqa: PLC0415 - after the checks
        from kiosk.appliance.versions import wheel_at  # noqa: PLC0415

        wanted = instance(role, name)
        appliance.install(wanted, wheel_at(wheel) if wheel else None, find_links)
    if not dry_run:
        _tell_what_is_next(wanted.role, wanted.name, wanted.user, wanted.unit)


def upgrade(
    wheel: WheelOption = None,
    find_links: FindLinksOption = None,
    root: RootOption = Path("/"),
    *,
    back: Annotated[bool, typer.Option("--back", help="To the version in use before.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Move all stations of this machine to another version, or back again.

    The new version is made beside the old one and asked whether it can read every configuration and
    send every act that still waits. If not, nothing is changed. Stations rest meanwhile.
    """
    if (wheel is None) != back:
        give_up("Say either --wheel FILE or --back.")
    with _appliance(root, dry_run=dry_run) as appliance:
        from kiosk.appliance.versions import wheel_at  # noqa: PLC0415 - after the checks

        if wheel is None:
            appliance.back()
        else:
            appliance.upgrade(wheel_at(wheel), find_links)
        serves = any(each.is_service for each in appliance.instances.everything())
    if serves and not dry_run:
        console.print(f"\nThe service's database may need a newer schema:\n  {DATABASE_UPGRADE}")


def uninstall(
    root: RootOption = Path("/"),
    *,
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Configurations, keys and acts too. There is no way back."),
    ] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Take back what install did; configurations and states stay.

    Users stay too, so that nobody else gets their numbers and with them their files.
    """
    with _appliance(root, dry_run=dry_run) as appliance:
        appliance.uninstall(purge=purge)


@contextmanager
def _appliance(root: Path, *, dry_run: bool) -> "Iterator[Appliance]":
    """Ends the command with the reason when something cannot be done."""
    from kiosk.appliance.machine import ApplianceProblem, Machine, must_be_root  # noqa: PLC0415
    from kiosk.appliance.plan import Appliance  # noqa: PLC0415

    os.umask(EVERYBODY_READS)
    try:
        if not dry_run:
            must_be_root()
        yield Appliance(Machine(root), _tell, dry_run=dry_run)
    except (ApplianceProblem, OSError) as problem:
        give_up(problem)


def _tell(how: str, what: str) -> None:
    style = "dim" if how in {STILL, "$"} else ""
    console.print(f"{how:>16}  {what}", style=style, markup=False, soft_wrap=True)


def _tell_what_is_next(role: str, name: str, user: str, unit: str) -> None:
    lines = (
        (DATABASE_UPGRADE,)
        if role == "service"
        else (
            f"sudo nano /etc/muontra/{name}.toml",
            f"sudo -u {user} muontra enrol --state /var/lib/muontra/{name}"
            " --service tcp://… --service-key='…'",
            f"sudo muontra doctor --config /etc/muontra/{name}.toml",
        )
    )
    console.print("\nWhat is left to do:", markup=False)
    for line in (*lines, f"sudo systemctl start {unit}"):
        console.print(f"  {line}", markup=False, soft_wrap=True)
