"""What people and programs do with a shop's connection: keep it, know its address, say who it is, move it, block it."""
