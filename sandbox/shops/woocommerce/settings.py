"""What the shop says of itself: settings, currency, system status, and the index of its API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.shops.woocommerce.view import View

CURRENCIES = {
    "USD": ("United States (US) dollar", "&#36;"),
    "EUR": ("Euro", "&euro;"),
    "GBP": ("Pound sterling", "&pound;"),
    "SAR": ("Saudi riyal", "&#x631;.&#x633;"),
    "JPY": ("Japanese yen", "&yen;"),
    "ZAR": ("South African rand", "&#82;"),
    "TRY": ("Turkish lira", "&#8378;"),
    "KWD": ("Kuwaiti dinar", "&#x62f;.&#x643;"),
}
_READ, _CHANGE = ("GET",), ("GET", "POST", "PUT", "PATCH")


def currency(view: View) -> dict[str, Any]:
    """`data/currencies/current`."""
    code = view.shop.currency
    links = view.links(f"data/currencies/{code}", "data/currencies", allow=_READ)
    return {"code": code, "name": CURRENCIES.get(code, (code, ""))[0], "symbol": view.shop.currency_symbol, "_links": links}


def settings_group(view: View, group: str) -> list[dict[str, Any]] | None:
    """The rows of `settings/{group}`, without pages or totals; None for a group that there is not."""
    rows = _GROUPS.get(group)
    if rows is None:
        return None
    return [_row(view, group, *row) for row in rows]


def _row(view: View, group: str, name: str, label: str, kind: str, default: str) -> dict[str, Any]:
    key = f"woocommerce_{name}"
    value = view.shop.settings.get(name, _own_value(view, name, default))
    links = view.links(f"settings/{group}/{key}", f"settings/{group}", allow=_CHANGE)
    row = {"id": key, "label": label, "description": label, "type": kind, "default": default, "tip": label, "value": value}
    return row | {"_links": links}


def _own_value(view: View, name: str, default: str) -> str:
    own = {"currency": view.shop.currency, "default_country": view.shop.country, "prices_include_tax": _yes(view.shop.prices_include_tax)}
    return own.get(name, default)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


_GROUPS: dict[str, Sequence[tuple[str, str, str, str]]] = {
    "general": (
        ("default_country", "Country / State", "select", "US:CA"),
        ("calc_taxes", "Enable taxes", "checkbox", "no"),
        ("currency", "Currency", "select", "USD"),
        ("currency_pos", "Currency position", "select", "left"),
        ("price_thousand_sep", "Thousand separator", "text", ","),
        ("price_decimal_sep", "Decimal separator", "text", "."),
        ("price_num_decimals", "Number of decimals", "number", "2"),
    ),
    "products": (
        ("weight_unit", "Weight unit", "select", "kg"),
        ("dimension_unit", "Dimensions unit", "select", "cm"),
        ("manage_stock", "Manage stock", "checkbox", "yes"),
        ("hold_stock_minutes", "Hold stock (minutes)", "number", "60"),
        ("notify_low_stock_amount", "Low stock threshold", "number", "2"),
        ("notify_no_stock_amount", "Out of stock threshold", "number", "0"),
        ("hide_out_of_stock_items", "Out of stock visibility", "checkbox", "no"),
    ),
    "tax": (("prices_include_tax", "Prices entered with tax", "radio", "no"),),
}


def system_status(view: View) -> dict[str, Any]:
    """The parts of `system_status` that a client may want to read."""
    shop = view.shop
    environment = {
        "home_url": view.base, "site_url": view.base, "version": shop.version, "wp_version": shop.wordpress, "wp_multisite": False,
        "wp_cron": True, "language": "en_US", "php_version": "8.2.35", "php_max_execution_time": 30, "default_timezone": "UTC",
    }  # fmt: skip
    settings = {
        "api_enabled": False, "force_ssl": False, "currency": shop.currency, "currency_symbol": shop.currency_symbol,
        "currency_position": "left", "thousand_separator": ",", "decimal_separator": ".", "number_of_decimals": 2,
        "taxonomies": {name: name for name in sorted(shop.types)},
    }  # fmt: skip
    plugin = {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": shop.version}
    return {
        "environment": environment,
        "database": {"wc_database_version": shop.version, "database_prefix": "wp_"},
        "active_plugins": [plugin],
        "theme": {"name": "Storefront", "version": "4.6.2"},
        "settings": settings,
        "security": {"secure_connection": shop.is_ssl, "hide_errors": True},
    }


def index(view: View, woocommerce: bool) -> dict[str, Any]:
    """`/wp-json/`: name, address, time zone and the name spaces that there are."""
    offset = datetime.fromtimestamp(view.now, ZoneInfo(view.shop.timezone)).utcoffset()
    hours = (offset.total_seconds() if offset else 0) / 3600
    names = ["oembed/1.0", *(_WOO if woocommerce else ()), "wp/v2", "wp-site-health/v1", "wp-block-editor/v1"]
    return {
        "name": view.shop.title,
        "description": "",
        "url": view.base,
        "home": view.base,
        "gmt_offset": int(hours) if hours == int(hours) else hours,
        "timezone_string": view.shop.timezone,
        "namespaces": names,
        "authentication": {"application-passwords": {"endpoints": {"authorization": f"{view.base}/wp-admin/authorize-application.php"}}},
        "routes": {f"/{name}": {"namespace": name, "methods": ["GET"]} for name in names},
    }


_WOO = ("wc/v3", "wc/v1", "wc-admin", "wc-analytics", "wc/store", "wc/store/v1", "wc/private", "wc/v2")


def wc_index(view: View) -> dict[str, Any]:
    """`/wp-json/wc/v3`."""
    paths = ["/wc/v3", "/wc/v3/products", "/wc/v3/products/(?P<id>[\\d]+)", "/wc/v3/products/categories", "/wc/v3/settings"]
    if view.knows("10.3"):
        paths.append("/wc/v3/variations")
    return {"namespace": "wc/v3", "routes": {path: {"namespace": "wc/v3", "methods": ["GET"]} for path in paths}}
