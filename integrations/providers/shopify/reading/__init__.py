"""Shopify's nodes in our records' words. Pure; put together in transform.py."""
