"""Lists that may move while they are read, and products with everything that belongs to them, through the client."""
