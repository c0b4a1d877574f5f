"""WooCommerce shops.

client: requests; answering/: what came back; listing/: whole lists; reading/, transform: products; adapter: all of it, for the importer.
"""
