"""Descriptions of shops' staff made harmless: what is kept of HTML, and how much of it. Pure.

Scripts, styles, frames, handlers and pictures go; text, its structure and its links stay.
"""

import re
from html import escape, unescape

import nh3

LONGEST = 100_000
DEEPEST = 200  # The sanitiser's effort grows with the square of the nesting.
TAGS = set(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins "
    "kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
SILENT = set(
    "script style template noscript iframe object embed applet frame frameset noframes textarea select option svg math title head "
    "audio video canvas".split()
)
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Those that hold nothing, and those that a next one of their kind closes.
FLAT = frozenset("area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead".split())


def _absolute(tag: str, attribute: str, value: str) -> str | None:
    """Links of the shop's own that leave out its address would lead to ours."""
    if attribute != "href":
        return value
    return value if value.strip().lower().startswith(("http://", "https://", "mailto:", "tel:")) else None


HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
ANY_TAG = re.compile(r"<[^<>]*>")

CLEANER = nh3.Cleaner(
    tags=TAGS, clean_content_tags=SILENT, attributes=ATTRIBUTES, attribute_filter=_absolute, url_schemes=SCHEMES,
    link_rel="nofollow noopener noreferrer",
)  # fmt: skip


def clean_markup(markup: str) -> tuple[str, bool]:
    """(harmless HTML of about 100,000 characters at most, was anything of the text left out for its length). Plain text stays as it is."""
    cut = len(markup) > LONGEST
    text = markup[:LONGEST]
    if "<" not in text and "&" not in text:
        return text.strip(), cut
    if _depth(text) > DEEPEST:
        return _text_only(text), cut
    cleaned = CLEANER.clean(text).strip()
    if len(cleaned) > 2 * LONGEST:  # Unclosed tags are opened again in each paragraph.
        return _text_only(text), cut
    return cleaned, cut


def _depth(markup: str) -> int:
    """The deepest nesting that the tags could make."""
    depth = deepest = 0
    for closing, name in TAG.findall(markup):
        if closing:
            depth = max(depth - 1, 0)
        elif name.lower() not in FLAT:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _text_only(markup: str) -> str:
    """For what is no document any more. Each step is linear, whatever is in it."""
    return escape(unescape(ANY_TAG.sub(" ", HIDDEN.sub(" ", markup))), quote=False).strip()
