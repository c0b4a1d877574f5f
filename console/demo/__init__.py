"""The demo: two businesses whose products show every state the sync can be in. Used by the command seed_demo alone."""
