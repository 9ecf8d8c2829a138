"""The composition root of a station: everything is made here and nowhere else.

`Station` is what a screen needs to know: start with a callable that takes frames, submit what a
person did, stop.
"""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from drivers.frame_trace import FrameTrace, TracedFrame
from kiosk import __version__
from kiosk.circulation_client import CirculationClient, Identity
from kiosk.config import WITH_SCREEN, StationConfig
from kiosk.controller import Controller, News, Outside, Publish, StationFacts
from kiosk.device_supervisor import DeviceSupervisor
from kiosk.device_worker import WorkerNews
from kiosk.enrolment import pinned_service, station_key
from kiosk.inbox import Inbox
from kiosk.intents import Intent
from kiosk.link_health import LinkTimes
from kiosk.local.bulletin import Bulletin
from kiosk.local.desk import DeskFacts
from kiosk.local.server import LocalServer
from kiosk.receipts.folder import save_receipt
from kiosk.receipts.text import Translate, in_vietnamese
from kiosk.service_link import ServiceLink
from kiosk.session.states import Policy, SelfCheck
from kiosk.station_store import StationStore
from service.protocol.identifiers import new_identifier

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
STOP_SECONDS = 10.0
MIB = 1 << 20
SOFTWARE = f"muontra {__version__}"


log = structlog.get_logger()


class StationFailed(Exception):
    """The station could not start; the text says why."""


class Station:
    """A running station without its screen."""

    def __init__(
        self,
        config: StationConfig,
        *,
        translate: Callable[[str], Translate] = lambda _language: in_vietnamese,
        trace: Callable[[str], FrameTrace] = lambda _device: FrameTrace(),
        report: Callable[[str], None] = lambda _part: None,
    ) -> None:
        """`report` hears of `controller` and `link` every few seconds while they live."""
        self._config = config
        self._report = report
        self._translate = translate
        self._trace = trace
        self._state = Path(config.station.state_folder)
        self._inbox: Inbox[News] = Inbox()
        self._bulletin = Bulletin()
        self._local: LocalServer | None = None

    def start(self, publish: Publish) -> None:
        """Start all threads; frames come by `publish`, from the controller's thread.

        Raises StationFailed, and EnrolmentProblem when the station was never enrolled.
        """
        config, state = self._config, self._state
        boot = _boot_id()
        inbox = self._inbox
        service = pinned_service(state)
        self._link = ServiceLink(
            service, station_key(state), inbox.put, report=lambda: self._report("link")
        )
        self._traces = {device.called: self._trace_of(device.called) for device in config.device}
        self._devices = DeviceSupervisor(config, self._told, self._traces.__getitem__)
        identity = Identity(boot, new_identifier(), SOFTWARE)
        times = link_times(config)
        self._controller = Controller(
            inbox=inbox,
            session=first_session(config),
            open_store=lambda: StationStore(state, ballast_bytes=config.storage.ballast_mib * MIB),
            make_client=lambda epoch: CirculationClient(identity, epoch, self._link.send, times),
            facts=StationFacts(
                config.station.name,
                config.station.library,
                config.storage.low_water_mib * MIB,
                self._translate,
                desk_facts(config, service.endpoint),
                config.storage.gate_days,
            ),
            outside=Outside(
                publish,
                self._devices,
                self._save_receipt,
                report=lambda: self._report("controller"),
            ),
            boot=boot,
        )
        self._start_threads()

    def submit(self, intent: Intent) -> None:
        """What a person did, or that a frame was drawn; from any thread."""
        self._inbox.put(intent)

    def stop(self) -> None:
        """End the session by its rules, then all threads."""
        self._controller.stop()
        self._controller.join(STOP_SECONDS)
        if self._local is not None:
            self._local.stop()
        self._devices.stop()
        self._link.stop()
        self._link.join(STOP_SECONDS)

    @property
    def problem(self) -> Exception | None:
        """Why the controller ended, None while it runs."""
        return self._controller.problem

    def _start_threads(self) -> None:
        self._controller.start()
        self._controller.ready.wait()
        if self._controller.problem is not None:
            raise StationFailed(str(self._controller.problem)) from self._controller.problem
        self._devices.start()
        self._local = self._local_server()  # a device that has not started cannot be paused
        self._link.start()

    def _local_server(self) -> LocalServer | None:
        """A station whose socket cannot be made works all the same."""
        path = self._config.station.socket_path
        try:
            server = LocalServer(path, self._inbox.put, self._traces, self._bulletin)
        except OSError as problem:
            log.warning("no local socket", path=str(path), reason=str(problem))
            return None
        server.start()
        return server

    def _told(self, news: WorkerNews) -> None:
        self._inbox.put(news)
        self._bulletin.notice(news)

    def _trace_of(self, device: str) -> FrameTrace:
        """The configured one, with those who watch as further listeners."""
        trace = self._trace(device)
        first = trace.listener

        def tell(frame: TracedFrame) -> None:
            if first is not None:
                first(frame)
            self._bulletin.frame(device, frame)

        trace.listener = tell
        return trace

    def _save_receipt(self, lines: tuple[str, ...]) -> None:
        save_receipt(self._state / "receipts", lines, datetime.now().astimezone())


def first_session(config: StationConfig) -> SelfCheck:
    """The session of a station that has just started."""
    policy = config.policy
    return SelfCheck(
        policy=Policy(
            patron_idle_seconds=policy.patron_idle_seconds,
            still_there_seconds=policy.still_there_seconds,
            farewell_seconds=policy.farewell_seconds,
            card_pattern=policy.card_pattern,
            item_pattern=policy.item_pattern,
            has_pad=config.has("pad"),
            has_scanner=config.has("scanner"),
            has_printer=config.has("printer"),
            lend_tagged_without_pad=policy.lend_tagged_without_pad,
            lends=config.station.role in WITH_SCREEN,
        ),
        language=config.station.language,
        home_language=config.station.language,
        owner=config.station.isil,
    )


def desk_facts(config: StationConfig, endpoint: str) -> DeskFacts:
    """What technicians are told of the station."""
    return DeskFacts(
        station=config.station.name,
        role=config.station.role,
        software=SOFTWARE,
        endpoint=endpoint,
        low_water_bytes=config.storage.low_water_mib * MIB,
        devices=config.device,
    )


def link_times(config: StationConfig) -> LinkTimes:
    """The link's times as configured."""
    link = config.link
    return LinkTimes(
        beat=link.beat_seconds,
        beat_in_session=link.beat_in_session_seconds,
        silent=link.silent_seconds,
        silent_in_session=link.silent_in_session_seconds,
        answer=link.answer_seconds,
        online_again=link.online_again_seconds,
    )


def _boot_id() -> str:
    """The kernel's name for this boot; wall clocks are corrected per boot."""
    if BOOT_ID.exists():
        return BOOT_ID.read_text(encoding="ascii").strip().replace("-", "")
    return os.urandom(16).hex()
