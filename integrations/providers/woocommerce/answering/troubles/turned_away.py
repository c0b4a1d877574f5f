"""The shop is there, but somebody keeps us out. Pure."""

from common.errors import NeedsConfigurationError, TransientError
from integrations.providers.woocommerce.answering.trouble import ASK_HOST, WAIT, Trouble, ask_host

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
