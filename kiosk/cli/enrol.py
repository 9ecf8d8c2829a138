"""`muontra enrol`: make this station's key on the station and pin the service's."""

import re
import shlex
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from kiosk.cli.at_hand import Finding
from kiosk.enrolment import EnrolmentProblem, PinnedService, StationKey, enrol
from service.protocol.keys import checked_key, fingerprint

_ENDPOINT = re.compile(r"tcp://(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+):(?P<port>[0-9]{1,5})")
PORTS = range(1, 65_536)
EXAMPLE = """Example:

muontra enrol --state /var/lib/muontra/desk-1 --service tcp://10.0.0.5:7411
--service-key='rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' --name "Front door"
"""

_console = Console(soft_wrap=True, highlight=False)
_errors = Console(stderr=True, soft_wrap=True, highlight=False, style="red")


def _endpoint(text: str) -> str:
    match = _ENDPOINT.fullmatch(text)
    if match is None or int(match["port"]) not in PORTS:
        raise typer.BadParameter(f"{text!r} is not like tcp://service.example:7411")
    return text


def _key(text: str) -> str:
    try:
        return checked_key(text)
    except ValueError as problem:
        raise typer.BadParameter(f"{problem}; `muontra-service key` shows it") from None


def command(
    state: Annotated[Path, typer.Option(help="The station's state folder.", metavar="DIR")],
    service: Annotated[
        str, typer.Option(help="Where the service listens.", callback=_endpoint, metavar="ENDPOINT")
    ],
    service_key: Annotated[
        str, typer.Option(help="The service's public key.", callback=_key, metavar="KEY")
    ],
    name: Annotated[str, typer.Option(help="What staff call this station.")] = "NAME",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Make this station's key, and trust one service by its key.

    The secret key never leaves the station. Done twice, it shows the same key again.
    """
    try:
        key = enrol(state, PinnedService(endpoint=service, key=service_key))
    except EnrolmentProblem as problem:
        _errors.print(str(problem), markup=False)
        raise typer.Exit(Finding.BROKEN) from None
    except OSError as problem:
        _errors.print(f"{state}: {problem.strerror}; name a folder of the station's.", markup=False)
        raise typer.Exit(Finding.BROKEN) from None
    enrolled = _enrolled(key, service_key, name)
    if as_json:
        typer.echo(msgspec.json.encode(enrolled).decode())
    else:
        _tell(enrolled)


class Enrolled(msgspec.Struct, frozen=True):
    """Public all of it. `at_service`: the words to be said there, with the code of the point."""

    key: str
    fingerprint: str
    service_fingerprint: str
    at_service: str


def _enrolled(key: StationKey, service_key: str, name: str) -> Enrolled:
    words = ["muontra-service", "station", "add", name, "--point", "CODE", f"--key={key.public}"]
    prints = fingerprint(key.public), fingerprint(service_key)
    return Enrolled(key.public, *prints, shlex.join(words))


def _tell(enrolled: Enrolled) -> None:
    _console.print(
        f"Station key:          {enrolled.key}\n"
        f"Station fingerprint:  {enrolled.fingerprint}\n"
        f"Service fingerprint:  {enrolled.service_fingerprint}\n\n"
        "At the service, with the code of the point where this station stands:\n"
        f"  {enrolled.at_service}\n"
        "Compare both fingerprints with what is shown there.",
        markup=False,
    )
