"""Products with everything that belongs to them, through the client: by pages, by number, by bulk operation."""
