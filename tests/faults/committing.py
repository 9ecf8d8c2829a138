"""A station's store at work until the power is cut: what the rig of `fsyncloss.c` runs.

One process loads everything and forks for each cut, so that a cut costs milliseconds. It reads one
JSON object a line from standard input and answers each with one: how many commits were
acknowledged, and whether the cut struck.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from drivers.uid import Uid
from kiosk import station_store
from kiosk.logs import configure_logs
from kiosk.outbox.changes import (
    AddOperation,
    Change,
    ForgetOperation,
    Journal,
    KeepReply,
    MarkShown,
    SetValue,
)
from kiosk.outbox.outbox import LAST_SEQUENCE
from kiosk.outbox.records import JournalState
from kiosk.station_store import StationStore
from service.protocol import codec
from tests.unit.kiosk.operations import CHECK_OUT, EPOCH, LENT, key, operation

STEPS = 24
KEPT = 6
TAGS = (Uid("E004015033000001"), Uid("E004015033000002"))


class Cut(msgspec.Struct, frozen=True):
    """One run. `synchronous`: SQLite's number instead of the product's own, to plant a fault."""

    folder: str
    at: int
    seed: int = 0
    torn: bool = False
    lie: bool = False
    synchronous: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    acknowledged: int
    killed: bool


def step(number: int) -> Iterator[Change]:
    """Everything that one step writes must be there, or nothing of it."""
    born = operation(CHECK_OUT, number)
    yield AddOperation(born, codec.encode(born), sent=True)
    for tag in TAGS:
        yield Journal(key(number), tag, CHECK_OUT.item, JournalState.WRITING)
    yield SetValue(LAST_SEQUENCE, str(number))
    if number > 1:
        yield KeepReply(key(number - 1), LENT, codec.encode(LENT), EPOCH)
        yield MarkShown(key(number - 1))
    if number > KEPT:
        yield ForgetOperation(key(number - KEPT))


def commit_all(cut: Cut, acknowledge: int) -> None:
    """Writes one byte to `acknowledge` after each commit."""
    station_store.PRAGMAS = tuple(
        (name, cut.synchronous or value if name == "synchronous" else value)
        for name, value in station_store.PRAGMAS
    )
    with StationStore(Path(cut.folder), ballast_bytes=4096) as store:
        store._database.execute("PRAGMA wal_autocheckpoint = 12")
        for number in range(1, STEPS + 1):
            store.commit(step(number))
            os.write(acknowledge, b".")


def run(cut: Cut) -> Outcome:
    """Fork, let the child commit until it is cut, count what it was told."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        _arm(cut)
        commit_all(cut, tell)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        acknowledged = len(pipe.read())
    _, status = os.waitpid(child, 0)
    return Outcome(acknowledged, os.WIFSIGNALED(status))


def _arm(cut: Cut) -> None:
    os.environ |= {"PC_DIR": cut.folder, "PC_AT": str(cut.at), "PC_SEED": str(cut.seed)}
    if cut.torn:
        os.environ["PC_TORN"] = "1"
    if cut.lie:
        os.environ["PC_LIE"] = "1"


if __name__ == "__main__":
    configure_logs()
    for line in sys.stdin:
        print(msgspec.json.encode(run(msgspec.json.decode(line, type=Cut))).decode(), flush=True)
