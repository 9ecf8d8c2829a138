"""The least time in which a pile of books can be read and released on 3M and metraTec pads.

As in pile_floor.py wire and air add up, nothing is computed at the same time, and the pad's own
computing time counts as zero. These pads need no pause between frames. The frames are built by
the codecs themselves, so their sizes are those on the wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.bibliotheca_3m import commands as bibliotheca
from drivers.bibliotheca_3m.frames import Frame
from drivers.interfaces import SystemInformation
from drivers.iso15693_requests import (
    WRITE_AFI,
    IsoAnswer,
    IsoRequest,
    checked,
    pack_system_information,
)
from drivers.metratec.commands import (
    INVENTORY,
    Question,
    information_command,
    read_command,
    tag_command,
)
from drivers.metratec.frames import Framing, answer, encode
from drivers.simulators import air
from drivers.uid import UID_BYTES, Uid
from tests.bench.pile_floor import Floor

BITS_A_CHARACTER = 10
BLOCK_SIZE = 4
AFI_BYTES = 1
INFORMATION_BYTES = 1 + UID_BYTES + 5


@dataclass(frozen=True, slots=True)
class BibliothecaFloor:
    """With the second poll of an inventory, and security bytes in every read."""

    baud: int
    write_seconds: float

    def reading(self, uids: Sequence[Uid], blocks: int) -> Floor:
        """An inventory, a second one that proves it stable, and one read a tag."""
        request = bibliotheca.Request(
            bibliotheca.READ_BLOCKS, {"first": 0, "count": blocks}, uids[0]
        )
        rows = blocks * (bibliotheca.BLOCK_HEAD + BLOCK_SIZE)
        on_air = air.addressed(2, blocks * (1 + BLOCK_SIZE))
        read = self._exchange(request, 1 + rows, on_air)
        return self._inventory(uids).times(2) + read.times(len(uids))

    def releasing(self, uids: Sequence[Uid]) -> Floor:
        """One AFI write and one proof a tag."""
        write = bibliotheca.Request(bibliotheca.WRITE_AFI, {"afi": 0xC2}, uids[0])
        proof = bibliotheca.Request(bibliotheca.TAG_INFORMATION, {"wanted": 0x0F}, uids[0])
        written = air.addressed(AFI_BYTES, 0) + self.write_seconds
        once = self._exchange(write, 0, written)
        proved = self._exchange(proof, 1 + 5, air.addressed(0, INFORMATION_BYTES))
        return (once + proved).times(len(uids))

    def _inventory(self, uids: Sequence[Uid]) -> Floor:
        request = bibliotheca.Request(bibliotheca.INVENTORY, {"afi": 0, "options": 7})
        on_air = air.inventory(uids)[1] + len(uids) * air.stay_quiet() + air.inventory([])[1]
        return self._exchange(request, 3 + len(uids) * (1 + UID_BYTES), on_air)

    def _exchange(self, asked: bibliotheca.Request, told: int, on_air: float) -> Floor:
        named = UID_BYTES if asked.uid else 0
        answered = len(Frame(asked.command.code, bytes(1 + named + told)).raw)
        characters = len(asked.frame.raw) + answered
        return Floor(characters * BITS_A_CHARACTER / self.baud + on_air, 1)


@dataclass(frozen=True, slots=True)
class MetratecFloor:
    """With checked lines, and a question about the DSFID of every tag that is new."""

    baud: int
    write_seconds: float

    def reading(self, uids: Sequence[Uid], blocks: int) -> Floor:
        """An inventory, each tag's system information, a second inventory, and one read a tag."""
        rows = blocks * BLOCK_SIZE
        question = read_command(uids[0], 0, blocks, "printed")
        read = self._tag(question, IsoAnswer(bytes(rows)), air.addressed(2, rows))
        each = (self._information(uids[0]) + read).times(len(uids))
        return self._inventory(uids).times(2) + each

    def releasing(self, uids: Sequence[Uid]) -> Floor:
        """One AFI write and one proof a tag."""
        question = tag_command(IsoRequest(WRITE_AFI, uids[0], b"\xc2"), "printed")
        written = air.addressed(AFI_BYTES, 0) + self.write_seconds
        write = self._tag(question, IsoAnswer(), written)
        return (write + self._information(uids[0])).times(len(uids))

    def _information(self, uid: Uid) -> Floor:
        told = IsoAnswer(pack_system_information(SystemInformation(uid, 0, 0, 4, 28, 1)))
        on_air = air.addressed(0, INFORMATION_BYTES)
        return self._tag(information_command(uid, "printed"), told, on_air)

    def _inventory(self, uids: Sequence[Uid]) -> Floor:
        lines = (*uids, f"IVF {len(uids):02}")
        return self._exchange(INVENTORY, lines, air.inventory(uids)[1])

    def _tag(self, asked: Question, told: IsoAnswer, on_air: float) -> Floor:
        lines = ("TDT", checked(told.body()).hex().upper(), "COK", "NCL")
        return self._exchange(asked, lines, on_air)

    def _exchange(self, asked: Question, lines: tuple[str, ...], on_air: float) -> Floor:
        answered = answer(lines, Framing(ended=True, checked=True))
        characters = len(encode(asked.text, checked=True)) + len(answered)
        return Floor(characters * BITS_A_CHARACTER / self.baud + on_air, 1)
