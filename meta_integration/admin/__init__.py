"""The face of the catalog sync in the admin. Everything it does is one call of a service of this app."""

from meta_integration.admin import catalogs, configs, dashboard, findings, product_extension, verdict_extension

__all__ = ["catalogs", "configs", "dashboard", "findings", "product_extension", "verdict_extension"]
