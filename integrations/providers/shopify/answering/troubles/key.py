"""Tokens, client id and secret, and what the app may do. Pure."""

from common.errors import NeedsConfigurationError, TransientError
from integrations.providers.trouble import WAIT, Trouble

NEW_APP = (
    "In Shopify open Settings → Apps → Develop apps → “Build apps in Dev Dashboard”. Give the app the scopes read_products and "
    "read_inventory, release it, install it in the shop, and copy Client ID and Client secret from its settings here."
)
SECRET_AS_TOKEN = "This is a client secret (shpss_…), not an access token. Enter it as the client secret, together with the client ID."
REFRESH_AS_TOKEN = "This is a refresh token (shprt_…), not an access token. Enter the app's client ID and client secret instead."
TOKEN_AS_SECRET = "This is an access token (shpat_…), not a secret. Enter it as the access token."
SECRET_AS_ID = "This is a client secret (shpss_…). Enter it as the client secret, and the app's client ID here."
NOT_A_TOKEN = "There is a sign in it that no access token has. Copy it again, whole; if Shopify does not show it any more, make a new app."
NO_KEY = "Enter the app's client ID and client secret, or the access token of an older app."

KEY = (
    Trouble(
        "no_key", NeedsConfigurationError,
        "The keys of the shop are missing.",
        "Shopify lets us in with an app's client ID and client secret, or with the access token of an app from before 2026.",
        NEW_APP,
    ),
    Trouble(
        "secret_as_token", NeedsConfigurationError,
        "The client secret was entered as the access token.",
        "A client secret begins with shpss_, an access token with shpat_.",
        "Enter it as the client secret, together with the app's client ID, and leave the access token empty.",
    ),
    Trouble(
        "bad_token", NeedsConfigurationError,
        "Shopify does not accept the access token any more.",
        "The app was removed from the shop, or its token was revoked, or it was not copied whole.",
        f"Look whether the app is still installed. A lost token cannot be shown again. {NEW_APP}",
    ),
    Trouble(
        "new_token_refused", NeedsConfigurationError,
        "Shopify gives us a new token, and then does not accept it.",
        "The app was removed from the shop a moment ago, or its version was withdrawn.",
        "In Shopify open Settings → Apps, look whether the app is installed, and press “Test connection”.",
    ),
    Trouble(
        "invalid_client", NeedsConfigurationError,
        "Shopify does not know this client ID, or the secret does not belong to it.",
        "One of them was not copied whole, or the secret was renewed in the Dev Dashboard.",
        "In the Dev Dashboard open the app's settings and copy Client ID and Client secret here again, both.",
    ),
    Trouble(
        "shop_not_permitted", NeedsConfigurationError,
        "This app may not ask for a token of this shop.",
        "Shopify allows it only when app and shop belong to the same organisation. An app of somebody else's does not do.",
        f"Make the app in the organisation that owns the shop. {NEW_APP}",
    ),
    Trouble(
        "app_not_installed", NeedsConfigurationError,
        "The app is not installed in this shop.",
        "An app has to be released and then installed before Shopify gives out tokens for it.",
        "In the Dev Dashboard release a version of the app, then press “Install app” and choose the shop.",
    ),
    Trouble(
        "token_denied", NeedsConfigurationError,
        "Shopify gives us no token for this shop.",
        "It refuses the app's client ID and secret and gives a reason that we do not know.",
        "Look in the Dev Dashboard whether the app is released, and installed in this shop. If it stays, make a new app.",
    ),
    Trouble(
        "missing_scope", NeedsConfigurationError,
        "The app may not do what we need: {scopes} is missing.",
        "Each app has a list of scopes. Ours needs read_products and read_inventory.",
        "Give the app the scope {scopes} in a new version, release it, and agree to it in the shop under Settings → Apps.",
    ),
    Trouble(
        "token_busy", TransientError,
        "A new token for the shop is being fetched, and it takes long.",
        "Only one process asks Shopify for a token at a time; the others wait for it.",
        f"{WAIT}press “Test connection”.",
    ),
)
