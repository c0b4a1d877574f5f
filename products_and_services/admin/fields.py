"""Form fields in shop owners' terms: amounts, yes / no / as the product, lists of words and "name: value" pairs as plain text."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import models

from common.admin import TextWidget, YesNoWidget


class AmountField(forms.DecimalField):
    """An amount without the column's idle zeros: 12.00, not 12.0000."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        cents = value.quantize(Decimal("0.01"))
        return format(cents if cents == value else value.normalize(), "f")


# For `formfield_overrides` of an admin class or inline.
AMOUNTS = {models.DecimalField: {"form_class": AmountField}}


class YesNoOrAsProductField(forms.NullBooleanField):
    """A flag of a variant that may be left to its product."""

    widget = YesNoWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})
        self.widget.choices = [("unknown", "as the product"), ("true", "yes"), ("false", "no")]


class WordsField(forms.CharField):
    """A list of words, typed with commas between them."""

    widget = TextWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(word) for word in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = value if isinstance(value, list) else [word.strip() for word in (value or "").split(",")]
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class PairsField(forms.CharField):
    """Names and values: "color: Red; size: L"."""

    widget = TextWidget

    def prepare_value(self, value: Any) -> Any:
        return "; ".join(f"{name}: {word}" for name, word in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        pairs = {}
        for part in filter(str.strip, (value or "").split(";")):
            name, colon, word = (piece.strip() for piece in part.partition(":"))
            if not name or not colon:
                raise forms.ValidationError("Write pairs such as “color: Red; size: L”.")
            pairs[name] = word
        return pairs

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
