"""Meta's error codes in words: what happened, and what a shop owner does about it. Pure. Which kind an error is: graph/errors.py."""

from dataclasses import dataclass

from common.errors import NeedsConfigurationError, RemoteError
from meta_integration.graph.errors import OBJECT_GONE, THROTTLED

PAUSED_ITSELF = -1  # pause_code of a catalog that watching/auto_pause.py stopped; Meta's own codes are positive.
PERMISSION_CODES = frozenset({3, 10, *range(200, 300)})


@dataclass(frozen=True, slots=True)
class Remedy:
    """meaning: one sentence about what happened; to_do: one about what helps."""

    meaning: str
    to_do: str


NEW_TOKEN = "Create a new system-user token in Meta Business Settings and save it in the Meta App Config; waiting changes go by themselves."
TOKEN = Remedy("Meta does not accept the access token: it has expired, was withdrawn, or belongs to a removed app.", NEW_TOKEN)
PERMISSION = Remedy(
    "The token is valid but lacks a permission for this catalog.",
    "Give the system user the catalog (full control) and the token the permission “catalog_management”, then press “Resume”.",
)
IMAGE = Remedy(
    "Meta wants an image it can fetch.",
    "Add a picture of at least 500 x 500 pixels that opens without login, and save the product.",
)
REFUSED_VALUE = Remedy(
    "Meta refuses one of the values.",
    "Meta's own words name the field. Correct the product and save it: the new version is sent at once.",
)
THROTTLE = Remedy(
    "Meta asks us to slow down.",
    "Nothing to do: sending goes on by itself when Meta's waiting time is over. No attempt is lost.",
)
OUTAGE = Remedy(
    "Meta has a disturbance.",
    "Nothing to do: the change is sent again at the time shown. “Sync now” tries at once.",
)
UNREACHABLE = Remedy(
    "Meta could not be reached, or its answer got lost.",
    "Nothing to do: the change is sent again at the time shown. If it stays, check this server's connection to the internet.",
)
NO_RIGHT_TO_CATALOG = Remedy(
    "There is no catalog with this id, or the token may not use it.",
    "Copy the catalog id from Commerce Manager, and give the system user access to that catalog.",
)
PROOF = Remedy(
    "The app secret does not fit the token (appsecret_proof).",
    "Copy the app secret of the very app the token was made with (App settings, Basic), and save it.",
)
UNKNOWN = Remedy(
    "Meta answered with a code we do not know.",
    "The change is tried again at the time shown. If it stays, look the code up in Meta's documentation or ask Meta with the trace id.",
)
BY_CODE = {
    1: OUTAGE,
    2: OUTAGE,
    100: REFUSED_VALUE,
    102: TOKEN,
    104: Remedy("The request carried no token.", NEW_TOKEN),
    190: TOKEN,
    368: Remedy(
        "Meta has blocked this account for a while because of its policies.",
        "Read the notice in Meta's Account Quality, solve it there, then press “Resume”.",
    ),
    801: Remedy("Meta does not allow this change of the item.", "Check the item in Commerce Manager, then press “Sync now”."),
    804: Remedy("Meta says that this already exists.", "Press “Sync now”: the existing item is looked up and brought up to date."),
    2500: NO_RIGHT_TO_CATALOG,
    2635: Remedy("This version of Meta's API has been switched off.", "Enter a newer API version in the Meta App Config."),
    10800: Remedy("Another item in Meta's catalog has this SKU.", "Press “Sync now”: that item is looked up and brought up to date."),
    10801: IMAGE,
}


def remedy_for_code(code: int | None) -> Remedy:
    """What a stored error code means. None: no code came, so the answer was lost or the network failed."""
    if code is None:
        return UNREACHABLE
    if code in THROTTLED:
        return THROTTLE
    if code in PERMISSION_CODES:
        return PERMISSION
    return BY_CODE.get(code, UNKNOWN)


def remedy_for_pause(code: int | None) -> Remedy:
    """What a catalog's pause_code means. 100 pauses only where the catalog or the proof is wrong (graph/errors.py)."""
    if code == PAUSED_ITSELF:
        return Remedy("Sending paused by itself because it went on failing.", "Mend the cause, then press “Resume”.")
    if code == 100:
        return Remedy(
            "Meta does not let this token use the catalog: the catalog id is wrong, or the app secret does not fit the token.",
            "Check catalog id and app secret in the Meta App Config with “Test connection”, save, then press “Resume”.",
        )
    return remedy_for_code(code)


def remedy_for_error(error: RemoteError) -> Remedy:
    """What an error that was just raised means; tells a wrong catalog id from a wrong app secret by the subcode."""
    if error.code == 100 and isinstance(error, NeedsConfigurationError):
        return NO_RIGHT_TO_CATALOG if error.subcode == OBJECT_GONE else PROOF
    return remedy_for_code(error.code)
