"""What the stand-in brings along for `seed_demo`: a second catalog of the solar shop, one old item, lasting trouble with a few SKUs, and a
review that objects to others.

With it every badge of both columns can be seen. The trouble shows as faults on the page "Meta's side" and can be switched off
there; what the review says stands on each item's card, and can be changed there.
"""

from sandbox.graph import Fault, GraphStandIn

OUTLET = "200000000000003"
_SOLAR = ("EAASANDBOXSOLAR0001", "sandboxsecretsolar00000000000001", "100000000000001", "200000000000001")


# What Meta's review says of a few items of the solar shop: (SKU, ruling, reason).
RULINGS = (
    ("SOL-LGT-TRAP", "reject", "Hazardous materials are not allowed (poison bait)."),
    ("SOL-LGT-SPOT", "picture", "The image link is broken."),
    ("SOL-PNL-20", "warn", "The image is smaller than 500 x 500 pixels."),
    ("SOL-BAT-USB", "stuck", ""),
)


def prepare_demo(standin: GraphStandIn) -> None:
    """Adds the demo's furniture to a fresh stand-in; what it has already, or a person has changed since, is left as it is."""
    _rule_once(standin)
    if OUTLET in standin.store.catalogs:
        return
    token, secret, business, main = _SOLAR
    standin.add_account(token, secret, business, [main, OUTLET], name="Sunny Side Solar")
    standin.add_item(main, "SOL-OLD-1", name="80 W Panel (discontinued)", price="39.00 USD", visibility="staging")
    standin.faults.add(Fault("error", catalog_id=OUTLET, retailer_ids=("SOL-OUT-1", "SOL-OUT-2"), edges=("write",), code=2))
    standin.faults.add(Fault("endless_handle", catalog_id=OUTLET))


def _rule_once(standin: GraphStandIn) -> None:
    if "demo rulings" in standin.store.notes:
        return
    for sku, ruling, reason in RULINGS:
        standin.rule(_SOLAR[3], sku, ruling, reason)
    standin.store.put("note", "demo rulings", {"made": len(RULINGS)})
    standin.store.commit()
