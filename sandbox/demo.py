"""What the stand-in brings along for `seed_demo`: a second catalog of the solar shop, one old item, and lasting trouble with a few SKUs.

With it every badge of the status column can be seen. The trouble shows as faults on the page "Meta's side" and can be switched off there.
"""

from sandbox.graph import Fault, GraphStandIn

OUTLET = "200000000000003"
_SOLAR = ("EAASANDBOXSOLAR0001", "sandboxsecretsolar00000000000001", "100000000000001", "200000000000001")


def prepare_demo(standin: GraphStandIn) -> None:
    """Adds the demo's furniture to a fresh stand-in; one that has it is left as it is."""
    if OUTLET in standin.store.catalogs:
        return
    token, secret, business, main = _SOLAR
    standin.add_account(token, secret, business, [main, OUTLET], name="Sunny Side Solar")
    standin.add_item(main, "SOL-OLD-1", name="80 W Panel (discontinued)", price="39.00 USD", visibility="staging")
    standin.faults.add(Fault("error", catalog_id=OUTLET, retailer_ids=("SOL-OUT-1", "SOL-OUT-2"), edges=("write",), code=2))
    standin.faults.add(Fault("endless_handle", catalog_id=OUTLET))
