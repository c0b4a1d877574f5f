"""What the two demo businesses sell, as plain data."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Thing:
    """One product. sizes: (name, price) variants without SKU; colours: (name, SKU suffix) variants with one; extra: other columns."""

    sku: str | None
    name: str
    price: str | None
    category: str
    motif: str
    description: str = ""
    picture: bool = True
    sizes: tuple[tuple[str, str], ...] = ()
    colours: tuple[tuple[str, str], ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


# What the stand-in treats specially (sandbox/demo.py knows the same SKUs and catalogs), so that every badge can be seen.
SOLAR_OUTLET_CATALOG = "200000000000003"
PIZZERIA_FOREIGN_CATALOG = "299999999999999"
RETRY_SKU, FAILED_SKU, SYNCING_SKU, HIDDEN_SKU, REJECTED_SKU = "SOL-OUT-1", "SOL-OUT-2", "SOL-OUT-3", "SOL-OLD-1", "SOL-ZZ-1"

PANELS = tuple(
    Thing(f"SOL-PNL-{watt}", f"{watt} W Mono Panel", str(price), "Panels", "panel", f"Monocrystalline panel, {watt} W, 25 years of output.")
    for watt, price in ((100, 49), (150, 69), (200, 89), (250, 109), (330, 139), (400, 165), (450, 184), (540, 219), (575, 235))
)
INVERTERS = (
    Thing("5784935", "MUST 3kva Inverter", "349.00", "Inverters", "inverter", "Pure sine wave hybrid inverter, 3 kVA, 24 V, with MPPT.",
          extra={"brand": "MUST", "stock_quantity": 12}),
    Thing("SOL-INV-1K", "1 kVA Inverter", "159.00", "Inverters", "inverter", "Small off-grid inverter for lights and a fridge."),
    Thing("SOL-INV-5K", "5 kVA Hybrid Inverter", "629.00", "Inverters", "inverter", "Feeds the house, charges the battery."),
    Thing("SOL-INV-8K", "8 kVA Hybrid Inverter", "1049.00", "Inverters", "inverter", "For workshops and large homes.",
          extra={"sale_price": "949.00"}),
    Thing("SOL-INV-12K", "12 kVA Three-phase Inverter", "1890.00", "Inverters", "inverter",
          extra={"stock_quantity": 0, "allow_backorder": True}),
)
BATTERIES = tuple(
    Thing(f"SOL-BAT-{size}", f"{size} Ah Lithium Battery", str(price), "Batteries", "battery", f"LiFePO4, {size} Ah at 24 V, 6,000 cycles.")
    for size, price in ((50, 289), (100, 499), (150, 729), (200, 949), (300, 1390))
)
LIGHTS = (
    Thing("SOL-LGT", "Garden Light", "12.50", "Lights", "lamp", "Lights the path until morning.",
          colours=(("Black", "BLK"), ("Silver", "SLV"), ("Copper", "CPR"))),
    Thing("SOL-LGT-FLOOD", "Solar Flood Light 100 W", "38.00", "Lights", "lamp"),
    Thing("SOL-LGT-STREET", "Solar Street Light", "119.00", "Lights", "lamp", extra={"stock_quantity": 0}),
    Thing("SOL-LGT-TORCH", "Camping Torch", "9.90", "Lights", "lamp", extra={"is_available": False}),
)
CABLES = tuple(
    Thing(f"SOL-CBL-{width}", f"Solar Cable {width} mm², 10 m", f"{width * 4}.90", "Cables", "cable") for width in (4, 6, 10, 16)
)
SHOWCASE = (
    Thing(None, "Mounting Kit (no SKU yet)", "25.00", "Cables", "cable"),
    Thing("SOL-NOPIC-1", "Charge Controller 60 A (no picture yet)", "79.00", "Inverters", "inverter", picture=False),
    Thing("SOL-NOPRICE-1", "Installation Service (price on request)", None, "Inverters", "inverter"),
    Thing(HIDDEN_SKU, "80 W Panel (discontinued)", "39.00", "Panels", "panel", extra={"is_active": False}),
    Thing(REJECTED_SKU, "Imported Regulator (country of origin unknown to Meta)", "59.00", "Inverters", "inverter",
          extra={"origin_country": "ZZ"}),
    # Meta takes these four; what its review then says of them is settled in sandbox/demo.py.
    Thing("SOL-LGT-TRAP", "Insect Trap Lamp with bait (Meta's review rejects it)", "24.00", "Lights", "lamp"),
    Thing("SOL-LGT-SPOT", "Garden Spotlight (Meta cannot fetch its picture)", "17.50", "Lights", "lamp"),
    Thing("SOL-PNL-20", "20 W Mini Panel (Meta warns about its picture)", "19.00", "Panels", "panel"),
    Thing("SOL-BAT-USB", "Power Bank (Meta is still looking at it)", "29.00", "Batteries", "battery"),
    # Its SKU is that of a variation in the demo's online shop: a question that only a person can answer.
    Thing("HOM-LMP-BLA", "Desk Lamp, black (from the counter)", "47.00", "Lights", "lamp"),
    Thing(RETRY_SKU, "Outlet: Panel with scratches (Meta has trouble with it)", "29.00", "Outlet", "panel"),
    Thing(FAILED_SKU, "Outlet: Returned inverter (Meta never answers)", "99.00", "Outlet", "inverter"),
    Thing(SYNCING_SKU, "Outlet: Lamp priced in yen (batch still processing)", "1500", "Outlet", "lamp", extra={"currency": "JPY"}),
)
SOLAR = (*PANELS, *INVERTERS, *BATTERIES, *LIGHTS, *CABLES, *SHOWCASE)

PIZZA_NAMES = ("Margherita Pizza", "Funghi", "Prosciutto", "Quattro Formaggi", "Diavola", "Vegetariana", "Capricciosa", "Napoli", "Hawaii",
               "Tonno", "Calzone", "Bufalina")  # fmt: skip
PIZZAS = tuple(
    Thing(f"PIZ-{index:02}", name, "12.00", "Pizza", "pizza", f"{name}, baked in the wood oven.",
          sizes=(("Small", "12.00"), ("Medium", "15.00"), ("Large", "18.00")))
    for index, name in enumerate(PIZZA_NAMES, 1)
)  # fmt: skip
DRINKS = tuple(
    Thing(f"DRK-{index:02}", name, price, "Drinks", "drink", extra={"track_stock": False})
    for index, (name, price) in enumerate(
        (("Sparkling Water", "2.50"), ("Still Water", "2.20"), ("Lemonade", "3.20"), ("Cola", "3.00"), ("Iced Tea", "3.40"),
         ("Orange Juice", "3.80"), ("Espresso", "2.00")), 1)
)  # fmt: skip
DESSERTS = tuple(
    Thing(f"DES-{index:02}", name, price, "Desserts", "dessert")
    for index, (name, price) in enumerate((("Tiramisu", "5.50"), ("Panna Cotta", "4.90"), ("Gelato", "4.20")), 1)
)
CATERING = (
    Thing("CAT-01", "Party Tray for 10", "89.00", "Catering", "pizza", "Ordered a day ahead."),
    Thing("CAT-02", "Office Lunch for 20", "169.00", "Catering", "pizza", "Ordered a day ahead."),
)
PIZZERIA = (*PIZZAS, *DRINKS, *DESSERTS, *CATERING)
TOPPINGS = (("Extra Cheese", "2.00"), ("Pepperoni", "2.50"), ("Mushrooms", "1.50"), ("Olives", "1.20"))
