"""Public addresses of this room."""

from django.urls import path

from products_and_services.pages import product_page

urlpatterns = [path("p/<str:sub_domain>/<path:sku>", product_page, name="product-page")]
