"""Which of a product's pictures Meta takes, and why not the others: Meta's rules over the facts of each picture. Pure.

Meta fetches pictures itself, some time after it took the item; a picture it cannot use costs the item its place. So each is looked at
first (products_and_services/pictures), and one that nobody has looked at yet makes its item wait.
"""

from dataclasses import dataclass

from meta_integration.catalog.items import Carrier
from products_and_services.snapshot import ImageSnapshot, PictureSnapshot

# "Product Catalog Items Batch" (8 MB) and the partners' guides for WhatsApp catalogs.
FORMATS = frozenset({"JPEG", "PNG"})
LEAST_PIXELS = 500
MOST_BYTES = 8 * 1024 * 1024
NAMES = {"WEBP": "WebP"}


@dataclass(frozen=True, slots=True)
class PictureRules:
    """needs_https: False when the Graph is a stand-in on this machine; include_local: whether pictures that we serve may be sent.

    check: whether the facts count at all; forgive_outage: a picture that could not be seen may be sent (Meta has its own copy). What was
    answered in its place, a page about maintenance or an address inside our network, may be an outage too; only what was measured is not.
    """

    needs_https: bool = True
    include_local: bool = True
    check: bool = True
    forgive_outage: bool = False


@dataclass(frozen=True, slots=True)
class Misfit:
    """A picture that Meta does not take. words: a sentence; is_outage: its host may only be out just now."""

    url: str
    words: str
    is_outage: bool = False


@dataclass(frozen=True, slots=True)
class Pictures:
    """urls: as sent, main one first; misfits: those left out."""

    urls: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()


def pictures_of(carrier: Carrier, rules: PictureRules) -> Pictures:
    """The variant's pictures, then the product's, as far as Meta can have an address of them."""
    urls: dict[str, None] = {}
    misfits: dict[Misfit, None] = {}
    for picture in _with_address(carrier, rules):
        misfit = misfit_of(picture, rules) if rules.check else None
        if misfit:
            misfits[misfit] = None
        else:
            urls[address_of(picture)] = None
    return Pictures(tuple(urls), tuple(misfits))


def is_unchecked(carrier: Carrier, rules: PictureRules) -> bool:
    """True when nobody has looked at some of the pictures that could be sent."""
    return rules.check and any(picture.facts is None for picture in _with_address(carrier, rules))


def _with_address(carrier: Carrier, rules: PictureRules) -> list[ImageSnapshot]:
    pictures = (*(carrier.variant.images if carrier.variant else ()), *carrier.product.images)
    return [picture for picture in pictures if has_address(picture, rules)]


def has_address(picture: ImageSnapshot, rules: PictureRules) -> bool:
    """https, or any http address when the Graph is on this machine; our own pictures only when they may be sent."""
    if picture.is_local and not rules.include_local:
        return False
    return picture.url.startswith("https://" if rules.needs_https else ("http://", "https://"))


def address_of(picture: ImageSnapshot) -> str:
    """Its own address, or that of its JPEG copy."""
    return (picture.facts.jpeg_url if picture.facts else "") or picture.url


def misfit_of(picture: ImageSnapshot, rules: PictureRules) -> Misfit | None:
    """None for a picture that fits, or that nobody has looked at."""
    facts = picture.facts
    if facts is None or (rules.forgive_outage and facts.status != "ok"):
        return None
    if facts.status == "unreachable":
        return Misfit(picture.url, f"The picture cannot be fetched: {_small(facts.reason)}", is_outage=True)
    words = _why_not(facts)
    return Misfit(picture.url, words) if words else None


def _why_not(facts: PictureSnapshot) -> str:
    if facts.status == "refused":
        return f"The picture’s address cannot be used: {_small(facts.reason)}"
    if facts.status == "not_a_picture":
        return f"The picture cannot be used: {_small(facts.reason)}"
    if facts.bytes is not None and facts.bytes > MOST_BYTES:
        return f"The picture has {facts.bytes / 1024 / 1024:.1f} MB; Meta takes at most 8 MB."
    if facts.format not in FORMATS and not facts.jpeg_url:
        kind = NAMES.get(facts.format, facts.format)
        return f"The picture is a {kind}; Meta takes JPEG and PNG. Upload it here, then it is converted by itself."
    if min(facts.width or 0, facts.height or 0) < LEAST_PIXELS:
        return f"The picture is {facts.width} × {facts.height} pixels; Meta wants at least {LEAST_PIXELS} × {LEAST_PIXELS}."
    return ""


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence else "nobody knows why."
