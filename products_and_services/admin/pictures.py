"""Small pictures in lists and forms."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from products_and_services.models import PictureFacts, PictureStatus

# For `class Media: css` of the pages that show products.
STYLES = {"all": ["products_and_services/admin.css"]}


def thumbnail(url: str, text: str = "", size: int = 48) -> SafeString:
    """A square picture of `size` pixels that loads when it comes into view; a dash when there is none."""
    if not url:
        return format_html('<span class="no-picture" title="{}">—</span>', "No picture yet")
    return format_html(
        '<img class="picture" src="{}" alt="{}" width="{}" height="{}" loading="lazy" style="width:{}px;min-width:{}px;height:{}px">',
        url, text, size, size, size, size, size,
    )  # fmt: skip


def words_for_facts(facts: PictureFacts | None) -> str:
    """What a look at a picture found, in a few words; "" before anybody looked."""
    if facts is None or facts.status == PictureStatus.NEW:
        return ""
    size = f", {facts.bytes / 1024:.0f} KB" if facts.bytes else ""
    if facts.width:
        return f"{facts.width} × {facts.height} {facts.format}{size}"
    return facts.reason or f"too large{size}"


def main_picture_url(product: Any) -> str:
    """The address of the product's first picture; from the prefetched images."""
    return next((image.url for image in product.images.all() if image.variant_id is None), "") or next(
        (image.url for image in product.images.all()), ""
    )
