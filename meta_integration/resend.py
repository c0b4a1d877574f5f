"""A person says "send these again": what is queued, what is skipped and why. Entry of the admin's actions and buttons."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from common.bulk import chunks
from meta_integration.models import CatalogItem, MetaAppConfig
from meta_integration.needs import WORDS, sort_out
from meta_integration.pausing import pause_of
from products_and_services.models import Product
from products_and_services.services import reset_meta_sync, send_again
from tenants.models import Tenant


@dataclass
class Resent:
    """queued: products; skipped: {reason code: products}; waits: why the queued ones do not go at once."""

    queued: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    waits: str = ""

    def __iadd__(self, other: "Resent") -> "Resent":
        self.queued += other.queued
        self.skipped += other.skipped
        self.waits = self.waits or other.waits
        return self

    def sentence(self) -> str:
        """ "12 queued, 3 skipped: no image" """
        text = f"{self.queued} queued"
        if self.skipped:
            short = {code: WORDS[code][2] if code in WORDS else code for code in self.skipped}
            several = len(self.skipped) > 1
            parts = [f"{number} {short[code]}" if several else short[code] for code, number in self.skipped.most_common()]
            text += f", {self.skipped.total()} skipped: {', '.join(parts)}"
        return f"{text}. {self.waits}" if self.waits and self.queued else text


def resend_products(tenant: Tenant, product_ids: Iterable[int], *, reset: bool) -> Resent:
    """Queues the products of one business. reset: also shows attempts and error as forgotten at once.

    Skipped are those that may not go to Meta and are not there either; what is there and may not stay is queued (it is hidden).
    """
    ids = sorted(set(product_ids))
    if MetaAppConfig.objects.get_active_config(tenant) is None:
        return Resent(skipped=Counter({"not connected to Meta (add a Meta App Config first)": len(ids)}))
    there = _at_meta(tenant, ids)
    result, chosen = Resent(), []
    for product, need, _partly in sort_out(tenant, ids):
        if need is None or product.id in there:
            chosen.append(product.id)
        else:
            result.skipped[need.code] += 1
    result.queued = (reset_meta_sync if reset else send_again)(tenant.pk, chosen)
    pause = pause_of(tenant)
    if pause is not None:
        who = "They wait" if pause.is_whole else "Those of a paused catalog wait"
        result.waits = f"{who} until sending to Meta is resumed."
    return result


def resend_selected(products: Iterable[Product], *, reset: bool) -> Resent:
    """The same for products of several businesses (a superuser's selection)."""
    by_tenant: dict[Tenant, list[int]] = {}
    for product in products:
        by_tenant.setdefault(product.tenant, []).append(product.pk)
    result = Resent()
    for tenant, ids in by_tenant.items():
        result += resend_products(tenant, ids, reset=reset)
    return result


def _at_meta(tenant: Tenant, ids: list[int]) -> set[int]:
    sent = CatalogItem.objects.filter(catalog__tenant=tenant, catalog__is_current=True, was_sent=True).exclude(live_hash="")
    found: set[int] = set()
    for some in chunks(ids):
        found.update(pk for pk in sent.filter(product_id__in=some).values_list("product_id", flat=True) if pk)
    return found
