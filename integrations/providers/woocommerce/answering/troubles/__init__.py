"""Everything that can be wrong with a WooCommerce shop, in a merchant's words: what happened, what it means, what to do. Pure.

docs/stores-troubleshooting.md shows this very list. Which answer means which of them: answers.py, refusals.py and pages.py.
"""

from integrations.providers.woocommerce.answering.trouble import Trouble
from integrations.providers.woocommerce.answering.troubles.address import ADDRESS
from integrations.providers.woocommerce.answering.troubles.answer import ANSWER
from integrations.providers.woocommerce.answering.troubles.key import KEY
from integrations.providers.woocommerce.answering.troubles.lists import LISTS
from integrations.providers.woocommerce.answering.troubles.outage import OUTAGE
from integrations.providers.woocommerce.answering.troubles.turned_away import BLOCKED

EVERY: tuple[tuple[str, tuple[Trouble, ...]], ...] = (
    ("Key and rights", KEY),
    ("Address", ADDRESS),
    ("Turned away", BLOCKED),
    ("Out of order", OUTAGE),
    ("Strange answers", ANSWER),
    ("Lists", LISTS),
)
