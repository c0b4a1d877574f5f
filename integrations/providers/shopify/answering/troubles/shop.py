"""The shop itself: its address, and whether Shopify keeps it open. Pure."""

from common.errors import NeedsConfigurationError, TransientError
from integrations.providers.trouble import WAIT, Trouble

SHOP = (
    Trouble(
        "wrong_address", NeedsConfigurationError,
        "This is no address of a Shopify shop that we can open.",
        "Shopify's API is only at addresses that end in .myshopify.com; the shop's own domain does not do.",
        "In Shopify open Settings → Domains and enter the address that ends in .myshopify.com.",
    ),
    Trouble(
        "no_such_shop", NeedsConfigurationError,
        "There is no shop at this address.",
        "The name is misspelt, or the shop was closed.",
        "In Shopify open Settings → Domains and copy the address that ends in .myshopify.com.",
    ),
    Trouble(
        "shop_moved", NeedsConfigurationError,
        "The shop lives at {address}.",
        "The shop was renamed: the address that was entered sends us on to another one. Keys are only sent to the one that was entered.",
        "If that address is yours, enter {address} as the shop's address.",
    ),
    Trouble(
        "redirected", NeedsConfigurationError,
        "The shop sends us on to a page that is not its API.",
        "The address leads elsewhere, or the shop was closed. Keys are not sent on.",
        "In Shopify open Settings → Domains and copy the address that ends in .myshopify.com.",
        in_passing=True,
    ),
    Trouble(
        "other_shop", NeedsConfigurationError,
        "There is another shop at this address than before.",
        "The shop has another number at Shopify. From it, all products of the old one would be missing.",
        "If that is right, add it as a shop of its own, and remove this one.",
    ),
    Trouble(
        "frozen", NeedsConfigurationError,
        "Shopify has frozen the shop.",
        "Mostly a bill is not paid, or the trial is over.",
        "Look into Shopify under Settings → Billing, then press “Test connection”.",
    ),
    Trouble(
        "locked", NeedsConfigurationError,
        "Shopify has locked the shop.",
        "Shopify checks something about it, for example after a strange login.",
        "Open the shop's admin; Shopify says there what to do. Then press “Test connection”.",
        in_passing=True,
    ),
    Trouble(
        "forbidden", NeedsConfigurationError,
        "Shopify refuses us.",
        "The app lacks a right, or the shop is closed, or its owner has shut the app out.",
        "In Shopify open Settings → Apps and look whether the app is installed, with the scopes read_products and read_inventory.",
        in_passing=True,
    ),
    Trouble(
        "security", TransientError,
        "Shopify's protection turns our question away.",
        "It took it for an attack.",
        f"{WAIT}ask Shopify's support whether requests from this server are blocked.",
    ),
)
