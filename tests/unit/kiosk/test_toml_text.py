"""Tables for people to copy read back as what was meant."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.toml_text import table, toml_value

SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
KEYS = st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_a_table_reads_back_as_it_was(values: dict[str, object]) -> None:
    assert tomllib.loads(table("device", values)) == {"device": [values]}


def test_what_toml_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        toml_value(None)
