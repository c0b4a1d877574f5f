"""The cards of one catalog: which items are on the page, what each card says, and which pictures may be loaded."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sandbox.graph import GraphStandIn
from sandbox.graph.review import RULINGS, ruling_on
from sandbox.meta_side.comparison import Verdict, compare
from sandbox.meta_side.local_truth import LocalSide, read_local

LIMIT = 200
SHOWS = {
    "all": "Everything",
    "unequal": "Only differences",
    "same": "Only equal ones",
    "kept_back": "Only those not sent",
}
_RULINGS = {"approve": "The item is approved", **{kind: words[0] for kind, words in RULINGS.items()}}
_UNEQUAL = ("differs", "only_here", "only_meta")
_KINDS = ("same", "hidden", "differs", "only_here", "only_meta", "kept_back")


@dataclass(frozen=True, slots=True)
class Card:
    """One item. `image` is an allowed address or empty; `image_host` then names where the picture lies."""

    retailer_id: str
    name: str
    verdict: Verdict
    at_meta: bool
    image: str = ""
    image_host: str = ""
    review: str = ""
    rulings: list[tuple[str, str, bool]] = field(default_factory=list)
    sync_state: str = ""
    refused: bool = False
    price: str = ""


@dataclass(slots=True)
class CardSet:
    """The cards and the numbers around them."""

    cards: list[Card]
    counts: dict[str, int]
    local: LocalSide
    at_meta: int
    cut: bool


def make_cards(standin: GraphStandIn, catalog_id: str, search: str, show: str, *picture_origins: str) -> CardSet:
    """All cards of a catalog, by name, those not sent last; at most LIMIT of each side are looked at."""
    everything = standin.items(catalog_id)
    matching = {rid: item for rid, item in everything.items() if _matches(item, search)}
    shown = dict(list(matching.items())[:LIMIT])
    local = read_local(catalog_id, shown, search, LIMIT)
    refused = {rid for fault in standin.faults.active("reject_item") for rid in fault.retailer_ids}
    cards = []
    for rid in {**shown, **local.items}:
        meta = everything.get(rid)
        if local.problem:
            verdict = Verdict("only_meta", "at Meta", compare(meta, None, True).rows)
        else:
            verdict = compare(meta, local.items.get(rid), rid in local.states)
        review = standin.review_of(catalog_id, rid), ruling_on(standin, catalog_id, rid).get("kind", "approve")
        cards.append(_card(rid, meta, local, verdict, picture_origins, rid in refused, *review))
    counts = {kind: sum(card.verdict.kind == kind for card in cards) for kind in _KINDS}
    # By name and not by verdict: a card must not jump away from the eye while it heals.
    chosen = sorted((card for card in cards if _wanted(card, show)), key=lambda card: (card.verdict.kind == "kept_back", card.name.lower()))
    return CardSet(chosen, counts, local, len(everything), len(matching) > LIMIT or local.total > LIMIT)


def _matches(item: dict[str, Any], search: str) -> bool:
    return not search or search.lower() in f"{item['retailer_id']} {item.get('name', '')}".lower()


def _wanted(card: Card, show: str) -> bool:
    kind = card.verdict.kind
    return {"unequal": kind in _UNEQUAL, "same": kind in ("same", "hidden"), "kept_back": kind == "kept_back"}.get(show, True)


def _review_words(reviewed: dict[str, Any]) -> str:
    """Review, picture and diagnostics as Meta would tell them."""
    if not reviewed:
        return ""
    why = f" ({'; '.join(reviewed['review_rejection_reasons'])})" if reviewed.get("review_rejection_reasons") else ""
    diagnostics = ", ".join(error["error_type"] for error in reviewed.get("errors") or [])
    words = f"{reviewed['review_status']}{why} · Picture: {reviewed['image_fetch_status']}"
    return f"{words} · Diagnostics: {diagnostics}" if diagnostics else words


def _card(
    rid: str, meta: dict[str, Any] | None, local: LocalSide, verdict: Verdict, origins: tuple[str, ...], refused: bool,
    reviewed: dict[str, Any], ruling: str,
) -> Card:  # fmt: skip
    own = local.items.get(rid)
    source = meta or (own.expected if own else None) or {}
    address = str(source.get("image_url") or "")
    allowed = any(origin and address.startswith(f"{origin}/") for origin in origins)
    return Card(
        retailer_id=rid,
        name=str(source.get("name") or (own.name if own else rid)),
        verdict=verdict,
        at_meta=meta is not None,
        image=address if allowed else "",
        image_host="" if allowed else urlsplit(address).hostname or "",
        review=_review_words(reviewed),
        rulings=[(kind, text, kind == ruling) for kind, text in _RULINGS.items()],
        sync_state=local.states.get(rid, ""),
        refused=refused,
        price=str(meta.get("price") or "") if meta else "",
    )
