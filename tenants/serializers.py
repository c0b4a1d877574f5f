"""Base of API serializers over business data."""

from typing import Any, NoReturn

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from tenants.auth import tenant_of
from tenants.viewsets import TenantPrimaryKeyRelatedField

MOST_NAMED = 20


class NamedChoiceField(serializers.ChoiceField):
    """Whoever sends something else is told what there is to choose from, unless that would fill a page."""

    def fail(self, key: str, **details: Any) -> NoReturn:
        if key == "invalid_choice" and len(self.choices) <= MOST_NAMED:
            known = ", ".join(str(one) for one in self.choices if one != "")
            raise serializers.ValidationError(f"“{details['input']}” is none of: {known}.", code=key)
        super().fail(key, **details)


class TenantModelSerializer(serializers.ModelSerializer):
    """Every relation is limited to the business, and the model's own checks (clean, constraints per business) become field errors.

    Do not list `tenant` among the fields; the view sets it.
    """

    serializer_related_field = TenantPrimaryKeyRelatedField
    serializer_choice_field = NamedChoiceField

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        model = self.Meta.model
        concrete = {field.name for field in model._meta.concrete_fields}
        probe = model(**{name: getattr(self.instance, name) for name in concrete - set(attrs)}) if self.instance else model()
        for name in concrete & set(attrs):
            setattr(probe, name, attrs[name])
        if "tenant" in concrete and probe.tenant_id is None:
            probe.tenant = tenant_of(self.context["request"])
        probe._state.adding = self.instance is None
        self._check(probe)
        return attrs

    def _check(self, probe: Any) -> None:
        try:
            probe.clean()
            probe.validate_constraints()
        except DjangoValidationError as error:
            detail = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
            if "__all__" in detail:
                detail["non_field_errors"] = detail.pop("__all__")
            raise serializers.ValidationError(detail) from None
