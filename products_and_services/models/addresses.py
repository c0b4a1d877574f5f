"""Addresses people give us."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def validate_web_address(value: str) -> None:
    """Raises ValidationError for an address that no browser and no catalog opens (ftp: ..). The field itself checks the rest."""
    if not value.lower().startswith(("http://", "https://")):
        raise ValidationError("The address must begin with https:// or http://.")


class WebAddressField(models.URLField):
    """A URLField whose forms complete "shop.example/p" to https. In migrations a plain URLField: the column is the same."""

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **options})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs
