"""The form of a shop's connection: keys go in and never come out again; what can be wrong with the rest is said at its field."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.admin import PasswordWidget, TextWidget
from common.encrypted_field import DecryptionError
from integrations.connecting.addresses import TAKEN, connected_already, kept_address, no_address, put_address
from integrations.connecting.moving import other_host, other_shop
from integrations.models import Provider, StoreConnection
from integrations.models.connections import USUAL
from integrations.providers import adapter_class
from integrations.providers.base import CredentialField

PREFIX = "credential_"
STORED = "•••• stored, leave blank to keep"
ANY_ADDRESS = f"For example {', '.join(adapter_class(kind).address_example for kind in Provider)}."


def credential_fields(provider: str) -> dict[str, CredentialField]:
    """{name of the form's field: what the provider says about it}"""
    return {f"{PREFIX}{one.name}": one for one in adapter_class(provider).credential_fields}


def declared_credentials() -> dict[str, forms.CharField]:
    """One form field for each key of each kind of shop; all of them optional, as what is needed depends on the kind."""
    found = {}
    for provider in Provider.values:
        for name, one in credential_fields(provider).items():
            widget = PasswordWidget(attrs={"autocomplete": "new-password", "spellcheck": "false"})
            found[name] = forms.CharField(label=one.label, help_text=one.help, required=False, strip=True, widget=widget)
    return found


def shown_for_their_kind() -> dict[str, str]:
    """{name of the form's field: when the page shows it}: the keys of the kind of shop that is chosen; afterwards there are no others."""
    return {
        name: f"typeof provider === 'undefined' || provider === '{provider}'"
        for provider in Provider.values for name in credential_fields(provider)
    }  # fmt: skip


def stored_keys(connection: StoreConnection) -> dict[str, str]:
    """What is stored; nothing where it cannot be decrypted any more: then the keys have to be entered again."""
    try:
        return dict(connection.credentials)  # type: ignore[call-overload, no-any-return]
    except DecryptionError:
        return {}


class StoreConnectionForm(forms.ModelForm):
    """A key that is left blank keeps what is stored. Fields of keys are added by the admin page (see `declared_credentials`)."""

    # An address of the web, or a bare domain: which column it goes into depends on the kind of shop.
    store_url = forms.CharField(label="Shop address", max_length=500, help_text=ANY_ADDRESS, widget=TextWidget(attrs={"inputmode": "url"}))
    same_shop = forms.BooleanField(required=False, label="The same shop", help_text="It has only moved to the address above.")

    class Meta:
        model = StoreConnection
        fields = ("name", "provider", "store_url", "link_by_sku", "fill_blank_skus", "download_images", "write_orders", "use_webhooks",
                  "changes_every", "glances_every", "schedule", "schedule_time")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ours = credential_fields(self.provider)
        self.stored = stored_keys(self.instance) if self.instance.pk else {}
        others = [name for name in self.fields if name.startswith(PREFIX) and name not in self.ours]
        for name in others if self.instance.pk else ():
            del self.fields[name]
        for name, one in self.ours.items():
            stored = bool(self.stored.get(one.name))
            if name in self.fields:
                self.fields[name].widget.attrs.update({"placeholder": STORED} if stored else {})
                self.fields[name].required = one.required and not stored
                self.fields[name].error_messages["required"] = f"Enter the {one.label[:1].lower()}{one.label[1:]}."
        if "store_url" in self.fields:
            self.initial["store_url"] = self.instance.address
            self.fields["store_url"].error_messages["required"] = no_address(self.provider)

    @property
    def provider(self) -> str:
        """The kind of shop: chosen in the form of a new one, fixed afterwards."""
        if self.instance.pk:
            return str(self.instance.provider)
        chosen = str(self.data.get(self.add_prefix("provider")) or "")
        return chosen if chosen in Provider.values else str(USUAL)

    def credentials(self) -> dict[str, str]:
        """{name: typed key} of a form that was checked; blank ones keep what is stored."""
        typed = {one.name: self.cleaned_data.get(name) or "" for name, one in self.ours.items() if name in self.fields}
        return {name: value for name, value in typed.items() if value}

    def clean_store_url(self) -> str:
        """As it is kept; keys in an address are refused, not stored."""
        try:
            return kept_address(self.provider, self.cleaned_data.get("store_url") or "")
        except ValidationError as error:
            raise ValidationError([text for texts in error.message_dict.values() for text in texts]) from None

    def clean(self) -> dict[str, Any]:
        """An address that is connected already, or that looks like another shop's; keys that do not go together."""
        cleaned = super().clean() or self.cleaned_data
        self._check_keys()
        url = cleaned.get("store_url")
        if url and self._is_taken(url):
            self.add_error("store_url", TAKEN)
        elif url and self.instance.pk:
            self._check_move(url, cleaned)
        return cleaned

    def _post_clean(self) -> None:
        """The address goes into its column before the rest is checked."""
        address = self.cleaned_data.pop("store_url", "")
        if address:
            self.instance.provider = self.provider
            put_address(self.instance, address)
        super()._post_clean()  # type: ignore[misc]
        if address:
            self.cleaned_data["store_url"] = address

    def _check_keys(self) -> None:
        adapter = adapter_class(self.provider)
        for name, texts in adapter.credential_problems(adapter.merged_keys(self.stored, self.credentials())).items():
            field = f"{PREFIX}{name}"
            if field in self.fields and field not in self.errors:
                self.add_error(field, texts)

    def _check_move(self, url: str, cleaned: dict[str, Any]) -> None:
        stored = StoreConnection.objects.defer("credentials").get(pk=self.instance.pk)
        if (why := other_shop(stored, url)) and not cleaned.get("same_shop"):
            self.add_error("same_shop", why)
        if why := other_host(stored, url, self.credentials()):
            self.add_error("store_url", why)

    def _is_taken(self, url: str) -> bool:
        tenant = self.instance.tenant_id or getattr(self.cleaned_data.get("tenant"), "pk", None)
        wanted = StoreConnection(pk=self.instance.pk, tenant_id=tenant, provider=self.provider)
        put_address(wanted, url)
        return bool(tenant) and connected_already(wanted) is not None
