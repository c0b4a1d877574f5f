"""How a business reaches Meta."""

import hashlib
import re
from typing import Any, Optional, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models, transaction
from django.db.models import Q

from common.encrypted_field import EncryptedTextField
from tenants.models import Tenant, TenantQuerySet

OLDEST_API_VERSION = 21  # Versions before v21 are gone (Graph API "Versions").
numeric_id = RegexValidator(r"^\d{5,25}$", "Meta's ids are numbers of 5 to 25 digits. Copy it from Commerce Manager.")


def default_api_version() -> str:
    return settings.META_API_VERSION


class MetaAppConfigQuerySet(TenantQuerySet):
    """Configurations; at most one per business is active."""

    def get_active_config(self, tenant: Tenant) -> Optional["MetaAppConfig"]:
        """The active configuration of an active business, or None."""
        found = self.filter(tenant=tenant, is_active=True, tenant__is_active=True).select_related("tenant").first()
        return cast("MetaAppConfig | None", found)


class MetaAppConfig(models.Model):
    """Token and ids of one business at Meta. Secrets are encrypted in the database and never shown again."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="meta_configs")
    access_token = EncryptedTextField(help_text="System-user token with catalog_management.")
    app_secret = EncryptedTextField(blank=True, default="", help_text="When set, every call is signed with appsecret_proof.")
    verify_token = EncryptedTextField(blank=True, default="")
    catalog_id = models.CharField("catalog id", max_length=25, validators=[numeric_id])
    business_id = models.CharField("business id", max_length=25, blank=True, validators=[numeric_id])
    waba_id = models.CharField("WhatsApp Business Account id", max_length=25, blank=True, validators=[numeric_id])
    phone_number_id = models.CharField("phone number id", max_length=25, blank=True, validators=[numeric_id])
    api_version = models.CharField("API version", max_length=8, default=default_api_version)
    placeholder_image_url = models.URLField(
        max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])],
        help_text="Sent for products that have no usable picture. Blank: such products are not sent.",
    )
    auto_pause = models.BooleanField(
        "pause by itself", default=True, db_default=True,
        help_text="When most items fail in the same way, warn first, then stop sending until resumed.",
    )  # fmt: skip
    auto_pause_share = models.PositiveSmallIntegerField(
        "when so many percent fail alike", default=50, db_default=50, validators=[MinValueValidator(10), MaxValueValidator(100)],
        help_text="Of at least 20 items tried within an hour.",
    )
    auto_pause_minutes = models.PositiveSmallIntegerField(
        "minutes from warning to pause", default=30, db_default=30, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    check_pictures = models.BooleanField(
        "check pictures before sending", default=True, db_default=True,
        help_text="Each picture is looked at once before its product is sent. Switch it off where a host turns unknown visitors away.",
    )
    is_active = models.BooleanField("active", default=True, help_text="One per business; activating one deactivates the other.")
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_reason = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MetaAppConfigQuerySet.as_manager()
    rules_changed = False  # Whether this save lets products go, or keeps them back, that it did not before.
    replaced_catalog_ids: set[str] = set()  # The catalogs that this save puts another one in the place of.

    class Meta:
        ordering = ["tenant", "-is_active", "-id"]
        verbose_name = "Meta App Config"
        verbose_name_plural = "Meta App Configs"
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_active=True), name="one_active_meta_config_per_tenant"),
            models.UniqueConstraint(
                fields=["catalog_id"],
                condition=Q(is_active=True),
                name="catalog_of_one_tenant_only",
                violation_error_message="This catalog is already connected to another business. Each business needs its own.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · catalog {self.catalog_id}"

    def clean(self) -> None:
        """Refuses versions that Meta has switched off."""
        version = re.fullmatch(r"v(\d{1,3})\.\d", self.api_version)
        if not version or int(version[1]) < OLDEST_API_VERSION:
            raise ValidationError({"api_version": f"Use v{OLDEST_API_VERSION}.0 or newer, for example {settings.META_API_VERSION}."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves; an active configuration switches the business's others off in the same transaction."""
        with transaction.atomic():
            self.rules_changed = MetaAppConfig.objects.filter(pk=self.pk).exclude(check_pictures=self.check_pictures).exists()
            if self.is_active:
                active = MetaAppConfig.objects.filter(tenant_id=self.tenant_id, is_active=True)
                self.replaced_catalog_ids = set(active.values_list("catalog_id", flat=True)) - {self.catalog_id}
                active.exclude(pk=self.pk).update(is_active=False)
            super().save(*args, **kwargs)

    @property
    def effective_app_secret(self) -> str:
        """Its own app secret, else the installation's META_APP_SECRET; "" = calls are not signed."""
        return self.app_secret or settings.META_APP_SECRET

    @property
    def credentials_fingerprint(self) -> str:
        """Changes when the token or app secret does; tells nothing about either."""
        return hashlib.sha256(f"{self.access_token}\0{self.effective_app_secret}".encode()).hexdigest()[:16]
