"""The words of every trouble with Shopify shops, and the page of the documentation that shows them."""

import re
from pathlib import Path

import pytest

from common.errors import TransientError
from integrations.providers.shopify import client, introduction
from integrations.providers.shopify.answering import answers, refusals
from integrations.providers.shopify.answering.troubles import BY_KIND, EVERY
from integrations.providers.shopify.listing import lists, living

PAGE = Path(__file__).parents[2] / "docs/stores-troubleshooting-shopify.md"


def shown(text: str) -> str:
    return re.sub(r"\{\w+\}", "…", text).replace("|", "\\|")


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
    sources = "".join(Path(module.__file__).read_text() for module in (answers, client, introduction, lists, living, refusals))
    # Two are Shopify's own codes, found by an expression.
    assert {kind for kind in BY_KIND if f'"{kind}"' not in sources} == {"app_not_installed"}


@pytest.mark.parametrize("kind", BY_KIND)
def test_words_are_whole_sentences(kind):
    one = BY_KIND[kind]
    for text in (one.message, one.meaning, one.remedy):
        assert re.match(r"[A-Z].*[.]$", text) and "  " not in text
    error = one.error_for(proven=True, about={"address": "x.myshopify.com", "scopes": "read_products"})
    assert "{" not in error.message + error.data["remedy"] and len(error.message) < 160
    assert not one.in_passing or type(error) is TransientError
