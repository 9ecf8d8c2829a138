"""The simulated devices of a bench, found by name or kind, and what hands do to them alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from drivers.frame_trace import FrameTrace, TracedFrame
from drivers.registry import DeviceKind
from drivers.simulators.bench_protocol import (
    BenchDevice,
    DeviceActed,
    DevicePlugged,
    DeviceState,
    Event,
    FrameSeen,
    PutIn,
    Remove,
    SetChute,
    SetCover,
    SetPaper,
    TakeOut,
)
from drivers.simulators.device import Act, VirtualCard
from drivers.simulators.faults import PlannedFault
from drivers.simulators.placed_device import (
    NotOnThisDesk,
    PlacedDevice,
    drivers_named,
    placed_device,
)
from drivers.simulators.virtual_tags import PadField, VirtualTag

Listener = Callable[[Event], None]


class BenchDevices:
    """Owner: the thread that made it. `listener` is called from the devices' threads as well.

    `fields` are those of the pads; tags may be laid there before the devices are plugged in.
    """

    def __init__(self, wanted: Iterable[BenchDevice], listener: Listener) -> None:
        self._listener = listener
        self._placed: dict[str, PlacedDevice] = {}
        wanted = list(wanted)
        drivers = drivers_named({one.driver for one in wanted})
        for one in wanted:
            if one.name in self._placed:
                raise NotOnThisDesk(f"two devices are called {one.name}; rename one")
            trace = FrameTrace(listener=partial(self._tell_frame, one.name))
            self._placed[one.name] = placed_device(one, drivers[one.driver], trace)
        self.fields: Mapping[str, PadField] = {
            placed.name: placed.device.pad
            for placed in self._placed.values()
            if placed.driver.kind == "pad"
        }

    def plug_in(self, folder: Path) -> None:
        """Bring them to their lines; links to these are made in `folder`."""
        for placed in self._placed.values():
            placed.plug_in(folder)

    def close(self) -> None:
        """Unplug everything for good."""
        for placed in self._placed.values():
            if placed.is_placed:
                placed.host.close()

    def states(self) -> tuple[DeviceState, ...]:
        """In the order in which they were asked for."""
        return tuple(placed.state() for placed in self._placed.values())

    def named(self, name: str) -> PlacedDevice:
        """Raises NotOnThisDesk."""
        if name not in self._placed:
            raise NotOnThisDesk(f"there is no device {name}; there are {', '.join(self._placed)}")
        return self._placed[name]

    def of_kind(self, kind: DeviceKind, name: str) -> PlacedDevice:
        """The device of this name, or the only one of its kind. Raises NotOnThisDesk."""
        known = [placed for placed in self._placed.values() if placed.driver.kind == kind]
        fitting = [placed for placed in known if name in {"", placed.name}]
        if len(fitting) == 1:
            return fitting[0]
        if name or not known:
            raise NotOnThisDesk(f"there is no {kind} {name}".rstrip())
        raise NotOnThisDesk(f"which {kind}: {', '.join(placed.name for placed in known)}?")

    def scan(self, text: str, scanner: str) -> None:
        """A code is held before a scanner."""
        placed = self.of_kind("scanner", scanner)
        self._act(placed, "scan", placed.device.scan(text))

    def present(self, card: VirtualCard, reader: str) -> None:
        """A contactless card is held to a reader."""
        placed = self.of_kind("card", reader)
        self._act(placed, "present", placed.device.present(card))

    def walk(self, tags: Sequence[VirtualTag], gate: str, *, inwards: bool) -> None:
        """A person carries tags through a gate."""
        placed = self.of_kind("gate", gate)
        self._act(placed, "walk", placed.device.walk(tags, inwards=inwards))

    def handle(self, act: Remove | SetPaper | SetCover | PutIn | TakeOut | SetChute) -> None:
        """What a hand does to a device alone."""
        match act:
            case Remove():
                placed = self.of_kind("card", act.reader)
                self._act(placed, "remove", placed.device.remove())
            case PutIn():
                placed = self.of_kind("drop", act.drop)
                self._act(placed, "put_in", placed.device.put_in())
            case TakeOut():
                placed = self.of_kind("drop", act.drop)
                self._act(placed, "take_out", placed.device.take_out())
            case SetPaper():
                self._set(self.of_kind("printer", act.printer), "paper", paper=act.paper)
            case SetCover():
                self._set(self.of_kind("printer", act.printer), "cover", cover_open=act.is_open)
            case SetChute():
                placed = self.of_kind("drop", act.drop)
                self._set(placed, "chute", bin_full=act.bin_full, jammed=act.jammed)

    def plug(self, device: str, *, plugged: bool) -> None:
        """Plug a device in, or pull its plug."""
        host = self.named(device).host
        if plugged:
            host.plug()
        else:
            host.unplug()
        self._listener(DevicePlugged(device=device, plugged=plugged))

    def plan_fault(self, device: str, planned: PlannedFault) -> None:
        """Let something go wrong."""
        self.named(device).device.faults.plan(planned)

    def clear_faults(self, device: str) -> None:
        """Nothing goes wrong any more."""
        self.named(device).device.faults.clear()

    def _set(self, placed: PlacedDevice, act: str, **state: object) -> None:
        """None leaves a part of the state as it is."""
        for name, value in state.items():
            if value is not None:
                setattr(placed.device, name, value)
        self._act(placed, act, ())

    def _act(self, placed: PlacedDevice, act: str, acts: Sequence[Act]) -> None:
        placed.host.say(acts)
        self._listener(DeviceActed(device=placed.name, act=act))

    def _tell_frame(self, device: str, frame: TracedFrame) -> None:
        self._listener(
            FrameSeen(
                device=device,
                at=frame.at,
                direction=str(frame.direction),
                hex=frame.raw.hex(" ").upper(),
                sentence=frame.sentence,
            )
        )
