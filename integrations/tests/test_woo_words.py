"""The words of every trouble, and the page of the documentation that shows them."""

import re
from pathlib import Path

import pytest

from common.errors import TransientError
from integrations.providers.woocommerce import client, discovery, ways
from integrations.providers.woocommerce.answering import answers, json_body, pages, refusals
from integrations.providers.woocommerce.answering.troubles import EVERY
from integrations.providers.woocommerce.answering.words import BY_KIND, SMALLER_PAGES, notes_for, trouble
from integrations.providers.woocommerce.listing import changes, lists, walking

PAGE = Path(__file__).parents[2] / "docs/stores-troubleshooting.md"
VALUES = {"{address}": "…", "{status}": "…", "{minutes}": "…"}


def shown(text: str) -> str:
    for value, dots in VALUES.items():
        text = text.replace(value, dots)
    return text.replace("|", "\\|")


def table(group) -> str:
    """A group as the documentation shows it."""
    rows = [f"| {shown(one.message)} | {shown(one.meaning)} | {shown(one.remedy)} |" for one in group]
    return "\n".join(["| message | what it means | what to do |", "| --- | --- | --- |", *rows])


@pytest.mark.parametrize(("title", "group"), EVERY)
def test_the_documentation_shows_every_message(title, group):
    """Change the words in troubles/, then put this table into the page."""
    text = PAGE.read_text()
    assert f"## {title}\n" in text
    assert table(group) in text, table(group)


def test_kinds_are_unique_and_used():
    assert len(BY_KIND) == sum(len(group) for _, group in EVERY)
    modules = (answers, changes, client, discovery, json_body, lists, pages, refusals, walking, ways)
    sources = "".join(Path(module.__file__).read_text() for module in modules)
    assert {kind for kind in BY_KIND if f'"{kind}"' not in sources} == set()
    assert set(BY_KIND) >= SMALLER_PAGES


@pytest.mark.parametrize("kind", BY_KIND)
def test_words_are_whole_sentences(kind):
    one = trouble(kind)
    for text in (one.message, one.meaning, one.remedy):
        assert re.match(r"[A-Z].*[.]$", text.replace("{address}.", "x.")) and "  " not in text
    assert "we try" not in one.remedy  # It is also read after a test and after a command, where nobody does.
    error = one.error_for(proven=True, about={"address": "https://shop.example"})
    assert "{" not in error.message + error.data["remedy"] and len(error.message) < 160
    assert not one.in_passing or type(error) is TransientError


def test_notes_are_for_what_is_not_usual():
    assert notes_for("basic", "https://shop.example") == ()
    assert "http" in notes_for("oauth-http", "http://shop.example")[0]
    assert notes_for("oauth-http", "http://127.0.0.1:8001/shops/demo") == ()
    assert "log files" in notes_for("query", "https://shop.example")[0]
