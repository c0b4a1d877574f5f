"""Everything that can be wrong with a Shopify shop, in a merchant's words: what happened, what it means, what to do. Pure.

docs/stores-troubleshooting-shopify.md shows this very list. Which answer means which of them: answers.py and refusals.py.
"""

from integrations.providers.shopify.answering.troubles.answer import ANSWER
from integrations.providers.shopify.answering.troubles.key import KEY
from integrations.providers.shopify.answering.troubles.lists import LISTS
from integrations.providers.shopify.answering.troubles.outage import OUTAGE
from integrations.providers.shopify.answering.troubles.question import QUESTION
from integrations.providers.shopify.answering.troubles.shop import SHOP
from integrations.providers.trouble import Trouble

EVERY: tuple[tuple[str, tuple[Trouble, ...]], ...] = (
    ("Keys and scopes", KEY),
    ("The shop", SHOP),
    ("Out of order", OUTAGE),
    ("Strange answers", ANSWER),
    ("Lists of products", LISTS),
    ("Our own questions", QUESTION),
)
BY_KIND = {trouble.kind: trouble for _, group in EVERY for trouble in group}
