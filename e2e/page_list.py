"""Every page a person can open, in one place. test_pages.py checks each; a new admin model or page that is missing here fails a test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A page as somebody sees it. who: a business (the administrator in it), "all", or "" for nobody. `{Model}` = a row's primary key."""

    name: str
    address: str
    who: str = "solar"
    at_meta: bool = False


@dataclass(frozen=True)
class Model:
    """Which of Django's pages a model has, and its own pages (name at the end of the URL's name -> path below the object or list)."""

    add: bool = True
    change: bool = True
    delete: bool = False
    own: tuple[tuple[str, str], ...] = ()
    business: bool = True
    """Rows belong to a business, so a new business has an empty list."""


EVIDENCE = Model(add=False)
SHARED = Model(business=False)
MODELS = {
    "products_and_services.Product": Model(
        delete=True, own=(("why", "{pk}/why/"), ("payload", "{pk}/payload/"), ("revisions", "{pk}/revisions/"),
                          ("import", "import/"), ("export", "export/"))
    ),
    "products_and_services.ProductVariant": Model(),
    "products_and_services.ProductCategory": Model(),
    "products_and_services.ModifierGroup": Model(),
    "products_and_services.Revision": Model(add=False, own=(("restore", "{pk}/restore/"),)),
    "products_and_services.StockReservation": EVIDENCE,
    "meta_integration.MetaAppConfig": Model(own=(("preview", "{pk}/preview/"),)),
    "meta_integration.CategoryCatalog": Model(),
    "meta_integration.CatalogFinding": EVIDENCE,
    "meta_integration.CatalogItem": EVIDENCE,
    "meta_integration.CatalogBatch": EVIDENCE,
    "operations.Run": Model(add=False, own=(("rollback", "{EditRun}/rollback/"), ("preview", "{ImportRun}/preview/"),
                                         ("coming", "{LookRun}/coming/"), ("removals", "{AskingRun}/removals/"))),
    "integrations.StoreConnection": Model(delete=True),
    "integrations.LinkQuestion": EVIDENCE,
    "integrations.OrderWriteBack": EVIDENCE,
    "integrations.StoreDelivery": EVIDENCE,
    "integrations.WebhookLog": EVIDENCE,
    "operations.Alert": EVIDENCE,
    "operations.AlertDelivery": EVIDENCE,
    "tenants.Tenant": Model(),
    "tenants.Membership": Model(),
    "tenants.TenantApiKey": Model(),
    "tenants.AuditEvent": EVIDENCE,
    "auth.User": Model(business=False, own=(("password_change", "{pk}/password/"),)),
    "django_celery_beat.PeriodicTask": SHARED,
    "django_celery_beat.IntervalSchedule": SHARED,
    "django_celery_beat.CrontabSchedule": SHARED,
    "django_celery_beat.ClockedSchedule": SHARED,
    "django_celery_beat.SolarSchedule": SHARED,
}
# Addresses that answer something else than a page: changes by POST, JSON, files.
NOT_PAGES = {
    "live", "autocomplete", "history",
    "ask_meta", "sync_now", "reset_sync", "test", "test_new", "pause", "resume", "compare", "dry_run", "adopt", "allow_removals", "push",
    "switch", "revoke", "cancel", "issues", "close", "file", "start", "failed", "template_csv", "template_xlsx", "check_pictures",
    "mend", "ignore", "reopen", "look", "import_now", "switch_on", "retry", "try_now", "answer",
    "look_again", "keep", "look_for_changes", "repair_webhooks", "replay", "again",
}  # fmt: skip
OTHERS = (
    Look("login", "/admin/login/", who=""),
    Look("dashboard", "/admin/"),
    Look("dashboard of all businesses", "/admin/", who="all"),
    Look("dashboard of a new business", "/admin/", who="empty"),
    Look("own password", "/admin/password_change/"),
    Look("products found by nothing", "/admin/products_and_services/product/?q=nothing-like-this"),
    Look("products of all businesses", "/admin/products_and_services/product/", who="all"),
    Look("import before a business is chosen", "/admin/products_and_services/product/import/", who="all"),
    Look("export of filtered products", "/admin/products_and_services/product/export/?filters=q%3Dsolar"),
    Look("export without products", "/admin/products_and_services/product/export/", who="empty"),
    Look("run that cannot be rolled back", "/admin/operations/run/{PushRun}/rollback/"),
    Look("run of a bulk edit", "/admin/operations/run/{EditRun}/change/"),
    Look("run of an import", "/admin/operations/run/{ImportRun}/change/"),
    Look("run of a shop's import", "/admin/operations/run/{ShopRun}/change/"),
    Look("run of a shop that waits for an answer", "/admin/operations/run/{AskingRun}/change/"),
    Look("product of a shop", "/admin/products_and_services/product/{FromShop}/change/"),
    Look("products of shops", "/admin/products_and_services/product/?shop=own"),
    Look("shops of all businesses", "/admin/integrations/storeconnection/", who="all"),
    Look("open questions", "/admin/integrations/linkquestion/?answered=no"),
    Look("open findings", "/admin/meta_integration/catalogfinding/?state__exact=open"),
    Look("rejected by Meta", "/admin/products_and_services/product/{Rejected}/why/"),
    Look("products while paused", "/admin/products_and_services/product/", who="pizzeria"),
    Look("public product page", "/p/solar/5784935", who=""),
    Look("public page with sizes", "/p/pizzeria/PIZ-01", who=""),
    Look("public page of nothing", "/p/solar/no-such-thing", who=""),
    Look("Meta's side", "/?catalog=200000000000001", who="", at_meta=True),
    Look("Meta's side, outlet", "/?catalog=200000000000003", who="", at_meta=True),
    Look("Meta's side, nothing found", "/?catalog=200000000000001&q=nothing", who="", at_meta=True),
    Look("demo shop", "/shops/demo/", who="", at_meta=True),
    Look("demo shop, in the trash", "/shops/demo/?q=&show=trash", who="", at_meta=True),
    Look("demo shop, nothing found", "/shops/demo/?q=nothing", who="", at_meta=True),
    Look("demo shop at Shopify", "/shopify/vesuvio-pantry.myshopify.com/", who="", at_meta=True),
    Look("demo shop at Shopify, nothing found", "/shopify/vesuvio-pantry.myshopify.com/?q=nothing", who="", at_meta=True),
    Look("shops of the sandbox", "/shops/", who="", at_meta=True),
)


def _looks(label: str, model: Model) -> list[Look]:
    base = f"/admin/{label.lower().replace('.', '/')}/"
    pk = "{" + label + "}"
    who = "solar" if model.business else "all"
    looks = [Look(f"{label} list", base, who)]
    if model.business:
        looks.append(Look(f"{label} empty list", base, "empty"))
    if model.add:
        looks.append(Look(f"{label} add", f"{base}add/", who))
    if model.change:
        looks.append(Look(f"{label} change", f"{base}{pk}/change/", who))
    if model.delete:
        looks.append(Look(f"{label} delete", f"{base}{pk}/delete/", who))
    return looks + [Look(f"{label} {name}", base + path.replace("{pk}", pk), who) for name, path in model.own]


PAGES = {look.name: look for look in (*OTHERS, *(look for label, model in MODELS.items() for look in _looks(label, model)))}
