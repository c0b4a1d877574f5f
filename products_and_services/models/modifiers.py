"""Modifiers: extras a customer adds in the chat, such as cheese on a pizza. Meta's catalog does not know them."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from products_and_services.models.products import Product
from tenants.models import Tenant, TenantQuerySet


class ModifierGroup(models.Model):
    """A question such as "Toppings?", offered for its products. min/max_selected: how many answers; 0 maximum means no limit."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="modifier_groups")
    name = models.CharField(max_length=100)
    products = models.ManyToManyField(Product, blank=True, related_name="modifier_groups")
    min_selected = models.PositiveSmallIntegerField(default=0)
    max_selected = models.PositiveSmallIntegerField(default=0, help_text="0: no limit.")
    sort_order = models.IntegerField(default=0)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_selected=0) | Q(max_selected__gte=F("min_selected")), name="modifier_group_max_not_below_min"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuses a maximum below the minimum."""
        if self.max_selected and self.max_selected < self.min_selected:
            raise ValidationError({"max_selected": "Must be at least the minimum, or 0 for no limit."})


class Modifier(models.Model):
    """One answer, with what it adds to the price (in the product's currency)."""

    group = models.ForeignKey(ModifierGroup, on_delete=models.CASCADE, related_name="modifiers")
    name = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=14, decimal_places=4, default=0, validators=[MinValueValidator(0)])
    max_quantity = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    is_active = models.BooleanField("active", default=True)
    sort_order = models.IntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "name", "id"]
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="modifier_price_not_negative")]

    def __str__(self) -> str:
        return self.name
