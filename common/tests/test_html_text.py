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
        ("a <![x y]> b", "a b"),
        ("2 < 3 &lt; 4 <3", "2 < 3 < 4 <3"),
        ("<b title='1 > 2'>b</b><br/>c", "b\nc"),
        ("<script>if (a<b) { '</style>' }</SCRIPT>d", "d"),
        ("e<!-- <p>never closed", "e"),
        ("<iframe><p>f", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@pytest.mark.parametrize("piece", ["<a ", "<a href='", "<a \"' ", "<!--", "</", "<", "&a", "<script>", "a", "<![CDATA["])
def test_hostile_markup_is_read_in_one_pass(piece: str) -> None:
    """A pattern that tries again would need hours for these, and pytest's time would be the error."""
    text = "<" + piece * (190_000 // len(piece))
    assert isinstance(html_to_text(text), str)
