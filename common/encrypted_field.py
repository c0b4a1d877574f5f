"""A text column that is ciphertext in the database and clear text in Python.

`ENCRYPTION_SECRET` is a comma list: the first encrypts, all decrypt, so a secret is rotated by putting the new one in front.
A value that no listed secret opens raises DecryptionError: returning the ciphertext would send garbage to a provider.
"""

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import models


class DecryptionError(Exception):
    """None of the secrets in ENCRYPTION_SECRET opens a stored value."""


@lru_cache(maxsize=8)
def _cipher(secrets: str) -> MultiFernet:
    def key(secret: str) -> Fernet:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"whatsappcrm encrypted column").derive(secret.encode())
        return Fernet(base64.urlsafe_b64encode(derived))

    return MultiFernet([key(secret) for secret in secrets.split(",") if secret])


def encrypt(value: str) -> str:
    """Ciphertext of a text; an empty text stays empty."""
    return _cipher(settings.ENCRYPTION_SECRET).encrypt(value.encode()).decode() if value else ""


def decrypt(value: str) -> str:
    """Clear text of what `encrypt` made. Raises DecryptionError when no secret fits."""
    if not value:
        return ""
    try:
        return _cipher(settings.ENCRYPTION_SECRET).decrypt(value.encode()).decode()
    except InvalidToken:
        raise DecryptionError(
            "A stored secret cannot be decrypted. ENCRYPTION_SECRET does not contain the secret it was written with: put the old one "
            "back (comma-separated, after the new one) or enter the credential again."
        ) from None


class EncryptedTextField(models.TextField):
    """TextField whose database value is encrypted. Cannot be filtered or ordered by."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class EncryptedJSONField(EncryptedTextField):
    """A JSON value (a dict of secrets) that is ciphertext in the database; empty ones are stored as nothing."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(json.dumps(value) if value else "")

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        text = super().from_db_value(value, _expression, _connection)
        return json.loads(text) if text else {}

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) and value else value or {}

    def value_to_string(self, obj: Any) -> str:
        return json.dumps(self.value_from_object(obj) or {})


def unreadable_columns() -> list[str]:
    """ "app.Model.column" of every encrypted column whose newest value none of the secrets opens (one query per column)."""
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
    return [f"{field.model._meta.label}.{field.name}" for field in fields if not _is_readable(field.model, field.name)]


def _is_readable(model: type[models.Model], name: str) -> bool:
    try:
        list(model._base_manager.order_by("-pk").values_list(name, flat=True)[:1])
    except DecryptionError:
        return False
    return True
