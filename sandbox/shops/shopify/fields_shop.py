"""What the fields of the shop, its stock and the app in it say."""

from typing import Any

from sandbox.shops.shopify.gids import gid, number_in
from sandbox.shops.shopify.goods import Variant
from sandbox.shops.shopify.paging import Rows, page_of
from sandbox.shops.shopify.readers import always, entry, itself, own, own_id, own_time
from sandbox.shops.shopify.running import Reader
from sandbox.shops.shopify.sight import Sight


def _quantities(sight: Sight, variant: Variant, args: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = {"available": variant.available, "on_hand": variant.available, "committed": 0, "incoming": 0, "reserved": 0}
    return [{"name": name, "quantity": numbers.get(name, 0), "id": variant.item_id} for name in args["names"]]


def _levels(sight: Sight, variant: Variant, args: dict[str, Any]) -> Rows:
    sight.need("inventoryLevels", "read_inventory")
    return page_of([sight.shop.location], args, lambda number: variant)


def _level(sight: Sight, variant: Variant, args: dict[str, Any]) -> Variant | None:
    return variant if number_in(args["locationId"], "Location") == sight.shop.location else None


def _level_id(sight: Sight, variant: Variant, args: dict[str, Any]) -> str:
    return f"gid://shopify/InventoryLevel/{sight.shop.location}?inventory_item_id={variant.item_id}"


FIELDS: dict[str, dict[str, Reader]] = {
    "InventoryItem": {
        "id": lambda sight, variant, args: gid("InventoryItem", variant.item_id),
        "legacyResourceId": lambda sight, variant, args: str(variant.item_id),
        "tracked": own("tracked"), "sku": own("sku"), "createdAt": own_time("created"), "updatedAt": own_time("updated"),
        "requiresShipping": always(True), "duplicateSkuCount": always(0),
        "unitCost": always(None),
        "inventoryLevels": _levels,
        "inventoryLevel": _level,
        "locationsCount": lambda sight, variant, args: (1, False),
        "variants": lambda sight, variant, args: page_of([variant.id], args, lambda number: variant),
        "measurement": itself,
    },
    "InventoryItemMeasurement": {"id": own_id("InventoryItemMeasurement"), "weight": itself},
    "Weight": {"value": own("weight"), "unit": always("KILOGRAMS")},
    "InventoryLevel": {
        "id": _level_id, "item": itself, "quantities": _quantities,
        "location": lambda sight, variant, args: sight.shop, "isActive": always(True),
        "createdAt": own_time("created"), "updatedAt": own_time("updated"),
    },
    "InventoryQuantity": {
        "name": entry("name"), "quantity": entry("quantity"), "updatedAt": always(None),
        "id": lambda sight, row, args: f"gid://shopify/InventoryQuantity/{row['id']}?name={row['name']}",
    },
    "Location": {
        "id": lambda sight, shop, args: gid("Location", shop.location), "legacyResourceId": lambda sight, shop, args: str(shop.location),
        "name": always("Shop location"), "isActive": always(True),
        "fulfillsOnlineOrders": always(True),
    },
    "Shop": {
        "id": lambda sight, shop, args: gid("Shop", shop.number), "name": own("title"), "myshopifyDomain": own("domain"),
        "currencyCode": own("currency"), "ianaTimezone": own("timezone"), "url": own("home"),
        "email": lambda sight, shop, args: f"owner@{shop.domain}", "contactEmail": lambda sight, shop, args: f"hello@{shop.domain}",
        "taxesIncluded": always(False), "weightUnit": always("KILOGRAMS"),
        "primaryDomain": itself, "plan": itself, "resourceLimits": itself,
        "enabledPresentmentCurrencies": lambda sight, shop, args: [shop.currency],
        "createdAt": own_time("opened"), "updatedAt": own_time("opened"),
    },
    "Domain": {
        "id": lambda sight, shop, args: gid("Domain", 61000002), "host": own("domain"), "url": own("home"),
        "sslEnabled": always(True),
    },
    "ShopPlan": {
        "displayName": own("plan"), "publicDisplayName": own("plan"), "partnerDevelopment": always(False),
        "shopifyPlus": lambda sight, shop, args: shop.plan == "Plus",
    },
    "ShopResourceLimits": {
        "maxProductOptions": always(3), "maxProductVariants": always(2048),
        "locationLimit": always(200), "redirectLimitReached": always(False),
    },
    "AppInstallation": {
        "id": lambda sight, app, args: gid("AppInstallation", 61000003), "app": itself,
        "accessScopes": lambda sight, app, args: sorted(sight.scopes), "launchUrl": lambda sight, app, args: sight.shop.home,
    },
    "AccessScope": {"handle": itself, "description": lambda sight, scope, args: scope.replace("_", " ")},
    "App": {
        "id": lambda sight, app, args: gid("App", 61000004), "apiKey": own("client_id"), "title": always("Catalog"),
        "handle": always("catalog"),
    },
    "ApiVersion": {
        "handle": itself, "displayName": itself,
        "supported": always(True),
    },
}  # fmt: skip
