"""docs/protocols/link.md is true: its golden frames are what both sides read and write."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from service.protocol import codec, operations, questions, replies

DOCUMENT = Path(__file__).parents[4] / "docs/protocols/link.md"

DECODERS: dict[str, Callable[[bytes], object]] = {
    "Station's header": codec.decode_station_header,
    "Service's header": codec.decode_service_header,
    "Operations": codec.decode_operation,
    "Questions": codec.decode_question,
    "Replies that end an operation": codec.decode_outcome,
    "Answers to questions": codec.decode_reply,
    "Replies of the link": codec.decode_reply,
}


def golden() -> list[tuple[str, bytes]]:
    """Section and frame of every golden line."""
    blocks = re.findall(r"### (.+?)\n(?:.*?)```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return [(title, line.encode()) for title, lines in blocks for line in lines.splitlines()]


@pytest.mark.parametrize(("section", "frame"), golden())
def test_a_golden_frame_is_read_and_written_again(section: str, frame: bytes) -> None:
    assert codec.encode(DECODERS[section](frame)) == frame


@pytest.mark.parametrize("union", [operations.Act, questions.Question, replies.Reply])
def test_no_type_is_missing_in_the_document(union: object) -> None:
    document = DOCUMENT.read_text()
    for kind in get_args(union):
        config = kind.__struct_config__
        assert f'"{config.tag_field}":"{config.tag}"' in document
