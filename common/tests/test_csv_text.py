import csv
import io

import pytest

from common.csv_text import csv_lines, defused


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "=HYPERLINK(\"http://evil\")"])
def test_what_would_start_a_formula_becomes_text(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("value", ["plain", "", "a=b", 5, -5, None])
def test_everything_else_stays(value):
    assert defused(value) is value


def test_the_file_reads_back():
    text = "".join(csv_lines(("a", "b"), [("x,y", 'say "hi"'), ("=1", 2)]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.lstrip("\ufeff")))) == [["a", "b"], ["x,y", 'say "hi"'], ["'=1", "2"]]
