"""`muontra-service db`: the schema of the database."""

import typer

from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    console,
    owned,
    plain_errors,
)
from service.commands.search import REINDEX_EXAMPLE, reindex
from service.database.migrate import upgrade_engine

app = typer.Typer(
    help="Make the database, bring it to this release, mend its index.", no_args_is_help=True
)


@app.command(epilog="Example: muontra-service db upgrade")
def upgrade(state: State = DEFAULT_STATE, database: Database = None) -> None:
    """Apply what is missing; a database that is up to date is left as it is."""
    place = Place.of(state, database)
    with plain_errors():
        engine = place.bare_engine()
        with owned(engine):
            upgrade_engine(engine)
        console.print(f"{engine.url.render_as_string()} has the schema of this release.")
        engine.dispose()


app.command("reindex", epilog=REINDEX_EXAMPLE)(reindex)
