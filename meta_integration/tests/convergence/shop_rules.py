"""What the shop's people and importers do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from meta_integration.catalog.pause import pause_by_person, resume_by_person
from meta_integration.models import Catalog, CategoryCatalog
from meta_integration.tests.convergence.stage import OTHER, SECOND
from meta_integration.tests.world import ACCOUNTS
from products_and_services.models import Product, ProductVariant, Sku
from products_and_services.services import change_products, swap_skus
from tenants.models import Tenant

SOLAR_MOSTLY = st.sampled_from([0, 0, 0, 1])
INDEX = st.integers(0, 5)
EDITS = st.sampled_from(
    [("price", Decimal(20)), ("price", Decimal(30)), ("price", None), ("name", "Better"), ("description", "Long <b>words</b>"),
     ("stock_quantity", 0), ("stock_quantity", 5), ("is_active", False), ("is_active", True), ("sync_to_meta", False),
     ("sync_to_meta", True), ("is_available", False), ("brand", "Acme"), ("custom_label_0", "x"), ("custom_label_0", ""),
     ("currency", "JPY"), ("currency", ""), ("origin_country", "IN"), ("origin_country", ""), ("sale_price", Decimal(5)),
     ("sale_price", None), ("track_stock", False), ("track_stock", True), ("allow_backorder", True), ("allow_backorder", False)]
)  # fmt: skip
VARIANT_EDITS = st.sampled_from(
    [("price", Decimal(9)), ("price", None), ("is_active", False), ("is_active", True), ("stock_quantity", 0), ("stock_quantity", 3),
     ("stock_quantity", None), ("attributes", {}), ("track_stock", True), ("track_stock", False), ("track_stock", None),
     ("allow_backorder", True), ("allow_backorder", False), ("allow_backorder", None), ("sale_price", Decimal(4)), ("sale_price", None)]
)  # fmt: skip


class ShopRules:
    """Every rule acts on one of the two businesses."""

    stage: Any
    world: Any
    standin: Any
    unheard: bool

    def tenant(self, number: int) -> Tenant:
        return Tenant.objects.get(pk=self.stage.tenants[number].pk)

    def pick(self, tenant: Tenant, index: int) -> Product | None:
        products = list(Product.objects.filter(tenant=tenant).order_by("pk"))
        return products[index % len(products)] if products else None

    def free_sku(self, tenant: Tenant, index: int) -> str | None:
        sku = f"{self.stage.prefix(tenant)}-{index}"
        return None if Sku.objects.filter(tenant=tenant, value=sku).exists() else sku

    @rule(who=SOLAR_MOSTLY, index=INDEX, price=st.sampled_from([Decimal(10), Decimal(12), None]))
    def create(self, who: int, index: int, price: Decimal | None) -> None:
        tenant = self.tenant(who)
        self.world.product(tenant, self.free_sku(tenant, index), name=f"Thing {index}", price=price)

    @rule(who=SOLAR_MOSTLY, index=INDEX, change=EDITS)
    def edit(self, who: int, index: int, change: tuple[str, Any]) -> None:
        product = self.pick(self.tenant(who), index)
        if product:
            setattr(product, *change)
            product.save()

    @rule(who=SOLAR_MOSTLY, index=INDEX, opens=st.integers(-2, 2), lasts=st.integers(1, 3))
    def plan_sale(self, who: int, index: int, opens: int, lasts: int) -> None:
        product = self.pick(self.tenant(who), index)
        if product:
            product.sale_price, product.sale_starts_at = Decimal(6), self.world.now + timedelta(minutes=20 * opens)
            product.sale_ends_at = product.sale_starts_at + timedelta(minutes=30 * lasts)
            product.save()

    @rule(who=SOLAR_MOSTLY, change=EDITS.filter(lambda change: change[0] in ("price", "is_active", "stock_quantity", "currency")))
    def bulk_edit(self, who: int, change: tuple[str, Any]) -> None:
        tenant = self.tenant(who)
        change_products(tenant.pk, Product.objects.filter(tenant=tenant).values_list("pk", flat=True), dict([change]))

    @rule(who=SOLAR_MOSTLY, index=INDEX, change=EDITS)
    def bulk_sql_without_a_word(self, who: int, index: int, change: tuple[str, Any]) -> None:
        product = self.pick(self.tenant(who), index)
        if product:
            Product.objects.filter(pk=product.pk).update(**dict([change]))
            self.unheard = True

    @rule(who=SOLAR_MOSTLY, index=INDEX)
    def delete(self, who: int, index: int) -> None:
        product = self.pick(self.tenant(who), index)
        if product:
            product.delete()

    @rule(who=SOLAR_MOSTLY, index=INDEX)
    def delete_and_create_again(self, who: int, index: int) -> None:
        tenant = self.tenant(who)
        product = self.pick(tenant, index)
        if product:
            sku = product.sku
            product.delete()
            self.world.product(tenant, sku, name="Phoenix", price=Decimal(15))

    @rule(who=SOLAR_MOSTLY, index=INDEX, to=INDEX)
    def rename_sku(self, who: int, index: int, to: int) -> None:
        tenant = self.tenant(who)
        product, sku = self.pick(tenant, index), self.free_sku(tenant, to)
        if product and sku:
            product.sku = sku
            product.save()

    @rule(who=SOLAR_MOSTLY, first=INDEX, second=INDEX)
    def swap(self, who: int, first: int, second: int) -> None:
        tenant = self.tenant(who)
        one, other = self.pick(tenant, first), self.pick(tenant, second)
        if one and one.pk != other.pk:
            swap_skus(one, other)

    @rule(who=SOLAR_MOSTLY, index=INDEX, number=st.integers(0, 3), size=st.booleans(), colour=st.sampled_from(["Red", ""]))
    def add_variant(self, who: int, index: int, number: int, size: bool, colour: str) -> None:
        tenant = self.tenant(who)
        product = self.pick(tenant, index)
        if product:
            sku = None if size else f"{self.stage.prefix(tenant)}-V{number}"
            if sku and Sku.objects.filter(tenant=tenant, value=sku).exists():
                return
            attributes = {"color": colour} if colour else {"scent": f"No {number}"}
            ProductVariant.objects.create(product=product, sku=sku, name=f"V{number}", price=Decimal(8 + number), attributes=attributes)

    def a_variant(self, who: int, index: int) -> ProductVariant | None:
        variants = list(ProductVariant.objects.filter(product__tenant=self.tenant(who)).order_by("pk"))
        return variants[index % len(variants)] if variants else None

    @rule(who=SOLAR_MOSTLY, index=INDEX, change=VARIANT_EDITS)
    def edit_variant(self, who: int, index: int, change: tuple[str, Any]) -> None:
        variant = self.a_variant(who, index)
        if variant:
            setattr(variant, *change)
            variant.save()

    @rule(who=SOLAR_MOSTLY, index=INDEX, opens=st.integers(-2, 2), lasts=st.integers(1, 3), sides=st.sampled_from(["both", "start", "end"]))
    def plan_sale_of_a_variant(self, who: int, index: int, opens: int, lasts: int, sides: str) -> None:
        variant = self.a_variant(who, index)
        if variant:
            starts = self.world.now + timedelta(minutes=20 * opens)
            variant.sale_starts_at = None if sides == "end" else starts
            variant.sale_ends_at = None if sides == "start" else starts + timedelta(minutes=30 * lasts)
            variant.save()

    @rule(who=SOLAR_MOSTLY, index=INDEX)
    def delete_variant(self, who: int, index: int) -> None:
        variant = self.a_variant(who, index)
        if variant:
            variant.delete()

    @rule(index=INDEX, shelf=st.integers(0, 4), announced=st.booleans())
    def move_to_shelf(self, index: int, shelf: int, announced: bool) -> None:
        product = self.pick(self.tenant(0), index)
        if product and announced:
            product.category = self.stage.shelves[shelf]
            product.save()
        elif product:
            Product.objects.filter(pk=product.pk).update(category=self.stage.shelves[shelf])
            self.unheard = True

    @rule(shelf=st.integers(1, 4), on=st.booleans())
    def switch_shelf(self, shelf: int, on: bool) -> None:
        category = self.stage.shelves[shelf]
        category.refresh_from_db()
        category.sync_to_meta = on
        category.save()

    @rule(index=INDEX)
    def new_picture(self, index: int) -> None:
        product = self.pick(self.tenant(0), index)
        picture = product and product.images.first()
        if picture:
            picture.remote_url = f"{picture.remote_url}?v=2"[:100]
            picture.save()

    @rule(who=SOLAR_MOSTLY, index=INDEX)
    def reset_attempts(self, who: int, index: int) -> None:
        product = self.pick(self.tenant(who), index)
        if product:
            product.reset_meta_sync_attempts()

    # --- the connection --------------------------------------------------------------------------------------------

    @rule(who=SOLAR_MOSTLY, old_dies=st.booleans())
    def change_token(self, who: int, old_dies: bool) -> None:
        tenant = self.tenant(who)
        _, secret, business, _ = ACCOUNTS[tenant.sub_domain]
        old = self.stage.tokens[tenant.pk]
        new = f"{ACCOUNTS[tenant.sub_domain][0]}X{len(self.standin.store.accounts)}"
        self.standin.add_account(new, secret, business_id=business)
        self.stage.tokens[tenant.pk] = new
        if old_dies:
            self.standin.end_token(old)
        config = self.stage.config(tenant)
        config.access_token = new
        config.save()

    @rule(who=SOLAR_MOSTLY)
    def token_dies(self, who: int) -> None:
        self.standin.end_token(self.stage.tokens[self.tenant(who).pk])

    def revive_token(self, tenant: Tenant) -> None:
        self.standin.end_token(self.stage.tokens[tenant.pk], None)

    @rule(who=SOLAR_MOSTLY, pause=st.booleans())
    def pause_or_resume(self, who: int, pause: bool) -> None:
        config = self.stage.config(self.tenant(who))
        if pause:
            pause_by_person(config, "stock-taking", self.world.now)
        else:
            self.revive_token(self.tenant(who))
            resume_by_person(config)

    @rule(who=SOLAR_MOSTLY, active=st.booleans())
    def switch_business(self, who: int, active: bool) -> None:
        tenant = self.tenant(who)
        tenant.is_active = active
        tenant.save()

    @rule(mapped=st.booleans(), save_config=st.booleans())
    def map_the_outdoor_shelf(self, mapped: bool, save_config: bool) -> None:
        """Solar's second catalog is for this shelf, or no more."""
        outdoor, second = self.stage.shelves[2], Catalog.objects.get(catalog_id=SECOND)
        mapping = CategoryCatalog.objects.filter(category=outdoor).first()
        if mapped and mapping is None:
            CategoryCatalog.objects.create(tenant=self.stage.solar, category=outdoor, catalog=second)
        elif mapping is not None and not mapped:
            mapping.delete()
        if save_config:
            self.stage.config(self.stage.solar).save()

    @rule(back=st.booleans())
    def change_catalog_id(self, back: bool) -> None:
        config = self.stage.config(self.tenant(1))
        config.catalog_id = ACCOUNTS["pizzeria"][3] if back else OTHER
        config.save()
