"""Addresses below /v1/."""

from common.api import ApiRouter
from products_and_services.api import views
from products_and_services.api.rollback import RunRollbackViewSet

router = ApiRouter()
router.register("products", views.ProductViewSet, basename="product")
router.register("variants", views.VariantViewSet, basename="variant")
router.register("images", views.ImageViewSet, basename="image")
router.register("categories", views.CategoryViewSet, basename="category")
router.register("modifier-groups", views.ModifierGroupViewSet, basename="modifier-group")
router.register("modifiers", views.ModifierViewSet, basename="modifier")
router.register("runs", RunRollbackViewSet, basename="run-rollback")
urlpatterns = router.urls
