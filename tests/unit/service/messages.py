"""Messages as a station makes them, for tests of what the service does with them."""

from service.ingest import Caller
from service.protocol.codec import encode
from service.protocol.headers import MAGIC, Kind, StationHeader
from service.protocol.identifiers import new_identifier
from service.protocol.operations import Act, CheckOut, Operation
from service.protocol.questions import Question
from service.station_registry import Station

BOOT = "b" * 32
EPOCH = "e" * 32
KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


def station(number: int = 1, *, key: str = KEY, **changed: object) -> Station:
    facts: dict[str, object] = {
        "number": number,
        "name": f"Station {number}",
        "point": "TT",
        "point_name": "Thư viện tỉnh Sơn Khê",
        "key": key,
        "enabled": True,
        "confirmed_through": 0,
        "reoffer_awaited": False,
        "last_seen_ms": None,
    }
    return Station(**(facts | changed))  # type: ignore[arg-type]


def header(kind: Kind = "operation", **changed: object) -> StationHeader:
    facts: dict[str, object] = {
        "message": new_identifier(),
        "kind": kind,
        "attempt": 1,
        "sent_at_ms": 1_000_000,
        "boot": BOOT,
        "monotonic_ms": 60_000,
        "confirmed": 0,
        "epoch": EPOCH,
    }
    return StationHeader(**(facts | changed))  # type: ignore[arg-type]


def operation(sequence: int = 1, act: Act | None = None, **changed: object) -> Operation:
    facts: dict[str, object] = {
        "operation": new_identifier(),
        "sequence": sequence,
        "boot": BOOT,
        "monotonic_ms": 60_000,
        "wall_ms": 1_000_000,
        "act": act or CheckOut(item="TK.00003", patron_card="04271936"),
    }
    return Operation(**(facts | changed))  # type: ignore[arg-type]


def caller(number: int = 1, **changed: object) -> Caller:
    return Caller(station(number), b"identity-%d" % number, header(**changed), 0.0)  # type: ignore[arg-type]


def frames(header: StationHeader, content: Operation | Question) -> tuple[bytes, ...]:
    return (MAGIC, encode(header), encode(content))
