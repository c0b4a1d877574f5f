"""Stand-ins for the remote systems, for development and tests. Nothing here is imported by the product, nothing here runs in production."""
