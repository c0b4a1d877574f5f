"""The shape of an item at Meta: what only a batch can change, and a digest of what no reading shows. Pure.

Written as "group+flags#digest". The group is create-only on /products; each flag stands for a field that only a batch can clear
(o origin, i importer address, w compliance, a further attributes); the digest is of the fields that Meta does not return (importer address
and further attributes), so that a look may only confirm an item whose unreadable part is known. A "?" in front: the readable part is in
doubt; UNKNOWN: the unreadable part too.
"""

import hashlib

import orjson

IN_DOUBT = "?"
UNKNOWN = "?#?"


def shape_of(group_id: str, origin_country: str, importer_address: str, compliance: str, attributes: tuple[tuple[str, str], ...]) -> str:
    """ "" for an item without group and without any of the special fields."""
    present = (origin_country, importer_address, compliance, attributes)
    flags = "".join(letter for letter, value in zip("oiwa", present, strict=True) if value)
    if not group_id and not flags:
        return ""
    hidden = orjson.dumps([importer_address, attributes]) if importer_address or attributes else b""
    digest = hashlib.sha256(hidden).hexdigest()[:8] if hidden else ""
    return f"{group_id}+{flags}#{digest}"


def unreadable_part(shape: str) -> str | None:
    """The digest of what no reading shows, "" when there is nothing of the kind; None when nobody knows."""
    return None if shape == UNKNOWN else shape.rpartition("#")[2]


def doubted(live: str, wanted: str) -> str:
    """The shape after a call that may or may not have brought `wanted` to an item of shape `live`."""
    known = unreadable_part(live)
    return f"{IN_DOUBT}#{known}" if known is not None and known == unreadable_part(wanted) else UNKNOWN


def needs_batch(live: str, wanted: str) -> bool:
    """True where a single call could not bring an item of shape `live` to the wanted one."""
    return live.rpartition("#")[0] != wanted.rpartition("#")[0]


def can_be_confirmed(live: str, wanted: str) -> bool:
    """True when an item that looks right is right: what cannot be read is known to be as wanted."""
    known = unreadable_part(live)
    return known is not None and known == unreadable_part(wanted)
