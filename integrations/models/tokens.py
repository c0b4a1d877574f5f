"""Keys of a short life that a shop gives us for the ones that a person has entered."""

from django.db import models

from common.encrypted_field import EncryptedJSONField
from integrations.models.connections import StoreConnection


class StoreToken(models.Model):
    """value: {"token", "made_for"}, encrypted; made_for: a digest of the keys it was got with, so that it goes with no others.

    expires_at: when the shop stops to take it (UTC). lease_*: who is fetching a new one (common/lease.py).
    """

    connection = models.OneToOneField(StoreConnection, on_delete=models.CASCADE, related_name="token")
    value = EncryptedJSONField(default=dict, blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "token of a shop"
        verbose_name_plural = "tokens of shops"

    def __str__(self) -> str:
        return f"token of {self.connection_id}"
