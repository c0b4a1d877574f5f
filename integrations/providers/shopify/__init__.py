"""Shopify shops.

domains: addresses; client: requests, tokens: the keys to them, costs: how many of them; answering/: what came back; introduction, adapter:
all of it, for the importer; order_input, orders: orders that go there.
"""
