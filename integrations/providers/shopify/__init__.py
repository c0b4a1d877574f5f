"""Shopify shops.

domains: addresses; client: requests, tokens: the keys to them, costs: how many of them; answering/: what came back; queries: what is asked
for products, listing/: whole lists of them, reading/, transform: what they become; introduction, adapter: all of it, for the importer;
order_input, orders: orders that go there.
"""
