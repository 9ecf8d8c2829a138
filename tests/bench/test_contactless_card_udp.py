"""The driver through nfcpy's own reader over UDP: cards of types 2, 3 and 4 without any PN532."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Literal

import nfc
import nfc.clf
import pytest

from drivers.contactless_card.driver import ContactlessCardReader
from drivers.contactless_card.settings import CardSettings, Technology
from drivers.contactless_card.virtual_cards import RadioCard, Type2Card, Type3Card, Type4Card
from drivers.deadline import Deadline
from drivers.facts import CardProblem, CardSeen
from tests.waiting import eventually

LISTEN_SECONDS = 0.5
BOUND = Path("/proc/net/udp")
TYPE_2_UID = bytes.fromhex("01020304")
TYPE_4_UID = bytes.fromhex("11223344556677")
RANDOM_UID = bytes.fromhex("08112233")
IDM = bytes.fromhex("02FE123456789ABC")


def type_a(uid: bytes, sak: int) -> nfc.clf.LocalTarget:
    answers = {"sens_res": b"\x04\x00", "sdd_res": uid, "sel_res": bytes((sak,))}
    return nfc.clf.LocalTarget("106A", **{name: bytearray(raw) for name, raw in answers.items()})


def type_f(idm: bytes) -> nfc.clf.LocalTarget:
    answer = bytearray(b"\x01" + idm + b"\xff" * 8 + b"\x12\xfc")
    return nfc.clf.LocalTarget("212F", sensf_res=answer)


class UdpCard(Thread):
    """A card in nfcpy's simulated field. Owner of its frontend: this thread."""

    def __init__(self, port: int, target: nfc.clf.LocalTarget, card: RadioCard) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._target = target
        self._card = card
        self.gone = Event()

    def run(self) -> None:
        with nfc.ContactlessFrontend(f"udp:localhost:{self._port}") as field:
            while not self.gone.is_set():
                met = field.listen(self._target, LISTEN_SECONDS)
                if met is not None:
                    self._talk(field, met)

    def _talk(self, field: nfc.ContactlessFrontend, met: nfc.clf.LocalTarget) -> None:
        question = _first_question(met)
        try:
            while not self.gone.is_set():
                answer = self._card.answer(bytes(question))
                question = field.exchange(answer, LISTEN_SECONDS)
        except nfc.clf.CommunicationError:
            return  # the reader switched its field off


def _first_question(met: nfc.clf.LocalTarget) -> bytes:
    if met.tt3_cmd:
        return bytes((len(met.tt3_cmd) + 1,)) + bytes(met.tt3_cmd)
    return bytes(met.tt4_cmd or met.tt2_cmd)


@contextmanager
def reader_before(
    target: nfc.clf.LocalTarget, card: RadioCard, number: Literal["uid", "text"]
) -> Iterator[ContactlessCardReader]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("0.0.0.0", 0))  # noqa: S104 - where nfcpy listens
        port = free.getsockname()[1]
    held = UdpCard(port, target, card)
    held.start()
    eventually(lambda: f":{port:04X} " in BOUND.read_text(), 5, "card in the field")
    technology: Technology = "felica" if target.brty.endswith("F") else "iso14443a"
    settings = CardSettings(
        path=f"udp:localhost:{port}", technologies=(technology,), number=number, pause=0.01
    )
    reader = ContactlessCardReader(settings)
    try:
        reader.open(Deadline.after(2))
        yield reader
    finally:
        held.gone.set()
        reader.close()
        held.join()


@pytest.mark.parametrize(
    ("target", "card", "number", "expected"),
    [
        (
            type_a(TYPE_2_UID, 0x00),
            Type2Card(TYPE_2_UID, "TV-000201"),
            "text",
            CardSeen("iso14443a", "TV-000201"),
        ),
        (type_f(IDM), Type3Card(IDM, "TV-000202"), "text", CardSeen("felica", "TV-000202")),
        (
            type_a(TYPE_4_UID, 0x20),
            Type4Card("TV-000203"),
            "text",
            CardSeen("iso14443a", "TV-000203"),
        ),
        (
            type_a(TYPE_4_UID, 0x20),
            Type4Card(""),
            "uid",
            CardSeen("iso14443a", "11223344556677"),
        ),
        (
            type_a(RANDOM_UID, 0x20),
            Type4Card(""),
            "uid",
            CardSeen("iso14443a", "", CardProblem.RANDOM_UID),
        ),
    ],
    ids=["type-2-text", "type-3-text", "type-4-text", "type-4-uid-of-7", "random-uid"],
)
def test_cards_in_nfcpys_own_field(
    target: nfc.clf.LocalTarget,
    card: RadioCard,
    number: Literal["uid", "text"],
    expected: CardSeen,
) -> None:
    with reader_before(target, card, number) as reader:
        assert reader.next_card(Deadline.after(10)) == expected
