"""The simulator against the golden lines, without a line: bytes in, acts out."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.iso15693_requests import STAY_QUIET, WRITE_AFI, IsoRequest
from drivers.metratec.commands import tag_command
from drivers.metratec.simulator import MetratecSimulator
from drivers.metratec.virtual_reader import MetratecSimulatorSettings
from drivers.simulators.device import Act, Say
from drivers.simulators.virtual_tags import CHIPS, VirtualTag
from drivers.uid import Uid
from tests.unit.drivers.metratec.golden import ASK_READ, ASK_WRITE_AFI, SAMPLE

OTHER = Uid("E004010011223344")


def sample_tag(**changes: object) -> VirtualTag:
    memory = bytearray.fromhex("11112222")
    return VirtualTag(uid=SAMPLE, memory=memory, **changes)  # type: ignore[arg-type]


class Line:
    """Asks a simulator line by line, each a second after the one before."""

    def __init__(self, *tags: VirtualTag, ready: bool = True, **settings: object) -> None:
        self.simulator = MetratecSimulator(tags, MetratecSimulatorSettings(**settings))  # type: ignore[arg-type]
        self.now = 100.0
        if ready:
            self.ask("EOF")
            self.ask("SRI SS 100")

    def acts(self, raw: bytes) -> Sequence[Act]:
        self.now += 1.0
        return self.simulator.receive(raw, self.now)

    def ask(self, text: str) -> str:
        acts = self.acts(text.encode() + b"\r")
        return b"".join(act.data for act in acts if isinstance(act, Say)).decode()


def test_an_inventory_of_one_tag_and_of_none() -> None:
    assert Line(sample_tag()).ask("INV") == "E0040150338607AE\rIVF 01\r\n"
    assert Line().ask("INV") == "IVF 00\r\n"


def test_checked_lines_carry_their_checks_and_unchecked_ones_are_refused() -> None:
    line = Line(sample_tag())
    assert line.ask("CON") == "OK! 9356\r\n"
    assert line.ask("INV 5CBD") == "E0040150338607AE 979A\rIVF 01 D014\r\n"
    assert line.ask("INV").startswith("CCE ")
    assert line.ask(ASK_READ) == "TDT 5459\r0011112222B7DD 68F4\rCOK FF26\rNCL 9C02\r\n"
    assert line.ask("BRK 9977") == "NCM 85DA\r\n"
    assert line.ask("COF 4F5E") == "OK!\r\n"


def test_a_write_is_done_by_wrq_and_answered_without_data() -> None:
    tag = sample_tag()
    line = Line(tag)
    assert line.ask(ASK_WRITE_AFI[:-5]) == "TDT\r0078F0\rCOK\rNCL\r\n"
    assert tag.afi == 0xC2


def test_nobody_answers_a_command_to_another_tag_or_in_the_other_order() -> None:
    line = Line(sample_tag())
    assert line.ask(tag_command(IsoRequest(WRITE_AFI, OTHER, b"\7"), "printed").text) == "TNR\r\n"
    turned = tag_command(IsoRequest(WRITE_AFI, SAMPLE, b"\7"), "air").text
    assert line.ask(turned) == "TNR\r\n"
    assert Line(sample_tag(), uid_order="air").ask(turned).startswith("TDT\r0078F0")


def test_options_of_an_inventory() -> None:
    line = Line(sample_tag(afi=0x07), VirtualTag(OTHER, afi=0xC2))
    assert line.ask("INV AFI 07") == "E0040150338607AE\rIVF 01\r\n"
    assert line.ask("INV AFI C0") == "E004010011223344\rIVF 01\r\n"
    assert line.ask("INV SSL") == "CLD\r\n"
    assert line.ask("INV ONT") != "IVF 00\r\n"
    assert line.ask("INV ONT") == "IVF 00\r\n"
    line.ask("SRI SS 100")
    assert line.ask("INV ONT") != "IVF 00\r\n"


def test_a_continuous_inventory_goes_on_until_it_is_broken_off() -> None:
    line = Line(sample_tag())
    assert line.ask("CNR INV") == "E0040150338607AE\rIVF 01\r\n"
    assert line.simulator.acts_at < float("inf")
    (said,) = line.simulator.act(line.now)
    assert isinstance(said, Say)
    assert said.data == b"E0040150338607AE\rIVF 01\r\n"
    assert line.ask("BRK") == "BRA\r\n"
    assert line.simulator.acts_at == float("inf")
    assert line.ask("BRK") == "NCM\r\n"


def test_a_sleeping_reader_hears_only_that_it_shall_wake() -> None:
    line = Line(ready=False, asleep=True)
    assert [line.ask("BRK"), line.ask("WAK"), line.ask("BRK")] == ["", "GMO\r", "NCM\r"]


def test_a_quiet_tag_wakes_up_for_the_next_inventory() -> None:
    line = Line(sample_tag())
    assert line.ask(tag_command(IsoRequest(STAY_QUIET, SAMPLE), "printed").text) == "TNR\r\n"
    assert line.ask("INV") == "E0040150338607AE\rIVF 01\r\n"


def test_pins_antennas_and_what_no_firmware_knows() -> None:
    line = Line(unknown=frozenset({"HWR"}))
    assert [line.ask("RIP 2"), line.ask("WOP 1 HI")] == ["LOW\r\n", "OK!\r\n"]
    line.simulator.reader.inputs[2] = True
    assert line.ask("RIP 2") == "HI!\r\n"
    assert [line.ask("SAP MAN 3"), line.ask("SAP MAN 99")] == ["OK!\r\n", "NOR\r\n"]
    assert (line.simulator.reader.outputs[1], line.simulator.reader.antenna) == (True, 3)
    assert [line.ask("HWR"), line.ask("XYZ"), line.ask("RIP")] == ["UCO\r\n", "UCO\r\n", "UPA\r\n"]
    assert line.ask("REV") == "DESKID_ISO     01000218\r\n"


def test_without_field_nothing_is_found() -> None:
    line = Line(sample_tag(), ready=False)
    assert [line.ask("INV"), line.ask(ASK_READ[:-5])] == ["NRF\r", "NRF\r"]


def test_write_without_the_option_flag_is_refused_by_a_tag_it_chip() -> None:
    tag = VirtualTag(SAMPLE, CHIPS["tag-it-hf-i-plus"])
    line = Line(tag)
    assert line.ask(ASK_WRITE_AFI[:-5]).startswith("TDT\r0103")
    flagged = IsoRequest(WRITE_AFI, SAMPLE, b"\xc2", option=True)
    assert line.ask(tag_command(flagged, "printed").text).startswith("TDT\r0078F0")
    assert tag.afi == 0xC2


def test_air_and_wire_time_are_kept_when_asked_for() -> None:
    line = Line(sample_tag(), keeps_air_time=True, keeps_wire_time=True)
    (said,) = line.acts(ASK_READ[:-5].encode() + b"\r")
    assert isinstance(said, Say)
    assert said.after == pytest.approx(0.00709, abs=1e-4)
    assert line.simulator.character_seconds == pytest.approx(10 / 115_200)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_garbage_never_makes_the_reader_fall_over(pieces: list[bytes]) -> None:
    line = Line(sample_tag())
    for piece in pieces:
        line.acts(piece)
    line.ask("")
    line.ask("COF 4F5E")
    line.ask("EOF")
    assert line.ask("BRK") in {"NCM\r\n", "BRA\r\n"}
