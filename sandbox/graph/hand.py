"""What a person or a test does to the stand-in directly: look, edit by hand, settle handles, add accounts. No request is involved."""

from typing import Any

from sandbox.graph import auth, catalogs, items, money, review, settle
from sandbox.graph.audit import CallRecord
from sandbox.graph.faults import Fault
from sandbox.graph.fields import item_fields, show_item
from sandbox.graph.schema import READABLE
from sandbox.graph.world import World

DEMO = (
    ("Solar shop", "EAASANDBOXSOLAR0001", "sandboxsecretsolar00000000000001", "100000000000001", "200000000000001"),
    ("Pizzeria", "EAASANDBOXPIZZERIA0001", "sandboxsecretpizzeria000000000000001", "100000000000002", "200000000000002"),
)
REVIEW_FIELDS = "review_status,review_rejection_reasons,image_fetch_status,errors"
_PLAIN_ITEM = {
    "name": "Added by hand", "description": "Not ours: somebody added this item by hand.", "price": "9.00 USD", "currency": "USD",
    "availability": "in stock", "condition": "new", "visibility": "published", "brand": "Foreign", "url": "https://example.com/foreign",
    "image_url": "https://example.com/foreign.png",
}  # fmt: skip


class ByHand(World):
    """Direct access, under the lock and written to disk like everything else."""

    def add_account(
        self,
        token: str,
        app_secret: str = "",
        business_id: str = "100000000000009",
        catalog_ids: tuple[str, ...] | list[str] = (),
        *,
        name: str = "",
        permissions: tuple[str, ...] = auth.PERMISSIONS,
        require_proof: bool = False,
    ) -> None:
        """Make a token known. Several tokens may share a business; its catalogs are made where they are new."""
        with self.lock:
            account = auth.new_account(token, app_secret, business_id, permissions, require_proof)
            self.store.put("account", auth.digest(token), account)
            if business_id not in self.store.businesses:
                self.store.put("business", business_id, {"id": business_id, "name": name or f"Business {business_id}"})
            for catalog_id in catalog_ids:
                if catalog_id not in self.store.catalogs:
                    catalogs.add_catalog(self, business_id, f"{name or business_id} catalog", catalog_id=catalog_id)
            self.store.commit()

    def add_demo_accounts(self) -> None:
        """The two demo businesses of `seed_demo`; existing ones are left as they are."""
        for name, token, secret, business_id, catalog_id in DEMO:
            if auth.digest(token) not in self.store.accounts:
                self.add_account(token, secret, business_id, [catalog_id], name=name)

    def end_token(self, token: str, subcode: int | None = 463) -> None:
        """Let a token die (190 with the subcode); None revives it."""
        with self.lock:
            key = auth.digest(token)
            self.store.put("account", key, {**self.store.accounts[key], "dead": subcode})
            self.store.commit()

    def items(self, catalog_id: str) -> dict[str, dict[str, Any]]:
        """The catalog as it is now: retailer_id -> fields under their /products names.

        Prices are spelled "12.00 USD" whichever edge wrote them; hidden is "staging"; dates are UTC "2026-11-20T00:00:00+0000".
        """
        with self.lock:
            self.advance()
            ids = self.store.by_retailer.get(catalog_id, {})
            return {rid: {k: v for k, v in self.store.items[key].items() if k in READABLE} for rid, key in ids.items()}

    def item(self, catalog_id: str, retailer_id: str) -> dict[str, Any] | None:
        """One item, or None."""
        return self.items(catalog_id).get(retailer_id)

    def edit_item(self, catalog_id: str, retailer_id: str, **fields: Any) -> None:
        """A hand edit at Meta, under the names of `items()`; None takes a field off."""
        with self.lock:
            if self.find_item(catalog_id, retailer_id) is None:
                raise KeyError(retailer_id)
            items.save(self, catalog_id, retailer_id, _checked(fields))
            self.store.commit()

    def add_item(self, catalog_id: str, retailer_id: str, **fields: Any) -> str:
        """Somebody else adds an item; returns its id."""
        with self.lock:
            saved = items.save(self, catalog_id, retailer_id, {**_PLAIN_ITEM, **_checked(fields)})
            self.store.commit()
            return saved["id"]

    def add_twin(self, catalog_id: str, retailer_id: str, **fields: Any) -> str:
        """A second item under the retailer_id of an existing one, as a broken import leaves it; returns its id."""
        with self.lock:
            first = self.find_item(catalog_id, retailer_id)
            if first is None:
                raise KeyError(retailer_id)
            item = {**first, **_checked(fields), "id": self.new_id("72"), "seq": self.store.next_number()}
            self.store.put("item", item["id"], item)
            self.store.commit()
            return item["id"]

    def ids(self, catalog_id: str, retailer_id: str) -> list[str]:
        """The ids of all items under this retailer_id, the first one first."""
        with self.lock:
            return [item["id"] for item in self.find_every(catalog_id, retailer_id)]

    def delete_item(self, catalog_id: str, retailer_id: str) -> None:
        """Somebody deletes an item at Meta; unknown ones are ignored."""
        with self.lock:
            found = self.find_item(catalog_id, retailer_id)
            if found:
                self.store.drop("item", found["id"])
            self.store.commit()

    def rule(self, catalog_id: str, retailer_id: str, kind: str, reason: str = "") -> None:
        """Somebody at Meta judges an item: reject, picture, warn, stuck or approve; for every version of it, see review.py."""
        with self.lock:
            review.rule(self, catalog_id, retailer_id, kind, reason)
            self.store.commit()

    def review_of(self, catalog_id: str, retailer_id: str) -> dict[str, Any]:
        """What a reading would say about the review: review_status, review_rejection_reasons, image_fetch_status, errors; {} if unknown."""
        with self.lock:
            item = self.find_item(catalog_id, retailer_id)
            return show_item(self, item, item_fields(REVIEW_FIELDS)) if item else {}

    def handles(self, catalog_id: str | None = None, pending_only: bool = True) -> list[str]:
        """Handles in the order they were given."""
        with self.lock:
            source = self.store.pending if pending_only else self.store.batches
            return [h for h in source if catalog_id is None or self.store.batches[h]["catalog_id"] == catalog_id]

    def settle(self, handle: str, status: str = "finished") -> None:
        """End one batch now. `error` and `canceled` end it without applying its rows."""
        with self.lock:
            settle.land(self, [handle], status, by_hand=True)
            self.store.commit()

    def settle_all(self, catalog_id: str | None = None) -> None:
        """End every waiting batch now, in `settle_order`."""
        with self.lock:
            settle.land(self, self.handles(catalog_id), by_hand=True)
            self.store.commit()

    def calls(self, kind: str | None = None, since: int = 0) -> list[CallRecord]:
        """Recorded calls after number `since` (see `last_call`); `kind` is an edge name, "read" or "write"."""
        with self.lock:
            return self.audit.since(kind, since)

    @property
    def last_call(self) -> int:
        """The number of the newest call, to be given to `calls(since=..)`."""
        return self.audit.last

    def reset(self) -> None:
        """Back to an empty catalog per demo account: no items, no faults, no counters."""
        with self.lock:
            self.store.wipe()
            self.faults.clear()
            self.audit.clear()
            self.ignored_parameters.clear()
            self.windows.clear()
            self.add_demo_accounts()
            self.store.commit()

    def advance(self) -> None:
        """Let time pass up to the clock's now."""
        settle.advance(self)

    def _freeze(self, fault: Fault) -> None:
        if fault.kind == "listing_stale":
            for catalog_id in self.store.by_retailer:
                fault.frozen[catalog_id] = [dict(item) for item in self.store.items_of(catalog_id)]


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - READABLE
    if unknown:
        raise ValueError(f"no such item field: {', '.join(sorted(unknown))}")
    for name in ("price", "sale_price"):
        if fields.get(name) and money.from_text(str(fields[name])) is None:
            raise ValueError(f'{name} must look like "12.00 USD"')
    if fields.get("price"):
        fields["price"] = money.from_text(fields["price"])
        fields.setdefault("currency", fields["price"].split(" ")[1])
    return fields
