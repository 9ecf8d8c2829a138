"""Answers what technicians ask a running station. Owner: the controller thread."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

import msgspec

from drivers.uid import Uid
from kiosk.circulation_client import CirculationClient
from kiosk.config import WITH_SCREEN, DeviceSection, Role
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.link_news import HeartbeatAnswered
from kiosk.local import protocol as local
from kiosk.local.pad_look import PadLook, Readings
from kiosk.local.rows import born_at, journal_lines, outbox_rows
from kiosk.local.server import LocalAsk
from kiosk.outbox.outbox import Outbox
from kiosk.security_journal import open_tags
from service.protocol.questions import AskItem
from service.protocol.refusals import RefusalCode
from service.protocol.replies import ItemAnswer, LastMove, Refused, Reply

LOCAL_MARK = -1
"""Marks questions that no session asked."""

MIB = 1 << 20
NOT_ONLINE = "the station has no link to the service now; `muontra link ping` tells more"


GateBook = Callable[[float, int], local.GateCounts]
"""What gates told in the last so many hours, and the newest events, at most so many."""


class PausableDevices(Protocol):
    """The supervisor, as far as technicians reach."""

    def pause(self, device: str, seconds: float, holder: object) -> bool:
        """False when somebody else holds it. The device is known."""

    def resume(self, device: str, holder: object) -> bool:
        """False when somebody else holds it. The device is known."""

    def unmask(self, device: str, seconds: float) -> bool:
        """False when there is no such device."""


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What never changes while the station runs."""

    station: str
    role: Role
    software: str
    endpoint: str
    low_water_bytes: int
    devices: tuple[DeviceSection, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """What the controller knows at this step."""

    outbox: Outbox
    hindrances: Iterable[str]
    in_session: bool
    crowded: int
    free_bytes: int
    drop: str | None
    bin_full: bool
    gate_book: GateBook
    on_pad: Readings
    read_afi: Callable[[Iterable[Uid]], None]


class LocalDesk:
    """The state of all devices, and requests that wait for the service."""

    def __init__(
        self, facts: DeskFacts, client: CirculationClient, devices: PausableDevices
    ) -> None:
        self._facts = facts
        self._client = client
        self._devices = devices
        self._started = _now()
        self._told: dict[str, tuple[DeviceUp | DeviceDown, str]] = {}
        self._pings: list[LocalAsk] = []
        self._items: dict[str, list[LocalAsk]] = {}
        self._looks: list[tuple[LocalAsk, PadLook]] = []

    def device_told(self, news: DeviceUp | DeviceDown) -> None:
        """A device answers, or does not."""
        self._told[news.device] = news, _now()

    def take(self, ask: LocalAsk, present: Present, now: float) -> None:
        """Answer now, or once the service has answered."""
        match ask.request:
            case local.AskStatus():
                ask.answer(self._status(present))
            case local.AskOutbox():
                ask.answer(local.OutboxRows(rows=outbox_rows(present.outbox)))
            case local.AskJournal():
                ask.answer(local.JournalLines(rows=journal_lines(present.outbox)))
            case local.AskGate(hours=hours, at_most=at_most):
                ask.answer(present.gate_book(hours, at_most))
            case local.Ping():
                self._ping(ask, now)
            case local.AskItem(item=item):
                self._ask_item(ask, item, now)
            case local.AskTags():
                self._look_at_pad(ask, present)
            case local.SendNow():
                self._client.send_waiting_now()
                ask.answer(local.Done())
            case local.Pause(device=device, seconds=seconds):
                pause = self._devices.pause
                ask.answer(self._handed_over(device, lambda: pause(device, seconds, ask.asker)))
            case local.Resume(device=device):
                resume = self._devices.resume
                ask.answer(self._handed_over(device, lambda: resume(device, ask.asker)))
            case local.Unmask(device=device, seconds=seconds):
                ask.answer(self._unmasked(device, seconds, present))
            case local.AskFrames() | local.Watch():
                ask.answer(local.Trouble(reason="frames are not the controller's to tell"))
            case _:
                assert_never(ask.request)

    def heartbeat_answered(self, news: HeartbeatAnswered) -> None:
        """The service lives: whoever asked is told how far away it is."""
        pong = local.Pong(
            round_trip_ms=_ms(news.round_trip), clock_offset_ms=_ms(news.clock_offset)
        )
        waiting, self._pings = self._pings, []
        for ask in waiting:
            ask.answer(pong)

    def item_answered(self, item: str, reply: Reply | None) -> None:
        """The service's word, or none in time, about an item that a technician asked for."""
        for ask in self._items.pop(item, []):
            ask.answer(_item_known(item, reply))

    def afi_read(self, uid: Uid, afi: int | None) -> None:
        """What the pad read for a technician."""
        for _, look in self._looks:
            look.read(uid, afi)
        self._answer_looks()

    def _look_at_pad(self, ask: LocalAsk, present: Present) -> None:
        look = PadLook(present.on_pad)
        self._looks.append((ask, look))
        present.read_afi(look.wanted)
        self._answer_looks()

    def _answer_looks(self) -> None:
        for ask, look in self._looks:
            if not look.wanted:
                ask.answer(local.PadTags(tags=look.tags()))
        self._looks = [(ask, look) for ask, look in self._looks if look.wanted]

    def _ping(self, ask: LocalAsk, now: float) -> None:
        if not self._client.online:
            ask.answer(local.Trouble(reason=NOT_ONLINE))
            return
        self._pings.append(ask)
        self._client.beat(now)

    def _ask_item(self, ask: LocalAsk, item: str, now: float) -> None:
        if not self._client.online:
            ask.answer(local.Trouble(reason=NOT_ONLINE))
            return
        try:
            question = msgspec.convert({"ask": "item/1", "item": item, "closely": True}, AskItem)
        except msgspec.ValidationError as problem:
            ask.answer(local.Trouble(reason=f"{item!r} is no item number: {problem}"))
            return
        self._items.setdefault(item, []).append(ask)
        self._client.ask(question, LOCAL_MARK, now)

    def _unmasked(self, device: str, seconds: float, present: Present) -> local.Answer:
        """Only where a screen says so to whoever comes next."""
        if seconds and self._facts.role not in WITH_SCREEN:
            return local.Trouble(reason="this station has no screen that could say so to people")
        if seconds and present.in_session:
            return local.Trouble(
                reason="somebody is being served, or a book lies there; wait for the start screen"
            )
        return self._known(device, self._devices.unmask(device, seconds))

    def _handed_over(self, device: str, hand_over: Callable[[], bool]) -> local.Answer:
        if all(section.called != device for section in self._facts.devices):
            return self._known(device, known=False)
        if hand_over():
            return local.Done()
        return local.Trouble(
            reason=f"another technician uses {device} now; try again when their command has ended"
        )

    def _known(self, device: str, known: bool) -> local.Answer:
        if known:
            return local.Done()
        names = ", ".join(section.called for section in self._facts.devices)
        return local.Trouble(reason=f"there is no device {device}; there are {names}")

    def _status(self, present: Present) -> local.Status:
        facts = self._facts
        return local.Status(
            station=facts.station,
            role=facts.role,
            software=facts.software,
            pid=os.getpid(),
            started=self._started,
            in_session=present.in_session,
            drop=present.drop,
            bin_full=present.bin_full,
            hindrances=tuple(present.hindrances),
            crowded=present.crowded,
            devices=tuple(map(self._device_status, facts.devices)),
            link=self._link_status(),
            store=self._store_status(present),
        )

    def _device_status(self, section: DeviceSection) -> local.DeviceStatus:
        news, since = self._told.get(section.called, (None, ""))
        up = isinstance(news, DeviceUp)
        return local.DeviceStatus(
            name=section.called,
            kind=section.kind,
            driver=section.driver,
            path=section.address,
            up=up,
            model=news.model if isinstance(news, DeviceUp) else "",
            error=news.error if isinstance(news, DeviceDown) else "" if up else "Starting",
            reason=news.reason if isinstance(news, DeviceDown) else "",
            since=since,
        )

    def _link_status(self) -> local.LinkStatus:
        client = self._client
        beat = client.last_heartbeat
        return local.LinkStatus(
            endpoint=self._facts.endpoint,
            state=client.state,
            reachable=client.reachable,
            hindrance=client.hindrance,
            epoch=client.epoch,
            round_trip_ms=_ms(beat.round_trip) if beat else None,
            clock_offset_ms=_ms(beat.clock_offset) if beat else None,
        )

    def _store_status(self, present: Present) -> local.StoreStatus:
        waiting = present.outbox.unanswered()
        rows = (row for record in present.outbox for row in present.outbox.rows(record.key))
        return local.StoreStatus(
            waiting=len(waiting),
            kept=len(present.outbox) - len(waiting),
            open_tags=len(open_tags(rows)),
            oldest_waiting=born_at(waiting[0]) if waiting else None,
            free_mib=present.free_bytes // MIB,
            low_water_mib=self._facts.low_water_bytes // MIB,
        )


def _item_known(item: str, reply: Reply | None) -> local.Answer:
    match reply:
        case ItemAnswer():
            return local.ItemKnown(
                item=item,
                known=True,
                title=reply.title,
                tagged=reply.tagged,
                parts=reply.parts,
                on_loan=reply.on_loan,
                listed=reply.listed,
                since=None if reply.since_ms is None else _clock_time(reply.since_ms),
                last_move=None if reply.last_move is None else _moved(reply.last_move),
            )
        case Refused(code=RefusalCode.ITEM_UNKNOWN):
            return local.ItemKnown(item=item, known=False)
        case _:
            return local.Trouble(reason="the service did not answer in time; try again")


def _moved(move: LastMove) -> local.Moved:
    return local.Moved(act=move.act, station=move.station, at=_clock_time(move.at_ms))


def _clock_time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().isoformat(timespec="seconds")


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
