"""Who is calling and what they may see: tokens, appsecret_proof, versions, ownership of a catalog."""

import hashlib
import hmac
from typing import Any

from sandbox.graph.call import CURRENT_VERSION, OLDEST_ALIVE, Call
from sandbox.graph.errors import METHOD, GraphError, gone
from sandbox.graph.store import Store

PERMISSIONS = ("catalog_management", "business_management")


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def proof_for(token: str, app_secret: str) -> str:
    """appsecret_proof: hex HMAC-SHA256 with the app secret as key."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def new_account(token: str, app_secret: str, business_id: str, permissions: tuple[str, ...], require_proof: bool) -> dict[str, Any]:
    """An account row; neither the token nor the secret is in it."""
    return {
        "business_id": business_id,
        "tail": token[-4:],
        "proof": proof_for(token, app_secret) if app_secret else "",
        "permissions": list(permissions),
        "require_proof": require_proof,
        "dead": None,
    }


def check_version(call: Call) -> None:
    """Versions below v21 are gone (2635); versions not yet born are no path at all (2500)."""
    if call.version < OLDEST_ALIVE:
        message = f"(#2635) You are calling a deprecated version of the API. Please update to the latest version: v{CURRENT_VERSION}.0."
        raise GraphError(2635, message)
    if call.version > CURRENT_VERSION:
        raise GraphError(2500, f"Unknown path components: /v{call.version}.0")


def sign_in(store: Store, call: Call) -> dict[str, Any]:
    """The account behind the call's token, or a refusal (104, 190, 100 for a bad proof)."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.")
    account = store.accounts.get(digest(call.token))
    if account is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
    if account["dead"] is not None:
        raise GraphError(190, "Error validating access token: Session has expired.", status=401, subcode=account["dead"])
    _check_proof(account, str(call.params.get("appsecret_proof") or ""))
    call.business_id = account["business_id"]
    return account


def _check_proof(account: dict[str, Any], proof: str) -> None:
    if not proof and account["require_proof"]:
        raise GraphError(100, "API calls from the server require an appsecret_proof argument", kind=METHOD)
    if proof and not hmac.compare_digest(proof, account["proof"]):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind=METHOD)


def check_catalog(store: Store, call: Call, account: dict[str, Any]) -> None:
    """A catalog of another business looks like one that does not exist."""
    catalog = store.catalogs.get(call.catalog_id or "")
    if catalog is None or catalog["business_id"] != account["business_id"]:
        raise gone(call.method, call.node_id)
    require(account, "catalog_management")


def require(account: dict[str, Any], permission: str) -> None:
    """Code 200 where the token lacks a permission."""
    if permission not in account["permissions"]:
        raise GraphError(200, f"(#200) Requires {permission} permission to manage the object", status=403)
