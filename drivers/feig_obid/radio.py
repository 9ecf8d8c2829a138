"""The field of a FEIG reader: which tags are in it, at which of its antennas."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta

from drivers.deadline import Deadline
from drivers.errors import WrongDevice
from drivers.facts import TagSeen
from drivers.feig_obid.commands import (
    INVENTORY,
    MORE,
    RF_OUTPUT,
    RF_RESET,
    Request,
    inventory_records,
)
from drivers.feig_obid.conversation import Answer, LineSettings
from drivers.feig_obid.device import FeigDevice
from drivers.feig_obid.statuses import MORE_DATA, NO_TRANSPONDER
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity
from drivers.repeated_reads import repeated
from drivers.uid import Uid

Antenna = Annotated[int, Meta(ge=1, le=8)]

THE_ONE_ANTENNA = (None,)


class FeigRadio(FeigDevice):
    """Owner: the thread that calls `open`.

    One antenna has the field at a time; a tag is spoken to where the last inventory saw it.
    """

    def __init__(
        self,
        line: LineSettings,
        trace: FrameTrace | None,
        *,
        antennas: Mapping[str, int],
        rf_reset_before_inventory: bool,
    ) -> None:
        super().__init__(line, trace)
        self._places = antennas
        self._resets = rf_reset_before_inventory
        self._on_air: int | None = None
        self._antenna_of: Mapping[Uid, int] = MappingProxyType({})

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._on_air, self._antenna_of = None, {}
        return super().open(deadline)

    @property
    def antennas(self) -> Sequence[int | None]:
        """Those that have a place, or the one that the reader begins with."""
        return tuple(self._places.values()) or THE_ONE_ANTENNA

    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        return repeated(lambda: self._whole_inventory(deadline), deadline)

    def wake_tags(self, antenna: int | None, deadline: Deadline) -> None:
        """Field off and on. Which antenna has it after a reset is nowhere said: chosen anew."""
        self.ask(Request(RF_RESET), deadline)
        self._on_air = None
        self._reach(antenna, deadline)

    def read_tag(self, request: Request, deadline: Deadline) -> Answer:
        """As `read`, at the antenna of the tag."""
        self._reach_tag(request, deadline)
        return self.read(request, deadline)

    def ask_tag(self, request: Request, deadline: Deadline) -> Answer:
        """As `ask`, at the antenna of the tag."""
        self._reach_tag(request, deadline)
        return self.ask(request, deadline)

    def _whole_inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        if not self._places:
            return tuple(self._tags_at(None, None, deadline).values())
        seen: dict[Uid, TagSeen] = {}
        for place, antenna in self._places.items():
            seen = self._tags_at(place, antenna, deadline) | seen
        self._antenna_of = {uid: self._places[tag.place] for uid, tag in seen.items() if tag.place}
        return tuple(seen.values())

    def _tags_at(
        self, place: str | None, antenna: int | None, deadline: Deadline
    ) -> dict[Uid, TagSeen]:
        """An inventory in parts is repeated from its start: the reader has dropped what it sent."""
        if self._resets:
            self.wake_tags(antenna, deadline)
        else:
            self._reach(antenna, deadline)
        answer = self._inventory_part(0, deadline)
        seen = _tags(answer, place)
        while answer.status == MORE_DATA:
            answer = self._inventory_part(MORE, deadline)
            seen |= _tags(answer, place)
        return seen

    def _inventory_part(self, mode: int, deadline: Deadline) -> Answer:
        return self.ask(Request(INVENTORY, mode=mode), deadline, also=NO_TRANSPONDER)

    def _reach_tag(self, request: Request, deadline: Deadline) -> None:
        if self._antenna_of and request.uid is not None:
            self._reach(self._antenna_of.get(request.uid), deadline)

    def _reach(self, antenna: int | None, deadline: Deadline) -> None:
        if antenna is not None and antenna != self._on_air:
            self._on_air = None
            self.ask(Request(RF_OUTPUT, {"antenna": antenna}), deadline)
            self._on_air = antenna

    def _expect_right_reader(self) -> None:
        super()._expect_right_reader()
        offered = self.facts.model.abilities.antennas
        for place, antenna in self._places.items():
            if antenna > offered:
                raise WrongDevice(
                    f"{place} is antenna {antenna}, but {self.facts.model.name} switches {offered} "
                    "only; correct `antennas` in the configuration"
                )


def _tags(answer: Answer, place: str | None) -> dict[Uid, TagSeen]:
    if answer.status == NO_TRANSPONDER:
        return {}
    return {tag.uid: tag for tag in inventory_records(answer.fields, place)}
