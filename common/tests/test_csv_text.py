import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.csv_text import csv_lines, defused, fused


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\0=1", "'=1", "=HYPERLINK(\"http://evil\")"])
def test_what_would_start_a_formula_becomes_text(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("value", ["plain", "", "a=b", 5, -5, None])
def test_everything_else_stays(value):
    assert defused(value) is value


def test_the_file_reads_back():
    text = "".join(csv_lines(("a", "b"), [("x,y", 'say "hi"'), ("=1", 2)]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.lstrip("\ufeff")))) == [["a", "b"], ["x,y", 'say "hi"'], ["'=1", "2"]]


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@\t\r\n\0' "), st.characters())))
def test_what_was_defused_comes_back_and_starts_no_formula(text):
    assert fused(defused(text)) == text
    assert not defused(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
