"""A shop that gets another address: is it still the same shop, and may its keys go there?"""

from collections.abc import Mapping

from integrations.connecting.addresses import leads_elsewhere, site_of
from integrations.models import RefKind, StoreConnection
from integrations.providers import adapter_class

OTHER_SHOP = (
    "This shop has {} here already. If the new address belongs to another shop, add that one as a shop of its own: from a "
    "different shop all of that would be missing. If it is the same shop at a new address, say so."
)
OTHER_HOST = "The stored keys were entered for {}. For another site enter them anew, so that they reach nobody they were not meant for."


def other_shop(stored: StoreConnection, url: str) -> str:
    """Why a person must say that it is the same shop; "" when nothing speaks against it. stored: as in the database; url: cleaned."""
    if not leads_elsewhere(stored, url):
        return ""
    products = stored.refs.filter(kind=RefKind.PRODUCT, gone_at__isnull=True).count()
    return OTHER_SHOP.format(f"{products} product{'' if products == 1 else 's'}") if products else ""


def other_host(stored: StoreConnection, url: str, credentials: Mapping[str, str]) -> str:
    """Why the stored keys do not go to this address; "" when it is the same site or all keys are new. Else whoever may change the address
    could have them sent to a place of his own."""
    if site_of(stored.address) == site_of(url) or not adapter_class(stored.provider).credential_problems(credentials):
        return ""
    return OTHER_HOST.format(site_of(stored.address))
