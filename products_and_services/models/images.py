"""Pictures of a product: an uploaded file, or the address of one that a shop hosts."""

from django.db import models
from django.db.models import Q

from products_and_services.models.addresses import WebAddressField, validate_web_address
from products_and_services.models.base import ProductPart
from products_and_services.models.pictures import PictureFacts
from products_and_services.models.products import Product
from products_and_services.models.uploads import product_image_path, validate_picture
from products_and_services.models.variants import ProductVariant
from products_and_services.querysets import PartQuerySet


class ProductImage(ProductPart):
    """The first picture by `sort_order` is the main one; a picture of a variant is that variant's main one."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    variant = models.ForeignKey(ProductVariant, on_delete=models.SET_NULL, null=True, blank=True, related_name="images")
    image = models.ImageField(
        upload_to=product_image_path, blank=True, max_length=300, validators=[validate_picture],
        help_text="JPEG, PNG, WebP or GIF, up to 8 MB.",
    )
    remote_url = WebAddressField(
        "address", max_length=2000, blank=True, validators=[validate_web_address],
        help_text="The address of a picture that another site hosts; https for Meta to take it.",
    )
    facts = models.ForeignKey(PictureFacts, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    alt = models.CharField("alternative text", max_length=300, blank=True)
    sort_order = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "id"]
        verbose_name = "image"
        constraints = [
            models.CheckConstraint(condition=~Q(image="") | ~Q(remote_url=""), name="image_has_file_or_address"),
        ]

    def __str__(self) -> str:
        return self.alt or f"Image {self.pk}"

    def clean(self) -> None:
        """Field errors a form shows: a picture needs a file or an address; a variant must be the product's."""
        from products_and_services.validation import validate_image

        validate_image(self)

    @property
    def known_facts(self) -> PictureFacts | None:
        """What a look at this very file or address found; None before anybody looked."""
        source = str(self.image) if self.image else self.remote_url
        return self.facts if self.facts is not None and self.facts.source == source else None

    @property
    def url(self) -> str:
        """Where the picture is: the file's address (relative when stored here) or the remote one."""
        return self.image.url if self.image else self.remote_url
