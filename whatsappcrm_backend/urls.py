"""All addresses. Each room brings its own urls; media are served here, with DEBUG off as well."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.static import serve

from common.api import not_found

urlpatterns = [
    path("admin/", admin.site.urls),
    path("v1/", include("operations.api")),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    re_path(r"^v1(/|$)", not_found),  # last: unknown API addresses answer JSON with DEBUG on as well
]
handler400 = "common.api.bad_request"
handler404 = "common.api.not_found"
handler500 = "common.api.server_error"
