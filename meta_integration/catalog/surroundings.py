"""Configuration -> the plain facts that records and eligibility need; and which catalog a product belongs to."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from meta_integration.catalog.pictures import PictureRules
from meta_integration.catalog.record import Surroundings
from meta_integration.models import Catalog, CategoryCatalog, MetaAppConfig
from products_and_services.snapshot import ProductSnapshot
from tenants.models import Tenant


def surroundings_of(tenant: Tenant, config: MetaAppConfig | None) -> Surroundings:
    """What a record of this business needs to know beyond the product."""
    loopback = graph_is_loopback()
    return Surroundings(
        tenant_name=tenant.name,
        sub_domain=tenant.sub_domain,
        public_base_url=settings.PUBLIC_BASE_URL,
        placeholder_image_url=config.placeholder_image_url if config else "",
        pictures=PictureRules(
            needs_https=not loopback,
            include_local=_local_images_wanted(loopback),
            check=config.check_pictures if config else True,
        ),
    )


def graph_is_loopback() -> bool:
    """True when the Graph is a stand-in on this machine: it needs no https addresses."""
    host = urlsplit(settings.META_GRAPH_BASE_URL).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _local_images_wanted(loopback: bool) -> bool:
    setting = settings.META_CATALOG_INCLUDE_IMAGES.strip().lower()
    if setting in ("", "auto"):
        return loopback or settings.PUBLIC_BASE_URL.startswith("https://")
    return setting in ("1", "true", "yes", "on")


@dataclass(frozen=True)
class Router:
    """Which of the business's current catalogs a product goes to: its category's (nearest upwards), else the default one."""

    default: int | None
    by_category: dict[int, int]

    def catalog_for(self, product: ProductSnapshot) -> int | None:
        """Primary key of the Catalog, None when the business has none."""
        line = product.category.ancestor_ids if product.category else ()
        return next((self.by_category[step] for step in line if step in self.by_category), self.default)


def router_of(tenant: Tenant) -> Router:
    """The routing of a business as it stands now (three queries; the secrets stay where they are)."""
    current = dict(Catalog.objects.for_tenant(tenant).filter(is_current=True).values_list("pk", "catalog_id"))
    active = MetaAppConfig.objects.filter(tenant=tenant, is_active=True, tenant__is_active=True)
    chosen = active.values_list("catalog_id", flat=True).first()
    default = next((pk for pk, catalog_id in current.items() if chosen is not None and catalog_id == chosen), None)
    mapped = CategoryCatalog.objects.for_tenant(tenant).filter(catalog_id__in=current).values_list("category_id", "catalog_id")
    return Router(default, dict(mapped))
