"""JSON from strangers, made storable."""

import pytest

from common.parsed_json import parse_json


def test_no_character_that_a_database_refuses():
    assert parse_json(b'{"a\\u0000b": ["c\\u0000", {"d": "\\u0000"}], "e": 1}') == {"a b": ["c ", {"d": " "}], "e": 1}
    assert parse_json(b'["plain"]') == ["plain"]


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"\xff", b'["\\u0000",' + b"[" * 900 + b"]" * 900 + b"]", b"[" * 5000])
def test_what_is_no_json_is_a_value_error(body):
    with pytest.raises(ValueError):
        parse_json(body)
