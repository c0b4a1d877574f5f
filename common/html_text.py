"""HTML to plain text. Pure, linear, standard library only: block elements become line breaks, scripts and styles vanish."""

import re
from collections.abc import Iterator
from html import unescape

BLOCKS = frozenset("address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li "
                   "main nav ol p pre section table tr ul".split())
SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object"})
LONGEST_INPUT = 200_000
# A tag ends before the next "<", even inside quotes, and nothing is ever tried a second time (atomic groups): so no text is slow to read.
MARK = re.compile(
    r"""<!--.*?(?:-->|\Z)|<[!?][^<>]*>|<(?P<end>/?)(?P<name>(?>[a-zA-Z][^\s<>/]*))(?>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""", re.DOTALL
)


def _parts(markup: str) -> Iterator[str]:
    """Texts between the tags, and a line break for each block's beginning and end."""
    at, silenced_by = 0, ""
    for mark in MARK.finditer(markup):
        if not silenced_by:
            yield unescape(markup[at : mark.start()])
        at, name = mark.end(), (mark["name"] or "").lower()
        if name in SILENT:
            silenced_by = "" if mark["end"] and name == silenced_by else silenced_by or (name if not mark["end"] else "")
        elif name in BLOCKS and not silenced_by:
            yield "\n"
    if not silenced_by:
        yield unescape(markup[at:])


def html_to_text(markup: str) -> str:
    """Readable text: entities decoded, runs of spaces folded, at most one empty line in a row. Input beyond 200,000 characters is cut."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    lines = [" ".join(line.split()) for line in "".join(_parts(markup[:LONGEST_INPUT])).split("\n")]
    return "\n".join(line for line in lines if line)
