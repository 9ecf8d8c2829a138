"""Where a service lives: its state folder and its database; and how a command ends badly."""

import os
import pwd
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.administration import Answer, Command, Failed, carry_out
from service.clock import now_ms
from service.control import ServiceSilent, ask
from service.database.connection import Writer
from service.database.engine import DatabaseUnsafe, open_engine
from service.database.migrate import SchemaUnknown, check_schema
from service.database.ownership import NotOwner, Ownership
from service.service_key import KeyProblem

DATABASE_FILE = "service.db"

State = Annotated[
    Path,
    typer.Option(
        help="The service's state folder: its key, its socket and, by default, its database.",
        envvar="MUONTRA_SERVICE_STATE",
        metavar="DIR",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        help="SQLAlchemy URL of the database. [default: service.db in the state folder]",
        envvar="MUONTRA_SERVICE_DATABASE",
        metavar="URL",
        show_default=False,
    ),
]
DEFAULT_STATE = Path("/var/lib/muontra-service")

console = Console(soft_wrap=True, highlight=False, markup=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, style="red")


def fail(sentence: str) -> NoReturn:
    """Say what is wrong and what to do; exit code 1."""
    errors.print(sentence)
    raise typer.Exit(1)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What an administrator can mend is a sentence, not a trace."""
    try:
        yield
    except (DatabaseUnsafe, SchemaUnknown, NotOwner, KeyProblem, ServiceSilent) as problem:
        fail(f"{problem}.")
    except (SQLAlchemyError, sqlite3.Error) as problem:  # the ledger speaks to drivers itself
        fail(f"The database does not work: {getattr(problem, 'orig', None) or problem}")
    except OSError as problem:
        fail(f"{problem.filename or 'The machine'}: {problem.strerror or problem}.")


@dataclass(frozen=True, slots=True)
class Place:
    """One service's home."""

    state: Path
    url: str

    @classmethod
    def of(cls, state: Path, database: str | None) -> "Place":
        return cls(state, database or f"sqlite:///{(state / DATABASE_FILE).absolute()}")

    def engine(self) -> Engine:
        """The database, with the schema of this release; the folder is made when missing."""
        engine = self.bare_engine()
        check_schema(engine)
        return engine

    def bare_engine(self) -> Engine:
        """The database as it is."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_engine(self.url)


@contextmanager
def owned(engine: Engine) -> Iterator[None]:
    """While no service runs on this database, and none can start; raises NotOwner."""
    writer = Writer(engine)
    ownership = Ownership(writer)
    try:
        ownership.take(wait=False)
        yield
    finally:
        ownership.release()
        writer.close()


def order(place: Place, command: Command) -> Answer:
    """Done by the running service, or here when none runs. Ends the command when it fails."""
    with plain_errors():
        answer = _order(place, command)
    if isinstance(answer, Failed):
        fail(f"{answer.problem}.")
    return answer


def _order(place: Place, command: Command) -> Answer:
    engine = place.engine()
    try:
        with owned(engine):
            return carry_out(engine, command, now_ms())
    except NotOwner:
        return ask(place.state, command)
    finally:
        engine.dispose()


@contextmanager
def many_orders(place: Place) -> Iterator[Callable[[Command], Answer]]:
    """As `order`, for commands that give hundreds: who carries them out is found out once."""
    with plain_errors(), ExitStack() as kept:
        engine = place.engine()
        kept.callback(engine.dispose)
        runs_elsewhere = False
        try:
            kept.enter_context(owned(engine))
        except NotOwner:
            runs_elsewhere = True

        def give(command: Command) -> Answer:
            if runs_elsewhere:
                answer = ask(place.state, command)
            else:
                answer = carry_out(engine, command, now_ms())
            if isinstance(answer, Failed):
                fail(f"{answer.problem}.")
            return answer

        yield give


def actor() -> str:
    """Who types: the user who became root, if so."""
    return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
