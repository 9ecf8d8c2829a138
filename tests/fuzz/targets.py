"""Everything that takes bytes from outside, each with the errors that it may answer with."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import msgspec

from drivers.barcode_hid.keys import KeySplitter
from drivers.barcode_serial.dialects import DIALECTS
from drivers.barcode_serial.frames import LONGEST as LONGEST_CODE
from drivers.barcode_serial.frames import LineSplitter
from drivers.barcodes.checks import CHECKS
from drivers.barcodes.heard import Splitter
from drivers.barcodes.rules import CodeRules, judged
from drivers.barcodes.symbologies import without_identifier
from drivers.bibliotheca_3m import commands as bibliotheca
from drivers.bibliotheca_3m import conversation as bibliotheca_conversation
from drivers.bibliotheca_3m import frames as bibliotheca_frames
from drivers.contactless_card import frames as pn532_frames
from drivers.contactless_card.virtual_pn532 import VirtualPn532
from drivers.errors import FrameDamaged
from drivers.escpos_printer import frames as escpos_status
from drivers.escpos_printer.print_commands import commands_in
from drivers.escpos_printer.simulator import EscposSimulator
from drivers.facts import Code
from drivers.feig_gate.buffer import batch_of
from drivers.feig_obid import commands as feig
from drivers.feig_obid import configuration
from drivers.feig_obid import conversation as feig_conversation
from drivers.feig_obid import frames as feig_frames
from drivers.iso15693_requests import (
    SYSTEM_INFORMATION,
    IsoRequest,
    parse_answer,
    parse_request,
    parse_system_information,
    unchecked,
)
from drivers.metratec import commands as metratec
from drivers.metratec import frames as metratec_frames
from drivers.simulators.bench_file import bench_in
from drivers.simulators.bench_protocol import command_from
from drivers.simulators.bench_protocol import message_from as bench_message_from
from drivers.simulators.placed_device import NotOnThisDesk
from drivers.tags.detect import decode_tag
from drivers.tags.isil import unpack
from drivers.uid import Uid
from kiosk.config import ConfigurationError, parse_config, text_of
from kiosk.local.protocol import message_from, request_from
from service.protocol import codec
from tests.fuzz.streams import pieces, split, stream

TAG = Uid("E004010000000001")
PIECE = 4096
"""No port gives more at once."""

WIDEST_PICTURE = 128 * 2303
Run = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Target:
    """`run` may raise `refusals` and nothing else."""

    name: str
    run: Run
    refusals: tuple[type[Exception], ...] = ()

    def __call__(self, data: bytes) -> None:
        with suppress(*self.refusals):
            self.run(data)


def _feig_frame(buffer: bytes, silent: bool) -> tuple[int, object]:
    return feig_frames.decode(buffer, silent=silent)


def _feig_answer(data: bytes) -> None:
    """A frame that passed its check, as the answer to each question."""
    for request in FEIG_QUESTIONS:
        answer = feig_conversation._answer_to(
            request, feig_frames.Frame(request.command.code, data)
        )
        if answer is None or not answer.fields:
            continue
        if request.command is feig.INVENTORY:
            feig.inventory_records(answer.fields)
        if request.command is feig.READ_BLOCKS:
            feig.blocks_in_line_order(answer.fields)


FEIG_QUESTIONS = tuple(
    feig.Request(command, {"first": 0, "count": 2}, TAG if command.sub else None)
    for command in feig.COMMANDS
)


def _feig_question(data: bytes) -> None:
    feig.parse_request(feig_frames.Frame(data[0], data[1:]))


def _bibliotheca_answer(data: bytes) -> None:
    for request in BIBLIOTHECA_QUESTIONS:
        frame = bibliotheca_frames.Frame(request.command.code, data, request.command.start)
        answer = bibliotheca_conversation._answer_to(request, frame)
        if answer is None or not answer.fields:
            continue
        if request.command is bibliotheca.INVENTORY:
            bibliotheca.tags_seen(answer.fields)
        if request.command is bibliotheca.READ_BLOCKS:
            bibliotheca.block_data(answer.fields)


BIBLIOTHECA_QUESTIONS = tuple(
    bibliotheca.Request(
        command,
        {"first": 0, "count": 2, "afi": 0, "what": 1},
        TAG if command.of_tag else None,
    )
    for command in bibliotheca.COMMANDS
)


def _bibliotheca_question(data: bytes) -> None:
    bibliotheca.parse_request(bibliotheca_frames.Frame(data[1], data[2:], data[0]))


METRATEC_QUESTIONS = (
    metratec.HARDWARE,
    metratec.SERIAL_NUMBER,
    metratec.INVENTORY,
    metratec.read_command(TAG, 0, 2, "printed"),
    metratec.information_command(TAG, "printed"),
    metratec.eas_question("printed"),
    metratec.tag_command(IsoRequest(SYSTEM_INFORMATION, TAG), "air"),
)


def _metratec_stream(framing: metratec_frames.Framing) -> Run:
    def decode(buffer: bytes, silent: bool) -> tuple[int, object]:
        used, frame = metratec_frames.decode(buffer, framing, silent=silent)
        for question in METRATEC_QUESTIONS if frame else ():
            if frame is not None and question.fits(frame.lines):
                _metratec_answer(question, frame.lines)
        return used, frame

    return stream(decode, metratec_frames.LONGEST)


def _metratec_answer(question: metratec.Question, lines: tuple[str, ...]) -> None:
    if "frame" in question.answer.groupindex:
        with suppress(ValueError):
            metratec.tag_answer(question, lines)


def _pn532(buffer: bytes, silent: bool) -> tuple[int, object]:
    used, frame = pn532_frames.decode(buffer)
    if used or not silent:
        return used, frame
    return len(buffer) - len(pn532_frames.after_silence(buffer)), None


def _pn532_command(data: bytes) -> None:
    chip = VirtualPn532(changing_pupi=False)
    for piece in pieces(data):
        chip.obey(piece[0], piece[1:])


def _code(data: bytes) -> None:
    code = without_identifier(data.decode())
    for check in CHECKS:
        rules = CodeRules(codabar_ends="stripped", isbn="refused", check=check)
        judged(Code(code.text, code.symbology), rules)


def _printer_status(data: bytes) -> None:
    answers = dict(zip(escpos_status.Question, data, strict=False))
    escpos_status.status_of(answers)
    stream(lambda buffer, _: escpos_status.decode(buffer), 0)(data)


def _printer(data: bytes) -> None:
    """The simulated one, out of paper and with a new roll by turns."""
    printer = EscposSimulator()
    for number, piece in enumerate(pieces(data)):
        printer.paper = "good"
        waiting = len(printer._buffer)
        assert waiting <= WIDEST_PICTURE + PIECE, f"{waiting} bytes wait"
        printer.receive(piece, float(number))


def _tag(data: bytes) -> None:
    """The first byte chooses what the reader told beside the memory."""
    told = data[0] if data else 0
    content = decode_tag(
        data[1:],
        dsfid=(None, 0x06, 0x3E, told)[told % 4],
        block_size=(4, 8, 1, 32)[told // 4 % 4],
        zero_fill_to=told // 16 * 16,
    )
    assert content.parts >= content.part >= 0 or content.problems


def _splitter(name: str, make: Callable[[], Splitter]) -> Target:
    return Target(f"scanner {name}", split(make, 3 * LONGEST_CODE))


def _splitters() -> Iterable[Target]:
    yield _splitter("lines ended by silence", partial(LineSplitter, "silence"))
    yield _splitter("keys", KeySplitter)
    for name in ("none", "honeywell", "newland", "zebra_ssi"):
        yield _splitter(name, partial(DIALECTS[name].splitter, "tab"))


Framing = metratec_frames.Framing
BAD_JSON = (msgspec.DecodeError,)
REFUSED = (codec.ProtocolError,)

_ALL = (
    Target("feig frames", stream(_feig_frame, feig_frames.LONGEST_ADVANCED)),
    Target("feig answers", _feig_answer),
    Target("feig questions", _feig_question, (KeyError, ValueError, IndexError)),
    Target("feig configuration file", configuration.from_file, (ValueError,)),
    Target("feig gate records", partial(batch_of, 0), (FrameDamaged,)),
    Target("3m frames", stream(bibliotheca_frames.decode, bibliotheca_frames.LONGEST + 3)),
    Target("3m answers", _bibliotheca_answer),
    Target("3m questions", _bibliotheca_question, (KeyError, ValueError, IndexError)),
    Target("metratec lines", _metratec_stream(Framing())),
    Target("metratec ended lines", _metratec_stream(Framing(ended=True))),
    Target("metratec checked lines", _metratec_stream(Framing(ended=True, checked=True))),
    Target("iso 15693 answer", lambda data: parse_answer(unchecked(data)), (ValueError,)),
    Target("iso 15693 question", parse_request, (ValueError, KeyError)),
    Target("iso 15693 system information", parse_system_information, (ValueError,)),
    Target("pn532 frames", stream(_pn532, pn532_frames.LONGEST + 9)),
    Target("pn532 commands", _pn532_command),
    *_splitters(),
    Target("barcode text", _code, (UnicodeDecodeError,)),
    Target("printer status", _printer_status),
    Target("printer commands", lambda data: list(commands_in(data))),
    Target("simulated printer", _printer),
    Target("tag memory", _tag),
    Target("tag isil", unpack, (ValueError,)),
    Target(
        "station configuration",
        lambda data: parse_config(text_of(data, Path("fuzz.toml"))),
        (ConfigurationError,),
    ),
    Target("bench file", lambda data: bench_in(data, Path("bench.toml")), (NotOnThisDesk,)),
    Target("bench command", command_from, BAD_JSON),
    Target("bench message", bench_message_from, BAD_JSON),
    Target("local request", request_from, BAD_JSON),
    Target("local message", message_from, BAD_JSON),
    Target("wire station header", codec.decode_station_header, REFUSED),
    Target("wire service header", codec.decode_service_header, REFUSED),
    Target("wire magic", codec.check_magic, REFUSED),
    Target("wire operation", codec.decode_operation, REFUSED),
    Target("wire question", codec.decode_question, REFUSED),
    Target("wire reply", codec.decode_reply, REFUSED),
)

TARGETS: Mapping[str, Target] = MappingProxyType({target.name: target for target in _ALL})
