"""Small objects, held against the standard library's."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.messages.flat_json import flat_object

FIELDS = st.dictionaries(
    st.text("abcXYZ_", min_size=1, max_size=5),
    st.none() | st.text() | st.integers() | st.floats(allow_nan=False) | st.booleans(),
    max_size=6,
)


@given(FIELDS, st.booleans())
def test_it_is_what_the_standard_library_makes_of_it(
    fields: dict[str, str | float | None],
    in_ascii: bool,  # noqa: FBT001 - drawn
) -> None:
    """But for what is None, which is not there."""
    there = {name: value for name, value in fields.items() if value is not None}
    expected = json.dumps(there, ensure_ascii=in_ascii, separators=(",", ":"))
    assert flat_object(fields, in_ascii=in_ascii) == expected


@pytest.mark.parametrize(
    ("in_ascii", "expected"), [(True, r'{"a":"\ud800"}'), (False, '{"a":"\ud800"}')]
)
def test_half_a_surrogate_pair_can_be_kept_in_ascii(
    in_ascii: bool,  # noqa: FBT001 - a parameter of the test
    expected: str,
) -> None:
    """A service may say one, and no file takes it as it is."""
    assert flat_object({"a": "\ud800"}, in_ascii=in_ascii) == expected
