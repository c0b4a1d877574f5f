"""The key and its rights. Pure."""

from common.errors import NeedsConfigurationError, TransientError
from integrations.providers.woocommerce.answering.trouble import ASK_HOST, WAIT, Trouble, ask_host

NEW_KEY = (
    "In WordPress open WooCommerce → Settings → Advanced → REST API, add a key with permission “Read”, and copy both the consumer key and "
    "the consumer secret here."
)

KEY = (
    Trouble(
        "no_key", NeedsConfigurationError,
        "The key or the secret is missing.",
        "WooCommerce gives out both together: a consumer key (ck_…) and a consumer secret (cs_…).",
        NEW_KEY,
    ),
    Trouble(
        "keys_swapped", NeedsConfigurationError,
        "Key and secret are swapped.",
        "The consumer key begins with ck_, the consumer secret with cs_.",
        "Enter the one that begins with ck_ as the key, the other as the secret.",
    ),
    Trouble(
        "bad_key", NeedsConfigurationError,
        "The shop does not accept this key and secret.",
        "The key was deleted at the shop, or key and secret do not belong together, or one of them was not copied whole.",
        NEW_KEY,
    ),
    Trouble(
        "header_stripped", NeedsConfigurationError,
        "WooCommerce does not see our key, or does not know it.",
        "Either the key was deleted at the shop, or the web server keeps it from WooCommerce, in the header as well as in the address.",
        f"Look in WooCommerce → Settings → Advanced → REST API whether the key is there. If it is: {ask_host} to "
        "let the “Authorization” header and the parameters of the address through to WordPress.",
    ),
    Trouble(
        "no_rights", NeedsConfigurationError,
        "The key works, but its user may not see the products.",
        "Each key belongs to a WordPress user and can do no more than that user.",
        "In WooCommerce → Settings → Advanced → REST API make an administrator or shop manager the key's user, or add a key for one.",
    ),
    Trouble(
        "write_only_key", NeedsConfigurationError,
        "The key may only write, not read.",
        "The key was made with permission “Write”.",
        "In WooCommerce → Settings → Advanced → REST API set the key's permission to “Read” or “Read/Write”.",
    ),
    Trouble(
        "read_only_key", NeedsConfigurationError,
        "The key may only read, so nothing can be entered in the shop.",
        "The key was made with permission “Read”. That is enough to import products; webhooks and orders are entered with “Read/Write”.",
        "In WooCommerce → Settings → Advanced → REST API set the key's permission to “Read/Write”. The key stays the same.",
    ),
    Trouble(
        "clock_wrong", NeedsConfigurationError,
        "The shop's clock and ours are {minutes} minutes apart, so it takes our signature for an old one.",
        "Requests to a shop without https are signed with the time. WooCommerce allows 15 minutes of difference.",
        f"{ASK_HOST} to set the server's clock (and check the clock of this server), or use the shop's https address.",
    ),
    Trouble(
        "repeated_request", TransientError,
        "The shop was asked the same thing twice.",
        "Something between us and the shop repeats requests, and a signature counts only once.",
        f"{WAIT}use the shop's https address.",
    ),
    Trouble(
        "rest_locked", NeedsConfigurationError,
        "The shop keeps its API closed.",
        "A security plugin or setting shuts the REST API of WordPress for everybody who is not logged in.",
        "In the settings of the security plugin allow the REST API, at least everything below /wp-json/wc/.",
    ),
    Trouble(
        "site_password", NeedsConfigurationError,
        "The whole site is behind a password.",
        "The web server asks for a user and password before WordPress is reached, as for a site under construction.",
        f"{ASK_HOST} to lift the password, at least for addresses below /wp-json/.",
    ),
)
