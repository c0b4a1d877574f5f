"""WooCommerce shops."""
