"""`muontra-service`: one line for each family of commands."""

import typer

from service.commands import (
    backup,
    database,
    exporting,
    importing,
    running,
    search,
    station,
    status,
)
from service.sample.command import EXAMPLE as SAMPLE_EXAMPLE
from service.sample.command import sample

app = typer.Typer(
    help="The central circulation service: run it, enrol stations, keep its database.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

app.command("run", epilog=running.RUN_EXAMPLE)(running.run)
app.command("sample", epilog=SAMPLE_EXAMPLE)(sample)
app.command("key", epilog=running.KEY_EXAMPLE)(running.key)
app.command("status", epilog=status.EXAMPLE)(status.status)
app.command("backup", epilog=backup.BACKUP_EXAMPLE)(backup.backup)
app.command("restore", epilog=backup.RESTORE_EXAMPLE)(backup.restore)
app.command("end-wait", epilog=backup.END_WAIT_EXAMPLE)(backup.end_wait)
app.command("search", epilog=search.EXAMPLE)(search.search)
app.add_typer(importing.app, name="import")
app.add_typer(exporting.app, name="export")
app.add_typer(station.app, name="station")
app.add_typer(database.app, name="db")
