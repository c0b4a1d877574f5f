"""Admin pages: products with variants, pictures and modifiers; categories; modifier groups; what orders hold; history."""

from products_and_services.admin import run_rollback  # noqa: F401 - adds "Roll back" to the page of a run
from products_and_services.admin.categories import CategoryAdmin
from products_and_services.admin.import_runs import ImportRuns
from products_and_services.admin.modifiers import ModifierGroupAdmin
from products_and_services.admin.products import ProductAdmin
from products_and_services.admin.reservations import ReservationAdmin
from products_and_services.admin.revisions import RevisionAdmin
from products_and_services.admin.variants import VariantAdmin

__all__ = ["CategoryAdmin", "ImportRuns", "ModifierGroupAdmin", "ProductAdmin", "ReservationAdmin", "RevisionAdmin", "VariantAdmin"]
