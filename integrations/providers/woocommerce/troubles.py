"""Everything that can be wrong with a WooCommerce shop, in a merchant's words: what happened, what it means, what to do. Pure.

docs/stores-troubleshooting.md shows this very list. Which answer means which of them: answers.py and pages.py.
"""

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.providers.woocommerce.trouble import Trouble

ASK_HOST = "Ask your web host or whoever looks after the site"
ask_host = "ask your web host or whoever looks after the site"
WAIT = "Nothing to do: we try again by ourselves. If it stays, "
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

ADDRESS = (
    Trouble(
        "wrong_address", NeedsConfigurationError,
        "This is no address of a shop that we can open.",
        "The address is not complete, or does not lead to the public internet.",
        "Enter the address as it stands in the browser when you look at the shop, for example https://shop.example.",
    ),
    Trouble(
        "no_such_name", NeedsConfigurationError,
        "There is no server of this name.",
        "The name is misspelt, or the domain has run out or is just moving.",
        "Check the spelling of the address, and whether it opens in your browser.",
        in_passing=True,
    ),
    Trouble(
        "redirect_elsewhere", NeedsConfigurationError,
        "The shop lives at {address}.",
        "The address that was entered sends visitors on to another one. Keys are only sent to the address that you entered.",
        "If that address is yours, enter {address} as the shop's address.",
    ),
    Trouble(
        "login_wall", NeedsConfigurationError,
        "The shop sends us to a login page.",
        "A plugin (coming soon, members only, maintenance) lets nobody in without logging in.",
        "Switch the plugin off, or allow addresses below /wp-json/ in its settings.",
        in_passing=True,
    ),
    Trouble(
        "not_wordpress", NeedsConfigurationError,
        "There is a website at this address, but we find no WordPress in it.",
        "The address leads to another site, or only to a part of it, or the shop is in a folder.",
        "Enter the address of the shop's home page, with the folder if it is in one, for example https://example.com/shop.",
        in_passing=True,
    ),
    Trouble(
        "plain_permalinks", NeedsConfigurationError,
        "The shop's permalinks are set to “Plain”.",
        "WooCommerce cannot be asked for products while WordPress has no readable addresses.",
        "In WordPress open Settings → Permalinks, choose “Post name” and save.",
    ),
    Trouble(
        "woo_off", NeedsConfigurationError,
        "WordPress answers, but WooCommerce does not.",
        "The WooCommerce plugin is not installed, not active, or older than what we can read.",
        "In WordPress open Plugins and activate WooCommerce (version 7.9 or later).",
        in_passing=True,
    ),
    Trouble(
        "https_needed", NeedsConfigurationError,
        "The server wants an encrypted connection at this address.",
        "The address begins with http:// but leads to a port for https.",
        "Enter the address with https://.",
    ),
    Trouble(
        "certificate", NeedsConfigurationError,
        "The shop's certificate is not valid.",
        "It has run out, or is made out to another name, or is not from an authority that browsers trust. Keys are not sent then.",
        f"{ASK_HOST} to renew the certificate. If browsers do open the shop, write the address with or without www as there.",
        in_passing=True,
    ),
    Trouble(
        "no_tls", NeedsConfigurationError,
        "The shop's server does not take encrypted connections.",
        "Nothing at this address speaks https, or it speaks an old form of it that is no longer safe.",
        f"{ASK_HOST} for the shop's https address.",
        in_passing=True,
    ),
)

BLOCKED = (
    Trouble(
        "firewall", NeedsConfigurationError,
        "A firewall in front of the shop turns us away.",
        "Cloudflare, Wordfence, ModSecurity or the host's own protection takes us for an attacker.",
        f"{ASK_HOST} to let requests below /wp-json/wc/v3/ through, from this server's address or with “whatsappcrm” as browser name.",
        in_passing=True,
    ),
    Trouble(
        "challenge", NeedsConfigurationError,
        "The shop wants us to prove that we are human.",
        "A protection (Cloudflare, Sucuri, SiteGround, Imunify360) shows a puzzle page instead of the products.",
        f"{ASK_HOST} to switch the check off for addresses below /wp-json/wc/v3/.",
        in_passing=True,
    ),
    Trouble(
        "throttled", TransientError,
        "The shop asks us to slow down.",
        "Its host allows only so many requests in a time.",
        f"{WAIT}{ask_host} for a higher limit, or import less often.",
    ),
    Trouble(
        "suspended", NeedsConfigurationError,
        "The shop's hosting account is suspended.",
        "The host has switched the site off, mostly because of an unpaid bill.",
        "Ask your web host.",
        in_passing=True,
    ),
)

OUTAGE = (
    Trouble(
        "maintenance", TransientError,
        "The shop is being updated.",
        "WordPress is in maintenance mode while plugins or WordPress itself are renewed; it takes minutes.",
        f"{WAIT}the update got stuck: delete the file .maintenance from the shop's folder.",
    ),
    Trouble(
        "php_error", TransientError,
        "The shop has a critical error.",
        "A plugin or theme of the shop breaks off with an error while it answers us.",
        f"{WAIT}look into WooCommerce → Status → Logs (fatal errors) and update or switch off the plugin named there.",
    ),
    Trouble(
        "database_down", TransientError,
        "The shop's database does not answer.",
        "WordPress runs but cannot reach its data.",
        f"{WAIT}ask your web host.",
    ),
    Trouble(
        "overloaded", TransientError,
        "The shop's server is overloaded or out of order (HTTP {status}).",
        "The server answers, but not with the shop.",
        f"{WAIT}ask your web host.",
    ),
    Trouble(
        "timeout", TransientError,
        "The shop took too long to answer.",
        "Large shops on small servers need long for a page of products. We then ask for smaller pages.",
        f"{WAIT}ask your web host for more power.",
    ),
    Trouble(
        "unreachable", TransientError,
        "The shop's server cannot be reached.",
        "It is switched off, or does not let us in, or this server has no connection to the internet.",
        f"{WAIT}check whether the shop opens in your browser.",
    ),
    Trouble(
        "connection_lost", TransientError,
        "The connection to the shop broke off.",
        "Part of the answer is missing, so nothing of it was used.",
        f"{WAIT}ask your web host.",
    ),
)

ANSWER = (
    Trouble(
        "html_before_json", TransientError,
        "A plugin of the shop prints a notice into the shop's answer, and the answer is not whole.",
        "PHP warnings are shown to visitors. Where the rest of the answer is whole we use it; here it is not.",
        f"{WAIT}set WP_DEBUG_DISPLAY to false in the shop's wp-config.php, or update the plugin.",
    ),
    Trouble(
        "html", PermanentError,
        "The shop answers with a web page instead of products.",
        "Something in the shop or before it (a cache, a plugin, a moved address) puts a page in the place of the answer.",
        "Open the shop in your browser and look whether all is well; then press “Test connection”.",
        in_passing=True,
    ),
    Trouble(
        "truncated", TransientError,
        "The shop's answer breaks off in the middle.",
        "Part of it is missing, so nothing of it was used.",
        f"{WAIT}look into WooCommerce → Status → Logs (fatal errors).",
    ),
    Trouble(
        "empty", TransientError,
        "The shop's answer is empty.",
        "Not even an empty list came. Mostly a plugin broke off without a word.",
        f"{WAIT}look into WooCommerce → Status → Logs (fatal errors).",
    ),
    Trouble(
        "unreadable", TransientError,
        "The shop's answer cannot be read.",
        "It is neither a list of products nor a message that we know.",
        f"{WAIT}{ask_host} which plugin changes the answers of the REST API.",
    ),
    Trouble(
        "wrong_charset", PermanentError,
        "The shop's answer is written in an unknown character set.",
        "WooCommerce always answers in UTF-8; something changes its answers on the way. Names would come out garbled, so nothing was used.",
        f"{ASK_HOST} which plugin or server setting changes the character set.",
    ),
    Trouble(
        "too_large", TransientError,
        "The shop's answer is larger than we take.",
        "A page of products should have a few megabytes at most. We then ask for smaller pages.",
        f"{WAIT}look for products with enormous descriptions.",
    ),
    Trouble(
        "too_long", PermanentError,
        "The shop's server finds our request too long.",
        "It takes only short addresses.",
        f"{ASK_HOST} to allow addresses of 4,000 characters.",
    ),
    Trouble(
        "not_found", PermanentError,
        "The shop does not have this product (any more).",
        "It was deleted at the shop.",
        "Nothing to do.",
    ),
    Trouble(
        "no_route", PermanentError,
        "This version of WooCommerce does not know what we asked for.",
        "Older versions have fewer addresses.",
        "Nothing to do: we ask in another way. An update of WooCommerce makes imports faster.",
    ),
    Trouble(
        "bad_request", PermanentError,
        "The shop refuses the way we ask.",
        "It finds a parameter of our request wrong; plugins can change what is allowed.",
        "Update WooCommerce. If it stays, look into the run's details for the shop's own words.",
    ),
    Trouble(
        "unexpected", TransientError,
        "The shop answers with something unexpected (HTTP {status}).",
        "Neither WooCommerce nor the servers that we know answer like this.",
        f"{WAIT}{ask_host}.",
    ),
)

EVERY: tuple[tuple[str, tuple[Trouble, ...]], ...] = (
    ("Key and rights", KEY),
    ("Address", ADDRESS),
    ("Turned away", BLOCKED),
    ("Out of order", OUTAGE),
    ("Strange answers", ANSWER),
)
