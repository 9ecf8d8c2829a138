"""`muontra`: one line per family of commands."""

import typer

from kiosk.cli import (
    appliance,
    bench,
    config_file,
    devices,
    doctor,
    driver,
    enrol,
    explain,
    gate,
    journal,
    link,
    outbox,
    pad,
    printer,
    station,
    tag,
    trace,
)

app = typer.Typer(
    help="Find, test, trace and repair the devices, tags, links and queues of a station.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def muontra() -> None:
    """Keeps the families as sub-commands, however few there are."""


app.add_typer(bench.app, name="bench")
app.add_typer(config_file.app, name="config")
app.add_typer(devices.app, name="devices")
app.add_typer(driver.app, name="driver")
app.add_typer(gate.app, name="gate")
app.add_typer(journal.app, name="journal")
app.add_typer(link.app, name="link")
app.add_typer(outbox.app, name="outbox")
app.add_typer(pad.app, name="pad")
app.add_typer(printer.app, name="printer")
app.add_typer(station.app, name="station")
app.add_typer(tag.app, name="tag")
app.add_typer(trace.app, name="trace")
app.command(name="doctor", epilog=doctor.EXAMPLE)(doctor.command)
app.command(name="enrol", epilog=enrol.EXAMPLE)(enrol.command)
app.command(name="explain", epilog=explain.EXAMPLE)(explain.command)
app.command(name="install", epilog=appliance.INSTALL_EXAMPLE)(appliance.install)
app.command(name="uninstall", epilog=appliance.UNINSTALL_EXAMPLE)(appliance.uninstall)
app.command(name="upgrade", epilog=appliance.UPGRADE_EXAMPLE)(appliance.upgrade)
