"""What people decide about products that a shop has, too: fields that stay theirs, and which product is which."""
