"""Which keys a Shopify shop takes: an app's client ID and secret (all apps since 2026), or the access token of an older app. Pure.

With an access token the secret is that app's "API secret key": what the shop sends to us is signed with it.
"""

import re
from collections.abc import Mapping

from integrations.providers.base import CredentialField
from integrations.providers.shopify.answering.troubles.key import (
    NO_KEY,
    NOT_A_TOKEN,
    REFRESH_AS_TOKEN,
    SECRET_AS_ID,
    SECRET_AS_TOKEN,
    TOKEN_AS_SECRET,
)

TOKEN = re.compile(r"[\x21-\x7e]+")  # What can stand in a header.
KEYS_AT = "Settings → Apps → Develop apps"
FIELDS = (
    CredentialField(
        "client_id", "Client ID", "In the Dev Dashboard, under the app's settings. Blank with an access token.",
        environment="SHOPIFY_CLIENT_ID", required=False,
    ),
    CredentialField(
        "client_secret", "Client secret", "It stands beside the client ID. With an access token: the app's API secret key.",
        environment="SHOPIFY_CLIENT_SECRET", required=False,
    ),
    CredentialField(
        "access_token", "Access token", "Only of an app that was made in the shop's admin before 2026 (shpat_…). Else leave it blank.",
        environment="SHOPIFY_ACCESS_TOKEN", required=False,
    ),
)  # fmt: skip


def key_problems(keys: Mapping[str, str]) -> dict[str, list[str]]:
    """{name of a key: what is wrong with it}: none of the two ways is complete, or something stands in the wrong place."""
    token, client, secret = (str(keys.get(name) or "").strip() for name in ("access_token", "client_id", "client_secret"))
    if token.startswith("shpss_"):
        return {"access_token": [SECRET_AS_TOKEN]}
    if token.startswith("shprt_"):
        return {"access_token": [REFRESH_AS_TOKEN]}
    if token and not TOKEN.fullmatch(token):
        return {"access_token": [NOT_A_TOKEN]}
    if client.startswith("shpss_"):
        return {"client_id": [SECRET_AS_ID]}
    if secret.startswith("shpat_"):
        return {"client_secret": [TOKEN_AS_SECRET]}
    if token or (client and secret):
        return {}
    return {"client_secret" if client else "client_id": [NO_KEY]}


def merged(stored: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What is kept when somebody enters keys: the old ones of the other way would be used in the new ones' place, so they go."""
    if typed.get("access_token"):
        kept: dict[str, str] = {}
    elif typed.get("client_id"):
        kept = {name: value for name, value in stored.items() if name == "client_secret"}
    else:
        kept = dict(stored)
    return {**kept, **typed}
