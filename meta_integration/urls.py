"""Mounted below /meta/."""

from django.urls import re_path

from meta_integration.api.views import TenantPushView

urlpatterns = [re_path(r"^catalog/sync/(?P<sub_domain>[-\w]+)/?$", TenantPushView.as_view(), name="meta-catalog-sync")]
