"""Test connection: does this token reach this catalog, and what exactly is wrong if not? One or two reading calls, nothing stored."""

from common.errors import RemoteError
from common.trial import TrialResult
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.models import MetaAppConfig
from meta_integration.remedies import remedy_for_error

NEEDED = "catalog_management"
RIGHT_VERTICAL = "commerce"


def check_connection(config: MetaAppConfig) -> TrialResult:
    """Asks Meta for the catalog with the configuration's credentials (saved or not). Network; call it outside transactions."""
    service = MetaCatalogService(config)
    try:
        catalog = service.describe_catalog()
    except RemoteError as error:
        remedy = remedy_for_error(error)
        said = f"{error.message}" + (f" (code {error.code})" if error.code is not None else "")
        return TrialResult("red", remedy.meaning, remedy.to_do, said)
    name, count = str(catalog.get("name") or config.catalog_id), catalog.get("product_count", "?")
    text = f"Connected to the catalog “{name}” ({count} items)."
    if _lacks_permission(service):
        to_do = "Reading works, but changes will be refused: make a token with “catalog_management”."
        return TrialResult("orange", f"{text} The token lacks the permission “{NEEDED}”.", to_do)
    vertical = str(catalog.get("vertical") or RIGHT_VERTICAL)
    if vertical != RIGHT_VERTICAL:
        to_do = "WhatsApp shows catalogs of the type “commerce” only. Create one in Commerce Manager and enter its id."
        return TrialResult("orange", f"{text} It is of the type “{vertical}”.", to_do)
    return TrialResult("green", text)


def _lacks_permission(service: MetaCatalogService) -> bool:
    """GET /me/permissions ("User Permissions"); where that cannot be read nothing is claimed."""
    try:
        rows = service.client.get("me/permissions").get("data") or []
    except RemoteError:
        return False
    granted = {row.get("permission") for row in rows if isinstance(row, dict) and row.get("status") == "granted"}
    return bool(granted) and NEEDED not in granted
