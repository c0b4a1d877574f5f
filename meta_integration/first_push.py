"""What a push would do, before it is done: so many ready, so many that need something, with samples. Reads only."""

from collections import Counter
from dataclasses import dataclass, field

from meta_integration.models import CatalogItem, MetaAppConfig
from meta_integration.needs import WORDS, sort_out
from products_and_services.models import Product
from tenants.models import Tenant

SAMPLES = 5


@dataclass
class PushPreview:
    """ready: products of which something can be sent; partly: of these, how many not wholly; needs: {reason code: products}."""

    total: int = 0
    ready: int = 0
    partly: int = 0
    needs: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def sentence(self) -> str:
        """ "412 ready, 31 need an image, 9 have no SKU" """
        return ", ".join([f"{self.ready} ready", *(f"{number} {words_for(code, number)}" for code, number in self.needs.most_common())])


def words_for(code: str, number: int) -> str:
    """ "need an image", and for one product "needs an image"."""
    text = WORDS[code][1]
    if number != 1:
        return text
    for plural, singular in (("have ", "has "), ("need ", "needs "), ("are ", "is ")):
        if text.startswith(plural):
            return singular + text.removeprefix(plural)
    return text


def preview_push(tenant: Tenant) -> PushPreview:
    """Judges every product by the engine's own rules; about a second for 10,000, one chunk of 2,000 in memory."""
    found = PushPreview()
    ids = Product.objects.for_tenant(tenant).order_by("pk").values_list("pk", flat=True)
    for product, need, partly in sort_out(tenant, ids.iterator(chunk_size=2_000)):
        found.total += 1
        if need is None:
            found.ready += 1
            found.partly += partly
        else:
            found.needs[need.code] += 1
        samples = found.samples.setdefault(need.code if need else "", [])
        if len(samples) < SAMPLES:
            samples.append((product.id, product.name))
    return found


def is_first_push(config: MetaAppConfig) -> bool:
    """True while nothing was ever sent to the configuration's catalog and there are products that could be."""
    sent = CatalogItem.objects.filter(catalog__tenant=config.tenant_id, catalog__catalog_id=config.catalog_id, was_sent=True)
    return Product.objects.for_tenant(config.tenant_id).exists() and not sent.exists()
