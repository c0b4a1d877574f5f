"""Single fields of products and variations in our records' words. Pure; put together in transform.py."""
