"""A whole desk of simulated devices, with books and cards that are laid down and lifted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from drivers.barcode_serial.simulator import BarcodeSimulator, BarcodeSimulatorSettings
from drivers.feig_obid.simulator import FeigSimulator
from drivers.feig_obid.virtual_reader import FeigSimulatorSettings
from drivers.frame_trace import FrameTrace, TracedFrame
from drivers.simulators.bench_protocol import (
    BenchItem,
    DevicePlugged,
    DeviceState,
    Event,
    FrameSeen,
    ItemMoved,
    ItemState,
    ItemTag,
    TagWritten,
)
from drivers.simulators.faults import PlannedFault
from drivers.simulators.item_store import ItemStore, KeptItem
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.virtual_tags import TagMemory, VirtualTag

Listener = Callable[[Event], None]


class NotOnThisDesk(Exception):
    """A name that nothing here has, or an act that is not possible; the text says which."""


class Desk:
    """Owner: the thread that made it. `listener` is called from the devices' threads as well."""

    def __init__(
        self,
        folder: Path,
        shelf: Iterable[BenchItem],
        pads: Mapping[str, FeigSimulatorSettings],
        scanners: Mapping[str, BarcodeSimulatorSettings],
        listener: Listener,
    ) -> None:
        self._listener = listener
        self._store = ItemStore(folder / "items.jsonl")
        self._pads: dict[str, FeigSimulator] = {}
        self._scanners: dict[str, BarcodeSimulator] = {}
        self._hosts: dict[str, PtyHost] = {}
        for name, pad in pads.items():
            self._pads[name] = FeigSimulator((), pad, trace=self._trace(name))
        for name, scanner in scanners.items():
            self._scanners[name] = BarcodeSimulator(scanner, trace=self._trace(name))
        self._keeping = Lock()
        self._items: dict[str, BenchItem] = {}
        self._tags: dict[str, VirtualTag] = {}
        self._lies_on: dict[str, str] = {}
        for kept in self._store.open(shelf).values():
            self._put_on_shelf(kept)
        for name, device in (self._pads | self._scanners).items():
            self._hosts[name] = PtyHost(device, folder / name)

    def close(self) -> None:
        """Unplug everything."""
        for host in self._hosts.values():
            host.close()
        self._store.close()

    def add(self, item: BenchItem) -> None:
        """Put an item on the shelf."""
        pad = self._where(item.name)
        if pad is not None:
            raise NotOnThisDesk(f"{item.name} lies on {pad}; lift it first")
        self._put_on_shelf(KeptItem(item=item))
        self._keep(item.name)

    def lay(self, names: Sequence[str], pad: str) -> None:
        """Lay all of them down, or none."""
        field = self._pad(pad).pad
        for name in names:
            self._expect_item(name)
        for name in names:
            self._take_from_pad(name)
            self._lies_on[name] = pad
            if name in self._tags:
                field.lay(self._tags[name])
            self._moved(name)

    def lift(self, names: Sequence[str]) -> None:
        """Lift all of them, or none."""
        for name in names:
            self._expect_item(name)
        for name in names:
            self._take_from_pad(name)
            self._moved(name)

    def scan(self, text: str, scanner: str) -> None:
        """The scanner reads a code."""
        if scanner not in self._scanners:
            raise NotOnThisDesk(f"there is no scanner {scanner}")
        self._hosts[scanner].say(self._scanners[scanner].scan(text))

    def plug(self, device: str, *, plugged: bool) -> None:
        """Plug a device in, or pull its plug."""
        host = self._host(device)
        if plugged:
            host.plug()
        else:
            host.unplug()
        self._listener(DevicePlugged(device=device, plugged=plugged))

    def plan_fault(self, device: str, planned: PlannedFault) -> None:
        """Let something go wrong."""
        self._device(device).faults.plan(planned)

    def clear_faults(self, device: str) -> None:
        """Nothing goes wrong any more."""
        self._device(device).faults.clear()

    def tags(self) -> tuple[ItemTag, ...]:
        """What all tags hold now."""
        return tuple(
            ItemTag(item=name, pad=self._where(name), memory=tag.to_memory())
            for name, tag in self._tags.items()
        )

    def devices(self) -> tuple[DeviceState, ...]:
        return tuple(
            DeviceState(
                name=name,
                kind="pad" if name in self._pads else "scanner",
                path=str(host.link),
                plugged=host.plugged,
            )
            for name, host in self._hosts.items()
        )

    def items(self) -> tuple[ItemState, ...]:
        return tuple(
            ItemState(item=item, pad=self._where(name)) for name, item in self._items.items()
        )

    def _put_on_shelf(self, kept: KeptItem) -> None:
        """Raises NotOnThisDesk for a tag that no chip can hold."""
        name = kept.item.name
        self._tags.pop(name, None)
        if kept.item.tag is not None:
            self._tags[name] = self._make_tag(name, kept.item.tag)
        self._items[name] = kept.item
        if kept.pad in self._pads:
            self._lies_on[name] = kept.pad
            if name in self._tags:
                self._pads[kept.pad].pad.lay(self._tags[name])

    def _make_tag(self, name: str, memory: TagMemory) -> VirtualTag:
        try:
            tag = VirtualTag.from_memory(memory)
        except (KeyError, ValueError) as problem:
            raise NotOnThisDesk(f"the tag of {name}: {problem}") from problem
        tag.on_write = lambda _: self._written(name)
        return tag

    def _written(self, name: str) -> None:
        """In the thread of the pad, before the reader answers."""
        self._keep(name)
        self._listener(TagWritten(item=name, memory=self._tags[name].to_memory()))

    def _take_from_pad(self, name: str) -> None:
        pad = self._lies_on.pop(name, None)
        if pad is not None and name in self._tags:
            self._pads[pad].pad.lift(self._tags[name].uid)

    def _where(self, name: str) -> str | None:
        """The pad an item lies on; a planned fault may have taken its tag away."""
        pad, tag = self._lies_on.get(name), self._tags.get(name)
        if pad is None or tag is None:
            return pad
        return pad if self._pads[pad].pad.tag(tag.uid) is tag else None

    def _moved(self, name: str) -> None:
        self._keep(name)
        self._listener(ItemMoved(item=name, pad=self._where(name)))

    def _keep(self, name: str) -> None:
        """Whichever thread keeps last keeps what is true now."""
        with self._keeping:
            tag = self._tags.get(name)
            memory = tag.to_memory() if tag else None
            item = msgspec.structs.replace(self._items[name], tag=memory)
            self._store.keep(KeptItem(item=item, pad=self._where(name)))

    def _trace(self, device: str) -> FrameTrace:
        def tell(frame: TracedFrame) -> None:
            self._listener(
                FrameSeen(
                    device=device,
                    at=frame.at,
                    direction=str(frame.direction),
                    hex=frame.raw.hex(" ").upper(),
                    sentence=frame.sentence,
                )
            )

        return FrameTrace(listener=tell)

    def _expect_item(self, name: str) -> None:
        if name not in self._items:
            raise NotOnThisDesk(f"there is no book or card {name}")

    def _pad(self, name: str) -> FeigSimulator:
        if name not in self._pads:
            raise NotOnThisDesk(f"there is no pad {name}")
        return self._pads[name]

    def _host(self, device: str) -> PtyHost:
        if device not in self._hosts:
            raise NotOnThisDesk(f"there is no device {device}; there are {', '.join(self._hosts)}")
        return self._hosts[device]

    def _device(self, name: str) -> FeigSimulator | BarcodeSimulator:
        self._host(name)
        return self._pads.get(name) or self._scanners[name]
