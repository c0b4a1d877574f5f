"""The Sandbox Shopify: a strict stand-in for a Shopify shop's Admin API. Nothing here imports the product."""
