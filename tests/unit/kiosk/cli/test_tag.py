"""The command as technicians and their scripts call it."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from kiosk.cli.main import app

DANISH = "110101313030303030303133360000000000003615444B373138353030000000000005010006020000000000"
CHAIN = "6108544431323334353602 01B803091B81E440100A0A999965011000".replace(" ", "")
ITEM = {
    "primary_item_identifier": "TK.00003",
    "owner_institution": "VN-LC",
    "set_information": {"parts": 3, "part": 1},
    "type_of_usage": "10",
}


def run(*arguments: str, stdin: str | bytes | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["tag", *arguments], input=stdin)
    return result.exit_code, result.stdout


def decoded(hexadecimal: str, *options: str) -> dict[str, object]:
    code, out = run("decode", "--json", *options, "--hex", hexadecimal)
    assert code == 0
    return dict(json.loads(out))


@pytest.mark.parametrize("model", ["iso28560-2", "iso28560-3"])
@pytest.mark.parametrize("size", [None, 112])
def test_what_encode_prints_decode_reads(model: str, size: int | None) -> None:
    options = ["--size", str(size)] if size else []
    code, out = run("encode", "--model", model, *options, json.dumps(ITEM))
    assert code == 0
    assert size is None or len(out.strip()) == 2 * size
    for content in (decoded(out.strip()), decoded(" ".join(out))):
        assert content["model"] == model
        assert content["elements"] == ITEM
        assert content["valid"] is True
        assert content["problems"] == []


def test_encode_as_json_names_the_dsfid_to_write() -> None:
    code, out = run("encode", "--json", "--model", "iso28560-3", "--size", "112", json.dumps(ITEM))
    assert code == 0
    told = json.loads(out)
    assert told["model"] == "iso28560-3"
    assert told["size"] == 112
    assert told["dsfid"] == "3E"
    assert told["problems"] == []
    assert decoded(told["hex"])["elements"] == ITEM


def test_encode_tells_what_simple_readers_will_not_find() -> None:
    item = {"primary_item_identifier": "VN-HN-2026-0000012345"}
    _, out = run("encode", "--json", "--model", "iso28560-3", json.dumps(item))
    assert [problem["code"] for problem in json.loads(out)["problems"]] == [
        "identifier-in-extension"
    ]


def test_the_version_nibble_is_an_option() -> None:
    item = json.dumps({**ITEM, "type_of_usage": "80"})
    arguments = ("encode", "--model", "iso28560-3", item)
    assert run(*arguments)[1].startswith("81")
    high = run("encode", "--version-nibble", "high", "--model", "iso28560-3", item)[1]
    assert high.startswith("18")
    assert decoded(high.strip())["layout"] == {
        "version_nibble": "high",
        "reversed_blocks": False,
        "block_size": 4,
    }


def test_refused_data_give_a_code_a_sentence_and_a_failure() -> None:
    item = json.dumps({**ITEM, "titel": "Số đỏ"})
    code, out = run("encode", "--json", "--model", "iso28560-3", item)
    assert code == 2
    told = json.loads(out)
    assert told["hex"] is None
    assert told["problems"][0]["code"] == "unknown-element"
    result = CliRunner().invoke(app, ["tag", "encode", "--model", "iso28560-3", item])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "did you mean title" in result.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null", "{'a': 1}", '{"a": 1} x'])
def test_elements_that_are_no_json_object(text: str) -> None:
    result = CliRunner().invoke(app, ["tag", "encode", "--model", "iso28560-2", text])
    assert result.exit_code == 2
    assert "one JSON object" in " ".join(result.stderr.split())


@pytest.mark.parametrize("size", ["0", "-4", "x"])
def test_a_size_that_is_no_size(size: str) -> None:
    assert run("encode", "--model", "iso28560-2", "--size", size, json.dumps(ITEM))[0] == 2


def test_every_element_survives_the_command_line() -> None:
    item = {
        **ITEM,
        "content_parameter": [3, 4, 5],
        "shelf_location": "895.922 TH 2026",
        "onix_media_format": "BB",
        "marc_media_format": "ta",
        "supplier_identifier": "FAHASA",
        "order_number": "0012",
        "ill_borrowing_institution": "FI-He",
        "ill_borrowing_transaction_number": "7",
        "gs1_product_identifier": "0012345678905",
        "alternative_unique_item_identifier": "x",
        "local_data_a": "Đặc biệt",
        "local_data_b": "b",
        "title": "Số đỏ",
        "product_identifier_local": "p-1",
        "media_format_other": 1,
        "supply_chain_stage": 0,
        "supplier_invoice_number": "HD-000123",
        "alternative_item_identifier": "OLD 1",
        "alternative_owner_institution": "Thư viện cũ",
        "subsidiary_of_an_owner_institution": "Chi nhánh 1",
        "alternative_ill_borrowing_institution": "?",
        "local_data_c": "c",
        "oid_27": "later",
    }
    code, out = run("encode", "--model", "iso28560-2", json.dumps(item))
    assert code == 0
    assert decoded(out.strip(), "--dsfid", "06")["elements"] == item


def test_dsfid_and_block_size_and_zero_fill_are_options() -> None:
    reversed_by_8 = "".join(bytes.fromhex(DANISH[i : i + 16])[::-1].hex() for i in range(0, 80, 16))
    assert decoded(reversed_by_8, "--block-size", "8")["valid"] is True
    assert decoded("110230390000", "--dsfid", "06", "--zero-fill-to", "8")["elements"] == {
        "primary_item_identifier": "00012345"
    }
    assert decoded("01000000", "--dsfid", "0x06")["model"] == "iso28560-2"


def test_people_get_a_table_in_words() -> None:
    code, out = run("decode", "--hex", DANISH)
    assert code == 0
    assert "iso28560-3" in out
    assert "1000000136" in out
    assert "item for circulation" in out
    assert "CD or DVD" in out
    assert "the low half of byte 0" in out


def test_a_hostile_tag_sends_no_escape_sequence_to_the_terminal() -> None:
    hostile = b"\x1b]0;owned\x07[bold]x"
    memory = b"\x11\x06\x1c\x68\x3b\x79\xc4\x3b\x66" + bytes([len(hostile)]) + hostile
    _, out = run("decode", "--dsfid", "06", "--hex", memory.hex())
    assert "\x1b]0" not in out
    assert "\\x1b" in out
    assert "[bold]" in out


@pytest.mark.parametrize(
    ("text", "dsfid", "said"),
    [
        ("11x0", "3E", "'x' is no hexadecimal digit"),
        ("110", "3E", "its last byte has one digit only"),
        ("1100", "zz", "a DSFID is two hexadecimal digits, not zz"),
    ],
)
def test_what_is_wrong_with_the_text_is_told_in_its_own_words(
    text: str, dsfid: str, said: str
) -> None:
    _, out = run("decode", "--json", "--dsfid", dsfid, "--hex", text)
    assert said in json.loads(out)["problems"][0]["sentence"]


def test_a_tag_without_any_byte_is_a_finding() -> None:
    code, out = run("decode", "--json", "--hex", "")
    assert (code, json.loads(out)["problems"][0]["code"]) == (1, "nothing-read")


@pytest.mark.parametrize("text", ["zz", "111", "11 2", "0x11", "một"])
def test_text_that_is_not_hexadecimal(text: str) -> None:
    code, out = run("decode", "--json", "--hex", text)
    assert code == 1
    told = json.loads(out)
    assert told["model"] == "unknown"
    assert told["valid"] is False
    assert told["problems"][0]["code"] == "unreadable-line"
    assert run("decode", "--hex", text)[0] == 1


@pytest.mark.parametrize("dsfid", ["6", "066", "xy", "-1"])
def test_a_dsfid_that_is_none(dsfid: str) -> None:
    code, out = run("decode", "--json", f"--dsfid={dsfid}", "--hex", CHAIN)
    assert code == 1
    assert json.loads(out)["problems"][0]["code"] == "unreadable-line"


def test_a_stream_answers_every_line_in_its_order() -> None:
    lines = [DANISH, f"{CHAIN} 06", "zz", "", f"{DANISH} 3E 00", f"{DANISH} 3", DANISH.lower()]
    code, out = run("decode", "--hex", "-", stdin="\n".join(lines) + "\n")
    assert code == 1
    assert run("decode", "--hex", "-", stdin=f"{DANISH}\n{CHAIN} 06\n")[0] == 0
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["model"] for answer in answers] == [
        "iso28560-3",
        "iso28560-2",
        "unknown",
        "unknown",
        "unknown",
        "unknown",
        "iso28560-3",
    ]
    bad = [bool(answer["problems"]) for answer in answers]
    assert bad == [False, False, True, True, True, True, False]


def test_a_stream_takes_dos_lines_and_no_last_newline() -> None:
    _, out = run("decode", "--hex", "-", stdin=f"{DANISH}\r\n{CHAIN} 06\r\n{CHAIN}")
    assert len(out.splitlines()) == 3


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=80).map(lambda raw: raw.replace(b"\n", b"")), min_size=1))
def test_a_stream_of_anything_answers_line_by_line(lines: list[bytes]) -> None:
    code, out = run("decode", "--hex", "-", stdin=b"\n".join([*lines, b""]))
    assert code in {0, 1}
    assert len([json.loads(line) for line in out.splitlines()]) == len(lines)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.binary(max_size=1024), st.integers(0, 255)), min_size=1))
def test_a_stream_of_any_tags_is_decoded(tags: list[tuple[bytes, int]]) -> None:
    lines = [f"{memory.hex()} {dsfid:02x}\n" for memory, dsfid in tags if memory]
    _, out = run("decode", "--hex", "-", stdin="".join(lines))
    assert len(out.splitlines()) == len(lines)
    for line in out.splitlines():
        assert {"model", "elements", "valid", "problems"} <= json.loads(line).keys()


def test_a_stream_answers_before_its_input_ends() -> None:
    command = [sys.executable, "-m", "kiosk.cli", "tag", "decode", "--hex", "-"]
    buffered = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=buffered) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(DANISH.encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        process.stdin.close()
    assert answer["model"] == "iso28560-3"


@pytest.mark.parametrize("command", [["--help"], ["decode", "--help"], ["encode", "--help"]])
def test_help_has_an_example(command: list[str]) -> None:
    code, out = run(*command)
    assert code == 0
    assert command == ["--help"] or "muontra tag " in out
