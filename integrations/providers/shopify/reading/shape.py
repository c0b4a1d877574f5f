"""The one form in which a product of Shopify travels here, however it was read: by pages, by number or out of a bulk file. Pure.

{.. the product's own fields .., "variants": [..], "media": [..], "collections": [..]}: plain lists, no connections. "isPublished" is ours:
a publication that lies ahead becomes a change of the product when its time has come. "variantsComplete" is there where some are missing.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from integrations.providers.reading import read_utc

Node = dict[str, Any]
GID = re.compile(r"gid://shopify/([A-Za-z0-9]+)/([0-9]{1,18})(?:\?.*)?\Z")
LISTS = ("variants", "media", "collections")
_NOT_OWN = frozenset({*LISTS, "__parentId"})


def number_of(gid: Any) -> str:
    """The number in "gid://shopify/Product/123"; "" for what is no such id."""
    return _parts(gid)[1]


def kind_of(gid: Any) -> str:
    """The type in an id: "Product"; "" for what is no such id."""
    return _parts(gid)[0]


def product_gid(number: str) -> str:
    """How Shopify wants a product to be named."""
    return f"gid://shopify/Product/{number}"


def shape(node: Node, lists: dict[str, list[Node]], now: datetime, *, whole: bool = True) -> Node:
    """node: the product's own fields; lists: its variants (each with "media"), media and collections; now: UTC.

    whole: False where it is known already that variants are missing.
    """
    raw = _own(node)
    raw["isPublished"] = is_published(node, now)
    raw["variants"] = sorted((_variant(one) for one in _once(lists["variants"])), key=_place)
    raw["media"] = [_own(one) for one in _once(lists["media"])]
    raw["collections"] = sorted((_own(one) for one in _once(lists["collections"])), key=_number)
    if not whole or _counted(node) not in (None, len(raw["variants"])):
        raw["variantsComplete"] = False
    return raw


def glance(node: Node, now: datetime | None = None) -> str:
    """What is cheap to know of a product and moves when it does; now: None for a product that has its shape. "" where something lacks."""
    if not isinstance(node.get("status"), str) or not isinstance(node.get("updatedAt"), str):
        return ""
    published = node.get("isPublished") if now is None else is_published(node, now)
    return f"{node['status']} {node['updatedAt']} {int(bool(published))} {node.get('totalInventory')}"[:200]


def is_published(node: Node, now: datetime) -> bool:
    """Shown in the online store at this moment."""
    try:
        moment = read_utc(node.get("publishedAt"))
    except ValueError:
        return False
    return moment is not None and moment <= now


def _variant(node: Node) -> Node:
    media = node.get("media")
    pictures = media.get("nodes") if isinstance(media, dict) else media
    first = [_own(one) for one in pictures[:1] if isinstance(one, dict)] if isinstance(pictures, list) else []
    return {**_own(node), "media": first}


def _own(node: Node) -> Node:
    """Its own fields, always in the same order."""
    return {name: node[name] for name in sorted(node) if name not in _NOT_OWN}


def _once(nodes: Iterable[Node]) -> Iterable[Node]:
    """Each once: a list that moved between two pages shows one twice. The later one counts."""
    return {str(one.get("id")): one for one in nodes}.values()


def counted_variants(node: Node) -> int:
    """How many variants a product has, as far as Shopify tells, before all of them have come."""
    variants = node.get("variants")
    came = variants.get("nodes") if isinstance(variants, dict) else None
    return _counted(node) or (len(came) if isinstance(came, list) else 0)


def _counted(node: Node) -> int | None:
    """How many variants Shopify says it has."""
    counted = node.get("variantsCount")
    number = counted.get("count") if isinstance(counted, dict) else None
    return number if isinstance(number, int) else None


def _place(variant: Node) -> tuple[int, int]:
    place = variant.get("position")
    return (place if isinstance(place, int) else 0, _number(variant))


def _number(node: Node) -> int:
    return int(number_of(node.get("id")) or 0)


def _parts(gid: Any) -> tuple[str, str]:
    found = GID.match(gid) if isinstance(gid, str) else None
    return (found[1], found[2].lstrip("0")) if found else ("", "")
