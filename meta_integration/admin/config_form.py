"""The Meta App Config form: secrets go in and never come out again."""

from typing import Any

from django import forms

from common.admin import PasswordWidget, TextWidget
from meta_integration.models import Catalog, MetaAppConfig

SECRETS = {"access_token": True, "app_secret": False, "verify_token": False}  # name: needed
STORED = "•••• stored, leave blank to keep"
TAKEN = "This catalog is already connected to another business on this server. Enter the id of this business's own catalog."


class MetaAppConfigForm(forms.ModelForm):
    """A secret field that is left blank keeps what is stored; optional ones have a tick to remove it."""

    access_token = forms.CharField(
        required=False, help_text="System-user token with the permission “catalog_management”. Stored encrypted, never shown again."
    )
    app_secret = forms.CharField(
        required=False, help_text="From the app's settings (Basic). With it every call is signed, and stolen tokens are useless elsewhere."
    )
    verify_token = forms.CharField(required=False, help_text="A word of your own that Meta repeats when you set up its webhook.")
    clear_app_secret = forms.BooleanField(required=False, label="Remove the stored app secret")
    clear_verify_token = forms.BooleanField(required=False, label="Remove the stored verify token")

    class Meta:
        model = MetaAppConfig
        fields = ("is_active",)  # The admin page names the rest (fieldsets).

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, needed in SECRETS.items():
            if name not in self.fields:  # Somebody who may only look gets no such field at all.
                continue
            stored = bool(self.instance.pk and getattr(self.instance, name))
            self.initial[name] = ""
            self.fields[name].strip = True
            placeholder = {"placeholder": STORED} if stored else {}
            self.fields[name].widget = PasswordWidget(attrs={**placeholder, "autocomplete": "new-password", "spellcheck": "false"})
            self.fields[name].widget.is_required = needed and not stored
        for name in ("catalog_id", "business_id", "waba_id", "phone_number_id"):
            if name in self.fields and isinstance(self.fields[name].widget, TextWidget):
                self.fields[name].widget.attrs["inputmode"] = "numeric"

    def _kept_or_new(self, name: str) -> str:
        given = self.cleaned_data.get(name) or ""
        stored = getattr(self.instance, name) if self.instance.pk else ""
        if self.data.get(f"clear_{name}") and not given:
            return ""
        return given or stored

    def clean_access_token(self) -> str:
        """Needed; kept when left blank."""
        token = self._kept_or_new("access_token")
        if not token:
            raise forms.ValidationError("Enter the access token of the system user.")
        return token

    def clean_app_secret(self) -> str:
        """Kept when left blank, unless it is to be removed."""
        return self._kept_or_new("app_secret")

    def clean_verify_token(self) -> str:
        """Kept when left blank, unless it is to be removed."""
        return self._kept_or_new("verify_token")

    def clean(self) -> dict[str, Any]:
        """Refuses the catalog of another business, without naming it."""
        cleaned = super().clean() or self.cleaned_data
        catalog_id, tenant_id = cleaned.get("catalog_id"), self._tenant_id()
        if catalog_id and tenant_id and belongs_to_another(catalog_id, tenant_id):
            self.add_error("catalog_id", TAKEN)
        return cleaned

    def _tenant_id(self) -> Any:
        chosen = self.cleaned_data.get("tenant")
        return self.instance.tenant_id or getattr(chosen, "pk", None)


def belongs_to_another(catalog_id: str, tenant_id: Any) -> bool:
    """True when another business sends to this catalog: the two would overwrite each other's items."""
    configs = MetaAppConfig.objects.filter(catalog_id=catalog_id, is_active=True)
    catalogs = Catalog.objects.filter(catalog_id=catalog_id, is_current=True)
    return any(rows.exclude(tenant_id=tenant_id).exists() for rows in (configs, catalogs))
