"""What only a person can decide: whether a shop's product is one that was entered here."""

from django.db import models

from integrations.models.connections import StoreConnection
from products_and_services.models import Product
from tenants.models import Tenant, TenantQuerySet


class Answer(models.TextChoices):
    OPEN = "", "Not answered"
    SAME = "same", "The same product"
    SEPARATE = "separate", "Another product"
    SKIP = "skip", "Leave it out"


class LinkQuestion(models.Model):
    """Asked once per product of a shop; until it is answered that product is not imported. candidates: ids of our products.

    why: in words; shown: {"price", "currency", "image", "link"} as the shop has them, for whoever decides. With the answer "same",
    `product` is the one that was chosen.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="link_questions")
    connection = models.ForeignKey(StoreConnection, on_delete=models.CASCADE, related_name="questions")
    external_id = models.CharField(max_length=64)
    name = models.CharField(max_length=500)
    sku = models.CharField("SKU", max_length=100, blank=True)
    why = models.TextField(blank=True)
    candidates = models.JSONField(default=list)
    shown = models.JSONField(null=True, blank=True, editable=False)
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN, blank=True)
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["answer", "id"]
        verbose_name = "question about a product"
        verbose_name_plural = "questions about products"
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="question_once_per_product")]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})" if self.sku else self.name
