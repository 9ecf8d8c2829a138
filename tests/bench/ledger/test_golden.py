"""Bodies that stations of a release hold are understood for ever, and mean what they meant."""

from pathlib import Path

import pytest
from msgspec import json

from service.arrived import Arrived
from service.protocol.codec import decode_operation, encode
from service.protocol.operations import Act
from tests.bench.ledger.library import Library

GOLDEN = Path(__file__).parents[2] / "golden"
RELEASES = ["1"]


def bodies(release: str) -> list[bytes]:
    return (GOLDEN / f"operations-{release}.jsonl").read_bytes().splitlines()


@pytest.mark.parametrize("release", RELEASES)
def test_golden_bodies_get_their_golden_replies(library: Library, release: str) -> None:
    library.now_ms += 86_400_000
    replies = []
    for body in bodies(release):
        replies += library.apply(Arrived(1, decode_operation(body), body))
    expected = (GOLDEN / f"replies-{release}.jsonl").read_bytes().splitlines()
    assert [encode(reply) for reply in replies] == expected


@pytest.mark.parametrize("body", bodies(RELEASES[-1]))
def test_bodies_of_this_release_are_written_as_they_were(body: bytes) -> None:
    assert encode(decode_operation(body)) == body


def test_every_act_of_every_version_has_a_golden_body() -> None:
    golden = {json.decode(body)["act"]["act"] for r in RELEASES for body in bodies(r)}
    assert golden == {kind.__struct_config__.tag for kind in Act.__args__}
