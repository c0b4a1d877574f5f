"""WhatsApp orders, written to the shops that their products come from.

payload.py    an order as plain data (pure)
checking.py   what must hold of it before it is kept
queueing.py   a row for each shop that an order concerns; trying again, cancelling
mapping.py    our products and variants as the shop numbers them
working.py    one row after the other: look whether the shop has it, else write it once
settling.py   what came of it, as rows: the order, the stock that it held, the alert
"""
