"""The pages of shops as tests fill and read them."""

from django.urls import reverse

LIST, ADD = "admin:integrations_storeconnection_changelist", "admin:integrations_storeconnection_add"
CANARY = {"credential_consumer_key": "ck_canary0123456789", "credential_consumer_secret": "cs_canary0123456789"}


def url(shop, name="change"):
    return reverse(f"admin:integrations_storeconnection_{name}", args=[shop.pk])


def form_data(shop=None, **values):
    """A filled form; keys blank unless given."""
    known = {
        "name": "", "provider": "woocommerce", "store_url": shop.store_url if shop else "https://new.example",
        "link_by_sku": "link", "fill_blank_skus": "on", "changes_every": "5", "glances_every": "60",
        "schedule": "hourly", "schedule_time": "03:00",
        "credential_consumer_key": "", "credential_consumer_secret": "",
    }  # fmt: skip
    return known | values


def save(client, shop=None, **values):
    return client.post(url(shop) if shop else reverse(ADD), form_data(shop, **values), follow=True)
