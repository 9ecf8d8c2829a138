"""The way to the service: does it answer, does it take this station, are the clocks together?"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from urllib.parse import urlsplit

from drivers.deadline import Deadline
from kiosk.circulation_client import CirculationClient, Identity
from kiosk.config import StationConfig
from kiosk.doctor.own_files import SOFTWARE
from kiosk.doctor.patient import Patient
from kiosk.doctor.results import Result, broken, good, look_after, not_looked_at
from kiosk.doctor.store_copy import StoreSeen
from kiosk.enrolment import EnrolmentProblem, PinnedService, StationKey, pinned_service, station_key
from kiosk.link_health import LinkState, LinkTimes
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import Ping, Pong, Status
from kiosk.service_link import LinkNews, LinkSignal, ServiceLink
from kiosk.views import Hindrance
from service.protocol.identifiers import new_identifier

Send = Callable[[tuple[bytes, ...]], None]

MOST_OFFSET_MS = 2000.0
CONNECT_SECONDS = 3.0
JOIN_SECONDS = 3.0

REFUSALS: Mapping[str, tuple[str, str]] = {
    # hindrance: (what is so, what to do)
    Hindrance.REVOKED: (
        "the service does not take this station's key any more: it was revoked",
        "Ask who revoked it. To bring the station back, enrol it with a new key: `muontra enrol`.",
    ),
    Hindrance.NOT_ENROLLED: (
        "the service does not know this station's key",
        "At the service: `muontra-service station add`; `muontra enrol` shows the words.",
    ),
    Hindrance.SECOND_INSTANCE: (
        "another machine speaks with this station's key",
        "Find the copy and stop it; if there should be none, have the key revoked.",
    ),
    Hindrance.PROTOCOL: (
        "the service speaks another protocol version, or knows more than this station remembers",
        "Bring station and service to one release; a station from an old image is enrolled anew."
        " The service's log says which.",
    ),
}
OTHER_KEY = (
    "{endpoint} takes connections, but has not the key that was pinned here",
    "Compare `muontra-service key` with what `muontra doctor` shows under keys. Only if the service"
    " truly has a new key: remove service.json and enrol again.",
)
NO_ANSWER = (
    "{endpoint} takes this station's key, but does not answer",
    "Look into the service's log; is it the same release?",
)
NOBODY = (
    "nothing answers at {endpoint}: {why}",
    "Does the service run (`systemctl status muontra-service`), and does the network lead there?",
)


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """How far it came; the times are None when no heartbeat was answered."""

    state: str
    hindrance: str | None
    round_trip_ms: float | None = None
    offset_ms: float | None = None


def service(patient: Patient) -> Iterator[Result]:
    """Through the running station, or with a greeting of our own where none runs."""
    if patient.config is None:
        return
    state = Path(patient.config.station.state_folder)
    try:
        pinned = pinned_service(state)
        if patient.client is not None and patient.status is not None:
            seen = _through_station(patient.client, patient.status)
        elif patient.store.trouble or patient.store.held or patient.store.unseen:
            yield not_looked_at("the station's memory cannot be read, so it cannot be greeted")
            return
        else:
            seen = _greeted(pinned, station_key(state), patient)
    except EnrolmentProblem:
        yield not_looked_at("see keys")
        return
    yield judge_link(pinned.endpoint, seen)


def judge_link(endpoint: str, seen: LinkSeen) -> Result:
    """What it means, and what to do."""
    if seen.hindrance is not None and seen.hindrance in REFUSALS:
        return broken(*REFUSALS[seen.hindrance])
    if seen.round_trip_ms is None or seen.offset_ms is None:
        return _silent(endpoint, seen)
    told = f"{endpoint} answers after {seen.round_trip_ms:.1f} ms"
    if abs(seen.offset_ms) > MOST_OFFSET_MS:
        side = "behind" if seen.offset_ms > 0 else "ahead of"
        return look_after(
            f"{told}; this machine's clock is {abs(seen.offset_ms) / 1000:.1f} s {side} it",
            "Set the clocks by NTP: `timedatectl set-ntp true`, here or at the service.",
        )
    return good(f"{told}, the clocks are {abs(seen.offset_ms):.0f} ms apart")


def _silent(endpoint: str, seen: LinkSeen) -> Result:
    sentence, remedy = NO_ANSWER
    why = ""
    if seen.state == LinkState.DOWN:
        sentence, remedy = OTHER_KEY
        place = urlsplit(endpoint)
        try:
            socket.create_connection((place.hostname, place.port), CONNECT_SECONDS).close()
        except OSError as problem:
            sentence, remedy = NOBODY
            why = problem.strerror or str(problem)
    return broken(sentence.format(endpoint=endpoint, why=why), remedy)


def _through_station(client: StationClient, status: Status) -> LinkSeen:
    link = status.link
    if link.state != LinkState.ONLINE:
        return LinkSeen(link.state, link.hindrance)
    with suppress(StationRefused, StationGone):
        pong = client.ask(Ping())
        if isinstance(pong, Pong):
            return LinkSeen(link.state, link.hindrance, pong.round_trip_ms, pong.clock_offset_ms)
    return LinkSeen(link.state, link.hindrance)


def _greeted(pinned: PinnedService, key: StationKey, patient: Patient) -> LinkSeen:
    """Hello and one heartbeat, with the memory of the station, so that nothing seems lost."""
    inbox: Queue[LinkNews] = Queue()
    link = ServiceLink(pinned, key, inbox.put)
    client = client_of(patient.store, link.send, _times(patient.config))
    link.start()
    try:
        return _conversation(client, inbox, Deadline.after(patient.patience.service))
    finally:
        link.stop()
        link.join(JOIN_SECONDS)


def _times(config: StationConfig | None) -> LinkTimes:
    return LinkTimes(answer=config.link.answer_seconds) if config else LinkTimes()


def client_of(memory: StoreSeen, send: Send, times: LinkTimes) -> CirculationClient:
    """One that remembers what the station does: a service takes no station from an old image."""
    who = Identity(new_identifier(), new_identifier(), SOFTWARE)
    client = CirculationClient(who, memory.epoch, send, times)
    client.counters.last_sequence = 0 if memory.outbox is None else memory.outbox.last_sequence
    return client


def _conversation(
    client: CirculationClient, inbox: "Queue[LinkNews]", deadline: Deadline
) -> LinkSeen:
    asked = False
    while not (deadline.expired() or client.hindrance or client.last_heartbeat):
        with suppress(Empty):
            _take(client, inbox.get(timeout=deadline.remaining()))
        if client.online and not asked:
            client.beat(monotonic())
            asked = True
    beat = client.last_heartbeat
    if beat is None:
        return LinkSeen(client.state, client.hindrance)
    round_trip, offset = beat.round_trip * 1000, beat.clock_offset * 1000
    return LinkSeen(client.state, client.hindrance, round_trip, offset)


def _take(client: CirculationClient, news: LinkNews) -> None:
    if isinstance(news, LinkSignal):
        client.signal(news, monotonic())
    else:
        client.receive(news.frames, monotonic())
