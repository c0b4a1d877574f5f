"""The address and what is found there. Pure."""

from common.errors import NeedsConfigurationError
from integrations.providers.woocommerce.answering.trouble import ASK_HOST, Trouble

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
        f"{ASK_HOST} for the shop's https address. If it has none, write the address with http:// in front.",
        in_passing=True,
    ),
)
