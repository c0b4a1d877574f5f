"""Pictures of products and variants of Shopify. Pure. Films and models are left out, and what Shopify has not finished working on."""

from typing import Any

from integrations.providers.fields import MOST_IMAGES, dicts_in, note_too_many, read_picture
from integrations.providers.reading import Problems
from integrations.records import StoreImage


def read_images(raw: dict[str, Any], problems: Problems) -> tuple[StoreImage, ...]:
    """Each once, in the shop's order, the featured one first."""
    featured = raw.get("featuredMedia")
    first = featured.get("id") if isinstance(featured, dict) else None
    ready = [one for one in dicts_in(raw.get("media")) if _is_ready(one)]
    if first is not None:
        ready.sort(key=lambda one: one.get("id") != first)
    found: dict[str, StoreImage] = {}
    for one in ready[:MOST_IMAGES]:
        image = _image(one, problems)
        if image:
            found.setdefault(_unversioned(image), image)
    note_too_many(len(ready), problems)
    return tuple(found.values())


def read_own_image(variant: dict[str, Any], main: StoreImage | None, problems: Problems) -> StoreImage | None:
    """The variant's picture; None where it only repeats the product's main one."""
    image = next((_image(one, problems) for one in dicts_in(variant.get("media")) if _is_ready(one)), None)
    return None if image and main and _unversioned(image) == _unversioned(main) else image


def _is_ready(media: dict[str, Any]) -> bool:
    image = media.get("image")
    return media.get("status") == "READY" and media.get("mediaContentType") == "IMAGE" and isinstance(image, dict)


def _image(media: dict[str, Any], problems: Problems) -> StoreImage | None:
    return read_picture(media["image"].get("url"), media.get("alt"), problems)


def _unversioned(image: StoreImage) -> str:
    """Two addresses that differ in `?v=` only are one picture."""
    return image.url.partition("?")[0]
