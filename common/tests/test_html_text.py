"""HTML to text: whatever markup is, it becomes text."""

import pytest

from common.html_text import html_to_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One &amp; two</p><p>three</p>", "One & two\nthree"),
        ("<script>x</script>a", "a"),
        ("a<![if x]>b<![endif]>", "ab"),
        ("<![ nonsense", "<![ nonsense"),
        ("a <![x y]> b", "a <![x y]> b"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert html_to_text(markup) == text
