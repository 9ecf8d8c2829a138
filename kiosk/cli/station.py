"""`muontra station`: what is known of this station's place, and who may change it."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kiosk.cli.at_hand import ConfigOption, JsonOption, give_up, say, station_config

app = typer.Typer(help="This station as the service knows it.", no_args_is_help=True)

EXAMPLE = "Example:\n\nmuontra station set-point CN2"

_console = Console(soft_wrap=True, highlight=False)


@app.command("set-point", epilog=EXAMPLE)
def set_point(
    code: Annotated[str, typer.Argument(help="Code of the point where it stands now.")],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Tell how this station is moved to another point of the library.

    A station may not say where it stands: rules, due dates and shelves hang on its point, so the
    service alone keeps it. This names the command to be given there.
    """
    from kiosk.enrolment import EnrolmentProblem, station_key  # noqa: PLC0415 - slow to import
    from service.protocol.keys import fingerprint  # noqa: PLC0415

    settings = station_config(config)
    try:
        key = station_key(Path(settings.station.state_folder)).public
    except EnrolmentProblem as problem:
        give_up(problem)
    words = ["muontra-service", "station", "set-point", "--", key, code]
    command = shlex.join(words)
    value = {"at_service": command, "fingerprint": fingerprint(key)}
    if as_json:
        say(value, "", as_json=True)
        return
    _console.print(
        f"At the service, where the point of a station is kept:\n  {command}\n"
        f"It takes effect at once. The service shows this fingerprint: {fingerprint(key)}",
        markup=False,
    )
