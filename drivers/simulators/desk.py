"""What hands do at a bench: books and cards are laid down, lifted, shown and carried through."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from drivers.simulators.bench_devices import BenchDevices, Listener
from drivers.simulators.bench_protocol import (
    BenchDevice,
    BenchItem,
    ItemMoved,
    ItemState,
    ItemTag,
    TagWritten,
)
from drivers.simulators.item_store import ItemStore, KeptItem
from drivers.simulators.placed_device import NotOnThisDesk
from drivers.simulators.virtual_tags import TagMemory, VirtualTag


class Desk:
    """Owner: the thread that made it. `listener` is called from the devices' threads as well.

    What a hand does to a device alone is done to `devices`.
    """

    def __init__(
        self,
        folder: Path,
        shelf: Iterable[BenchItem],
        devices: Iterable[BenchDevice],
        listener: Listener,
    ) -> None:
        self._listener = listener
        self._store = ItemStore(folder / "items.jsonl")
        self._keeping = Lock()
        self._items: dict[str, BenchItem] = {}
        self._tags: dict[str, VirtualTag] = {}
        self._lies_on: dict[str, str] = {}
        self.devices = BenchDevices(devices, listener)
        try:
            for kept in self._store.open(shelf).values():
                self._put_on_shelf(kept)
            self.devices.plug_in(folder)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Unplug everything."""
        self.devices.close()
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
        pad = self.devices.of_kind("pad", pad).name
        for name in names:
            self._expect_item(name)
        for name in names:
            self._take_from_pad(name)
            self._lay(name, pad)
            self._moved(name)

    def lift(self, names: Sequence[str]) -> None:
        """Lift all of them, or none."""
        for name in names:
            self._expect_item(name)
        for name in names:
            self._take_from_pad(name)
            self._moved(name)

    def present(self, name: str, reader: str) -> None:
        """A contactless card is held to a reader."""
        self._expect_item(name)
        chip = self._items[name].chip
        if chip is None:
            raise NotOnThisDesk(f"{name} has no chip that a card reader could see")
        self.devices.present(chip.card(), reader)

    def walk(self, names: Sequence[str], gate: str, *, inwards: bool) -> None:
        """A person carries items through a gate; they lie nowhere then."""
        self.devices.of_kind("gate", gate)
        self.lift(names)
        tags = [self._tags[name] for name in names if name in self._tags]
        self.devices.walk(tags, gate, inwards=inwards)

    def tags(self) -> tuple[ItemTag, ...]:
        """What all tags hold now."""
        return tuple(
            ItemTag(item=name, pad=self._where(name), memory=tag.to_memory())
            for name, tag in self._tags.items()
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
        if kept.pad is not None and kept.pad in self.devices.fields:
            self._lay(name, kept.pad)

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

    def _lay(self, name: str, pad: str) -> None:
        self._lies_on[name] = pad
        if name in self._tags:
            self.devices.fields[pad].lay(self._tags[name])

    def _take_from_pad(self, name: str) -> None:
        pad = self._lies_on.pop(name, None)
        if pad is not None and name in self._tags:
            self.devices.fields[pad].lift(self._tags[name].uid)

    def _where(self, name: str) -> str | None:
        """The pad an item lies on; a planned fault may have taken its tag away."""
        pad, tag = self._lies_on.get(name), self._tags.get(name)
        if pad is None or tag is None:
            return pad
        return pad if self.devices.fields[pad].tag(tag.uid) is tag else None

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

    def _expect_item(self, name: str) -> None:
        if name not in self._items:
            raise NotOnThisDesk(f"there is no book or card {name}")
