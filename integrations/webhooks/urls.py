"""Mounted below /webhooks/."""

from django.urls import re_path

from integrations.webhooks.views import receive

urlpatterns = [re_path(r"^(?P<provider>[a-z]{1,20})/(?P<connection_pk>[0-9]{1,18})/?$", receive, name="store-webhook")]
