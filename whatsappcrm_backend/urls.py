"""All addresses. Each room brings its own; media are served here, with DEBUG off as well."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from common.api import not_found, optional_slash
from whatsappcrm_backend.health import healthz, readyz
from whatsappcrm_backend.media import serve_picture
from whatsappcrm_backend.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("v1/", include([*optional_slash("schema", SpectacularAPIView.as_view(), "schema")])),
    path("v1/", include([*optional_slash("docs", SpectacularSwaggerView.as_view(url_name="schema"), "docs")])),
    path("v1/", include("products_and_services.api.urls")),
    path("v1/", include("meta_integration.api.urls")),
    path("v1/", include("integrations.api.urls")),
    path("v1/", include("operations.api")),
    re_path(r"^v1(/|$)", not_found),  # Last below v1/: unknown API addresses answer JSON with DEBUG on as well.
    path("meta/", include("meta_integration.urls")),
    path("webhooks/", include("integrations.webhooks.urls")),
    path("", include("products_and_services.urls")),
    re_path(r"^media/(?P<path>.*)$", serve_picture, name="media"),
]
handler400 = "common.api.bad_request"
handler404 = "common.api.not_found"
handler500 = "common.api.server_error"
